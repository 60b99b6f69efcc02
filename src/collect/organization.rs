//! The organization, once per run.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream::FuturesUnordered};

use crate::cloud::{
    AccountRow, Caller, Cloud, CloudError, ErrorKind, ORG_PAGE, OrgRead, OrganizationRow, UnitRow, all_pages,
    sharing_facts,
};
use crate::model::{AccountId, Gap, GapCause, Observed, OrgId, OuId, RootId};
use crate::org::{OrgAccount, OrgSnapshot, OrgView, OrganizationalUnit, ParentId, SharingState};

/// How often the tree is read again when it changed while it was read.
const TREE_ATTEMPTS: usize = 3;

/// Whether sharing inside the organization is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharingQuestion {
    Ask,
    /// `sharing = "unmanaged"`: neither of the two facts is read.
    Leave,
}

/// Reads the organization through one account: its management account, or a delegated administrator (which sees the tree, but
/// not whether sharing is on). `None`: the stack names no such account, so all of it is unknown.
pub async fn organization<C: Cloud>(
    cloud: &C,
    account: Option<&AccountId>,
    question: SharingQuestion,
) -> OrgView {
    let Some(account) = account else {
        let gap = Gap {
            action: "organizations:DescribeOrganization".into(),
            caller: String::new(),
            cause: GapCause::NotConfigured,
            detail: "the stack has no organization block".into(),
        };
        return OrgView { snapshot: Observed::Unknown(gap.clone()), sharing: Observed::Unknown(gap) };
    };
    let described = async {
        let org = cloud.organization(account).await?;
        let row = org.describe_organization().await?;
        Ok((org, row))
    };
    let (org, row) = match described.await {
        Ok(described) => described,
        Err(error) => return undescribed(error),
    };
    let sharing = async {
        match question {
            SharingQuestion::Leave => Observed::Unknown(Gap {
                action: "organizations:ListAWSServiceAccessForOrganization".into(),
                caller: org.caller().name.clone(),
                cause: GapCause::NotConfigured,
                detail: "sharing = \"unmanaged\"".into(),
            }),
            SharingQuestion::Ask => observed(sharing_state(cloud, &org, &row, account).await),
        }
    };
    let (snapshot, sharing) = tokio::join!(tree(&org, &row), sharing);
    OrgView { snapshot: observed(snapshot), sharing }
}

/// Whether sharing is on, and nothing of the tree.
pub async fn sharing<C: Cloud>(cloud: &C, account: &AccountId) -> Observed<SharingState> {
    let described = async {
        let org = cloud.organization(account).await?;
        let row = org.describe_organization().await?;
        Ok((org, row))
    };
    match described.await {
        Ok((org, row)) => observed(sharing_state(cloud, &org, &row, account).await),
        Err(error) => undescribed(error).sharing,
    }
}

/// No organization is a fact about sharing; any other failure leaves it unknown.
fn undescribed(error: CloudError) -> OrgView {
    let outside = error.kind == ErrorKind::NoOrganization;
    let gap = Gap::from(error);
    let sharing =
        if outside { Observed::Known(SharingState::NoOrganization) } else { Observed::Unknown(gap.clone()) };
    OrgView { snapshot: Observed::Unknown(gap), sharing }
}

fn observed<T>(result: Result<T, CloudError>) -> Observed<T> {
    match result {
        Ok(value) => Observed::Known(value),
        Err(error) => Observed::Unknown(error.into()),
    }
}

/// The two facts behind organization sharing. Only the management account sees both.
async fn sharing_state<C: Cloud>(
    cloud: &C,
    org: &C::Organization,
    row: &OrganizationRow,
    account: &AccountId,
) -> Result<SharingState, CloudError> {
    if row.management_account != *account {
        return Ok(SharingState::NotManagementAccount);
    }
    if !row.all_features {
        return Ok(SharingState::NotAllFeatures);
    }
    let iam = cloud.iam(account).await?;
    let (trusted_access, role) = sharing_facts(org, &iam).await?;
    Ok(SharingState::from_facts(trusted_access, role))
}

