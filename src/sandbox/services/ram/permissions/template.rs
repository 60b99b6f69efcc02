//! What a customer managed permission may be called and may say.

use serde_json::Value;

use crate::sandbox::services::Refusal;
use crate::sandbox::services::ram::invalid;

pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    let valid = (1..=36).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if valid {
        Ok(())
    } else {
        Err(invalid(format!("The permission name {name} does not match [\\w.-]{{1,36}}.")))
    }
}

/// A template has an effect, actions of the type's service and at most a condition. Codes and texts are AWS's where they were recorded.
pub(super) fn check_policy(text: &str, code: &str) -> Result<(), Refusal> {
    let malformed =
        |why: &str| Refusal::new("MalformedPolicyTemplateException", format!("The policy template {why}."));
    let invalid_policy = |why: &str| Refusal::new("InvalidPolicyException", format!("InvalidPolicy: {why}"));
    let policy: Value = serde_json::from_str(text).map_err(|_| malformed("is not valid JSON"))?;
    let members = policy.as_object().ok_or_else(|| malformed("is not a JSON object"))?;
    const ELEMENTS: [&str; 3] = ["Effect", "Action", "Condition"];
    if members.keys().any(|key| !ELEMENTS.iter().any(|known| known.eq_ignore_ascii_case(key))) {
        return Err(invalid_policy(
            "Only effect, action, and condition blocks can exist in permission policy",
        ));
    }
    if members.keys().any(|key| !ELEMENTS.contains(&key.as_str())) {
        return Err(invalid_policy("Invalid policy format."));
    }
    if !members
        .get("Effect")
        .and_then(Value::as_str)
        .is_some_and(|effect| effect.eq_ignore_ascii_case("allow"))
    {
        return Err(invalid_policy("Only the Allow effect is supported"));
    }
    let actions: Vec<&str> = match members.get("Action") {
        Some(Value::String(action)) => vec![action],
        Some(Value::Array(actions)) => actions
            .iter()
            .map(Value::as_str)
            .collect::<Option<_>>()
            .ok_or_else(|| malformed("has an Action that is no text"))?,
        _ => Vec::new(),
    };
    if actions.is_empty() {
        return Err(malformed("has no Action"));
    }
    let service = code.split(':').next().unwrap_or_default();
    if let Some(action) = actions.iter().find(|action| !action.contains(':')) {
        return Err(invalid_policy(&format!("{action} is not an action of {service}.")));
    }
    for (operator, keys) in members.get("Condition").and_then(Value::as_object).into_iter().flatten() {
        if operator.contains("Not") {
            return Err(malformed(&format!("has the negated condition operator {operator}")));
        }
        for key in keys.as_object().into_iter().flatten().map(|(key, _)| key.to_ascii_lowercase()) {
            const FORBIDDEN: [&str; 7] = [
                "aws:principalorgid",
                "aws:principalorgpaths",
                "aws:principalaccount",
                "aws:sourcearn",
                "aws:sourceaccount",
                "aws:sourceorgpaths",
                "aws:sourceorgid",
            ];
            let reserved = ["aws:principaltag/aws:", "aws:resourcetag/aws:", "aws:requesttag/aws:"];
            if FORBIDDEN.contains(&key.as_str()) || reserved.iter().any(|prefix| key.starts_with(prefix)) {
                return Err(malformed(&format!("has the condition key {key}, which is not allowed")));
            }
        }
    }
    Ok(())
}
