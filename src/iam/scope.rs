//! What the stack does where, and the policies that follow.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{organization_region, places};
use crate::iam::apply::write_statements;
use crate::iam::policy::{Policy, Statement};
use crate::iam::read::read_statements;
use crate::iam::receive::receivers;
use crate::lang::{AccountBlock, Declaration, ShareBlock, SharingWish};
use crate::model::{AccountId, Region};

/// Characters of a managed policy, and of all inline policies of a role (IAM quotas).
const MANAGED_QUOTA: usize = 6_144;
const INLINE_QUOTA: usize = 10_240;

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
    pub(crate) assumes: Vec<&'a str>,
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
    let assumes: Vec<&str> = regions.keys().filter_map(role_of).collect();
    let without_role: Vec<&AccountId> = regions.keys().filter(|id| role_of(id).is_none()).collect();

    let mut out = Vec::new();
    if without_role.is_empty() && !assumes.is_empty() {
        let policy = Policy { statements: assume_roles(&assumes).into_iter().collect() };
        out.push(AccountPolicy { subject: Subject::Caller, policy, notes: Vec::new() });
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
    let mut statements: Vec<Statement> = assume_roles(&scope.assumes).into_iter().collect();
    statements.extend(read_statements(scope));
    if role == Role::Apply {
        statements.extend(write_statements(scope, &mut notes));
    }
    let policy = Policy { statements };
    let size = policy.size();
    if size > MANAGED_QUOTA {
        let way = if size > INLINE_QUOTA {
            "Divide its statements over several managed policies, or the stack over several."
        } else {
            "Put it into the role as an inline policy, or divide its statements over two."
        };
        notes.push(format!(
            "The policy has {size} characters; a managed policy holds {MANAGED_QUOTA}, the inline policies of a role {INLINE_QUOTA}. {way}"
        ));
    }
    AccountPolicy { subject, policy, notes }
}

/// The roles of the stack and no others.
fn assume_roles(roles: &[&str]) -> Option<Statement> {
    let arns = roles.iter().map(|role| (*role).to_owned());
    (!roles.is_empty()).then(|| Statement::new("AssumeRoles", &["sts:AssumeRole"]).on(arns))
}
