//! Declarations and an organization for tests.

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::desired::Resolution;
use crate::diag::{SourceMap, Span, Spanned};
use crate::lang::{
    AccountBlock, AssumeRole, Declaration, Lifecycle, OrganizationBlock, PermissionUse, PrincipalExpr,
    ShareBlock, SharingWish, VersionWish,
};
use crate::model::{
    AccountId, Address, BlockKind, Gap, GapCause, Observed, OrganizationArn, OuArn, OuId, Principal, Region,
    ResourceArn, ResourceType, RootId, StackName, TaggedResources,
};
use crate::org::{
    AccountStanding, OrgAccount, OrgSnapshot, OrgView, OrganizationalUnit, ParentId, SharingState,
};

pub(crate) const MANAGEMENT: &str = "111111111111";
pub(crate) const NETWORK: &str = "222222222222";
pub(crate) const DEV: &str = "444444444444";
pub(crate) const STRANGER: &str = "999999999999";
pub(crate) const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1";
pub(crate) const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";
pub(crate) const CA: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";

/// A value at a place of its own, each later than the one before.
pub(crate) fn at<T>(value: T) -> Spanned<T> {
    Spanned::new(value, span())
}

pub(crate) fn span() -> Span {
    thread_local!(static NEXT: Cell<usize> = const { Cell::new(0) });
    let start = NEXT.replace(NEXT.get() + 2);
    Span::new(SourceMap::default().add("stack.ram.hcl", ""), start..start + 1)
}

pub(crate) fn id(text: &str) -> AccountId {
    AccountId::parse(text).expect("an account id")
}

pub(crate) fn region(text: &str) -> Region {
    Region::parse(text).expect("a Region")
}

pub(crate) fn address(kind: BlockKind, label: &str, key: Option<&str>) -> Address {
    Address { kind, label: label.into(), key: key.map(Into::into) }
}

/// A share of `network` in eu-central-1 with a transit gateway for `dev`.
pub(crate) fn share(label: &str) -> ShareBlock {
    ShareBlock {
        address: address(BlockKind::Share, label, None),
        span: span(),
        account: at(id(NETWORK)),
        region: at(region("eu-central-1")),
        name: None,
        resources: resources(&[TGW]),
        tagged: Vec::new(),
        principals: vec![literal(DEV)],
        sources: Vec::new(),
        permissions: Vec::new(),
        allow_external_principals: None,
        retain_sharing_on_account_leave_organization: None,
        accept_invitations: None,
        tags: BTreeMap::new(),
        tags_span: None,
        expires: None,
        lifecycle: Lifecycle::default(),
    }
}

pub(crate) fn resources(arns: &[&str]) -> Vec<Spanned<ResourceArn>> {
    arns.iter().map(|arn| at(ResourceArn::parse(arn).expect("an ARN"))).collect()
}

pub(crate) fn literal(text: &str) -> Spanned<PrincipalExpr> {
    at(PrincipalExpr::Literal(Principal::read(text)))
}

pub(crate) fn ou(path: &str) -> Spanned<PrincipalExpr> {
    at(PrincipalExpr::UnitAtPath(path.into()))
}

pub(crate) fn permission(code: &str, permission: &str) -> PermissionUse {
    PermissionUse {
        span: span(),
        resource_type: at(ResourceType::parse(code).expect("a type")),
        permission: at(permission.into()),
        declared: None,
        version: VersionWish::Unsaid,
    }
}

/// The stack `network`: an organization, three accounts and no share.
pub(crate) fn stack() -> Declaration {
    let account = |number: &str, role: bool| AccountBlock {
        span: span(),
        id: at(id(number)),
        assume_role: role.then(|| AssumeRole {
            span: span(),
            arn: format!("arn:aws:iam::{number}:role/ramctl"),
            external_id: None,
            session_name: None,
            duration_seconds: None,
        }),
        regions: None,
    };
    Declaration {
        organization: Some(OrganizationBlock {
            sweep: None,
            span: span(),
            management_account: at(id(MANAGEMENT)),
            sharing: at(SharingWish::Enabled),
        }),
        accounts: BTreeMap::from([
            (address(BlockKind::Account, "management", None), account(MANAGEMENT, true)),
            (address(BlockKind::Account, "network", None), account(NETWORK, true)),
            (address(BlockKind::Account, "dev", None), account(DEV, false)),
        ]),
        ..Declaration::empty(at(StackName::parse("network").expect("a name")))
    }
}

