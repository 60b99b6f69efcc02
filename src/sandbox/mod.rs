//! AWS on loopback: RAM, Organizations, STS, IAM, Resource Groups Tagging and CloudTrail, spoken to by real SDKs over real HTTP.
//!
//! It behaves as the services are documented to, not as ramctl expects them to: of the crate it uses the ids and the catalog alone.
//! `README.md` beside this file tells users what it does, how `sandbox.hcl` is written and where it guesses.
//!
//! ```text
//! bytes --protocol--> Routed --dispatch--> services/<service> --> State --journal--> disk
//!       <--protocol-- Answer <--
//! ```

mod authorization;
mod clock;
mod control;
mod dispatch;
mod faults;
mod guard;
mod protocol;
mod seed;
mod server;
mod services;
mod settings;
mod state;

pub use seed::SeedError;
pub use server::{AccountAccess, Running, SandboxError, start};
pub use services::{OperationName, operations};
pub use settings::{Clients, Content, Settings};
pub use state::JournalError;
