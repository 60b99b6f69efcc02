//! Codes of hazards, changes that need consent.

codes! {}
