use super::*;
use crate::cloud::fake::{FakeCloud, FakeOrganization, Fault, account};
use crate::model::{OrganizationArn, OuArn};
use crate::org::AccountStanding;

#[test]
fn the_parent_of_an_account_is_read_from_its_path() {
    let account = AccountId::parse("222222222222").expect("valid");
    let org = OrgId::parse("o-a1b2c3d4e5").expect("valid");
    let root = RootId::parse("r-ab12").expect("valid");
    let unit = |id| Some(ParentId::Unit(OuId::parse(id).expect("valid")));
    for (path, parent) in [
        ("o-a1b2c3d4e5/r-ab12/222222222222/", Some(ParentId::Root(RootId::parse("r-ab12").expect("valid")))),
        ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/222222222222/", unit("ou-ab12-11111111")),
        ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/ou-ab12-22222222/222222222222", unit("ou-ab12-22222222")),
        ("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/333333333333/", None),
        ("o-zzzzzzzzzz/r-ab12/ou-ab12-11111111/222222222222/", None),
        ("o-a1b2c3d4e5/r-zz99/ou-ab12-11111111/222222222222/", None),
        ("o-a1b2c3d4e5/222222222222/", None),
        ("222222222222/", None),
        ("", None),
    ] {
        assert_eq!(parent_in_path(path, &account, &org, &root), parent, "{path}");
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
        standing: AccountStanding::Active,
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
    assert_eq!(trees[0].accounts_within(&prod).into_iter().collect::<Vec<_>>(), [account("333333333333")]);
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
        cloud.world().organization = Some(FakeOrganization { trusted_access, role, ..organization_of(true) });
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

#[tokio::test]
async fn an_account_or_unit_that_is_in_two_places_makes_the_tree_unreadable() {
    let root = || ParentId::Root(RootId::parse("r-ab12").expect("valid"));
    let cloud = FakeCloud::default();
    let mut org = organization_of(false);
    let (_, web) = org.accounts[1].clone();
    org.accounts.push((root(), web));
    cloud.world().organization = Some(org);
    let gap = read(&cloud).await.snapshot.gap().cloned().expect("a gap");
    assert_eq!(gap.cause, GapCause::Unreadable);
    assert!(gap.detail.contains("333333333333"), "{}", gap.detail);

    let mut org = organization_of(true);
    let (_, prod) = org.units[1].clone();
    org.units.push((root(), prod));
    cloud.world().organization = Some(org);
    let gap = read(&cloud).await.snapshot.gap().cloned().expect("a gap");
    assert_eq!(gap.cause, GapCause::Unreadable);
    assert!(gap.detail.contains("ou-ab12-22222222"), "{}", gap.detail);
}

#[tokio::test]
async fn a_unit_of_another_organization_makes_the_tree_unreadable() {
    let cloud = FakeCloud::default();
    let mut org = organization_of(true);
    let arn = "arn:aws:organizations::111111111111:ou/o-zzzzzzzzzz/ou-ab12-33333333";
    let other = UnitRow { arn: OuArn::parse(arn).expect("valid"), name: "Other".into() };
    org.units.push((ParentId::Root(org.root.clone()), other));
    cloud.world().organization = Some(org);
    let gap = read(&cloud).await.snapshot.gap().cloned().expect("a gap");
    assert_eq!(gap.cause, GapCause::Unreadable);
    assert!(gap.detail.contains("o-zzzzzzzzzz"), "{}", gap.detail);
}
