//! What a policy document says about one request.
//!
//! Source: IAM user guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition operators". Variables such as
//! `${aws:username}` are not expanded.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

/// The condition keys of a request, without regard to case.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyContext {
    keys: BTreeMap<String, Vec<String>>,
}

impl PolicyContext {
    pub(crate) fn set<'a>(&mut self, key: &str, values: impl IntoIterator<Item = &'a str>) {
        self.keys.insert(key.to_ascii_lowercase(), values.into_iter().map(str::to_owned).collect());
    }

    /// Without the keys that begin so.
    pub(crate) fn without(&self, prefix: &str) -> Self {
        let prefix = prefix.to_ascii_lowercase();
        let keys = self.keys.iter().filter(|(key, _)| !key.starts_with(&prefix));
        Self { keys: keys.map(|(key, values)| (key.clone(), values.clone())).collect() }
    }

    fn get(&self, key: &str) -> Option<&[String]> {
        self.keys.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    /// By a statement that says Deny.
    Denied,
    /// No statement says anything.
    Silent,
}

impl Verdict {
    /// Of two policies that are both asked: a denial counts more than a permission.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Denied, _) | (_, Self::Denied) => Self::Denied,
            (Self::Allowed, _) | (_, Self::Allowed) => Self::Allowed,
            (Self::Silent, Self::Silent) => Self::Silent,
        }
    }
}

/// One request, as a policy sees it.
pub(crate) struct Request<'a> {
    pub action: &'a str,
    pub resource: &'a str,
    pub context: &'a PolicyContext,
}

/// A document with its statements in a list.
pub(super) fn parse(text: &str) -> Result<Vec<Value>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement @ Value::Object(_)) => vec![statement.clone()],
        _ => return Err("it has no Statement".into()),
    };
    for statement in &statements {
        if !matches!(statement.get("Effect").and_then(Value::as_str), Some("Allow" | "Deny")) {
            return Err("a statement has neither the Effect Allow nor Deny".into());
        }
        if statement.get("Action").or(statement.get("NotAction")).is_none() {
            return Err("a statement has no Action".into());
        }
    }
    Ok(statements)
}

/// What a document says. `who` answers whether a `Principal` element means the caller; identity policies have none.
pub(super) fn evaluate(text: &str, request: &Request<'_>, who: Option<&dyn Fn(&Value) -> bool>) -> Verdict {
    let Ok(statements) = parse(text) else { return Verdict::Silent };
    let applies = |statement: &Value| {
        let action = match (statement.get("Action"), statement.get("NotAction")) {
            (Some(actions), _) => any(actions, |action| like_ignoring_case(action, request.action)),
            (None, Some(actions)) => !any(actions, |action| like_ignoring_case(action, request.action)),
            (None, None) => false,
        };
        let resource = match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(resources), _) => any(resources, |resource| like(resource, request.resource)),
            (None, Some(resources)) => !any(resources, |resource| like(resource, request.resource)),
            // A trust policy is about the role that bears it.
            (None, None) => who.is_some(),
        };
        let principal = match (who, statement.get("Principal")) {
            (None, _) => true,
            (Some(who), Some(principal)) => who(principal),
            (Some(_), None) => false,
        };
        action
            && resource
            && principal
            && statement.get("Condition").is_none_or(|condition| holds(condition, request.context))
    };
    statements.iter().filter(|statement| applies(statement)).fold(Verdict::Silent, |verdict, statement| {
        verdict.and(if statement["Effect"] == "Deny" { Verdict::Denied } else { Verdict::Allowed })
    })
}

/// Whether any text of an element that is one text or a list of them fits.
pub(super) fn any(element: &Value, mut fits: impl FnMut(&str) -> bool) -> bool {
    match element {
        Value::String(text) => fits(text),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).any(fits),
        _ => false,
    }
}

/// Whether a text fits a pattern with `*` and `?`.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == text[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            (p, t) = (at + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

