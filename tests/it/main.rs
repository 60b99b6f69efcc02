//! The one integration test binary.
#![expect(clippy::disallowed_methods, reason = "tests read the sources and the golden files")]

#[cfg(feature = "cli")]
mod access;
#[cfg(feature = "cli")]
mod asked;
mod cases;
#[cfg(feature = "cli")]
mod cli;
mod documents;
#[cfg(feature = "cli")]
mod edge;
#[cfg(feature = "cli")]
mod every_kind;
mod forged;
#[cfg(feature = "cli")]
mod hints;
mod hostile;
mod hazards;
#[cfg(feature = "cli")]
mod iam;
#[cfg(feature = "cli")]
mod identity;
#[cfg(feature = "cli")]
mod invitations;
mod lang;
mod layering;
#[cfg(feature = "cli")]
mod limits;
#[cfg(feature = "cli")]
mod lives;
#[cfg(feature = "cli")]
mod mishaps;
#[cfg(feature = "cli")]
mod outputs;
mod pains;
#[cfg(feature = "cli")]
mod permissions;
#[cfg(feature = "cli")]
mod pipeline;
#[cfg(feature = "cli")]
mod proxy;
#[cfg(feature = "cli")]
mod recordings;
#[cfg(feature = "cli")]
mod rights;
#[cfg(feature = "cli")]
mod run;
#[cfg(feature = "cli")]
mod sandbox;
#[cfg(feature = "cli")]
mod saved;
mod sbom;
#[cfg(feature = "cli")]
mod served;
#[cfg(feature = "cli")]
mod shares;
#[cfg(feature = "cli")]
mod snapshot;
#[cfg(feature = "cli")]
mod uses;
#[cfg(feature = "cli")]
mod way;
#[cfg(feature = "cli")]
mod words;
