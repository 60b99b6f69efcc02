//! The functions of the language, one row each.
//!
//! `ramctl functions` and the reference are printed from the rows. The functions that make symbols (`ou`, `account`,
//! `organization`, `service`, `tagged`) stand in the same table.

use std::collections::BTreeMap;
use std::sync::LazyLock;

mod bounds;
mod call;
mod characters;
mod charset;
mod collection;
mod conversion;
mod csv;
mod date;
mod decimal;
mod encoding;
mod filesystem;
mod format;
mod glob;
mod hash;
mod json;
mod moment;
mod network;
mod numeric;
mod path;
mod prefix;
mod ram;
mod re2;
mod regular;
mod row;
mod sequence;
mod sets;
mod string;
mod tagged;
mod yaml;
mod yaml_text;

#[cfg(test)]
mod tests;

pub use call::{Call, FileError, StackFiles, TemplateError};
pub use row::{Accepts, Body, Example, Function, FunctionError, Group, Marks, Param};

const TABLES: [&[Function]; 11] = [
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
    ram::ROWS,
];

static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Function>> =
    LazyLock::new(|| TABLES.into_iter().flatten().map(|function| (function.name, function)).collect());

/// Every function, by group and name.
pub fn all_functions() -> impl Iterator<Item = &'static Function> {
    let mut functions: Vec<&'static Function> = BY_NAME.values().copied().collect();
    functions.sort_by_key(|function| (function.group, function.name));
    functions.into_iter()
}

pub fn find_function(name: &str) -> Option<&'static Function> {
    BY_NAME.get(name).copied()
}
