//! Blocks that a message proposes, as they can be pasted into a file: HCL takes one argument on a line.

use std::fmt::Display;

use crate::model::Address;

/// The lines of a block that adopts `arn` as `to`.
pub(crate) fn import_block(to: impl Display, arn: impl Display) -> [String; 4] {
    block("import", [format!("to = {to}"), format!("id = \"{arn}\"")])
}

/// The lines of a block that says that `to` was `from` before.
pub(crate) fn moved_block(from: &Address, to: &Address) -> [String; 4] {
    block("moved", [format!("from = {from}"), format!("to   = {to}")])
}

fn block(kind: &str, [first, second]: [String; 2]) -> [String; 4] {
    [format!("{kind} {{"), format!("  {first}"), format!("  {second}"), "}".to_owned()]
}