pub(crate) fn like_ignoring_case(pattern: &str, text: &str) -> bool {
    like(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// All operators, and all keys in each, must hold.
fn holds(condition: &Value, context: &PolicyContext) -> bool {
    condition.as_object().is_some_and(|operators| {
        operators.iter().all(|(operator, keys)| {
            keys.as_object().is_some_and(|keys| {
                keys.iter().all(|(key, wanted)| holds_one(operator, key, wanted, context))
            })
        })
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Set {
    One,
    All,
    Any,
}

fn holds_one(operator: &str, key: &str, wanted: &Value, context: &PolicyContext) -> bool {
    let (set, operator) = match operator.split_once(':') {
        Some(("ForAllValues", rest)) => (Set::All, rest),
        Some(("ForAnyValue", rest)) => (Set::Any, rest),
        _ => (Set::One, operator),
    };
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let wanted: Vec<String> = match wanted {
        Value::Array(values) => values.iter().map(text).collect(),
        value => vec![text(value)],
    };
    let given = context.get(key);
    if operator == "Null" {
        return wanted.iter().any(|want| (want == "true") == given.is_none());
    }
    let Some(compare) = comparison(operator) else { return false };
    let (negated, compare) = compare;
    let Some(given) = given.filter(|given| set != Set::One || !given.is_empty()) else {
        return if_exists || negated || set == Set::All;
    };
    // Negated operators hold when the value is none of those named.
    let fits = |value: &String| {
        if negated {
            !wanted.iter().any(|want| compare(want, value))
        } else {
            wanted.iter().any(|want| compare(want, value))
        }
    };
    match set {
        Set::All => given.iter().all(fits),
        Set::One | Set::Any => given.iter().any(fits),
    }
}

type Compare = fn(&str, &str) -> bool;

fn comparison(operator: &str) -> Option<(bool, Compare)> {
    fn number(wanted: &str, given: &str, holds: fn(f64, f64) -> bool) -> bool {
        matches!((wanted.parse(), given.parse()), (Ok(wanted), Ok(given)) if holds(given, wanted))
    }
    fn date(wanted: &str, given: &str, holds: fn(f64, f64) -> bool) -> bool {
        let at = |text: &str| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .map(|at| at.as_millisecond() as f64 / 1000.0)
                .or(text.parse().ok())
        };
        matches!((at(wanted), at(given)), (Some(wanted), Some(given)) if holds(given, wanted))
    }
    Some(match operator {
        "StringEquals" => (false, |want, given| want == given),
        "StringNotEquals" => (true, |want, given| want == given),
        "StringEqualsIgnoreCase" => (false, |want, given| want.eq_ignore_ascii_case(given)),
        "StringNotEqualsIgnoreCase" => (true, |want, given| want.eq_ignore_ascii_case(given)),
        "StringLike" | "ArnLike" | "ArnEquals" => (false, like),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (true, like),
        "Bool" => (false, |want, given| want.eq_ignore_ascii_case(given)),
        "NumericEquals" => (false, |want, given| number(want, given, |a, b| a == b)),
        "NumericNotEquals" => (true, |want, given| number(want, given, |a, b| a == b)),
        "NumericLessThan" => (false, |want, given| number(want, given, |a, b| a < b)),
        "NumericLessThanEquals" => (false, |want, given| number(want, given, |a, b| a <= b)),
        "NumericGreaterThan" => (false, |want, given| number(want, given, |a, b| a > b)),
        "NumericGreaterThanEquals" => (false, |want, given| number(want, given, |a, b| a >= b)),
        "DateEquals" => (false, |want, given| date(want, given, |a, b| a == b)),
        "DateLessThan" => (false, |want, given| date(want, given, |a, b| a < b)),
        "DateLessThanEquals" => (false, |want, given| date(want, given, |a, b| a <= b)),
        "DateGreaterThan" => (false, |want, given| date(want, given, |a, b| a > b)),
        "DateGreaterThanEquals" => (false, |want, given| date(want, given, |a, b| a >= b)),
        "IpAddress" => (false, in_network),
        "NotIpAddress" => (true, in_network),
        _ => return None,
    })
}

fn in_network(network: &str, address: &str) -> bool {
    let network = if network.contains('/') {
        network.parse::<ipnet::IpNet>().ok()
    } else {
        network.parse::<IpAddr>().ok().map(Into::into)
    };
    matches!((network, address.parse::<IpAddr>()), (Some(network), Ok(address)) if network.contains(&address))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn verdict(statement: Value, context: &[(&str, &[&str])]) -> Verdict {
        let mut keys = PolicyContext::default();
        for (key, values) in context {
            keys.set(key, values.iter().copied());
        }
        let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let resource = "arn:aws:ram:eu-central-1:222222222222:resource-share/1";
        evaluate(&document, &Request { action: "ram:UpdateResourceShare", resource, context: &keys }, None)
    }

    #[test]
    fn patterns_match_as_in_iam() {
        for (pattern, text, fits) in [
            ("*", "", true),
            ("ram:*", "ram:GetResourceShares", true),
            ("ram:Get*s", "ram:GetResourceShares", true),
            ("ram:Get?", "ram:GetX", true),
            ("ram:Get?", "ram:Get", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b", false),
            ("", "x", false),
        ] {
            assert_eq!(like(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn actions_and_resources_decide() {
        use Verdict::*;
        for (statement, wanted) in [
            (json!({"Effect": "Allow", "Action": "*", "Resource": "*"}), Allowed),
            (json!({"Effect": "Allow", "Action": ["RAM:updateresourceshare"], "Resource": "*"}), Allowed),
            (json!({"Effect": "Allow", "Action": "ram:Get*", "Resource": "*"}), Silent),
            (json!({"Effect": "Deny", "Action": "ram:*", "Resource": "*"}), Denied),
            (json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), Allowed),
            (
                json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:ram:*:222222222222:resource-share/*"}),
                Allowed,
            ),
            (json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:ram:*:333333333333:*"}), Silent),
            (json!({"Effect": "Allow", "Action": "*"}), Silent),
        ] {
            assert_eq!(verdict(statement.clone(), &[]), wanted, "{statement}");
        }
    }

    #[test]
    fn conditions_hold_by_operator() {
        let tags: &[(&str, &[&str])] = &[
            ("aws:ResourceTag/stack", &["network"]),
            ("ram:AllowsExternalPrincipals", &["false"]),
            ("ram:Principal", &["111111111111", "222222222222"]),
            ("aws:TagKeys", &[]),
        ];
        for (condition, holds) in [
            (json!({"StringEquals": {"aws:resourcetag/stack": "network"}}), true),
            (json!({"StringEquals": {"aws:ResourceTag/stack": ["a", "network"]}}), true),
            (json!({"StringNotEquals": {"aws:ResourceTag/stack": ["a", "network"]}}), false),
            (json!({"StringEquals": {"aws:ResourceTag/none": "x"}}), false),
            (json!({"StringEqualsIfExists": {"aws:ResourceTag/none": "x"}}), true),
            (json!({"StringNotEquals": {"aws:ResourceTag/none": "x"}}), true),
            (json!({"Bool": {"ram:AllowsExternalPrincipals": false}}), true),
            (json!({"Bool": {"ram:AllowsExternalPrincipals": "true"}}), false),
            (json!({"Null": {"aws:ResourceTag/none": "true"}}), true),
            (json!({"Null": {"aws:ResourceTag/stack": "true"}}), false),
            (json!({"ForAllValues:StringEquals": {"ram:Principal": ["111111111111"]}}), false),
            (json!({"ForAnyValue:StringEquals": {"ram:Principal": ["111111111111"]}}), true),
            (json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}}), true),
            (
                json!({"StringLike": {"aws:ResourceTag/stack": "net*"}, "Bool": {"ram:AllowsExternalPrincipals": true}}),
                false,
            ),
            (json!({"MadeUp": {"aws:ResourceTag/stack": "network"}}), false),
        ] {
            let statement =
                json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
            let wanted = if holds { Verdict::Allowed } else { Verdict::Silent };
            assert_eq!(verdict(statement, tags), wanted, "{condition}");
        }
    }
}
