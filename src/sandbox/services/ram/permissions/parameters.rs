//! Template parameters: placeholders `@{name}` in the condition of a permission, whose values each share gives.
//!
//! Source: the service model of 2026-11-17. That a list stands alone in a value, and what a name may be, is an inference.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::sandbox::services::Refusal;
use crate::sandbox::services::ram::invalid;
use crate::sandbox::state::rows_ram::{ParameterKind, ParameterValues, TemplateParameter};

/// `permissionTemplateParameters` of a request that declares.
#[derive(Deserialize)]
pub(super) struct DeclarationIn {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    description: Option<String>,
}

/// `permissionTemplateParameters` of a request that attaches.
#[derive(Deserialize)]
pub(crate) struct ValuesIn {
    name: Option<String>,
    values: Option<Vec<String>>,
}

const MOST: usize = 100;

/// Checks the declarations of a permission, and that its policy uses what is declared, where it may.
pub(super) fn declared(
    declarations: Vec<DeclarationIn>,
    policy: &str,
) -> Result<Vec<TemplateParameter>, Refusal> {
    let malformed =
        |why: String| Refusal::new("MalformedPolicyTemplateException", format!("The policy template {why}."));
    if declarations.len() > MOST {
        return Err(invalid(format!("A permission can declare up to {MOST} template parameters.")));
    }
    let mut parameters: Vec<TemplateParameter> = Vec::new();
    for DeclarationIn { name, kind, description } in declarations {
        let name = name.filter(|name| !name.is_empty() && !name.contains(['@', '{', '}']));
        let name =
            name.ok_or_else(|| invalid("A template parameter has no name that a placeholder can hold."))?;
        let kind = match kind.as_deref() {
            Some("STRING") => ParameterKind::String,
            Some("STRING_LIST") => ParameterKind::StringList,
            _ => {
                return Err(invalid(format!(
                    "The type of the template parameter {name} must be one of: STRING, STRING_LIST."
                )));
            }
        };
        if parameters.iter().any(|known| known.name == name) {
            return Err(invalid(format!("The template parameter {name} is declared twice.")));
        }
        parameters.push(TemplateParameter { name, kind, description });
    }
    let mut policy: Value =
        serde_json::from_str(policy).map_err(|_| malformed("is not valid JSON".into()))?;
    let condition = policy.as_object_mut().and_then(|members| members.remove("Condition"));
    if !placeholders(&policy.to_string()).is_empty() {
        return Err(malformed("has a template parameter outside condition keys and condition values".into()));
    }
    for (operator, keys) in condition.iter().filter_map(Value::as_object).flatten() {
        if !placeholders(operator).is_empty() {
            return Err(malformed("has a template parameter in place of a condition operator".into()));
        }
        for (key, values) in keys.as_object().into_iter().flatten() {
            let texts = match values {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                value => value.as_str().into_iter().collect::<Vec<_>>(),
            };
            for (text, is_key) in texts.into_iter().map(|text| (text, false)).chain([(key.as_str(), true)]) {
                for name in placeholders(text) {
                    let known = parameters.iter().find(|known| known.name == name);
                    let known = known
                        .ok_or_else(|| malformed(format!("uses the undeclared template parameter {name}")))?;
                    if known.kind == ParameterKind::StringList && (is_key || text != format!("@{{{name}}}")) {
                        return Err(malformed(format!(
                            "uses the list {name} as a part of a text; a list is a condition value of its own"
                        )));
                    }
                }
            }
        }
    }
    Ok(parameters)
}