/// What the walk found. What moved meanwhile shows under two parents.
struct Walked<K, V> {
    found: BTreeMap<K, V>,
    moved: BTreeSet<K>,
}

/// The tree of units and accounts. An account under a unit that was not seen, or under two, means that the tree changed meanwhile.
async fn tree<O: OrgRead>(org: &O, row: &OrganizationRow) -> Result<OrgSnapshot, CloudError> {
    let root = root(org).await?;
    let id = row.arn.id();
    let mut strays = BTreeSet::new();
    for _ in 0..TREE_ATTEMPTS {
        let (units, accounts) = tokio::join!(units(org, &root, &id), list_accounts(org));
        let (Walked { found: units, moved: moved_units }, accounts) = (units?, accounts?);
        let Walked { found: accounts, moved: moved_accounts } =
            if accounts.iter().all(|account| !account.paths.is_empty()) {
                placed_by_path(org.caller(), accounts, &id, &root)?
            } else {
                placed_by_walk(org, &root, &units).await?
            };
        let lost = accounts.iter().filter(|(_, account)| match &account.parent {
            ParentId::Root(id) => *id != root,
            ParentId::Unit(id) => !units.contains_key(id),
        });
        strays = lost.map(|(id, _)| id.to_string()).collect();
        strays.extend(moved_units.iter().map(ToString::to_string));
        strays.extend(moved_accounts.iter().map(ToString::to_string));
        if strays.is_empty() {
            return Ok(OrgSnapshot {
                arn: row.arn.clone(),
                management_account: row.management_account.clone(),
                all_features: row.all_features,
                root,
                units,
                accounts,
            });
        }
    }
    Err(org.caller().error(
        ErrorKind::Unreadable,
        "organizations:ListAccounts",
        format!(
            "these accounts or units have two parents, or one that is not listed: {}",
            strays.into_iter().collect::<Vec<_>>().join(", ")
        ),
    ))
}

async fn root<O: OrgRead>(org: &O) -> Result<RootId, CloudError> {
    let action = "organizations:ListRoots";
    let roots = all_pages(
        org.caller(),
        action,
        ORG_PAGE,
        |root: &RootId| Ok(root.clone()),
        |page| async move { org.list_roots(&page).await },
    )
    .await?;
    match roots.as_slice() {
        [root] => Ok(root.clone()),
        roots => {
            let message = format!("an organization has one root, AWS listed {}", roots.len());
            Err(org.caller().error(ErrorKind::Unreadable, action, message))
        }
    }
}

/// An account stands in a listing once.
fn once(row: &AccountRow) -> Result<AccountId, String> {
    Ok(row.id.clone())
}

async fn list_accounts<O: OrgRead>(org: &O) -> Result<Vec<AccountRow>, CloudError> {
    all_pages(org.caller(), "organizations:ListAccounts", ORG_PAGE, once, |page| async move {
        org.list_accounts(&page).await
    })
    .await
}

