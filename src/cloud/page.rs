//! One page of a listing.

/// Which page to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted; AWS may give fewer, even none, and still have more.
    pub size: u16,
    /// `next` of the page before; none for the first.
    pub token: Option<String>,
}

impl PageRequest {
    pub fn first(size: u16) -> Self {
        Self { size, token: None }
    }
}

/// Rows and where to go on. Only a missing `next` ends a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}