/// The names between `@{` and `}`.
fn placeholders(text: &str) -> Vec<&str> {
    text.split("@{").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Takes the values that a share gives: one for each text, at least one for each list, none for what is not declared.
pub(crate) fn values(
    permission: &str,
    declared: &[TemplateParameter],
    given: Vec<ValuesIn>,
) -> Result<ParameterValues, Refusal> {
    let mut values = ParameterValues::new();
    for ValuesIn { name, values: texts } in given {
        let (name, texts) = (name.unwrap_or_default(), texts.unwrap_or_default());
        let known = declared.iter().find(|known| known.name == name).ok_or_else(|| {
            invalid(format!("The permission {permission} declares no template parameter {name:?}."))
        })?;
        if texts.is_empty() || (known.kind == ParameterKind::String && texts.len() > 1) {
            return Err(invalid(format!(
                "The template parameter {name} of {permission} takes {}.",
                if known.kind == ParameterKind::String { "a single value" } else { "one or more values" }
            )));
        }
        if values.insert(name.clone(), texts).is_some() {
            return Err(invalid(format!("The template parameter {name} of {permission} is given twice.")));
        }
    }
    let missing: BTreeSet<&str> =
        declared.iter().map(|known| known.name.as_str()).filter(|name| !values.contains_key(*name)).collect();
    if !missing.is_empty() {
        let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
        return Err(invalid(format!(
            "Provide values for the template parameters of {permission}: {missing}."
        )));
    }
    Ok(values)
}

/// A policy with the values in their places.
pub(crate) fn rendered(mut policy: Value, values: &ParameterValues) -> Value {
    if let Some(condition) = policy.get_mut("Condition") {
        *condition = render(condition, values);
    }
    policy
}

/// The condition of a policy with the values in their places.
fn render(condition: &Value, values: &ParameterValues) -> Value {
    let text = |text: &str| {
        values.iter().fold(text.to_owned(), |text, (name, values)| {
            text.replace(&format!("@{{{name}}}"), &values.join(","))
        })
    };
    let whole = |value: &Value| {
        let name = value.as_str()?.strip_prefix("@{")?.strip_suffix('}')?;
        values.get(name).filter(|values| values.len() > 1)
    };
    let value = |value: &Value| match value {
        Value::Array(list) => list
            .iter()
            .flat_map(|item| match (whole(item), item) {
                (Some(values), _) => values.iter().map(|value| json!(value)).collect(),
                (None, Value::String(item)) => vec![json!(text(item))],
                (None, other) => vec![other.clone()],
            })
            .collect(),
        other => match (whole(other), other) {
            (Some(values), _) => json!(values),
            (None, Value::String(item)) => json!(text(item)),
            (None, other) => other.clone(),
        },
    };
    let keys = |keys: &Value| -> Value {
        let members = keys.as_object().into_iter().flatten();
        Value::Object(members.map(|(key, values)| (text(key), value(values))).collect::<Map<_, _>>())
    };
    let operators = condition.as_object().into_iter().flatten();
    Value::Object(operators.map(|(operator, all)| (operator.clone(), keys(all))).collect())
}

/// The parameters as listings show them, with the values that a share gave.
pub(crate) fn out(declared: &[TemplateParameter], values: &ParameterValues) -> Vec<Value> {
    declared
        .iter()
        .map(|parameter| {
            let mut out = json!(parameter);
            if let Some(values) = values.get(&parameter.name) {
                out["values"] = json!(values);
            }
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declare(declarations: Value, condition: Value) -> Result<Vec<TemplateParameter>, String> {
        let policy = json!({"Effect": "Allow", "Action": ["ec2:Describe*"], "Condition": condition});
        let declarations = Vec::<DeclarationIn>::deserialize(declarations).unwrap();
        declared(declarations, &policy.to_string()).map_err(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn placeholders_are_declared_and_stand_in_conditions_alone() {
        let (malformed, invalid) = ("MalformedPolicyTemplateException", "InvalidParameterException");
        let text = json!([{"name": "team", "type": "STRING"}]);
        let list = json!([{"name": "teams", "type": "STRING_LIST", "description": "who"}]);
        for (what, declarations, condition, refused) in [
            ("a value", text.clone(), json!({"StringEquals": {"aws:PrincipalTag/team": "@{team}"}}), None),
            (
                "a part of a value",
                text.clone(),
                json!({"StringLike": {"aws:PrincipalTag/team": ["a-@{team}-*"]}}),
                None,
            ),
            (
                "a part of a key",
                text.clone(),
                json!({"StringEquals": {"aws:PrincipalTag/@{team}": "x"}}),
                None,
            ),
            ("a list", list.clone(), json!({"StringEquals": {"aws:PrincipalTag/team": "@{teams}"}}), None),
            ("an operator", text.clone(), json!({"@{team}": {"k": "v"}}), Some(malformed)),
            ("undeclared", text.clone(), json!({"StringEquals": {"k": "@{other}"}}), Some(malformed)),
            ("a part of a text", list.clone(), json!({"StringEquals": {"k": "a-@{teams}"}}), Some(malformed)),
            ("a list in a key", list, json!({"StringEquals": {"k/@{teams}": "v"}}), Some(malformed)),
            ("no type", json!([{"name": "team"}]), json!({}), Some(invalid)),
            ("another type", json!([{"name": "team", "type": "NUMBER"}]), json!({}), Some(invalid)),
            ("no name", json!([{"type": "STRING"}]), json!({}), Some(invalid)),
            (
                "twice",
                json!([{"name": "a", "type": "STRING"}, {"name": "a", "type": "STRING"}]),
                json!({}),
                Some(invalid),
            ),
        ] {
            let got = declare(declarations, condition).err();
            assert_eq!(got.as_deref(), refused, "{what}");
        }
        let many: Vec<Value> = (0..101).map(|n| json!({"name": format!("p{n}"), "type": "STRING"})).collect();
        assert_eq!(declare(json!(many), json!({})).err().as_deref(), Some(invalid));
        let outside = r#"{"Effect": "Allow", "Action": ["ec2:@{team}"]}"#;
        let declarations = || Vec::<DeclarationIn>::deserialize(&text).unwrap();
        assert_eq!(declared(declarations(), outside).unwrap_err().code, malformed);
    }

    #[test]
    fn values_fit_what_is_declared_and_take_its_place() {
        let known = declare(
            json!([{"name": "team", "type": "STRING"}, {"name": "orgs", "type": "STRING_LIST"}]),
            json!({}),
        )
        .unwrap();
        let give = |given: Value| values("p", &known, Vec::<ValuesIn>::deserialize(given).unwrap());
        for (what, given) in [
            ("none", json!([])),
            ("one is missing", json!([{"name": "team", "values": ["net"]}])),
            (
                "two for a text",
                json!([{"name": "team", "values": ["a", "b"]}, {"name": "orgs", "values": ["a"]}]),
            ),
            ("none for a list", json!([{"name": "team", "values": ["a"]}, {"name": "orgs", "values": []}])),
            (
                "unknown",
                json!([{"name": "team", "values": ["a"]}, {"name": "orgs", "values": ["a"]}, {"name": "x", "values": ["a"]}]),
            ),
            (
                "twice",
                json!([{"name": "team", "values": ["a"]}, {"name": "team", "values": ["a"]}, {"name": "orgs", "values": ["a"]}]),
            ),
        ] {
            assert_eq!(give(given).unwrap_err().code, "InvalidParameterException", "{what}");
        }
        let values =
            give(json!([{"name": "team", "values": ["net"]}, {"name": "orgs", "values": ["o-1", "o-2"]}]))
                .unwrap();
        let condition = json!({"StringEquals": {
            "aws:PrincipalTag/@{team}": ["@{orgs}", "x-@{team}"],
            "aws:ResourceOrgID": "@{orgs}",
        }});
        assert_eq!(
            render(&condition, &values),
            json!({"StringEquals": {
                "aws:PrincipalTag/net": ["o-1", "o-2", "x-net"],
                "aws:ResourceOrgID": ["o-1", "o-2"],
            }})
        );
        assert_eq!(
            out(&known, &values)[1],
            json!({"name": "orgs", "type": "STRING_LIST", "values": ["o-1", "o-2"]})
        );
        assert_eq!(out(&known, &ParameterValues::new())[0], json!({"name": "team", "type": "STRING"}));
    }
}
