//! AWS Identity and Access Management: roles and their policies, and what policies mean.

mod identity;
mod policy;
mod role_policies;
mod roles;
mod service_linked;

pub(crate) use identity::{administrator, authorize, trusts};
pub(crate) use policy::{PolicyContext, Request, Verdict, like_ignoring_case};
pub(crate) use roles::{access_role, check_document, new_role};
pub(crate) use service_linked::service_linked_role;

use crate::sandbox::services::{Call, Operation, Refusal};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Role;

pub(crate) const OPERATIONS: &[&[Operation]] =
    &[roles::OPERATIONS, role_policies::OPERATIONS, service_linked::OPERATIONS];

const INVALID: &str = "ValidationError";

fn no_such_role(name: &str) -> Refusal {
    Refusal::new("NoSuchEntity", format!("The role with name {name} cannot be found.")).with_status(404)
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::new(INVALID, format!("1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null")))
}

/// A role of the caller's account.
fn role(call: &Call<'_>, state: &State, name: Option<String>) -> Result<Role, Refusal> {
    let name = required(name, "roleName")?;
    state.roles.get(&Role::key(&call.caller.account, &name)).cloned().ok_or_else(|| no_such_role(&name))
}

fn store(state: &mut State, role: Role) {
    state.roles.put(Role::key(&role.account, &role.name), role);
}
