//! The public JSON documents: versioned serde structs, one file per document in `schemas/`.
