//! Ports to AWS and the errors that they give. No SDK type passes here.
//!
//! `aws` implements the ports over the SDK, tests over memory. `collect` reads through them, `apply` writes through them. A port
//! has one method per API operation and adds nothing to it; `listing` follows pages to their end (`pages`) and takes no row that
//! belongs elsewhere (`belonging`). Waiting and order belong to the callers.

mod belonging;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod help;
mod listing;
mod page;
mod pages;
mod ports;
mod rows;

pub(crate) use belonging::found_resource;
pub(crate) use error::kind_of;
pub use error::{Caller, CloudError, DEFAULT_CREDENTIALS, ErrorKind};
pub(crate) use listing::{
    EC2_PAGE, ORG_PAGE, RAM_PAGE, RAM_ROLE, RAM_SERVICE, TAG_PAGE, associations, attached_permissions,
    aws_permissions, customer_permissions, invitations, permission_there, permission_versions,
    received_resources, received_shares, share_permissions, share_row, shares, sharing_facts, sources,
    stack_shares,
};
pub use page::{Page, PageRequest};
pub(crate) use pages::all_pages;
pub use ports::{Cloud, FILTER_VALUES, IamRead, IamWrite, OrgRead, RamRead, RamWrite, TagRead, UsageRead};
// The rows of listings that an apply judges.
pub(crate) use crate::live::{CustomerPermissionRow, ShareRow};
pub use rows::{
    AccountRow, AssociationKind, CreatedShare, CreatedVersion, Members, NewPermission, NewShare,
    OrganizationRow, RoleState, ShareScope, UnitRow, UseRow,
};
