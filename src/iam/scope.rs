//! What the stack does where, and the policies that follow.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{organization_region, places, unreached};
use crate::iam::apply::write_statements;
use crate::iam::policy::{MANAGED_QUOTA, Policy, Statement};
use crate::iam::read::{LISTINGS, read_statements};
use crate::iam::receive::receivers;
use crate::lang::{AccountBlock, Declaration, RemovedAction, ShareBlock, SharingWish};
use crate::model::{AccountId, BlockKind, Region, TAG_STACK};

/// What an identity is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `plan` and `drift`: reads and changes nothing.
    Plan,
    /// `apply` and `destroy`: reads, and writes what the stack owns.
    Apply,
}

/// Whose policy it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The identity that runs ramctl, where every account is reached through a role.
    Caller,
    /// The role in each account of the organization that the files do not name, where `organization` has a `sweep`.
    Sweep,
    /// The identity in one account: its role, or the one that runs ramctl where the account has none.
    Account {
        /// Of the `account` block; the id where there is none.
        label: String,
        id: AccountId,
    },
}

/// The policy of one identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountPolicy {
    pub subject: Subject,
    pub policy: Policy,
    /// Where the policy is wider than the stack, or may turn out too narrow, and why. Sentences with names from the files.
    pub notes: Vec<String>,
}

/// What the stack has to do with one account.
pub(crate) struct Scope<'a> {
    pub(crate) declaration: &'a Declaration,
    pub(crate) account: &'a AccountId,
    /// Regions that are read.
    pub(crate) regions: BTreeSet<Region>,
    pub(crate) shares: Vec<&'a ShareBlock>,
    /// What is wanted of the organization, where this account is asked about it.
    pub(crate) sharing: Option<SharingWish>,
    /// Where calls that concern the organization are made.
    pub(crate) organization_region: Region,
    /// Roles of other accounts that this identity assumes.
    pub(crate) assumes: Vec<String>,
    /// The pattern of the roles that it assumes in accounts that the files do not name.
    pub(crate) sweeps: Option<String>,
}

impl Scope<'_> {
    pub(crate) fn partition(&self) -> &'static str {
        self.organization_region.partition().as_str()
    }

    /// Regions in which the account has shares of the stack.
    pub(crate) fn share_regions(&self) -> BTreeSet<Region> {
        self.shares.iter().map(|share| share.region.value.clone()).collect()
    }
}

/// The policies of a stack, one for each identity that it needs. Accounts that it neither reads nor changes have none.
pub fn policies(declaration: &Declaration, role: Role) -> Vec<AccountPolicy> {
    let mut regions: BTreeMap<AccountId, BTreeSet<Region>> = BTreeMap::new();
    for place in places(declaration) {
        regions.entry(place.account).or_default().insert(place.region);
    }
    for account in receivers(declaration) {
        regions.entry(account).or_default();
    }
    let organization = declaration.organization.as_ref();
    let management = organization.map(|block| &block.management_account.value);
    if let Some(management) = management {
        regions.entry(management.clone()).or_default();
    }
    let block_of = |id: &AccountId| declaration.accounts.iter().find(|(_, block)| block.id.value == *id);
    let role_of = |id: &AccountId| {
        block_of(id).and_then(|(_, block): (_, &AccountBlock)| Some(block.assume_role.as_ref()?.arn.as_str()))
    };
    let assumes: Vec<String> = regions.keys().filter_map(role_of).map(str::to_owned).collect();
    let partition = organization_region(declaration).partition().as_str();
    let sweep = organization.and_then(|block| block.sweep.as_ref());
    let sweeps = sweep.map(|sweep| format!("arn:{partition}:iam::*:role/{}", sweep.role_name.value));
    let without_role: Vec<&AccountId> = regions.keys().filter(|id| role_of(id).is_none()).collect();

    let mut out = Vec::new();
    if without_role.is_empty() && !assumes.is_empty() {
        let statements = assume_roles(&assumes).into_iter().chain(sweep_accounts(sweeps.as_ref()));
        let mut statements: Vec<Statement> = statements.collect();
        let open = unreached(declaration);
        let mut notes = Vec::new();
        if !open.is_empty() {
            // One of them may be the account of the identity that runs ramctl. Then it is searched with these credentials.
            let ids: Vec<&str> = open.iter().map(AccountId::as_str).collect();
            statements.extend(sweep_statements(declaration, role, partition, ids.iter().copied()));
            let (have, one) = match ids.len() {
                1 => ("has", "it"),
                _ => ("have", "one of them"),
            };
            notes.push(format!(
                "{} {have} no assume_role block. If the identity that runs ramctl belongs to {one}, that account is searched for shares \
                 of the stack with it. Otherwise remove all statements but those for sts:AssumeRole.",
                ids.join(", ")
            ));
        }
        out.push(AccountPolicy { subject: Subject::Caller, policy: Policy { statements }, notes });
    }
    if let Some(pattern) = &sweeps {
        out.push(sweep_policy(declaration, role, partition, pattern));
    }
    for (account, read) in &regions {
        let is_reached_directly = without_role.contains(&account);
        let scope = Scope {
            declaration,
            account,
            regions: read.clone(),
            shares: declaration.shares.iter().filter(|share| share.account.value == *account).collect(),
            sharing: organization.filter(|_| management == Some(account)).map(|block| block.sharing.value),
            organization_region: organization_region(declaration),
            assumes: if is_reached_directly { assumes.clone() } else { Vec::new() },
            sweeps: sweeps.clone().filter(|_| is_reached_directly),
        };
        let label = block_of(account).map_or_else(
            || account.to_string(),
            |(address, _)| match &address.key {
                Some(key) => format!("{}[{key:?}]", address.label),
                None => address.label.clone(),
            },
        );
        let mut found = policy_of(&scope, role, Subject::Account { label, id: account.clone() });
        if is_reached_directly && without_role.len() > 1 {
            let others = without_role.iter().filter(|id| **id != account).map(ToString::to_string);
            found.notes.push(format!(
                "The account has no assume_role block, nor has {}. One run has the credentials of one account, so all but that one \
                 need a role.",
                others.collect::<Vec<_>>().join(", ")
            ));
        }
        out.push(found);
    }
    out.sort_by(|a, b| a.subject.cmp(&b.subject));
    out
}

