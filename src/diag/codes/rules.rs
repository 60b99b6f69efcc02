//! Codes of RAM's rules that a configuration breaks.

codes! {}
