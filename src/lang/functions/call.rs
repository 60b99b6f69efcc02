//! What the body of a function gets.

use std::cell::Cell;

use crate::lang::functions::row::FunctionError;
use crate::lang::memory::JSON_VALUE;
use crate::lang::value::{Entries, Number, Value};

/// The files that a stack may read: those inside its folder. Implemented by the edge and by tests.
pub trait StackFiles {
    /// The bytes of a file. The path is relative to the stack's folder, with `/` between its parts; symlinks are resolved and
    /// must stay inside.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Every regular file below a folder (`""`: the stack's own), as paths relative to that folder, sorted.
    fn list(&self, folder: &str) -> Result<Vec<String>, FileError>;

    /// The absolute path of the stack's folder, for `abspath`.
    fn folder(&self) -> String;
}

/// Why a file of the stack cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error("there is no such file")]
    NotFound,
    #[error("it is {kind} and not a file")]
    NotAFile { kind: &'static str },
    #[error("it lies outside the stack's folder")]
    OutsideStack,
    #[error("it is larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("it cannot be read: {0}")]
    Unreadable(String),
}

/// Why a template has no result; the text is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(pub String);

/// Evaluates a template text with variables, for `templatefile` and `templatestring`. The name stands in messages.
pub type Render<'a> = dyn FnMut(&str, &str, &Entries) -> Result<Value, TemplateError> + 'a;

/// One call: the arguments, converted to what the parameters accept, and the world.
pub struct Call<'a> {
    args: Vec<Value>,
    files: &'a dyn StackFiles,
    plan_timestamp: &'a str,
    render: &'a mut Render<'a>,
    /// Bytes that the result and what is made on the way to it may take.
    room: usize,
    has_no_room: Cell<bool>,
}

impl<'a> Call<'a> {
    pub fn new(
        args: Vec<Value>,
        files: &'a dyn StackFiles,
        plan_timestamp: &'a str,
        render: &'a mut Render<'a>,
    ) -> Self {
        Self { args, files, plan_timestamp, render, room: usize::MAX, has_no_room: Cell::new(false) }
    }

    #[must_use]
    pub(crate) fn with_room(mut self, bytes: usize) -> Self {
        self.room = bytes;
        self
    }

    /// Whether so many bytes may be made in all. A body that makes much more than it is given asks before it does.
    pub(crate) fn needs(&self, bytes: usize) -> Result<(), FunctionError> {
        if bytes <= self.room {
            return Ok(());
        }
        self.has_no_room.set(true);
        Err(FunctionError::call("There is no room for the result."))
    }

    /// As [`Self::needs`], for so many values, each with a text of a few bytes.
    pub(crate) fn needs_values(&self, count: usize) -> Result<(), FunctionError> {
        self.needs(count.saturating_mul(JSON_VALUE))
    }

    /// Whether [`Self::needs`] has refused.
    pub(crate) fn has_no_room(&self) -> bool {
        self.has_no_room.get()
    }

    pub fn args(&self) -> &[Value] {
        &self.args
    }

    pub fn arg(&self, index: usize) -> &Value {
        &self.args[index]
    }

    /// An argument whose parameter is a string that is not nullable.
    pub fn str(&self, index: usize) -> &str {
        self.args[index].as_str().expect("converted to the parameter's type")
    }

    pub fn number(&self, index: usize) -> &Number {
        self.args[index].as_number().expect("converted to the parameter's type")
    }

    pub fn bool(&self, index: usize) -> bool {
        self.args[index].as_bool().expect("converted to the parameter's type")
    }

    /// The items of a list, set or tuple argument whose parameter accepts only those.
    pub fn items(&self, index: usize) -> &[Value] {
        self.args[index].items().expect("converted to the parameter's type")
    }

    /// The elements of a map argument whose parameter accepts only maps.
    pub fn entries(&self, index: usize) -> &Entries {
        self.args[index].entries().expect("converted to the parameter's type")
    }

    /// A whole number of 0 or more.
    pub fn usize(&self, index: usize) -> Result<usize, FunctionError> {
        let number = self.number(index);
        number.to_usize().ok_or_else(|| {
            FunctionError::argument(index, format!("A whole number of 0 or more is needed, not {number}."))
        })
    }

    /// A whole number.
    pub fn integer(&self, index: usize) -> Result<i64, FunctionError> {
        let number = self.number(index);
        number
            .to_i64()
            .ok_or_else(|| FunctionError::argument(index, format!("A whole number is needed, not {number}.")))
    }

    pub fn files(&self) -> &dyn StackFiles {
        self.files
    }

    /// The time that the run counts as now, RFC 3339 in UTC.
    pub fn plan_timestamp(&self) -> &str {
        self.plan_timestamp
    }

    /// Evaluates a template. `name` is what messages call it.
    pub fn render(
        &mut self,
        name: &str,
        template: &str,
        variables: &Entries,
    ) -> Result<Value, TemplateError> {
        (self.render)(name, template, variables)
    }
}
