//! One file per command.

pub(crate) mod apply;
pub(crate) mod completions;
pub(crate) mod console;
pub(crate) mod destroy;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod fmt;
pub(crate) mod functions;
pub(crate) mod graph;
pub(crate) mod iam;
pub(crate) mod plan;
pub(crate) mod sandbox;
pub(crate) mod saved;
pub(crate) mod show;
pub(crate) mod snapshot;
pub(crate) mod validate;
