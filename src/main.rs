//! The `ramctl` binary: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ramctl::cli::main()
}
