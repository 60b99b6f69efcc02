//! From blocks to the graph.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::edges::connect;
use crate::desired::graph::{
    DesiredGraph, DesiredPermission, DesiredPrincipal, DesiredShare, DesiredSharing, Unresolved,
};
use crate::desired::identity::identity;
use crate::desired::inbound::inbound;
use crate::desired::invitation::{reached, unreached};
use crate::desired::permission::{PermissionBlocks, settled_permission};
use crate::desired::places::{closed, organization_region, places};
use crate::desired::rules;
use crate::desired::safeguards::safeguards;
use crate::desired::settle::{Organization, settle};
use crate::desired::view::{PermissionView, ShareView, as_written, offline, own_spelling};
use crate::diag::rules::{RAM102, RAM103, RAM104};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::lang::{Declaration, VersionWish};
use crate::model::{AccountId, Address, Gap, GapCause, Place, Principal, ResourceArn, TaggedResources};
use crate::org::OrgView;

/// What became of a declaration.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// None where there is an error that concerns more than single shares.
    pub graph: Option<DesiredGraph>,
    /// In source order; those of [`check`] among them.
    pub diagnostics: Vec<Diagnostic>,
    /// Those of them that stop single shares.
    pub of_shares: BTreeMap<Address, Vec<Diagnostic>>,
}

/// Holds a declaration to the rules that need no organization.
pub fn check(declaration: &Declaration) -> Vec<Diagnostic> {
    let blocks = permission_blocks(declaration);
    let views: Vec<ShareView<'_>> =
        declaration.shares.iter().map(|block| ShareView::new(block, &blocks, None, offline)).collect();
    rules::tidy(rules::check(declaration, &views))
}

/// Settles a declaration against the organization and what [`tag_searches`](crate::desired::tag_searches) found.
///
/// Where the organization could not be read, a share that names a unit or account of it becomes
/// [`unresolved`](DesiredGraph::unresolved): that is a gap in what was read and no mistake in the files. So does a share whose search
/// by tags failed, and one that names what the organization does not have or what cannot be on it for the organization: that is a mistake,
/// or came about in the organization, and it stops no other share.
pub fn resolve(declaration: &Declaration, org: &OrgView, tagged: &TaggedResources) -> Resolution {
    let organization = org.snapshot.known().map(Organization::new);
    let labels = account_labels(declaration);
    let blocks = permission_blocks(declaration);
    let mut misnamed: BTreeMap<&Address, Vec<Diagnostic>> = BTreeMap::new();
    let views: Vec<ShareView<'_>> = declaration
        .shares
        .iter()
        .map(|block| {
            ShareView::new(block, &blocks, Some(tagged), |written| {
                let mut wrong = Vec::new();
                let settled = settle(written, &labels, organization.as_ref(), &mut wrong);
                if !wrong.is_empty() {
                    misnamed.entry(&block.address).or_default().extend(wrong);
                }
                settled
            })
        })
        .collect();
    let mut found = rules::check(declaration, &views);
    if let Some(organization) = &organization {
        for view in &views {
            let (wrong, more): (Vec<_>, Vec<_>) =
                rules::check_inside(view, organization).into_iter().partition(Diagnostic::is_error);
            found.extend(more);
            if !wrong.is_empty() {
                misnamed.entry(&view.block.address).or_default().extend(wrong);
            }
        }
        rules::accounts_that_are_read_are_open(declaration, organization.snapshot, &mut found);
    }
    let broken = found.iter().any(Diagnostic::is_error);
    let graph = (!broken)
        .then(|| graph(declaration, &views, labels, organization.as_ref(), (org.snapshot.gap(), &misnamed)));
    found.extend(misnamed.values().flatten().cloned());
    let of_shares = misnamed.into_iter().map(|(address, wrong)| (address.clone(), wrong)).collect();
    Resolution { graph, diagnostics: rules::tidy(found), of_shares }
}

