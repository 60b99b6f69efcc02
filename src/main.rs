//! The `ramctl` binary: everything is in the library.

fn main() {}
