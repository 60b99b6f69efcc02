//! Values, their types, and how one converts to another: HCL's type system, with the language's own symbols.

mod number;
mod types;
mod symbol;
mod data;
mod order;
mod unify;
mod convert;
mod json;
mod text;

pub use convert::{ConvertError, Step, convert, list_of, read_principal};
pub use data::{Entries, Kind, Mapping, Sequence, Value};
pub(crate) use data::{SLOT, entry_bytes, nfc};
pub use json::{from_json, shown_json, to_json};
pub use number::{Number, NumberError};
pub use symbol::{Symbol, SymbolKind};
pub use text::Shown;
pub use types::{Field, Presence, Type};
pub(crate) use unify::convertible;
pub use unify::{Losses, unify};