fn graph(
    declaration: &Declaration,
    views: &[ShareView<'_>],
    account_labels: BTreeMap<AccountId, String>,
    organization: Option<&Organization<'_>>,
    (gap, misnamed): (Option<&Gap>, &BTreeMap<&Address, Vec<Diagnostic>>),
) -> DesiredGraph {
    let sharing = declaration.organization.as_ref().map(|block| DesiredSharing {
        wish: block.sharing.value,
        management_account: block.management_account.value.clone(),
        region: organization_region(declaration),
        span: block.span,
    });
    let mut shares = BTreeMap::new();
    let mut unresolved = BTreeMap::new();
    for view in views {
        let address = view.block.address.clone();
        let wrong = misnamed.get(&address);
        let (share, open) = settled(view);
        match (open, wrong) {
            (None, None) => {
                shares.insert(address, share);
            }
            (open, _) => {
                let Open { wanted, opens_principals, search_gap } = open.unwrap_or_else(|| Open {
                    wanted: wrong.map(|wrong| named_in(view, wrong)).unwrap_or_default(),
                    opens_principals: false,
                    search_gap: None,
                });
                let opens_resources = search_gap.is_some();
                let gap = wrong
                    .map(|wrong| not_there(wrong))
                    .or(search_gap)
                    .or_else(|| gap.cloned())
                    .expect("what a known organization does not have has its reason above");
                let unknown = Unresolved {
                    place: place(view),
                    span: view.block.span,
                    wanted,
                    gap,
                    protected: view.block.lifecycle.prevent_destroy,
                    settled: Box::new(share),
                    opens_principals,
                    opens_resources,
                };
                unresolved.insert(address, unknown);
            }
        }
    }
    let inside = |share: &DesiredShare| {
        share.principals.keys().any(|principal| match (principal, organization) {
            (Principal::Organization(_) | Principal::OrganizationalUnit(_), _) => true,
            (Principal::Service(_) | Principal::Other(_), _) => false,
            (Principal::Account(_) | Principal::Role(_) | Principal::User(_), None) => true,
            (Principal::Account(_) | Principal::Role(_) | Principal::User(_), Some(organization)) => {
                principal.account().is_some_and(|account| organization.has(&account))
            }
        })
    };
    let permissions: BTreeMap<_, _> = declaration
        .permissions
        .iter()
        .map(|block| (block.address.clone(), settled_permission(block)))
        .collect();
    let closed = organization.map(|known| closed(declaration, known.snapshot)).unwrap_or_default();
    let (nodes, edges) = connect(sharing.as_ref(), &permissions, &shares, inside);
    DesiredGraph {
        stack: declaration.stack.value.clone(),
        formerly: declaration.formerly.iter().map(|name| name.value.clone()).collect(),
        sharing,
        places: places(declaration).into_iter().filter(|place| !closed.contains(&place.account)).collect(),
        account_labels,
        shares,
        permissions,
        unresolved,
        inbound: inbound(declaration),
        reached: reached(declaration).difference(&closed).cloned().collect(),
        unreached: unreached(declaration),
        ignore_tags: declaration.ignore_tags.clone(),
        identity: identity(declaration),
        safeguards: safeguards(declaration),
        now: declaration.now,
        nodes,
        edges,
    }
}

/// The principals at which diagnostics stand, as they are written.
fn named_in(view: &ShareView<'_>, wrong: &[Diagnostic]) -> Vec<Spanned<String>> {
    let is_wrong = |span| wrong.iter().any(|one| one.span == Some(span));
    let written = view.principals.iter().map(|principal| principal.written);
    let written = written.filter(|written| is_wrong(written.span));
    written.map(|written| Spanned::new(as_written(&written.value), written.span)).collect()
}

/// Codes of names that the organization does not have.
const NAMES: [&Code; 3] = [&RAM102, &RAM103, &RAM104];

/// Names that lead nowhere and principals that are not inside, as the reason why a share is left alone.
fn not_there(wrong: &[Diagnostic]) -> Gap {
    let said = wrong.iter().map(|one| match &one.help {
        Some(help) => format!("{} {help}", one.detail),
        None => one.detail.clone(),
    });
    let of_units = wrong.iter().all(|one| *one.code == RAM102);
    let action = if of_units {
        "organizations:ListOrganizationalUnitsForParent"
    } else {
        "organizations:ListAccounts"
    };
    Gap {
        action: action.to_owned(),
        caller: String::new(),
        cause: if wrong.iter().any(|one| NAMES.contains(&one.code)) {
            GapCause::NoSuchName
        } else {
            GapCause::NotInOrganization
        },
        detail: said.collect::<Vec<_>>().join(" "),
    }
}

fn place(view: &ShareView<'_>) -> Place {
    Place { account: view.block.account.value.clone(), region: view.block.region.value.clone() }
}

/// What of a share is not settled.
struct Open {
    wanted: Vec<Spanned<String>>,
    opens_principals: bool,
    /// Why a search by tags failed, where one did. Names fail for the organization's reason.
    search_gap: Option<Gap>,
}

/// The share as far as it is settled, and what of it is not.
fn settled(view: &ShareView<'_>) -> (DesiredShare, Option<Open>) {
    let mut principals = BTreeMap::new();
    let mut wanted = Vec::new();
    for principal in &view.principals {
        let written = principal.written;
        match &principal.principal {
            // Of two ways to write one principal the first stands for both.
            Some(known) => {
                principals.entry(known.clone()).or_insert_with(|| DesiredPrincipal {
                    span: written.span,
                    label: principal.label.clone(),
                });
            }
            None => wanted.push(Spanned::new(as_written(&written.value), written.span)),
        }
    }
    let opens_principals = !wanted.is_empty();
    let mut search_gap = None;
    for query in &view.queries {
        if let Some(gap) = query.gap() {
            wanted.push(Spanned::new(query.written.value.to_string(), query.written.span));
            search_gap.get_or_insert_with(|| gap.clone());
        }
    }
    let open = (!wanted.is_empty()).then_some(Open { wanted, opens_principals, search_gap });
    let block = view.block;
    let is_on = |flag: &Option<Spanned<bool>>| flag.as_ref().is_some_and(|flag| flag.value);
    let resources = view
        .resources
        .iter()
        .map(|resource| (resource.arn.clone(), resource.kind.type_code().cloned()))
        .collect();
    let named: BTreeSet<&ResourceArn> = block.resources.iter().map(|resource| &resource.value).collect();
    let found = view.queries.iter().flat_map(|query| query.taken()).filter(|arn| !named.contains(arn));
    let permissions = view
        .permissions
        .iter()
        .map(|PermissionView { written, permission, block: _ }| {
            let arn = permission.as_ref().expect("a permission without a form is an error").arn().clone();
            let latest = written.version == VersionWish::Latest || !arn.is_aws_managed();
            let permission = DesiredPermission { arn, span: written.span, latest };
            (own_spelling(&written.resource_type.value), permission)
        })
        .collect();
    let share = DesiredShare {
        address: block.address.clone(),
        span: block.span,
        place: place(view),
        name: view.name.clone(),
        allow_external_principals: is_on(&block.allow_external_principals),
        retain_sharing: is_on(&block.retain_sharing_on_account_leave_organization),
        accept_invitations: block.accept_invitations.as_ref().is_none_or(|accept| accept.value),
        resources,
        found: found.cloned().collect(),
        searches: view.queries.iter().map(|query| query.written.value.to_string()).collect(),
        principals,
        sources: block.sources.iter().map(|source| source.value.clone()).collect::<BTreeSet<_>>(),
        permissions,
        tags: block.plain_tags(),
        expires: block.expires.as_ref().map(|expires| expires.value),
        lifecycle: block.lifecycle.clone(),
    };
    (share, open)
}

fn permission_blocks(declaration: &Declaration) -> PermissionBlocks<'_> {
    declaration.permissions.iter().map(|block| (&block.address, block)).collect()
}

/// What people call each account of the stack. Of two blocks for one account, an error elsewhere, the first in order counts.
fn account_labels(declaration: &Declaration) -> BTreeMap<AccountId, String> {
    let mut labels = BTreeMap::new();
    for (address, block) in &declaration.accounts {
        let label = match &address.key {
            None => address.label.clone(),
            Some(key) => format!("{}[{key:?}]", address.label),
        };
        labels.entry(block.id.value.clone()).or_insert(label);
    }
    labels
}

#[cfg(test)]
mod tests;
