//! The SDK behind the ports: clients, credentials, conversion of types and errors.
//!
//! One [`Connector`] per run gives the clients, over one HTTP client that also says what a reply must be (`http`, `reply`). Each client has a retry quota of its own per account, Region and service, a
//! token bucket in front of its calls, and an interceptor that counts calls and attempts. Settings are those that were
//! measured to work: standard retries (the SDK's adaptive mode stalls a fresh client for 20 seconds after one throttle), a
//! short maximum backoff, and no quota shared between accounts. EC2 is called without its SDK crate, which is too big to build for two
//! listings; `ec2` says how.

mod call;
mod clock;
mod connector;
mod counts;
mod credentials;
mod ec2;
mod error;
mod guard;
mod http;
mod iam;
mod organizations;
mod profile;
mod query_xml;
mod ram_read;
mod ram_write;
mod rates;
mod reply;
mod rows;
mod settings;
mod tagging;
#[cfg(test)]
mod tests;

pub use connector::{Connector, ConnectorError};
pub use counts::{CallCount, CallCounts};
pub use ec2::Ec2Client;
pub use guard::{endpoint as endpoint_of, is_loopback, is_web_address};
pub use iam::IamClient;
pub use organizations::OrganizationsClient;
pub use ram_read::RamClient;
pub use settings::{Access, AssumedRole, Keys, Rates, Settings};
pub use tagging::TaggingClient;