fn policy_of(scope: &Scope<'_>, role: Role, subject: Subject) -> AccountPolicy {
    let mut notes = Vec::new();
    let assumed = assume_roles(&scope.assumes).into_iter().chain(sweep_accounts(scope.sweeps.as_ref()));
    let mut statements: Vec<Statement> = assumed.collect();
    statements.extend(read_statements(scope));
    if scope.regions.is_empty() {
        // No file names a Region of it, and it is searched all the same.
        let account = [scope.account.as_str()];
        statements.extend(sweep_statements(scope.declaration, role, scope.partition(), account));
    }
    if role == Role::Apply {
        statements.extend(write_statements(scope, &mut notes));
    }
    let policy = Policy { statements };
    let parts = policy.parts().len();
    if parts > 1 {
        notes.push(format!(
            "The policy has {} characters and a managed policy holds {MANAGED_QUOTA}, so it is divided into {parts} policies. Make a managed \
             policy of each and attach all of them to the role: aws iam create-policy, then aws iam attach-role-policy, for each of them. A \
             role takes 10 managed policies unless the quota is raised.",
            policy.size()
        ));
    }
    AccountPolicy { subject, policy, notes }
}

/// What finds and deletes shares of the stack in accounts of which the files say no more than that there are such accounts: `*` for any.
fn sweep_statements<'a>(
    declaration: &Declaration,
    role: Role,
    partition: &str,
    accounts: impl IntoIterator<Item = &'a str> + Clone,
) -> Vec<Statement> {
    let of = |what: &str| {
        let accounts = accounts.clone().into_iter();
        accounts.map(|account| format!("arn:{partition}:ram:*:{account}:{what}/*")).collect::<Vec<_>>()
    };
    let mut statements = vec![
        Statement::new("ReadShares", LISTINGS),
        Statement::new("ReadRegions", &["ec2:DescribeRegions"]),
        Statement::new("ReadPermissions", &["ram:GetPermission"])
            .on(of("permission").into_iter().chain([format!("arn:{partition}:ram::aws:permission/*")])),
    ];
    if role == Role::Apply {
        let shares = || of("resource-share");
        let tag = format!("aws:ResourceTag/{TAG_STACK}");
        let owned =
            |statement: Statement| statement.on(shares()).only("StringEquals", &tag, names_of(declaration));
        statements.push(owned(Statement::new("DeleteShares", &["ram:DeleteResourceShare"])));
        let permissions = Statement::new("DeletePermissions", &["ram:DeletePermission"]).on(of("permission"));
        statements.push(permissions.only("StringEquals", &tag, names_of(declaration)));
        let releases = |block: &crate::lang::RemovedBlock| {
            block.action == RemovedAction::Release && block.from.value.kind == BlockKind::Share
        };
        if declaration.removed.iter().any(releases) {
            let release = owned(Statement::new("ReleaseShares", &["ram:UntagResource"]));
            statements.push(release.only("ForAllValues:StringLike", "aws:TagKeys", ["ramctl:*".to_owned()]));
        }
    }
    statements
}

/// The policy of the role that is searched through, and that deletes what it finds, in accounts that the files do not name.
fn sweep_policy(declaration: &Declaration, role: Role, partition: &str, pattern: &str) -> AccountPolicy {
    let statements = sweep_statements(declaration, role, partition, ["*"]);
    let note = format!(
        "Every account of the organization needs a role that {pattern} matches, with this policy and a trust policy that names the identity \
         that runs ramctl. A share whose owner moved to another account is created by the account's own role, not by this one."
    );
    AccountPolicy { subject: Subject::Sweep, policy: Policy { statements }, notes: vec![note] }
}

/// The values that the tag of the stack may have on what is its own: the name that it has, and those that it had.
pub(crate) fn names_of(declaration: &Declaration) -> Vec<String> {
    let names = std::iter::once(&declaration.stack).chain(&declaration.formerly);
    names.map(|name| name.value.to_string()).collect()
}

/// The role of the name that the files give, wherever it trusts the caller.
fn sweep_accounts(pattern: Option<&String>) -> Option<Statement> {
    pattern.map(|pattern| Statement::new("SweepAccounts", &["sts:AssumeRole"]).on([pattern.clone()]))
}

/// The roles of the stack and no others.
fn assume_roles(roles: &[String]) -> Option<Statement> {
    let arns = roles.iter().cloned();
    (!roles.is_empty()).then(|| Statement::new("AssumeRoles", &["sts:AssumeRole"]).on(arns))
}
