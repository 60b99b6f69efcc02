//! What comes from outside the files of a stack.

use crate::diag::FileId;
use crate::lang::eval::Limits;
use crate::lang::functions::StackFiles;

/// What a compilation needs beside the stack's own files.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Values of variables, those that win last: environment, `*.auto.ramvars.*` by name, `--var-file` and `--var` in the order
    /// of the command line.
    pub values: &'a [InputValues],
    /// The files that functions may read.
    pub files: &'a dyn StackFiles,
    /// The time that the run counts as now: RFC 3339, UTC.
    pub plan_timestamp: &'a str,
    pub limits: Limits,
}

impl Inputs<'_> {
    /// [`Inputs::plan_timestamp`] as a time.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.plan_timestamp.parse().expect("the caller gives the run's time in RFC 3339")
    }
}

/// Values of variables from one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputValues {
    /// `RAMCTL_VAR_NAME`: the part after the prefix, and the text. Names that the stack does not declare are passed over.
    Environment { name: String, text: String },
    /// `--var NAME=TEXT`.
    Flag { name: String, text: String },
    /// A values file in the source map. JSON where its name ends in `.json`, HCL otherwise.
    File(FileId),
}
