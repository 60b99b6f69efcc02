//! The states that RAM reports for shares and associations.
//!
//! RAM adds states without notice, so each enum keeps what it does not know.

use std::fmt;

/// Declares an enum over RAM's spelling of a status, with `Other` for what is new.
macro_rules! ram_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A state that this version of ramctl does not know.
            Other(String),
        }

        impl $name {
            pub fn read(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text.to_owned()),
                }
            }

            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

ram_enum!(
    /// `ResourceShareStatus`.
    ShareStatus {
        Pending = "PENDING",
        Active = "ACTIVE",
        Failed = "FAILED",
        Deleting = "DELETING",
        /// Still listed for about two hours; counts as absent.
        Deleted = "DELETED",
    }
);

ram_enum!(
    /// `ResourceShareAssociationStatus`.
    AssociationStatus {
        Associating = "ASSOCIATING",
        Associated = "ASSOCIATED",
        Failed = "FAILED",
        Disassociating = "DISASSOCIATING",
        /// Lingers in listings; counts as absent.
        Disassociated = "DISASSOCIATED",
        Suspended = "SUSPENDED",
        Suspending = "SUSPENDING",
        Restoring = "RESTORING",
    }
);

impl AssociationStatus {
    /// Whether such an association gives anybody anything, or is about to. A state that is not known may.
    pub fn gives(&self) -> bool {
        !matches!(
            self,
            Self::Failed | Self::Disassociating | Self::Disassociated | Self::Suspended | Self::Suspending
        )
    }
}

ram_enum!(
    /// `ResourceShareFeatureSet` and `PermissionFeatureSet`.
    FeatureSet {
        /// Made by RAM from a resource policy; cannot be changed until promoted.
        CreatedFromPolicy = "CREATED_FROM_POLICY",
        PromotingToStandard = "PROMOTING_TO_STANDARD",
        Standard = "STANDARD",
    }
);

ram_enum!(
    /// `ResourceShareInvitationStatus`.
    InvitationStatus {
        Pending = "PENDING",
        Accepted = "ACCEPTED",
        Rejected = "REJECTED",
        Expired = "EXPIRED",
    }
);