/// Walks the tree from the root, as many parents at a time as there are; the client's rate limit sets the pace.
async fn units<O: OrgRead>(
    org: &O,
    root: &RootId,
    id: &OrgId,
) -> Result<Walked<OuId, OrganizationalUnit>, CloudError> {
    let judge = |row: &UnitRow| {
        if row.arn.organization() == *id {
            Ok(row.arn.id())
        } else {
            Err(format!("a row is about {}, which is not of organization {id}", row.arn))
        }
    };
    let children = |parent: ParentId| async move {
        let action = "organizations:ListOrganizationalUnitsForParent";
        let rows: Result<Vec<UnitRow>, _> = all_pages(org.caller(), action, ORG_PAGE, judge, |page| {
            let parent = &parent;
            async move { org.list_organizational_units_for_parent(parent, &page).await }
        })
        .await;
        (parent, rows)
    };
    let mut walk = FuturesUnordered::new();
    walk.push(children(ParentId::Root(root.clone())));
    let mut units = BTreeMap::new();
    let mut moved = BTreeSet::new();
    let mut failed: BTreeMap<ParentId, CloudError> = BTreeMap::new();
    while let Some((parent, rows)) = walk.next().await {
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                failed.insert(parent, error);
                continue;
            }
        };
        for UnitRow { arn, name } in rows {
            let id = arn.id();
            let unit = OrganizationalUnit { arn, name, parent: parent.clone() };
            // A unit that shows twice is walked once.
            if units.insert(id.clone(), unit).is_some() {
                moved.insert(id);
            } else if failed.is_empty() {
                walk.push(children(ParentId::Unit(id)));
            }
        }
    }
    match failed.into_values().next() {
        Some(error) => Err(error),
        None => Ok(Walked { found: units, moved }),
    }
}

/// Places each account by its `Paths`: the part before the account's own id is its parent.
fn placed_by_path(
    caller: &Caller,
    rows: Vec<AccountRow>,
    org: &OrgId,
    root: &RootId,
) -> Result<Walked<AccountId, OrgAccount>, CloudError> {
    let placed = rows
        .into_iter()
        .map(|AccountRow { id, name, standing, paths }| {
            let found = paths.iter().find_map(|path| parent_in_path(path, &id, org, root));
            let parent = found.ok_or_else(|| {
                caller.error(
                    ErrorKind::Unreadable,
                    "organizations:ListAccounts",
                    format!("account {id} has the paths {paths:?}"),
                )
            })?;
            Ok((id, OrgAccount { name, standing, parent }))
        })
        .collect::<Result<BTreeMap<_, _>, CloudError>>()?;
    Ok(Walked { found: placed, moved: BTreeSet::new() })
}

/// `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/222222222222/` hangs the account under `ou-ab12-11111111`.
fn parent_in_path(path: &str, account: &AccountId, org: &OrgId, root: &RootId) -> Option<ParentId> {
    let path = path.strip_suffix('/').unwrap_or(path).strip_prefix(org.as_str())?.strip_prefix('/')?;
    let path = path.strip_suffix(account.as_str())?.strip_suffix('/')?;
    match path.split_once('/') {
        None => (path == root.as_str()).then(|| ParentId::Root(root.clone())),
        Some((top, units)) if top == root.as_str() => {
            OuId::parse(units.rsplit('/').next()?).map(ParentId::Unit).ok()
        }
        Some(_) => None,
    }
}

/// Places the accounts by asking every parent, where `Paths` is not given.
async fn placed_by_walk<O: OrgRead>(
    org: &O,
    root: &RootId,
    units: &BTreeMap<OuId, OrganizationalUnit>,
) -> Result<Walked<AccountId, OrgAccount>, CloudError> {
    let parents =
        std::iter::once(ParentId::Root(root.clone())).chain(units.keys().cloned().map(ParentId::Unit));
    let mut reads: FuturesUnordered<_> = parents
        .map(|parent| async move {
            let action = "organizations:ListAccountsForParent";
            let rows = all_pages(org.caller(), action, ORG_PAGE, once, |page| {
                let parent = &parent;
                async move { org.list_accounts_for_parent(parent, &page).await }
            })
            .await;
            (parent, rows)
        })
        .collect();
    let mut listed = BTreeMap::new();
    while let Some((parent, rows)) = reads.next().await {
        listed.insert(parent, rows);
    }
    let mut accounts = BTreeMap::new();
    let mut moved = BTreeSet::new();
    for (parent, rows) in listed {
        for AccountRow { id, name, standing, paths: _ } in rows? {
            let account = OrgAccount { name, standing, parent: parent.clone() };
            if accounts.insert(id.clone(), account).is_some() {
                moved.insert(id);
            }
        }
    }
    Ok(Walked { found: accounts, moved })
}

#[cfg(test)]
mod tests;
