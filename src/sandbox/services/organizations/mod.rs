//! AWS Organizations: the tree, who may read it, and which services it trusts.

mod access;
mod accounts;
mod lifecycle;
mod services;
mod tree;
mod units;

use serde_json::Value;

use crate::sandbox::services::{Answer, Call, Operation, Pager, Refusal, answer};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::{Organization, Unit};

pub(crate) const OPERATIONS: &[&[Operation]] =
    &[tree::OPERATIONS, units::OPERATIONS, accounts::OPERATIONS, access::OPERATIONS, lifecycle::OPERATIONS];

const INVALID: &str = "InvalidInputException";

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(INVALID, message)
}

fn required<T>(value: Option<T>, name: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| invalid(format!("You must specify {name}.")))
}

fn not_in_use() -> Refusal {
    Refusal::new("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
}

/// The organization, for any of its members.
fn for_member<'a>(call: &Call<'_>, state: &'a State) -> Result<&'a Organization, Refusal> {
    state.org().filter(|_| state.in_organization(&call.caller.account)).ok_or_else(not_in_use)
}

/// The organization, for the management account.
fn for_management<'a>(call: &Call<'_>, state: &'a State) -> Result<&'a Organization, Refusal> {
    let org = for_member(call, state)?;
    if org.management == call.caller.account {
        return Ok(org);
    }
    Err(Refusal::new("AccessDeniedException", "You don't have permissions to access this resource."))
}

/// The organization, for those who may read its tree: the management account and delegated administrators of any service.
fn for_reader<'a>(call: &Call<'_>, state: &'a State) -> Result<&'a Organization, Refusal> {
    let org = for_member(call, state)?;
    if state.delegations.under(&format!("{}/", call.caller.account)).next().is_some() {
        return Ok(org);
    }
    for_management(call, state)
}

/// A page of rows that are at hand, sorted by key.
fn paged(
    call: &Call<'_>,
    operation: &str,
    member: &str,
    rows: impl IntoIterator<Item = (String, Value)>,
) -> Answer {
    written(call, operation, member, rows.into_iter(), |row| row)
}

/// A page of rows sorted by key, of which only those on the page are written out.
fn written<K: AsRef<str>, R>(
    call: &Call<'_>,
    operation: &str,
    member: &str,
    rows: impl Iterator<Item = (K, R)>,
    out: impl Fn(R) -> Value,
) -> Answer {
    let size = match call.input.get("MaxResults") {
        None | Some(Value::Null) => 20,
        Some(size) => match size.as_u64() {
            Some(size @ 1..=20) => size as usize,
            _ => return Err(invalid("MaxResults must be between 1 and 20.")),
        },
    };
    let token = match call.input.get("NextToken") {
        None | Some(Value::Null) => None,
        Some(token) => Some(token.as_str().ok_or_else(|| invalid("The pagination token is invalid."))?),
    };
    let pager = Pager::new(operation, call.input, size, token, false)
        .ok_or_else(|| invalid("The pagination token is invalid."))?;
    let rest = rows.filter(|(key, _)| pager.after().is_none_or(|after| key.as_ref() > after));
    let page = pager.take(rest);
    let mut output = serde_json::Map::new();
    output.insert(member.to_owned(), page.rows.into_iter().map(out).collect());
    if let Some(next) = page.next {
        output.insert("NextToken".into(), next.into());
    }
    answer(&output)
}

/// `o-.../r-.../ou-.../`, the place of a unit or of what hangs under it.
fn path(state: &State, org: &Organization, parent: Option<&str>) -> String {
    let above: Vec<&Unit> = state.units_above(parent);
    let units: String = above.iter().rev().map(|unit| format!("{}/", unit.id)).collect();
    format!("{}/{}/{units}", org.id, org.root)
}

/// The root or a unit, by its id.
fn is_parent(state: &State, org: &Organization, id: &str) -> bool {
    id == org.root || state.units.contains(id)
}
