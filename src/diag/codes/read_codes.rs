//! Codes of reading AWS and of the organization's bootstrap.

codes! {}
