//! The pieces that documents share, each with how it is read back.

mod coverage;
mod diagnostic;
mod edit;
mod misfit;
mod place;
mod remark;
mod sharing;
mod source;
mod unmanaged;

pub(crate) use coverage::{CoverageDocument, GapDocument, Reading, SweepDocument};
pub(crate) use diagnostic::DiagnosticDocument;
pub(crate) use edit::{EditDocument, LeftDocument};
pub(crate) use misfit::MisfitDocument;
pub(crate) use place::PlaceDocument;
pub(crate) use remark::RemarkDocument;
pub(crate) use sharing::SharingDocument;
pub(crate) use source::{Recorded, SourceDocument};
pub(crate) use unmanaged::UnmanagedDocument;

pub(crate) fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}
