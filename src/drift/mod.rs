//! A diff classified for people on call: in sync, modified, missing, unmanaged, unknown.
