//! Organizational units: made, renamed, deleted.

use serde::Deserialize;
use serde_json::json;

use crate::sandbox::services::organizations::tree::{has_children, no_unit, unit, units_under};
use crate::sandbox::services::organizations::{INVALID, for_management, invalid, is_parent, required};
use crate::sandbox::services::{Answer, Call, Operation, Refusal, answer, random_id};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_account::Unit;
use crate::sandbox::state::rows_ram::Tags;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::write("CreateOrganizationalUnit", create),
    Operation::write("UpdateOrganizationalUnit", update),
    Operation::write("DeleteOrganizationalUnit", delete),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    parent_id: Option<String>,
    name: Option<String>,
    organizational_unit_id: Option<String>,
}

fn check_name(state: &State, parent: &str, name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.chars().count() > 128 {
        return Err(invalid("The name of an organizational unit has 1 to 128 characters."));
    }
    if units_under(state, parent).any(|unit| unit.name == name) {
        return Err(Refusal::new(
            "DuplicateOrganizationalUnitException",
            "An organizational unit with the same name already exists under this parent.",
        ));
    }
    Ok(())
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let parent = required(input.parent_id, "ParentId")?;
    if !is_parent(state, &org, &parent) {
        return Err(Refusal::new(
            "ParentNotFoundException",
            format!("You specified a parent {parent} that doesn't exist."),
        ));
    }
    let name = required(input.name, "Name")?;
    check_name(state, &parent, &name)?;
    if state.units_above(Some(&parent)).len() >= 5 {
        return Err(Refusal::new(
            "ConstraintViolationException",
            "You have exceeded the depth of organizational units.",
        ));
    }
    let id = format!("ou-{}-{}", org.root.trim_start_matches("r-"), random_id(8).to_lowercase());
    let row = Unit { id: id.clone(), name, parent, tags: Tags::new() };
    state.units.put(id, row.clone());
    answer(&json!({"OrganizationalUnit": unit(state, &org, &row)}))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let org = for_management(call, state)?.clone();
    let input: Input = call.input(INVALID)?;
    let id = required(input.organizational_unit_id, "OrganizationalUnitId")?;
    let mut row = state.units.get(&id).cloned().ok_or_else(|| no_unit(&id))?;
    if let Some(name) = input.name
        && name != row.name
    {
        check_name(state, &row.parent, &name)?;
        row.name = name;
    }
    state.units.put(id, row.clone());
    answer(&json!({"OrganizationalUnit": unit(state, &org, &row)}))
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    for_management(call, state)?;
    let input: Input = call.input(INVALID)?;
    let id = required(input.organizational_unit_id, "OrganizationalUnitId")?;
    if !state.units.contains(&id) {
        return Err(no_unit(&id));
    }
    if has_children(state, &id) {
        return Err(Refusal::new(
            "OrganizationalUnitNotEmptyException",
            "The specified organizational unit is not empty. Move all accounts and units out of it.",
        ));
    }
    state.units.remove(&id);
    answer(&json!({}))
}
