//! Values that stand for something outside the files: accounts, units, the organization, permissions, resources.

use crate::lang::declaration::PrincipalExpr;
use crate::model::{AccountId, Address, TagQuery};

/// A symbolic value. `desired` settles what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// `ou("...")`, `account("...")`, `organization()`, `service("...")`, and strings where a principal is wanted.
    Principal(PrincipalExpr),
    /// `account.network`: a principal, the account of a share, and an object with the attribute `id`.
    Account { address: Address, id: AccountId },
    /// `permission.ipam_read`: a customer managed permission of this stack.
    Permission(Address),
    /// `tagged("ec2:Subnet", { share = "workloads" })`: the resources that bear these tags.
    Resources(TagQuery),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    Principal,
    Account,
    Permission,
    Resources,
}

impl Symbol {
    pub fn kind(&self) -> SymbolKind {
        match self {
            Self::Principal(_) => SymbolKind::Principal,
            Self::Account { .. } => SymbolKind::Account,
            Self::Permission(_) => SymbolKind::Permission,
            Self::Resources(_) => SymbolKind::Resources,
        }
    }

    /// The symbol as it is written in HCL: `ou("Workloads/Prod")`.
    pub fn written(&self) -> String {
        match self {
            Self::Principal(principal) => written_principal(principal),
            Self::Account { address, .. } | Self::Permission(address) => address.to_string(),
            Self::Resources(query) => query.to_string(),
        }
    }
}

fn written_principal(principal: &PrincipalExpr) -> String {
    match principal {
        PrincipalExpr::Literal(principal) => format!("{:?}", principal.as_str()),
        PrincipalExpr::Declared { address, .. } => address.to_string(),
        PrincipalExpr::AccountNamed(name) => format!("account({name:?})"),
        PrincipalExpr::UnitAtPath(path) => format!("ou({path:?})"),
        PrincipalExpr::UnitById(id) => format!("ou({:?})", id.as_str()),
        PrincipalExpr::Organization => "organization()".into(),
    }
}

impl SymbolKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Account => "account",
            Self::Permission => "permission",
            Self::Resources => "resources",
        }
    }

    pub fn phrase(self) -> &'static str {
        match self {
            Self::Principal => "a principal",
            Self::Account => "an account",
            Self::Permission => "a permission",
            Self::Resources => "a search for resources by tags",
        }
    }
}
