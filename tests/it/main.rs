//! The one integration test binary.
#![expect(clippy::disallowed_methods, reason = "tests read the sources and the golden files")]

#[cfg(feature = "cli")]
mod edge;
mod lang;
mod cases;
mod layering;
#[cfg(feature = "cli")]
mod pipeline;
#[cfg(feature = "cli")]
mod sandbox;
