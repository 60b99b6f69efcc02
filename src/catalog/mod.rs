//! Shareable resource types: what RAM allows per type. Data in `schemas/resource-types.json`, look-ups here.
//!
//! The data names a source for each fact and says `null` for what no source tells. `None` here is that null: unknown, never "no".
//! What follows from a fact, an error or a warning, is for `desired` to say.

mod arn_form;
mod data;
mod lookup;

pub use arn_form::ArnForm;
pub use data::{Catalog, NotInTable, RegionScope, TypeFacts, Untyped, catalog};
pub use lookup::{
    Kind, default_permission, default_permissions, kind_of, type_of, type_of_permission, type_with_code,
    types,
};
