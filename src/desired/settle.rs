//! From a principal as written to the principal that RAM is given.

use std::collections::BTreeMap;

use crate::desired::view::as_written;
use crate::diag::rules::{RAM102, RAM103, RAM104};
use crate::diag::suggest::closest;
use crate::diag::{Diagnostic, Spanned};
use crate::lang::PrincipalExpr;
use crate::model::{AccountId, OuId, Principal};
use crate::org::{OrgSnapshot, OrganizationalUnit};

/// The organization with its names sorted for look-up.
pub(crate) struct Organization<'a> {
    pub(crate) snapshot: &'a OrgSnapshot,
    /// Several where a unit's own name has a slash in it.
    units: BTreeMap<String, Vec<&'a OuId>>,
    accounts: BTreeMap<&'a str, Vec<&'a AccountId>>,
}

/// What an expression stands for, and what people call it. No principal where the organization does not say.
pub(crate) type Settled = (Option<Principal>, String);

impl<'a> Organization<'a> {
    pub(crate) fn new(snapshot: &'a OrgSnapshot) -> Self {
        let mut units: BTreeMap<String, Vec<&OuId>> = BTreeMap::new();
        for id in snapshot.units.keys() {
            units.entry(snapshot.path_of(id)).or_default().push(id);
        }
        let mut accounts: BTreeMap<&str, Vec<&AccountId>> = BTreeMap::new();
        for (id, account) in &snapshot.accounts {
            accounts.entry(&account.name).or_default().push(id);
        }
        Self { snapshot, units, accounts }
    }

    /// Whether the account is one of the organization's. The management account is, in the listing or not.
    pub(crate) fn has(&self, account: &AccountId) -> bool {
        *account == self.snapshot.management_account || self.snapshot.contains(account)
    }

    fn unit_at(&self, path: &str, written: &Spanned<PrincipalExpr>, found: &mut Vec<Diagnostic>) -> Settled {
        match self.units.get(path).map(Vec::as_slice) {
            Some([id]) => self.unit(id),
            Some(several) => {
                let ids: Vec<String> = several.iter().map(|id| format!("ou(\"{id}\")")).collect();
                found.push(
                    Diagnostic::error(
                        &RAM104,
                        written.span,
                        format!("{} units read {path:?}: a unit's name has a slash in it.", several.len()),
                    )
                    .help(format!("Write one of {}.", ids.join(", "))),
                );
                (None, as_written(&written.value))
            }
            None => {
                found.push(
                    Diagnostic::error(
                        &RAM102,
                        written.span,
                        format!("The organization has no unit at {path:?}."),
                    )
                    .help(self.unit_meant(path)),
                );
                (None, as_written(&written.value))
            }
        }
    }

    /// The help for a path that leads nowhere.
    fn unit_meant(&self, path: &str) -> String {
        if matches!(path.trim().to_ascii_lowercase().as_str(), "" | "/" | "root") {
            return "The root is no unit. For all accounts write organization().".to_owned();
        }
        let paths = || self.units.keys().map(String::as_str);
        let last = path.trim_matches('/').rsplit('/').next().unwrap_or_default();
        let mut same_name = paths().filter(|known| known.rsplit('/').next() == Some(last));
        if let (Some(only), None) = (same_name.next(), same_name.next()) {
            return format!("Did you mean ou({only:?})?");
        }
        match closest(path.trim_matches('/'), paths()) {
            Some(meant) => format!("Did you mean ou({meant:?})?"),
            None if self.units.is_empty() => {
                "The organization has no units; organization() stands for all accounts.".to_owned()
            }
            None => {
                "Write the path of names from the root, such as ou(\"Workloads/Prod\"), or the unit's id."
                    .to_owned()
            }
        }
    }

    fn unit(&self, id: &OuId) -> Settled {
        let arn = self.snapshot.units.get(id).map(|unit: &OrganizationalUnit| unit.arn.clone());
        (arn.map(Principal::OrganizationalUnit), format!("ou {}", self.snapshot.path_of(id)))
    }

