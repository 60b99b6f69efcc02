//! The sections of a share, each of which a record tells apart from the others.

/// What the digests are taken over, in the order of their places in the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Name and flags.
    Settings,
    Resources,
    /// Principals and sources.
    Principals,
    Permissions,
    Tags,
}

impl Section {
    pub const ALL: [Self; 5] =
        [Self::Settings, Self::Resources, Self::Principals, Self::Permissions, Self::Tags];
}
