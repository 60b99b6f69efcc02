//! Sharing inside the organization: what the stack wishes against what is.

use crate::desired::{DesiredSharing, SharingWish};
use crate::diag::Span;
use crate::model::{Gap, Observed, Place};
use crate::org::SharingState;

/// The organization's node of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharingDiff {
    pub span: Span,
    /// The management account and the Region in which RAM is called.
    pub place: Place,
    pub verdict: SharingVerdict,
}

/// What to do about sharing inside the organization. Nothing here ever turns it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SharingVerdict {
    /// On, as wished.
    InSync,
    /// Off; RAM's own call turns it on. The state is `Disabled` or `LeftoverRole`.
    Enable { from: SharingState },
    /// Half on: only the service-linked role is missing. RAM's documented repair turns sharing off first and so takes every
    /// organization and unit off every share; making the role does not.
    MakeRole,
    /// The stack requires it to be on and does not say that ramctl may turn it on.
    RequiredButOff { state: SharingState },
    /// It is off and cannot be turned on from here. The state is `NotAllFeatures`, `NotManagementAccount` or `NoOrganization`.
    Impossible { state: SharingState },
    /// The stack declares it off, and it is. The state says how.
    OffAsDeclared { state: SharingState },
    /// The stack declares it off, and it is on, or half on. ramctl leaves it on: turning it off takes every organization and unit off every share.
    OnUndeclared { state: SharingState },
    /// It could not be read, so nothing that depends on it is written.
    Unread { gap: Gap },
    /// The stack leaves it to somebody else: neither read nor changed.
    NotManaged,
}

pub(crate) fn compare(desired: &DesiredSharing, state: &Observed<SharingState>, place: Place) -> SharingDiff {
    use SharingState as S;
    let DesiredSharing { wish, management_account: _, region: _, span } = desired;
    let verdict = match (wish, state) {
        (SharingWish::Unmanaged, _) => SharingVerdict::NotManaged,
        (_, Observed::Unknown(gap)) => SharingVerdict::Unread { gap: gap.clone() },
        (SharingWish::Disabled, Observed::Known(state @ (S::Enabled | S::HalfEnabled))) => {
            SharingVerdict::OnUndeclared { state: *state }
        }
        // A member account cannot tell.
        (SharingWish::Disabled, Observed::Known(state)) if *state != S::NotManagementAccount => {
            SharingVerdict::OffAsDeclared { state: *state }
        }
        (_, Observed::Known(S::Enabled)) => SharingVerdict::InSync,
        (_, Observed::Known(state @ (S::NotAllFeatures | S::NotManagementAccount | S::NoOrganization))) => {
            SharingVerdict::Impossible { state: *state }
        }
        (SharingWish::Required | SharingWish::Disabled, Observed::Known(state)) => {
            SharingVerdict::RequiredButOff { state: *state }
        }
        (SharingWish::Enabled, Observed::Known(S::HalfEnabled)) => SharingVerdict::MakeRole,
        (SharingWish::Enabled, Observed::Known(state @ (S::Disabled | S::LeftoverRole))) => {
            SharingVerdict::Enable { from: *state }
        }
    };
    SharingDiff { span: *span, place, verdict }
}