    fn unit_by_id(
        &self,
        id: &OuId,
        written: &Spanned<PrincipalExpr>,
        found: &mut Vec<Diagnostic>,
    ) -> Settled {
        let settled = self.unit(id);
        if settled.0.is_none() {
            found.push(no_unit_with(id, written));
        }
        settled
    }

    fn account_named(
        &self,
        name: &str,
        written: &Spanned<PrincipalExpr>,
        found: &mut Vec<Diagnostic>,
    ) -> Settled {
        let label = format!("account {name}");
        match self.accounts.get(name).map(Vec::as_slice) {
            Some([id]) => return (Some(Principal::Account((*id).clone())), label),
            Some(several) => {
                let ids: Vec<String> = several.iter().map(|id| format!("\"{id}\"")).collect();
                found.push(
                    Diagnostic::error(
                        &RAM104,
                        written.span,
                        format!("{} accounts of the organization are named {name:?}.", several.len()),
                    )
                    .help(format!("Write one of {}.", ids.join(", "))),
                );
            }
            None => {
                let help = match closest(name, self.accounts.keys().copied()) {
                    Some(meant) => format!("Did you mean account({meant:?})?"),
                    None => {
                        "Write the name as AWS Organizations has it, account.LABEL for a block of this stack, or the 12-digit id."
                            .to_owned()
                    }
                };
                found.push(
                    Diagnostic::error(
                        &RAM103,
                        written.span,
                        format!("No account of the organization is named {name:?}."),
                    )
                    .help(help),
                );
            }
        }
        (None, label)
    }
}

/// RAM102 for an id.
pub(crate) fn no_unit_with(id: &OuId, written: &Spanned<PrincipalExpr>) -> Diagnostic {
    Diagnostic::error(&RAM102, written.span, format!("The organization has no unit with the id {id}."))
        .help("Check the id, or write the path of names: ou(\"Workloads/Prod\").")
}

/// Settles one expression. `labels` are the account blocks' names; without an organization what has to be looked up stays open.
pub(crate) fn settle(
    written: &Spanned<PrincipalExpr>,
    labels: &BTreeMap<AccountId, String>,
    organization: Option<&Organization<'_>>,
    found: &mut Vec<Diagnostic>,
) -> Settled {
    let account = |id: &AccountId| {
        let name = labels.get(id).map(String::as_str).or_else(|| {
            let account = organization?.snapshot.accounts.get(id)?;
            Some(account.name.as_str())
        });
        format!("account {}", name.unwrap_or(id.as_str()))
    };
    match (&written.value, organization) {
        (PrincipalExpr::Literal(principal), organization) => {
            let label = match principal {
                Principal::Account(id) => account(id),
                Principal::Organization(_) => "organization".to_owned(),
                Principal::OrganizationalUnit(arn) => match organization {
                    Some(organization) => format!("ou {}", organization.snapshot.path_of(&arn.id())),
                    None => format!("ou {}", arn.id()),
                },
                Principal::Role(arn) => format!("role {}", arn.short()),
                Principal::User(arn) => format!("user {}", arn.short()),
                Principal::Service(name) => format!("service {name}"),
                Principal::Other(text) => text.clone(),
            };
            (Some(principal.clone()), label)
        }
        (PrincipalExpr::Declared { address: _, id }, _) => {
            (Some(Principal::Account(id.clone())), account(id))
        }
        (PrincipalExpr::Organization, Some(organization)) => {
            (Some(Principal::Organization(organization.snapshot.arn.clone())), "organization".to_owned())
        }
        (PrincipalExpr::UnitAtPath(path), Some(organization)) => organization.unit_at(path, written, found),
        (PrincipalExpr::UnitById(id), Some(organization)) => organization.unit_by_id(id, written, found),
        (PrincipalExpr::AccountNamed(name), Some(organization)) => {
            organization.account_named(name, written, found)
        }
        (
            PrincipalExpr::Organization
            | PrincipalExpr::UnitAtPath(_)
            | PrincipalExpr::UnitById(_)
            | PrincipalExpr::AccountNamed(_),
            None,
        ) => (None, as_written(&written.value)),
    }
}
