//! The form of `plan` in the conditions of checks: which paths lead somewhere, before there is a plan.
//!
//! The values are written by `wire`; a test in `checks` holds the two together.

/// A form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Leaf,
    List(&'static Shape),
    /// By keys that nobody knows beforehand.
    Map(&'static Shape),
    Object(&'static [(&'static str, Shape)]),
}

const TEXTS: Shape = Shape::List(&Shape::Leaf);

/// What gains and loses.
const ACCESS: [(&str, Shape); 3] = [("gain", TEXTS), ("lose", TEXTS), ("unknown", TEXTS)];

const SHARE: Shape = Shape::Object(&[
    ("address", Shape::Leaf),
    ("account", Shape::Leaf),
    ("account_label", Shape::Leaf),
    ("region", Shape::Leaf),
    ("name", Shape::Leaf),
    ("changed", Shape::Leaf),
    ("allow_external_principals", Shape::Leaf),
    ("retain_sharing_on_account_leave_organization", Shape::Leaf),
    ("resources", TEXTS),
    ("principals", TEXTS),
    ("sources", TEXTS),
    ("permissions", Shape::Map(&Shape::Leaf)),
    ("tags", Shape::Map(&Shape::Leaf)),
]);

const PART: Shape = Shape::Object(&[
    ("part", Shape::Leaf),
    ("action", Shape::Leaf),
    ("subject", Shape::Leaf),
    ("label", Shape::Leaf),
    ("before", Shape::Leaf),
    ("after", Shape::Leaf),
    ("message", Shape::Leaf),
    ("cause", Shape::Leaf),
]);

const CHANGE: Shape = Shape::Object(&[
    ("address", Shape::Leaf),
    ("account", Shape::Leaf),
    ("account_label", Shape::Leaf),
    ("region", Shape::Leaf),
    ("actions", TEXTS),
    ("reasons", TEXTS),
    ("parts", Shape::List(&PART)),
    ("hazards", TEXTS),
    ("access", Shape::Object(&ACCESS)),
]);

/// `plan`.
pub const PLAN: Shape = Shape::Object(&[
    ("stack", Shape::Leaf),
    ("purpose", Shape::Leaf),
    ("shares", Shape::List(&SHARE)),
    ("changes", Shape::List(&CHANGE)),
    (
        "organization",
        Shape::Object(&[
            ("management_account", Shape::Leaf),
            ("sharing", Shape::Leaf),
            ("state", Shape::Leaf),
        ]),
    ),
    ("access", Shape::Object(&ACCESS)),
]);

impl Shape {
    /// The names of an object's attributes.
    pub(crate) fn names(self) -> Vec<&'static str> {
        match self {
            Self::Object(entries) => entries.iter().map(|(name, _)| *name).collect(),
            Self::Leaf | Self::List(_) | Self::Map(_) => Vec::new(),
        }
    }

    /// `value.name`: the form behind it; none where there is no such attribute.
    pub(crate) fn attribute(self, name: &str) -> Option<Self> {
        match self {
            Self::Object(entries) => {
                entries.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape)
            }
            Self::Map(element) => Some(*element),
            Self::Leaf | Self::List(_) => None,
        }
    }

    /// What a loop over it gives.
    pub(crate) fn element(self) -> Option<Self> {
        match self {
            Self::List(element) | Self::Map(element) => Some(*element),
            Self::Leaf | Self::Object(_) => None,
        }
    }
}
