//! Codes of applying a plan.

codes! {}
