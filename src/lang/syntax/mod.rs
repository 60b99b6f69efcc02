//! Text to syntax tree. The only place that names hcl-edit.
//!
//! hcl-edit parses; what it accepts and HCL does not, and what HCL reads differently, is settled here, so that the rest of the
//! language sees HCL as its specification has it. `src/lang/README.md` lists what remains.

mod ast;
mod words;
mod tokens;
mod scan;
mod directives;
mod texts;
mod newlines;
mod items;
mod lower;
mod template;
mod mistakes;
mod slips;
mod parse;

pub(crate) use ast::{
    Attribute, BinaryOp, Block, Body, Call, Conditional, Expr, ExprKind, For, Name, ObjectKey, Part, Step,
    Template, UnaryOp,
};
pub(crate) use parse::{parse_body, parse_expression, parse_template};
pub(crate) use words::is_name;

#[cfg(test)]
pub(crate) use slips::BLOCKS;
