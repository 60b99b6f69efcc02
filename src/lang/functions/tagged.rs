//! `tagged(type, tags)`.

use std::collections::BTreeSet;

use crate::lang::functions::call::Call;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Symbol, Type, Value, convert};
use crate::model::{ResourceType, TagFilters, TagQuery};

/// What one `GetResources` takes (Resource Groups Tagging API reference, `TagFilters`).
const MOST_KEYS: usize = 50;
const MOST_VALUES: usize = 20;

pub(crate) fn tagged(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let code = call.str(0);
    let resource_type = ResourceType::parse(code).map_err(|error| {
        FunctionError::argument(0, format!("{error}."))
            .help("Write the type as RAM does: tagged(\"ec2:Subnet\", { share = \"workloads\" }).")
    })?;
    let Some(entries) = call.arg(1).entries() else {
        let given = call.arg(1).type_of().phrase();
        return Err(tags_error(format!("The tags are a map, not {given}.")));
    };
    let mut tags = TagFilters::new();
    for (key, value) in entries {
        tags.insert(key.to_string(), values(key, value)?);
    }
    if tags.is_empty() || tags.len() > MOST_KEYS {
        return Err(tags_error(format!("A search names 1 to {MOST_KEYS} tags, not {}.", tags.len())));
    }
    Ok(Value::symbol(Symbol::Resources(TagQuery { resource_type, tags })))
}

/// The value or values that a tag may have.
fn values(key: &str, value: &Value) -> Result<BTreeSet<String>, FunctionError> {
    let one = |value: &Value| {
        let text = convert(value, &Type::String).ok().filter(|text| !text.is_null());
        let text = text.as_ref().and_then(Value::as_str).map(ToOwned::to_owned);
        text.ok_or_else(|| tags_error(format!("The tag {key:?} has a value that is no string.")))
    };
    let values: BTreeSet<String> = match value.items() {
        Some(items) => items.iter().map(one).collect::<Result<_, _>>()?,
        None => BTreeSet::from([one(value)?]),
    };
    if values.is_empty() || values.len() > MOST_VALUES {
        let count = values.len();
        return Err(tags_error(format!("The tag {key:?} takes 1 to {MOST_VALUES} values, not {count}.")));
    }
    Ok(values)
}

fn tags_error(message: String) -> FunctionError {
    FunctionError::argument(1, message).help(
        "Write a string or a list of strings per tag: { share = \"workloads\", zone = [\"a\", \"b\"] }.",
    )
}
