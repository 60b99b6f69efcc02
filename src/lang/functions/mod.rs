//! The functions of the language, one row each.
//!
//! `ramctl functions` and the reference are printed from the rows. The functions that make symbols (`ou`, `account`,
//! `organization`, `service`) stand in the same table.

mod row;
mod call;
mod ram;

pub use call::{Call, FileError, StackFiles, TemplateError};
pub use row::{Accepts, Body, Example, Function, FunctionError, Group, Marks, Param};

/// Every function, by group and name.
pub fn all_functions() -> impl Iterator<Item = &'static Function> {
    let groups: [&'static [Function]; 1] = [ram::ROWS];
    groups.into_iter().flatten()
}

pub fn find_function(name: &str) -> Option<&'static Function> {
    all_functions().find(|function| function.name == name)
}
