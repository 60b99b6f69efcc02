//! The functions of the language, one row each.
//!
//! `ramctl functions` and the reference are printed from the rows. The functions that make symbols (`ou`, `account`,
//! `organization`, `service`) stand in the same table.

mod call;
mod charset;
mod collection;
mod conversion;
mod csv;
mod date;
mod decimal;
mod encoding;
mod filesystem;
mod format;
mod hash;
mod json;
mod moment;
mod network;
mod numeric;
mod path;
mod prefix;
mod regular;
mod row;
mod sequence;
mod sets;
mod string;
mod yaml;
mod yaml_text;

pub use call::{Call, FileError, StackFiles, TemplateError};
pub use row::{Accepts, Body, Example, Function, FunctionError, Group, Marks, Param};

/// Every function, by group and name.
pub fn all_functions() -> impl Iterator<Item = &'static Function> {
    let groups = [
        numeric::FUNCTIONS,
        string::FUNCTIONS,
        collection::FUNCTIONS,
        sets::FUNCTIONS,
        encoding::FUNCTIONS,
        filesystem::FUNCTIONS,
        date::FUNCTIONS,
        hash::FUNCTIONS,
        network::FUNCTIONS,
        conversion::FUNCTIONS,
    ];
    groups.into_iter().flatten()
}

pub fn find_function(name: &str) -> Option<&'static Function> {
    all_functions().find(|function| function.name == name)
}
