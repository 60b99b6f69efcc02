//! A small company for tests: an organization, a desired stack, and live shares that match it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::desired::{
    DesiredGraph, DesiredPermission, DesiredPrincipal, DesiredShare, DesiredSharing, Identity, Lifecycle,
    Safeguards, SharingWish, Unresolved,
};
use crate::diag::{SourceMap, Span};
use crate::diff::{Record, Stamp};
use crate::live::{
    Association, AttachedPermission, InvitationRow, LivePlace, LiveShare, LiveState, PermissionReadings,
    PermissionVersion, Received, ReceivedShare, ReceivedTypes, Sweep, VersionAsked,
};
use crate::model::{
    AccountId, Action, Address, AssociationStatus, BlockKind, Conditions, FeatureSet, Gap, GapCause,
    InvitationArn, InvitationStatus, Observed, OrganizationArn, OuArn, PermissionArn, PermissionPolicy,
    Place, PolicyChange, Principal, Region, ResourceArn, ResourceType, RootId, ShareArn, ShareStatus,
    StackName, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};
use crate::org::{
    AccountStanding, OrgAccount, OrgSnapshot, OrgView, OrganizationalUnit, ParentId, SharingState,
};

pub(crate) const HUB: &str = "222222222222";

pub(crate) fn account(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

pub(crate) fn place(account_id: &str, region: &str) -> Place {
    Place { account: account(account_id), region: Region::parse(region).unwrap() }
}

/// The place in which everything happens unless a test says otherwise.
pub(crate) fn hub() -> Place {
    place(HUB, "eu-central-1")
}

pub(crate) fn principal(text: &str) -> Principal {
    Principal::read(text)
}

pub(crate) fn ou(name: &str) -> Principal {
    Principal::OrganizationalUnit(ou_arn(name))
}

fn ou_arn(name: &str) -> OuArn {
    OuArn::parse(&format!("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-{name:0>8}")).unwrap()
}

pub(crate) fn whole_organization() -> Principal {
    principal("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")
}

pub(crate) fn tgw(n: u32) -> ResourceArn {
    ResourceArn::parse(&format!("arn:aws:ec2:eu-central-1:{HUB}:transit-gateway/tgw-{n}")).unwrap()
}

pub(crate) fn tgw_type() -> ResourceType {
    ResourceType::parse("ec2:TransitGateway").unwrap()
}

pub(crate) fn permission(name: &str) -> PermissionArn {
    PermissionArn::parse(&format!("arn:aws:ram::aws:permission/{name}")).unwrap()
}

pub(crate) fn share_arn(at: &Place, n: u32) -> ShareArn {
    ShareArn::parse(&format!("arn:aws:ram:{}:{}:resource-share/{n:08}", at.region, at.account)).unwrap()
}

pub(crate) fn address(label: &str) -> Address {
    Address { kind: BlockKind::Share, label: label.to_owned(), key: None }
}

/// A place in a file that exists, for spans.
pub(crate) fn sources() -> (SourceMap, Span) {
    let mut sources = SourceMap::default();
    let file = sources.add("shares.ram.hcl", "\n\nshare \"tgw\" {\n}\n");
    (sources, Span::new(file, 2..13))
}

fn span() -> Span {
    sources().1
}

/// One share with one transit gateway for account 333333333333.
pub(crate) fn desired_share(label: &str) -> DesiredShare {
    DesiredShare {
        address: address(label),
        span: span(),
        place: hub(),
        name: label.to_owned(),
        allow_external_principals: false,
        retain_sharing: false,
        accept_invitations: false,
        resources: [(tgw(1), Some(tgw_type()))].into(),
        found: BTreeSet::new(),
        searches: BTreeSet::new(),
        principals: [as_written(principal("333333333333"))].into(),
        sources: BTreeSet::new(),
        permissions: BTreeMap::new(),
        tags: [("team".to_owned(), "network".to_owned())].into(),
        expires: None,
        lifecycle: Lifecycle::default(),
    }
}

pub(crate) fn as_written(principal: Principal) -> (Principal, DesiredPrincipal) {
    let label = crate::diff::principal_label(&principal, &org());
    (principal, DesiredPrincipal { span: span(), label })
}

pub(crate) fn as_permission(name: &str) -> (ResourceType, DesiredPermission) {
    (tgw_type(), DesiredPermission { arn: permission(name), span: span(), latest: false })
}

pub(crate) fn stack(shares: impl IntoIterator<Item = DesiredShare>) -> DesiredGraph {
    let shares: BTreeMap<_, _> = shares.into_iter().map(|share| (share.address.clone(), share)).collect();
    DesiredGraph {
        formerly: BTreeSet::new(),
        stack: StackName::parse("network").unwrap(),
        sharing: Some(DesiredSharing {
            wish: SharingWish::Enabled,
            management_account: account("111111111111"),
            region: hub().region,
            span: span(),
        }),
        places: [hub(), place(HUB, "us-east-1")].into(),
        account_labels: [
            (account(HUB), "network".to_owned()),
            (account("111111111111"), "management".to_owned()),
        ]
        .into(),
        shares,
        permissions: BTreeMap::new(),
        unresolved: BTreeMap::new(),
        inbound: BTreeMap::new(),
        reached: [account(HUB)].into(),
        unreached: BTreeSet::new(),
        ignore_tags: crate::model::IgnoredTags::default(),
        identity: Identity::default(),
        safeguards: Safeguards::default(),
        now: Timestamp::from_second(2_000_000).unwrap(),
        nodes: Vec::new(),
        edges: petgraph::graphmap::DiGraphMap::new(),
    }
}

/// A share of which something is open.
pub(crate) fn unresolved(share: &DesiredShare) -> Unresolved {
    Unresolved {
        place: share.place.clone(),
        span: share.span,
        wanted: Vec::new(),
        gap: gap(),
        protected: false,
        settled: Box::new(share.clone()),
        opens_principals: true,
        opens_resources: false,
    }
}

/// The tags by which a share of this ARN proves to be the stack's, with nothing open.
pub(crate) fn proven_tags(desired: &DesiredShare, arn: &ShareArn) -> Tags {
    let record = Record {
        stack: "network".to_owned(),
        address: desired.address.tag_value(),
        stamp: Stamp::of(desired),
        replaces: BTreeSet::new(),
    };
    Tags::from([
        (TAG_STACK.to_owned(), record.stack.clone()),
        (TAG_ADDRESS.to_owned(), record.address.clone()),
        (TAG_APPLIED.to_owned(), record.bound(arn)),
    ])
}

/// What AWS has once a share was applied.
pub(crate) fn live_share(desired: &DesiredShare, n: u32) -> LiveShare {
    let mut tags = desired.tags.clone();
    tags.extend(proven_tags(desired, &share_arn(&desired.place, n)));
    let mut permissions: BTreeMap<_, _> = desired
        .permissions
        .iter()
        .map(|(kind, permission)| (kind.clone(), attached(&permission.arn)))
        .collect();
    for kind in desired.resources.values().flatten() {
        permissions
            .entry(kind.clone())
            .or_insert_with(|| attached(&permission("AWSRAMDefaultPermissionTransitGateway")));
    }
    LiveShare {
        arn: share_arn(&desired.place, n),
        name: desired.name.clone(),
        status: ShareStatus::Active,
        status_message: None,
        allow_external_principals: desired.allow_external_principals,
        retain_sharing: desired.retain_sharing,
        feature_set: FeatureSet::Standard,
        tags,
        created: Some(Timestamp::from_second(i64::from(n)).unwrap()),
        updated: Some(Timestamp::from_second(i64::from(n)).unwrap()),
        resources: desired.resources.keys().map(|arn| (arn.clone(), associated())).collect(),
        principals: desired.principals.keys().map(|p| (p.clone(), associated())).collect(),
        sources: desired.sources.iter().map(|source| (source.clone(), associated())).collect(),
        permissions,
    }
}

pub(crate) fn attached(arn: &PermissionArn) -> AttachedPermission {
    AttachedPermission {
        arn: arn.clone(),
        version: "1".to_owned(),
        default_version: true,
        feature_set: FeatureSet::Standard,
    }
}

pub(crate) fn associated() -> Association {
    association(AssociationStatus::Associated)
}

pub(crate) fn association(status: AssociationStatus) -> Association {
    let at = Some(Timestamp::from_second(1_000).unwrap());
    Association { status, status_message: None, external: false, created: at, updated: at }
}

/// Both places of the stack, with these shares in the hub's.
pub(crate) fn live(shares: impl IntoIterator<Item = LiveShare>) -> LiveState {
    let shares = shares.into_iter().map(|share| (share.arn.clone(), share)).collect();
    let readings = aws_readings();
    LiveState {
        places: [
            (
                hub(),
                Observed::Known(LivePlace { shares, readings: readings.clone(), ..LivePlace::default() }),
            ),
            (place(HUB, "us-east-1"), Observed::Known(LivePlace { readings, ..LivePlace::default() })),
        ]
        .into(),
        received: BTreeMap::new(),
        sweep: Sweep::NotAsked,
    }
}

/// What changes where the default version of one permission gives way to that of another.
pub(crate) fn aws_change(before: &str, after: &str) -> Observed<PolicyChange> {
    let readings = aws_readings();
    let policy = |name: &str| {
        let found = readings.policy(&permission(name), &VersionAsked::Default);
        found.known().expect("in the fixture").policy.clone()
    };
    Observed::Known(policy(before).change_to(&policy(after)))
}

/// What AWS's permissions of the tests allow: an action of their own each, one more in version 2, which is the default.
pub(crate) fn aws_readings() -> PermissionReadings {
    let mut out = PermissionReadings::default();
    for name in ["AWSRAMDefaultPermissionTransitGateway", "X", "Y", "Z", "Wide", "Mine"] {
        let arn = permission(name);
        let version = |number: &str, actions: &[String]| {
            let policy =
                PermissionPolicy::new(actions.iter().map(|one| Action::read(one)), Conditions::new());
            Observed::Known(PermissionVersion { version: number.to_owned(), policy })
        };
        let one = format!("ec2:{name}");
        let old = version("1", std::slice::from_ref(&one));
        let new = version("2", &[one, format!("ec2:{name}More")]);
        out.policies.insert((arn.clone(), VersionAsked::Numbered("1".to_owned())), old);
        out.policies.insert((arn, VersionAsked::Default), new);
    }
    out
}

pub(crate) fn gap() -> Gap {
    Gap {
        action: "sts:AssumeRole".to_owned(),
        caller: "arn:aws:iam::222222222222:role/ramctl".to_owned(),
        cause: GapCause::CannotAssumeRole,
        detail: "AccessDenied: not authorized to perform sts:AssumeRole".to_owned(),
    }
}

/// Workloads (`w`) with Dev (`d`: 333333333333, 444444444444) and Prod (`p`: 555555555555); the hub is in Infra (`i`); the
/// management account is at the root.
pub(crate) fn org() -> OrgView {
    let root = RootId::parse("r-ab12").unwrap();
    let unit = |name: &str, path: &str, parent: Option<&str>| {
        let parent = match parent {
            None => ParentId::Root(root.clone()),
            Some(parent) => ParentId::Unit(ou_arn(parent).id()),
        };
        (ou_arn(name).id(), OrganizationalUnit { arn: ou_arn(name), name: path.to_owned(), parent })
    };
    let member = |id: &str, name: &str, unit: Option<&str>| {
        let parent = match unit {
            None => ParentId::Root(root.clone()),
            Some(unit) => ParentId::Unit(ou_arn(unit).id()),
        };
        (account(id), OrgAccount { name: name.to_owned(), standing: AccountStanding::Active, parent })
    };
    OrgView {
        snapshot: Observed::Known(OrgSnapshot {
            arn: OrganizationArn::parse("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")
                .unwrap(),
            management_account: account("111111111111"),
            all_features: true,
            root: root.clone(),
            units: [
                unit("w", "Workloads", None),
                unit("d", "Dev", Some("w")),
                unit("p", "Prod", Some("w")),
                unit("i", "Infra", None),
            ]
            .into(),
            accounts: [
                member("111111111111", "management", None),
                member(HUB, "network", Some("i")),
                member("333333333333", "dev-1", Some("d")),
                member("444444444444", "dev-2", Some("d")),
                member("555555555555", "prod-1", Some("p")),
            ]
            .into(),
        }),
        sharing: Observed::Known(SharingState::Enabled),
    }
}

pub(crate) fn org_with(state: SharingState) -> OrgView {
    OrgView { sharing: Observed::Known(state), ..org() }
}

/// Nothing of the organization could be read.
pub(crate) fn unread_org() -> OrgView {
    OrgView { snapshot: Observed::Unknown(gap()), sharing: Observed::Unknown(gap()) }
}

pub(crate) fn owned_tags(stack: &str, address: &str) -> Tags {
    [(TAG_STACK.to_owned(), stack.to_owned()), (TAG_ADDRESS.to_owned(), address.to_owned())].into()
}

pub(crate) const PARTNER: &str = "999999999999";

/// The partner, outside the organization, in the Region of the hub.
pub(crate) fn partner() -> Place {
    place(PARTNER, "eu-central-1")
}

/// A share with the partner, which ramctl has credentials for.
pub(crate) fn share_with_partner() -> DesiredShare {
    DesiredShare {
        allow_external_principals: true,
        accept_invitations: true,
        principals: [as_written(principal(PARTNER))].into(),
        ..desired_share("tgw")
    }
}

/// A stack that reaches the partner.
pub(crate) fn reaching(shares: impl IntoIterator<Item = DesiredShare>) -> DesiredGraph {
    let mut graph = stack(shares);
    graph.reached.insert(account(PARTNER));
    graph.account_labels.insert(account(PARTNER), "partner".to_owned());
    graph
}

/// An invitation of the hub to its n-th share, sent at a second.
pub(crate) fn invitation(n: u32, status: InvitationStatus, second: i64) -> InvitationRow {
    let share = share_arn(&hub(), n);
    let arn = share.as_str().replace("resource-share/", "resource-share-invitation/");
    InvitationRow {
        arn: InvitationArn::parse(&arn).unwrap(),
        share,
        share_name: "tgw".to_owned(),
        sender: account(HUB),
        status,
        created: Some(Timestamp::from_second(second).unwrap()),
    }
}

/// What an account sees of these shares of the hub, and these invitations.
pub(crate) fn received(
    seen: impl IntoIterator<Item = u32>,
    invitations: impl IntoIterator<Item = InvitationRow>,
) -> Observed<Received> {
    let share =
        || ReceivedShare { name: "tgw".to_owned(), owner: account(HUB), types: ReceivedTypes::NotAsked };
    Observed::Known(Received {
        invitations: invitations.into_iter().map(|row| (row.share.clone(), row)).collect(),
        shares: seen.into_iter().map(|n| (share_arn(&hub(), n), share())).collect(),
    })
}
