//! Who has to accept an invitation before it sees a share, how long it can, and who accepts for it.
//!
//! Source: AWS RAM user guide, "Accepting and rejecting resource share invitations" and "Considerations for sharing outside".

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::catalog;
use crate::desired::graph::{DesiredGraph, DesiredShare};
use crate::desired::places::places;
use crate::lang::Declaration;
use crate::model::{AccountId, Observed, Place, Principal, ResourceArn, ResourceType};
use crate::org::{OrgView, SharingState};

/// How long an invitation to a share with a newer type on it can be accepted, or to one with nothing on it.
pub const SHORT_WINDOW: SignedDuration = SignedDuration::from_hours(12);
/// The same where every type on the share is one of the fourteen that RAM began with.
pub const LONG_WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether RAM asks the account of a principal before it sees the share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invites {
    No,
    Yes(InvitedBecause),
    /// The organization, or whether it shares with RAM, is not known: RAM may send an invitation or not.
    Unknown,
}

/// Why an account is invited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InvitedBecause {
    /// One of the two accounts is outside the organization of the other.
    Outside,
    /// Both are in the organization, and RAM does not share inside it.
    SharingOff,
    /// `retain_sharing_on_account_leave_organization`: also inside the organization.
    Retain,
}

/// Whether a principal of a share is invited, as far as the organization tells.
///
/// `sharing_comes` says that sharing inside the organization is turned on before the share is.
pub fn invites(
    principal: &Principal,
    owner: &AccountId,
    retain: bool,
    org: &OrgView,
    sharing_comes: bool,
) -> Invites {
    let account = match principal {
        Principal::Account(_) | Principal::Role(_) | Principal::User(_) => principal.account(),
        Principal::Organization(_)
        | Principal::OrganizationalUnit(_)
        | Principal::Service(_)
        | Principal::Other(_) => None,
    };
    let Some(account) = account.filter(|account| account != owner) else { return Invites::No };
    if retain {
        return Invites::Yes(InvitedBecause::Retain);
    }
    let Observed::Known(snapshot) = &org.snapshot else { return Invites::Unknown };
    let inside = |id: &AccountId| *id == snapshot.management_account || snapshot.contains(id);
    if !inside(&account) || !inside(owner) {
        return Invites::Yes(InvitedBecause::Outside);
    }
    match &org.sharing {
        _ if sharing_comes => Invites::No,
        Observed::Known(SharingState::Enabled) => Invites::No,
        Observed::Known(_) => Invites::Yes(InvitedBecause::SharingOff),
        Observed::Unknown(_) => Invites::Unknown,
    }
}

impl DesiredGraph {
    /// Whether this run turns sharing inside the organization on, where it is not.
    pub(crate) fn turns_sharing_on(&self, org: &OrgView) -> bool {
        let wished =
            self.sharing.as_ref().is_some_and(|sharing| sharing.wish == crate::lang::SharingWish::Enabled);
        let possible = matches!(
            org.sharing,
            Observed::Known(SharingState::Disabled | SharingState::LeftoverRole | SharingState::HalfEnabled)
        );
        wished && possible
    }

    /// Whether a principal of a share of the stack is invited.
    pub fn invites(&self, share: &DesiredShare, principal: &Principal, org: &OrgView) -> Invites {
        invites(principal, &share.place.account, share.retain_sharing, org, self.turns_sharing_on(org))
    }

    /// Where `inbound` blocks say what may come.
    pub fn inbound_places(&self) -> BTreeSet<Place> {
        self.inbound.values().map(|block| block.place.clone()).collect()
    }

    /// The accounts and Regions in which ramctl accepts for principals of a share, and so has to look at what is received.
    pub fn receivers(&self, share: &DesiredShare, org: &OrgView) -> BTreeSet<Place> {
        if !share.accept_invitations || share.is_expired(self.now) {
            return BTreeSet::new();
        }
        let receiver = |principal: &Principal| {
            let account = principal.account().filter(|account| self.reached.contains(account))?;
            let asked = self.invites(share, principal, org) != Invites::No;
            asked.then(|| Place { account, region: share.place.region.clone() })
        };
        share.principals.keys().filter_map(receiver).collect()
    }
}

