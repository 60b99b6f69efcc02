//! `org.json` of a case, or else of its stage: the organization, or the action that could not be called.

use std::fs;
use std::path::Path;

use ramctl::lang::Declaration;
use ramctl::model::{Gap, GapCause, Observed};
use ramctl::org::{
    AccountStanding, OrgAccount, OrgSnapshot, OrgView, OrganizationalUnit, ParentId, SharingState,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case", untagged)]
enum File {
    Unreadable { unreadable: String },
    Organization(Organization),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    id: String,
    root: String,
    management_account: String,
    all_features: bool,
    units: Vec<Unit>,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    id: String,
    name: String,
    parent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    id: String,
    name: String,
    parent: String,
    active: bool,
}

/// What a run would know of the organization.
pub fn read(case: &Path, declaration: &Declaration) -> OrgView {
    if declaration.organization.is_none() {
        return unread("organizations:DescribeOrganization", GapCause::NotConfigured);
    }
    let stage = case.parent().expect("a case is in a stage");
    let file = [case, stage].map(|folder| folder.join("org.json")).into_iter().find(|path| path.is_file());
    let text = fs::read_to_string(file.expect("the stage has an org.json")).expect("org.json is UTF-8");
    match serde_json::from_str(&text).expect("org.json has its form") {
        File::Unreadable { unreadable } => unread(&unreadable, GapCause::AccessDenied),
        File::Organization(organization) => OrgView {
            snapshot: Observed::Known(organization.snapshot()),
            sharing: Observed::Known(SharingState::Enabled),
        },
    }
}

fn unread(action: &str, cause: GapCause) -> OrgView {
    let gap = Gap {
        action: action.to_owned(),
        caller: "arn:aws:iam::111111111111:role/ramctl".into(),
        cause,
        detail: cause.to_string(),
    };
    OrgView { snapshot: Observed::Unknown(gap.clone()), sharing: Observed::Unknown(gap) }
}

impl Organization {
    fn snapshot(self) -> OrgSnapshot {
        let Self { id, root, management_account, all_features, units, accounts } = self;
        let parent = |text: &str| {
            if text == root {
                ParentId::Root(root.parse().expect("a root id"))
            } else {
                ParentId::Unit(text.parse().expect("a unit id"))
            }
        };
        let base = format!("arn:aws:organizations::{management_account}");
        OrgSnapshot {
            arn: format!("{base}:organization/{id}").parse().expect("an organization id"),
            management_account: management_account.parse().expect("an account id"),
            all_features,
            root: root.parse().expect("a root id"),
            units: units
                .into_iter()
                .map(|unit| {
                    let arn = format!("{base}:ou/{id}/{}", unit.id).parse().expect("a unit id");
                    let parent = parent(&unit.parent);
                    (unit.id.parse().expect("a unit id"), OrganizationalUnit { arn, name: unit.name, parent })
                })
                .collect(),
            accounts: accounts
                .into_iter()
                .map(|account| {
                    let parent = parent(&account.parent);
                    let standing =
                        if account.active { AccountStanding::Active } else { AccountStanding::Inactive };
                    let found = OrgAccount { name: account.name, standing, parent };
                    (account.id.parse().expect("an account id"), found)
                })
                .collect(),
        }
    }
}
