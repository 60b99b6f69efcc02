//! The organization, once per run.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream::FuturesUnordered};

use crate::cloud::{
    AccountRow, Caller, Cloud, CloudError, ErrorKind, ORG_PAGE, OrgRead, OrganizationRow, UnitRow, all_pages,
    sharing_facts,
};
use crate::model::{AccountId, Gap, GapCause, Observed, OuId, RootId};
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

/// The tree of units and accounts. An account under a unit that was not seen means that the tree changed meanwhile.
async fn tree<O: OrgRead>(org: &O, row: &OrganizationRow) -> Result<OrgSnapshot, CloudError> {
    let root = root(org).await?;
    let mut strays = Vec::new();
    for _ in 0..TREE_ATTEMPTS {
        let (units, accounts) = tokio::join!(units(org, &root), list_accounts(org));
        let (units, accounts) = (units?, accounts?);
        let accounts = if accounts.iter().all(|account| !account.paths.is_empty()) {
            placed_by_path(org.caller(), accounts)?
        } else {
            placed_by_walk(org, &root, &units).await?
        };
        strays = accounts
            .iter()
            .filter(|(_, account)| match &account.parent {
                ParentId::Root(id) => *id != root,
                ParentId::Unit(id) => !units.contains_key(id),
            })
            .map(|(id, _)| id.to_string())
            .collect();
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
        format!("the parents of these accounts are in no listing of units: {}", strays.join(", ")),
    ))
}

async fn root<O: OrgRead>(org: &O) -> Result<RootId, CloudError> {
    let action = "organizations:ListRoots";
    let roots =
        all_pages(org.caller(), action, ORG_PAGE, |page| async move { org.list_roots(&page).await }).await?;
    match roots.as_slice() {
        [root] => Ok(root.clone()),
        roots => {
            let message = format!("an organization has one root, AWS listed {}", roots.len());
            Err(org.caller().error(ErrorKind::Unreadable, action, message))
        }
    }
}

async fn list_accounts<O: OrgRead>(org: &O) -> Result<Vec<AccountRow>, CloudError> {
    all_pages(org.caller(), "organizations:ListAccounts", ORG_PAGE, |page| async move {
        org.list_accounts(&page).await
    })
    .await
}

/// Walks the tree from the root, as many parents at a time as there are; the client's rate limit sets the pace.
async fn units<O: OrgRead>(org: &O, root: &RootId) -> Result<BTreeMap<OuId, OrganizationalUnit>, CloudError> {
    let children = |parent: ParentId| async move {
        let rows: Result<Vec<UnitRow>, _> =
            all_pages(org.caller(), "organizations:ListOrganizationalUnitsForParent", ORG_PAGE, |page| {
                let parent = &parent;
                async move { org.list_organizational_units_for_parent(parent, &page).await }
            })
            .await;
        (parent, rows)
    };
    let mut walk = FuturesUnordered::new();
    walk.push(children(ParentId::Root(root.clone())));
    let mut units = BTreeMap::new();
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
            // A unit that moved during the walk shows twice; it is walked once.
            if units.insert(id.clone(), unit).is_none() && failed.is_empty() {
                walk.push(children(ParentId::Unit(id)));
            }
        }
    }
    match failed.into_values().next() {
        Some(error) => Err(error),
        None => Ok(units),
    }
}

/// Places each account by its `Paths`: the part before the account's own id is its parent.
fn placed_by_path(
    caller: &Caller,
    rows: Vec<AccountRow>,
) -> Result<BTreeMap<AccountId, OrgAccount>, CloudError> {
    rows.into_iter()
        .map(|AccountRow { id, name, active, paths }| {
            let parent = paths.iter().find_map(|path| parent_in_path(path, &id)).ok_or_else(|| {
                caller.error(
                    ErrorKind::Unreadable,
                    "organizations:ListAccounts",
                    format!("account {id} has the paths {paths:?}"),
                )
            })?;
            Ok((id, OrgAccount { name, active, parent }))
        })
        .collect()
}

