//! What is wrong and where: diagnostics, their codes, and places in source files.
//!
//! No layout here: `render` draws a [`Diagnostic`], `wire` writes it as JSON.

mod codes;
mod diagnostic;
mod source;
pub(crate) mod suggest;

pub use codes::{
    Code, all_codes, apply_codes, find_code, hazards, is_hazard, language, live_codes, read_codes, rules,
};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use source::{FileId, Position, SourceFile, SourceMap, Span, Spanned};