/// The stack with these shares.
pub(crate) fn stack_of(shares: impl IntoIterator<Item = ShareBlock>) -> Declaration {
    Declaration { shares: shares.into_iter().collect(), ..stack() }
}

/// An organization with `Workloads/Prod`, `Workloads/Dev` and `Security`, two accounts named `twin` and a suspended one.
pub(crate) fn snapshot() -> OrgSnapshot {
    let root = RootId::parse("r-ab12").expect("a root");
    let unit = |tail: &str, name: &str, parent: Option<&str>| {
        let id = OuId::parse(&format!("ou-ab12-{tail}")).expect("a unit");
        let arn = OuArn::parse(&format!("arn:aws:organizations::{MANAGEMENT}:ou/o-a1b2c3d4e5/{id}"));
        let parent = match parent {
            None => ParentId::Root(root.clone()),
            Some(tail) => ParentId::Unit(OuId::parse(&format!("ou-ab12-{tail}")).expect("a unit")),
        };
        (id, OrganizationalUnit { arn: arn.expect("an ARN"), name: name.into(), parent })
    };
    let units: BTreeMap<_, _> = [
        unit("workload", "Workloads", None),
        unit("prod0001", "Prod", Some("workload")),
        unit("dev00001", "Dev", Some("workload")),
        unit("security", "Security", None),
        unit("slash001", "A/B", None),
        unit("slasha01", "A", None),
        unit("slashb01", "B", Some("slasha01")),
    ]
    .into();
    let account = |number: &str, name: &str, tail: Option<&str>, standing: AccountStanding| {
        let parent = match tail {
            None => ParentId::Root(root.clone()),
            Some(tail) => ParentId::Unit(OuId::parse(&format!("ou-ab12-{tail}")).expect("a unit")),
        };
        (id(number), OrgAccount { name: name.into(), standing, parent })
    };
    OrgSnapshot {
        arn: OrganizationArn::parse(&format!(
            "arn:aws:organizations::{MANAGEMENT}:organization/o-a1b2c3d4e5"
        ))
        .expect("an ARN"),
        management_account: id(MANAGEMENT),
        all_features: true,
        root: root.clone(),
        units,
        accounts: [
            account(MANAGEMENT, "Management", None, AccountStanding::Active),
            account(NETWORK, "Network Hub", None, AccountStanding::Active),
            account(DEV, "Development", Some("dev00001"), AccountStanding::Active),
            account("555555555555", "Production", Some("prod0001"), AccountStanding::Active),
            account("666666666661", "twin", None, AccountStanding::Active),
            account("666666666662", "twin", None, AccountStanding::Active),
            account("777777777777", "closing", None, AccountStanding::PendingClosure),
        ]
        .into(),
    }
}

/// [`resolve`](crate::desired::resolve) for a stack that looks for nothing by tags.
pub(crate) fn resolve(declaration: &Declaration, org: &OrgView) -> Resolution {
    crate::desired::resolve(declaration, org, &TaggedResources::default())
}

pub(crate) fn known(snapshot: OrgSnapshot) -> OrgView {
    OrgView { snapshot: Observed::Known(snapshot), sharing: Observed::Known(SharingState::Enabled) }
}

pub(crate) fn unknown() -> OrgView {
    let gap = Gap {
        action: "organizations:DescribeOrganization".into(),
        caller: "arn:aws:iam::111111111111:role/ramctl".into(),
        cause: GapCause::AccessDenied,
        detail: "AccessDeniedException".into(),
    };
    OrgView { snapshot: Observed::Unknown(gap.clone()), sharing: Observed::Unknown(gap) }
}