/// `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/222222222222/` hangs the account under `ou-ab12-11111111`.
fn parent_in_path(path: &str, account: &AccountId) -> Option<ParentId> {
    let mut parts = path.trim_end_matches('/').rsplit('/');
    if parts.next() != Some(account.as_str()) {
        return None;
    }
    let parent = parts.next()?;
    OuId::parse(parent).map(ParentId::Unit).or_else(|_| RootId::parse(parent).map(ParentId::Root)).ok()
}

/// Places the accounts by asking every parent, where `Paths` is not given.
async fn placed_by_walk<O: OrgRead>(
    org: &O,
    root: &RootId,
    units: &BTreeMap<OuId, OrganizationalUnit>,
) -> Result<BTreeMap<AccountId, OrgAccount>, CloudError> {
    let parents =
        std::iter::once(ParentId::Root(root.clone())).chain(units.keys().cloned().map(ParentId::Unit));
    let mut reads: FuturesUnordered<_> = parents
        .map(|parent| async move {
            let rows = all_pages(org.caller(), "organizations:ListAccountsForParent", ORG_PAGE, |page| {
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
    for (parent, rows) in listed {
        for AccountRow { id, name, active, paths: _ } in rows? {
            accounts.insert(id, OrgAccount { name, active, parent: parent.clone() });
        }
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::fake::{FakeCloud, FakeOrganization, Fault, account};
    use crate::model::{OrganizationArn, OuArn};

    #[test]
    fn the_parent_of_an_account_is_read_from_its_path() {
        let account = AccountId::parse("222222222222").expect("valid");
        let unit = |id| Some(ParentId::Unit(OuId::parse(id).expect("valid")));
        for (path, parent) in [
            (
                "o-a1b2c3d4e5/r-ab12/222222222222/",
                Some(ParentId::Root(RootId::parse("r-ab12").expect("valid"))),
            ),
            ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/222222222222/", unit("ou-ab12-11111111")),
            ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/222222222222", unit("ou-ab12-22222222")),
            ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/333333333333/", None),
            ("222222222222/", None),
            ("", None),
        ] {
            assert_eq!(parent_in_path(path, &account), parent, "{path}");
        }
    }

    fn ou(id: &str) -> OuArn {
        OuArn::parse(&format!("arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/{id}")).expect("valid")
    }

    /// Root { Workloads { Prod { web } } }, with the management account under the root.
    fn organization_of(paths: bool) -> FakeOrganization {
        let root = RootId::parse("r-ab12").expect("valid");
        let (workloads, prod) = (ou("ou-ab12-11111111"), ou("ou-ab12-22222222"));
        let row = |id: &str, path: &str| AccountRow {
            id: account(id),
            name: format!("account {id}"),
            active: true,
            paths: if paths { vec![format!("o-a1b2c3d4e5/r-ab12/{path}{id}/")] } else { vec![] },
        };
        FakeOrganization {
            row: OrganizationRow {
                arn: OrganizationArn::parse("arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5")
                    .expect("valid"),
                management_account: account("111111111111"),
                all_features: true,
            },
            units: vec![
                (ParentId::Root(root.clone()), UnitRow { arn: workloads.clone(), name: "Workloads".into() }),
                (ParentId::Unit(workloads.id()), UnitRow { arn: prod.clone(), name: "Prod".into() }),
            ],
            accounts: vec![
                (ParentId::Root(root.clone()), row("111111111111", "")),
                (ParentId::Unit(prod.id()), row("333333333333", "ou-ab12-11111111/ou-ab12-22222222/")),
            ],
            root,
            trusted_access: false,
            role: false,
            lag: 0,
            enabling: false,
            onboarding: 0,
        }
    }

    async fn read(cloud: &FakeCloud) -> OrgView {
        organization(cloud, Some(&account("111111111111")), SharingQuestion::Ask).await
    }

    #[tokio::test]
    async fn the_tree_is_the_same_with_paths_and_by_the_walk() {
        let mut trees = Vec::new();
        for paths in [true, false] {
            let cloud = FakeCloud::default();
            cloud.world().organization = Some(organization_of(paths));
            cloud.world().page = 1;
            cloud.world().empty_first_page = true;
            let view = read(&cloud).await;
            trees.push(view.snapshot.known().expect("read").clone());
            assert_eq!(cloud.count("organizations:ListAccountsForParent") > 0, !paths);
        }
        assert_eq!(trees[0], trees[1]);
        let prod = trees[0].unit_by_path("Workloads/Prod").expect("there").clone();
        assert_eq!(
            trees[0].accounts_within(&prod).into_iter().collect::<Vec<_>>(),
            [account("333333333333")]
        );
    }

    #[tokio::test]
    async fn each_pair_of_facts_is_a_state_of_sharing() {
        for (trusted_access, role, state) in [
            (true, true, SharingState::Enabled),
            (true, false, SharingState::HalfEnabled),
            (false, true, SharingState::LeftoverRole),
            (false, false, SharingState::Disabled),
        ] {
            let cloud = FakeCloud::default();
            cloud.world().organization =
                Some(FakeOrganization { trusted_access, role, ..organization_of(true) });
            assert_eq!(read(&cloud).await.sharing, Observed::Known(state));
        }
    }

    #[tokio::test]
    async fn organizations_that_cannot_share_are_told_apart() {
        let cloud = FakeCloud::default();
        let view = read(&cloud).await;
        assert_eq!(view.sharing, Observed::Known(SharingState::NoOrganization));
        assert!(view.snapshot.gap().is_some());

        let mut org = organization_of(true);
        org.row.all_features = false;
        cloud.world().organization = Some(org);
        let view = read(&cloud).await;
        assert_eq!(view.sharing, Observed::Known(SharingState::NotAllFeatures));
        assert!(view.snapshot.known().is_some());

        cloud.world().organization = Some(organization_of(true));
        let member = organization(&cloud, Some(&account("333333333333")), SharingQuestion::Ask).await;
        assert_eq!(member.sharing, Observed::Known(SharingState::NotManagementAccount));
    }

    #[tokio::test]
    async fn what_may_not_be_read_is_a_gap_and_not_a_guess() {
        let denied = |action| Fault::new(action, 100, ErrorKind::AccessDenied);
        let cloud = FakeCloud::default();
        cloud.world().organization = Some(organization_of(true));
        cloud.world().faults = vec![denied("iam:GetRole")];
        let view = read(&cloud).await;
        assert_eq!(view.sharing.gap().map(|gap| gap.action.as_str()), Some("iam:GetRole"));
        assert!(view.snapshot.known().is_some());

        cloud.world().faults = vec![denied("organizations:ListOrganizationalUnitsForParent")];
        let view = read(&cloud).await;
        assert_eq!(view.snapshot.gap().map(|gap| gap.cause), Some(GapCause::AccessDenied));
        assert!(view.sharing.known().is_some());

        cloud.world().faults = vec![denied("organizations:DescribeOrganization")];
        let view = read(&cloud).await;
        assert!(view.snapshot.gap().is_some() && view.sharing.gap().is_some());

        let view = organization(&cloud, None, SharingQuestion::Ask).await;
        assert_eq!(view.sharing.gap().map(|gap| gap.cause), Some(GapCause::NotConfigured));
    }

    #[tokio::test]
    async fn an_account_under_an_unseen_unit_makes_the_tree_unreadable() {
        let cloud = FakeCloud::default();
        let mut org = organization_of(true);
        org.units.pop();
        cloud.world().organization = Some(org);
        let view = read(&cloud).await;
        assert_eq!(view.snapshot.gap().map(|gap| gap.cause), Some(GapCause::Unreadable));
    }

    #[tokio::test]
    async fn unmanaged_sharing_is_not_looked_at() {
        let cloud = FakeCloud::default();
        cloud.world().organization = Some(organization_of(true));
        let view = organization(&cloud, Some(&account("111111111111")), SharingQuestion::Leave).await;
        assert_eq!(view.sharing.gap().map(|gap| gap.cause), Some(GapCause::NotConfigured));
        assert_eq!(cloud.count("iam:GetRole"), 0);
    }
}
