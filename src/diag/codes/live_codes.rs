//! Codes of what was found live.

codes! {}
