//! What a new sandbox starts with: one account, or what `sandbox.hcl` describes.

mod content;
mod form;
mod generate;
mod network;
mod plant;

pub(crate) use plant::plant;

/// A seed that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("{name} is not a sandbox seed:\n{why}")]
    Syntax { name: String, why: String },
    #[error("{name}: {why}")]
    Content { name: String, why: String },
    #[error("cannot write the sandbox state")]
    Write(#[from] std::io::Error),
}