/// The accounts that ramctl has credentials for: a role, or, for accounts in which it works anyway, those of the process. An
/// `account` block with nothing but an id is a name.
pub(crate) fn reached(declaration: &Declaration) -> BTreeSet<AccountId> {
    let roles = declaration.accounts.values().filter(|block| block.assume_role.is_some());
    let of_shares = declaration.shares.iter().map(|block| &block.account.value);
    let of_inbound = declaration.inbound.iter().map(|block| &block.account.value);
    roles.map(|block| &block.id.value).chain(of_shares).chain(of_inbound).cloned().collect()
}

/// Accounts that the files name without saying how they are reached. Where nothing of the stack is in them, only the credentials of the run
/// can be theirs.
pub(crate) fn unreached(declaration: &Declaration) -> BTreeSet<AccountId> {
    let blocks = declaration.accounts.values().map(|block| &block.id.value);
    let management = declaration.organization.iter().map(|block| &block.management_account.value);
    let read: BTreeSet<AccountId> = places(declaration).into_iter().map(|place| place.account).collect();
    let reached = reached(declaration);
    let is_open = |account: &&AccountId| !reached.contains(*account) && !read.contains(*account);
    blocks.chain(management).filter(is_open).cloned().collect()
}

/// How long an invitation to a share with these resources can be accepted: the shortest window of their types. Where a type is not
/// known it counts as a new one.
pub fn invitation_window<'a>(resources: impl IntoIterator<Item = &'a ResourceArn>) -> SignedDuration {
    let hours = resources.into_iter().map(|resource| {
        catalog::type_of(resource.arn()).and_then(|facts| facts.invitation_hours).map_or(12, i64::from)
    });
    hours.min().map_or(SHORT_WINDOW, SignedDuration::from_hours)
}

/// Whether an account can leave a share with these types by itself.
pub fn can_be_left<'a>(types: impl IntoIterator<Item = &'a ResourceType>) -> bool {
    types
        .into_iter()
        .all(|code| catalog::type_with_code(code).and_then(|facts| facts.consumer_can_leave) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desired::fixture::{DEV, NETWORK, STRANGER, id, known, snapshot, unknown};

    fn org(sharing: SharingState) -> OrgView {
        OrgView { sharing: Observed::Known(sharing), ..known(snapshot()) }
    }

    #[test]
    fn an_invitation_is_needed_outside_where_sharing_is_off_and_where_sharing_is_retained() {
        use InvitedBecause::{Outside, Retain, SharingOff};
        use SharingState::{Disabled, Enabled, HalfEnabled};
        let role = format!("arn:aws:iam::{STRANGER}:role/deploy");
        let cases = [
            (DEV, NETWORK, false, org(Enabled), false, Invites::No),
            (DEV, NETWORK, true, org(Enabled), false, Invites::Yes(Retain)),
            (DEV, NETWORK, false, org(Disabled), false, Invites::Yes(SharingOff)),
            (DEV, NETWORK, false, org(HalfEnabled), false, Invites::Yes(SharingOff)),
            (DEV, NETWORK, false, org(Disabled), true, Invites::No),
            (STRANGER, NETWORK, false, org(Enabled), false, Invites::Yes(Outside)),
            (&role, NETWORK, false, org(Enabled), false, Invites::Yes(Outside)),
            (DEV, STRANGER, false, org(Enabled), false, Invites::Yes(Outside)),
            (DEV, NETWORK, false, unknown(), false, Invites::Unknown),
            (NETWORK, NETWORK, true, unknown(), false, Invites::No),
            ("service.amazonaws.com", NETWORK, true, unknown(), false, Invites::No),
        ];
        for (principal, owner, retain, org, comes, expected) in cases {
            let found = invites(&Principal::read(principal), &id(owner), retain, &org, comes);
            assert_eq!(found, expected, "{principal} {owner} {retain} {:?}", org.sharing);
        }
    }

    #[test]
    fn the_window_is_that_of_the_newest_type_on_the_share() {
        let arn = |text: &str| ResourceArn::parse(text).unwrap();
        let tgw = arn("arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1");
        let ca = arn("arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1");
        assert_eq!(invitation_window([&tgw]), LONG_WINDOW);
        assert_eq!(invitation_window([&tgw, &ca]), SHORT_WINDOW);
        assert_eq!(invitation_window([]), SHORT_WINDOW);
    }
}
