//! Least privilege: which IAM policies the identities need that plan and apply a stack.
//!
//! [`policies`] works from the files alone. What it cannot narrow without asking AWS it says in the notes of a policy. How a policy is
//! attached, and to whom, is the reader's business.
//!
//! Sources: service authorization reference (actions, resources and condition keys of RAM, Organizations, IAM and STS); RAM user guide,
//! "Example IAM policies for AWS RAM" (RAM asks about each principal and each resource of a request by itself, so what narrows one must
//! pass where the key is absent).

#[cfg(test)]
mod tests;

mod apply;
mod cloudformation;
mod permissions;
mod policy;
mod read;
mod scope;
mod terraform;
mod wildcard;

pub use cloudformation::{Template, template};
pub use policy::{Condition, Policy, Statement};
pub use scope::{AccountPolicy, Role, Subject, policies};
pub use terraform::TerraformView;
