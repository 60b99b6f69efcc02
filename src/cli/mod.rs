//! The command line: arguments, exit codes, output, one file per command.
