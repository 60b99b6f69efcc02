//! What losing accounts have in the subnets and transit gateways that a plan takes from them.
//!
//! No call of RAM tells it. EC2 does, in the account that owns the share, so it is asked between two passes: a plan says what it takes,
//! and made again with the answers it knows whom that hurts. The answers decide no step and are no part of what a plan is bound to.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::{Access, Grantee, Shift};
use crate::model::{AccountId, Gap, Observed, Place, Principal, ResourceArn, Usage, UsedKind, Users};
use crate::plan::body::{PlanBody, PlannedShare};

/// What those have who lose a resource with this share.
pub(crate) fn of_share(
    share: &PlannedShare,
    access: &Access<'_>,
    usage: &Usage,
) -> BTreeMap<ResourceArn, Observed<Users>> {
    let Some(before) = share.diff.before().filter(|_| share.blocked.is_none()) else {
        return BTreeMap::new();
    };
    let (lose, unknown) = (&share.access.lose, &share.access.unknown);
    let taken = before.share.resources.keys().filter_map(|resource| {
        let shift = access.shift(resource).filter(|shift| is_taken(shift, lose, unknown))?;
        let (kind, _) = UsedKind::of(resource)?;
        let hidden = !unknown.is_disjoint(&shift.unknown);
        let known: BTreeSet<&AccountId> =
            shift.lose.intersection(lose).filter_map(Grantee::account).collect();
        let kept: BTreeSet<&AccountId> = shift.after.iter().filter_map(Grantee::account).collect();
        let users = usage.of(resource, kind).map(|users| {
            let loses = |account: &AccountId| {
                let may_be = hidden && *account != before.place.account && !kept.contains(account);
                known.contains(account) || may_be
            };
            users.iter().filter(|(id, _)| loses(id)).map(|(id, n)| (id.clone(), *n)).collect::<Users>()
        });
        Some((resource.clone(), users))
    });
    taken.collect()
}

/// Whether some of these are among those that lose it.
fn is_taken(shift: &Shift, grantees: &BTreeSet<Grantee>, principals: &BTreeSet<Principal>) -> bool {
    !shift.lose.is_disjoint(grantees) || !shift.unknown.is_disjoint(principals)
}

impl PlannedShare {
    /// Whether some of these, or some behind these principals, lose the resource and have something in it. Where that is not
    /// known, it counts as if.
    pub(crate) fn breaks(
        &self,
        resource: &ResourceArn,
        access: &Access<'_>,
        grantees: &BTreeSet<Grantee>,
        principals: &BTreeSet<Principal>,
    ) -> bool {
        let (Some(users), Some(shift)) = (self.usage.get(resource), access.shift(resource)) else {
            return false;
        };
        match users {
            Observed::Unknown(_) => is_taken(shift, grantees, principals),
            Observed::Known(users) => {
                let hidden = !shift.unknown.is_disjoint(principals);
                let in_one = |all: &BTreeSet<Grantee>, id| all.iter().any(|one| one.account() == Some(id));
                users.keys().any(|id| in_one(grantees, id) || (hidden && !in_one(&shift.lose, id)))
            }
        }
    }
}

impl PlanBody {
    /// What EC2 is to be asked, and in which account and Region. Nothing where the plan takes no subnet and no transit gateway.
    pub fn usage_questions(&self) -> BTreeMap<Place, BTreeSet<ResourceArn>> {
        let mut out: BTreeMap<Place, BTreeSet<ResourceArn>> = BTreeMap::new();
        for share in &self.shares {
            let Some(place) = share.diff.before().map(|before| &before.place) else { continue };
            // Another account would see its own alone, and that would look like "nothing".
            let owned = |arn: &&ResourceArn| place.is_of(arn.arn());
            for resource in share.usage.keys().filter(owned) {
                out.entry(place.clone()).or_default().insert(resource.clone());
            }
        }
        out
    }
}

/// What the owner can run to see for itself, for as many of the resources as a line has.
pub(crate) fn command<'a>(kind: UsedKind, place: &Place, ids: impl IntoIterator<Item = &'a str>) -> String {
    const NAMED: usize = 5;
    let ids: Vec<&str> = ids.into_iter().take(NAMED).collect();
    let (call, filter, query) = match kind {
        UsedKind::Subnet => (
            "describe-network-interfaces --include-managed-resources",
            "subnet-id",
            "NetworkInterfaces[].[SubnetId,OwnerId]",
        ),
        UsedKind::TransitGateway => (
            "describe-transit-gateway-attachments",
            "transit-gateway-id",
            "TransitGatewayAttachments[].[TransitGatewayId,ResourceOwnerId,State]",
        ),
    };
    let (region, ids) = (&place.region, ids.join(","));
    format!(
        "aws ec2 {call} --region {region} --filters Name={filter},Values={ids} --query '{query}' --output text"
    )
}

/// Resources of one kind of which the same is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unread<'a> {
    pub kind: UsedKind,
    pub gap: &'a Gap,
    pub ids: Vec<&'a str>,
}

impl PlannedShare {
    /// What could not be read, each reason once.
    pub(crate) fn unread_usage(&self) -> Vec<Unread<'_>> {
        let mut groups: BTreeMap<(UsedKind, &Gap), Vec<&str>> = BTreeMap::new();
        for (resource, users) in &self.usage {
            if let (Some((kind, id)), Observed::Unknown(gap)) = (UsedKind::of(resource), users) {
                groups.entry((kind, gap)).or_default().push(id);
            }
        }
        groups.into_iter().map(|((kind, gap), ids)| Unread { kind, gap, ids }).collect()
    }

    /// The account and Region in which use is asked for.
    pub(crate) fn usage_place(&self) -> &Place {
        self.diff.before().map_or_else(|| self.diff.place(), |before| &before.place)
    }
}
