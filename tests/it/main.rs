//! The one integration test binary.
#![expect(clippy::disallowed_methods, reason = "tests read the sources and the golden files")]

mod lang;
mod cases;
mod layering;
