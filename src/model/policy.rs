//! What a managed permission lets people do: the policy template, in the one form in which ramctl compares it.
//!
//! Two texts mean the same to IAM where they differ in the order of members, in one string against a list of it, in the case of an
//! action (IAM user guide, "IAM JSON policy elements: Action") or in the case of a condition key ("Condition": key names are not
//! case-sensitive). So they are never compared as texts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use crate::model::hcl_text::hcl_text;

/// An action or a pattern of actions: `ec2:DescribeSubnets`, `ec2:Describe*`.
#[derive(Clone, Debug)]
pub struct Action {
    text: String,
    key: String,
}

impl Action {
    pub fn read(text: &str) -> Self {
        Self { text: text.to_owned(), key: text.to_ascii_lowercase() }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether whatever the other one allows is allowed by this one too. `*` stands for any text, `?` for one character.
    pub fn covers(&self, other: &Self) -> bool {
        matches(self.key.as_bytes(), other.key.as_bytes())
    }
}

/// Whether a pattern matches a text. Stars and question marks in the text are characters like any other, which only a star or the
/// very same covers.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') if text[t] != b'*' => (p, t) = (p + 1, t + 1),
            Some(found) if *found == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|byte| *byte == b'*')
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Action {}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Action {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Operator and key to values: all of them have to hold, for each one of the values.
pub type Conditions = BTreeMap<(String, String), BTreeSet<String>>;

/// One statement of a policy template. Its effect is Allow: RAM takes no other (API reference, `CreatePermission`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyStatement {
    pub actions: BTreeSet<Action>,
    /// Keys in lower case.
    pub conditions: Conditions,
}

/// The policy of one version of a permission. A customer managed one has one statement; AWS's may have several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionPolicy {
    statements: BTreeSet<PolicyStatement>,
}

/// A policy that cannot be compared, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("its policy is not JSON")]
    NotJson,
    #[error("its policy has placeholders (@{{...}}), whose values this version of ramctl cannot read")]
    Templated,
    #[error("its policy has {0}, which ramctl does not compare")]
    Unknown(String),
}

impl PermissionPolicy {
    /// One statement that allows the actions.
    pub fn new(actions: impl IntoIterator<Item = Action>, conditions: Conditions) -> Self {
        let statement = PolicyStatement { actions: actions.into_iter().collect(), conditions };
        Self { statements: [statement].into() }
    }

    /// Reads what `GetPermission` answers.
    pub fn read(text: &str) -> Result<Self, PolicyError> {
        if text.contains("@{") {
            return Err(PolicyError::Templated);
        }
        let value: Value = serde_json::from_str(text).map_err(|_| PolicyError::NotJson)?;
        let statements = match &value {
            Value::Array(all) => all.iter().collect(),
            Value::Object(members) => match members.get("Statement") {
                Some(Value::Array(all)) => all.iter().collect(),
                Some(one) => vec![one],
                None => vec![&value],
            },
            _ => return Err(PolicyError::Unknown("no object".to_owned())),
        };
        let statements = statements.into_iter().map(statement).collect::<Result<BTreeSet<_>, _>>()?;
        if statements.is_empty() {
            return Err(PolicyError::Unknown("no statement".to_owned()));
        }
        Ok(Self { statements })
    }

    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.statements.iter().flat_map(|statement| &statement.actions)
    }

    /// The `statement` block that says this, line by line. None where it takes several.
    pub fn statement_block(&self) -> Option<Vec<String>> {
        let [statement] = self.statements.iter().collect::<Vec<_>>()[..] else { return None };
        let PolicyStatement { actions, conditions } = statement;
        let actions: Vec<String> = actions.iter().map(|action| hcl_text(action.as_str())).collect();
        let mut lines = vec!["statement {".to_owned(), format!("  actions = [{}]", actions.join(", "))];
        if !conditions.is_empty() {
            lines.push("  condition = {".to_owned());
            let mut by_operator: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for ((operator, key), values) in conditions {
                let values: Vec<String> = values.iter().map(|value| hcl_text(value)).collect();
                let key = format!("{} = [{}]", hcl_text(key), values.join(", "));
                by_operator.entry(operator).or_default().push(key);
            }
            let operator = |(operator, keys): (&str, Vec<String>)| {
                format!("    {} = {{ {} }}", hcl_text(operator), keys.join(", "))
            };
            lines.extend(by_operator.into_iter().map(operator));
            lines.push("  }".to_owned());
        }
        lines.push("}".to_owned());
        Some(lines)
    }

    /// The template as `CreatePermission` takes it: the same policy gives the same bytes.
    pub fn template(&self) -> String {
        let one = |statement: &PolicyStatement| {
            let actions: Vec<&str> = statement.actions.iter().map(Action::as_str).collect();
            let mut out = json!({"Effect": "Allow", "Action": actions});
            for ((operator, key), values) in &statement.conditions {
                out["Condition"][operator][key] = json!(values);
            }
            out
        };
        match self.statements.iter().map(one).collect::<Vec<_>>().as_slice() {
            [one] => one.to_string(),
            several => Value::from(several).to_string(),
        }
    }

    /// What it allows, one action at a time, each under the conditions of its statement.
    pub fn allowed(&self) -> impl Iterator<Item = Allowed> {
        let of = |statement: &'_ PolicyStatement| {
            let conditions = statement.conditions.clone();
            let actions: Vec<Action> = statement.actions.iter().cloned().collect();
            actions.into_iter().map(move |action| Allowed { action, conditions: conditions.clone() })
        };
        self.statements.iter().flat_map(of)
    }

    /// What it allows and none of these does. What several of them hold only together counts as held by none.
    pub fn beyond<'p>(&self, others: impl IntoIterator<Item = &'p Self>) -> BTreeSet<Beyond> {
        let others: BTreeSet<Allowed> = others.into_iter().flat_map(Self::allowed).collect();
        let open = self.allowed().filter(|one| !others.iter().any(|other| other.holds(one)));
        open.map(|allowed| {
            let otherwise = others.iter().any(|other| other.action.covers(&allowed.action));
            Beyond { allowed, otherwise }
        })
        .collect()
    }

    /// What becomes possible and impossible where this policy gives way to another.
    pub fn change_to(&self, after: &Self) -> PolicyChange {
        let beyond = |one: &Self, other: &Self| {
            let covered = |action: &Action| other.actions().any(|pattern| pattern.covers(action));
            one.actions().filter(|action| !covered(action)).cloned().collect()
        };
        let all = |policy: &Self| -> BTreeSet<Conditions> {
            policy.statements.iter().map(|statement| statement.conditions.clone()).collect()
        };
        let (old, new) = (all(self), all(after));
        let conditions = if old == new {
            ConditionChange::Same
        } else if new.iter().all(|new| old.iter().all(|old| is_narrower(new, old))) {
            ConditionChange::Narrower
        } else {
            ConditionChange::PerhapsWider
        };
        // With several statements, which actions hang on which conditions may change while either set stays the same.
        let conditions = match conditions {
            ConditionChange::Same if self.statements.len() > 1 && self != after => {
                ConditionChange::PerhapsWider
            }
            other => other,
        };
        PolicyChange { added: beyond(after, self), removed: beyond(self, after), conditions }
    }
}

/// One action that is allowed, and under which conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowed {
    pub action: Action,
    pub conditions: Conditions,
}

/// An action that one policy allows and others do not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beyond {
    pub allowed: Allowed,
    /// The others allow the action, under other conditions.
    pub otherwise: bool,
}

impl Allowed {
    /// Whether it allows all that the other one allows.
    pub fn holds(&self, other: &Self) -> bool {
        self.action.covers(&other.action) && is_narrower(&other.conditions, &self.conditions)
    }
}

/// Whether every request that meets `new` meets `old`: each old condition is there still, with no value more. Of an operator that is
/// negated, with the same values: there each value more is narrower. Customer managed permissions take none of those (RAM user guide,
/// "Considerations for using customer managed permissions"), AWS's own may have them.
fn is_narrower(new: &Conditions, old: &Conditions) -> bool {
    old.iter().all(|(key, values)| {
        let is_negated = key.0.to_ascii_lowercase().contains("not");
        new.get(key).is_some_and(|still| if is_negated { still == values } else { still.is_subset(values) })
    })
}

fn statement(value: &Value) -> Result<PolicyStatement, PolicyError> {
    let unknown = |what: &str| PolicyError::Unknown(what.to_owned());
    let Value::Object(members) = value else { return Err(unknown("a statement that is no object")) };
    let mut out = PolicyStatement { actions: BTreeSet::new(), conditions: Conditions::new() };
    for (name, value) in members {
        match name.as_str() {
            "Effect" if value.as_str().is_some_and(|effect| effect.eq_ignore_ascii_case("allow")) => {}
            "Effect" => return Err(unknown("an Effect other than Allow")),
            "Action" => {
                let texts = texts(value).ok_or_else(|| unknown("an Action that is no text"))?;
                out.actions = texts.iter().map(|text| Action::read(text)).collect();
            }
            "Condition" => {
                out.conditions =
                    conditions(value).ok_or_else(|| unknown("a Condition of an unknown form"))?;
            }
            // A name of the statement, which means nothing to IAM.
            "Sid" => {}
            other => return Err(unknown(&format!("the element {other}"))),
        }
    }
    if out.actions.is_empty() {
        return Err(unknown("no Action"));
    }
    Ok(out)
}

/// A `Condition` element in its normal form. None where it has another form than operator, key, values.
pub fn conditions(value: &Value) -> Option<Conditions> {
    let mut out = Conditions::new();
    for (operator, keys) in value.as_object()? {
        for (key, values) in keys.as_object()? {
            let entry = out.entry((operator.clone(), key.to_ascii_lowercase())).or_default();
            entry.extend(texts(values)?);
        }
    }
    Some(out)
}

/// A text or a list of texts; IAM takes `true` for `"true"` and numbers likewise.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(all) => {
            let one = |value: &Value| if value.is_array() { None } else { texts(value)?.pop() };
            all.iter().map(one).collect()
        }
        Value::String(text) => Some(vec![text.clone()]),
        Value::Bool(flag) => Some(vec![flag.to_string()]),
        Value::Number(number) => Some(vec![number.to_string()]),
        Value::Null | Value::Object(_) => None,
    }
}

/// What a change of policy gives and takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyChange {
    /// Actions that were not allowed before, by no pattern.
    pub added: BTreeSet<Action>,
    pub removed: BTreeSet<Action>,
    pub conditions: ConditionChange,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConditionChange {
    #[default]
    Same,
    /// What is allowed after was allowed before.
    Narrower,
    PerhapsWider,
}

impl PolicyChange {
    /// Whether somebody may do after what nobody may do before.
    pub fn widens(&self) -> bool {
        !self.added.is_empty() || self.conditions == ConditionChange::PerhapsWider
    }

    /// Whether somebody may no longer do what they could.
    pub fn narrows(&self) -> bool {
        !self.removed.is_empty() || self.conditions != ConditionChange::Same
    }

    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.conditions == ConditionChange::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> PermissionPolicy {
        PermissionPolicy::read(text).unwrap()
    }

    #[test]
    fn a_policy_of_one_statement_is_told_as_a_block() {
        let text = r#"{"Effect": "Allow", "Action": ["acm-pca:Get*", "acm-pca:IssueCertificate"],
            "Condition": {"StringEquals": {"aws:PrincipalTag/x\"y": ["a${b}"]}}}"#;
        let policy = PermissionPolicy::read(text).expect("readable");
        let lines = policy.statement_block().expect("one statement");
        assert_eq!(
            lines.join("\n"),
            "statement {\n  actions = [\"acm-pca:Get*\", \"acm-pca:IssueCertificate\"]\n  condition = {\n    \
             \"StringEquals\" = { \"aws:principaltag/x\\\"y\" = [\"a$${b}\"] }\n  }\n}"
        );
        let two =
            r#"{"Statement": [{"Effect": "Allow", "Action": "a:B"}, {"Effect": "Allow", "Action": "a:C"}]}"#;
        assert_eq!(PermissionPolicy::read(two).expect("readable").statement_block(), None);
    }

    #[test]
    fn texts_that_mean_the_same_to_iam_are_the_same_policy() {
        for (one, other) in [
            (r#"{"Effect":"Allow","Action":"ec2:A"}"#, r#"{"Action":["EC2:a"],"Effect":"ALLOW"}"#),
            (
                r#"{"Effect":"Allow","Action":["ec2:A","ec2:B"]}"#,
                r#"{"Effect":"Allow","Action":["ec2:B","ec2:A","ec2:B"]}"#,
            ),
            (
                r#"{"Effect":"Allow","Action":"ec2:A","Condition":{}}"#,
                r#"{"Effect":"Allow","Action":"ec2:A"}"#,
            ),
            (
                r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"Bool":{"aws:SecureTransport":true}}}"#,
                r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"Bool":{"aws:securetransport":["true"]}}}"#,
            ),
        ] {
            assert_eq!(read(one), read(other), "{one} {other}");
            assert_eq!(read(&read(one).template()), read(one), "{one}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_an_error_and_never_equal() {
        for text in [
            "",
            "[]",
            "7",
            r#"{"Effect":"Deny","Action":"ec2:A"}"#,
            r#"{"Effect":"Allow","NotAction":"ec2:A"}"#,
            r#"{"Effect":"Allow","Action":"ec2:A","Resource":"*"}"#,
            r#"{"Effect":"Allow"}"#,
            r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"StringEquals":{"aws:PrincipalTag/t":{}}}}"#,
        ] {
            assert!(PermissionPolicy::read(text).is_err(), "{text}");
        }
        let templated = r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"StringEquals":{"aws:PrincipalTag/t":"@{team}"}}}"#;
        assert_eq!(PermissionPolicy::read(templated), Err(PolicyError::Templated));
    }

    #[test]
    fn a_pattern_covers_what_it_stands_for() {
        let before = read(r#"{"Effect":"Allow","Action":["ec2:Describe*","ec2:?ttach"]}"#);
        let after = read(r#"{"Effect":"Allow","Action":["ec2:DescribeSubnets","ec2:Attach","ec2:Get*"]}"#);
        let change = before.change_to(&after);
        assert_eq!(change.added.iter().map(Action::as_str).collect::<Vec<_>>(), ["ec2:Get*"]);
        assert_eq!(change.removed.len(), 2);
        let star = read(r#"{"Effect":"Allow","Action":"ec2:*"}"#);
        assert!(before.change_to(&star).widens() && !star.change_to(&before).widens());
    }

    #[test]
    fn what_is_beyond_others_is_told_action_by_action_with_its_conditions() {
        let one = |condition: &str, actions: &str| {
            read(&format!(r#"{{"Effect":"Allow","Action":{actions},"Condition":{condition}}}"#))
        };
        let free = one("{}", r#"["ec2:A","ec2:B"]"#);
        let team = one(r#"{"StringEquals":{"aws:PrincipalTag/team":"net"}}"#, r#"["ec2:A"]"#);
        let other = one(r#"{"StringEquals":{"aws:PrincipalTag/unit":"net"}}"#, r#"["EC2:a"]"#);
        let not = |values: &str| {
            one(&format!(r#"{{"StringNotEquals":{{"aws:PrincipalTag/team":{values}}}}}"#), r#""ec2:A""#)
        };
        let beyond = |policy: &PermissionPolicy, others: &[&PermissionPolicy]| -> Vec<String> {
            policy.beyond(others.iter().copied()).iter().map(|one| one.allowed.action.to_string()).collect()
        };
        assert_eq!(beyond(&free, &[]), ["ec2:A", "ec2:B"]);
        assert_eq!(beyond(&free, &[&team]), ["ec2:A", "ec2:B"], "with a condition is less than without");
        assert!(beyond(&team, &[&free]).is_empty(), "no condition holds all");
        assert_eq!(beyond(&team, &[&other]), ["ec2:A"], "two conditions are two rights");
        assert!(beyond(&team, &[&other, &team]).is_empty());
        assert_eq!(
            beyond(&not(r#""a""#), &[&not(r#"["a","b"]"#)]),
            ["ec2:A"],
            "negated, fewer values are more"
        );
        let two = PermissionPolicy::read(
            r#"[{"Effect":"Allow","Action":"ec2:A"},{"Effect":"Allow","Action":"ec2:B","Condition":{"Bool":{"aws:SecureTransport":true}}}]"#,
        );
        assert_eq!(beyond(&free, &[&two.unwrap()]), ["ec2:B"]);
    }

    #[test]
    fn a_condition_more_or_a_value_less_is_narrower_and_anything_else_may_be_wider() {
        let with = |condition: &str| {
            read(&format!(r#"{{"Effect":"Allow","Action":"ec2:A","Condition":{condition}}}"#))
        };
        let one = with(r#"{"StringEquals":{"aws:PrincipalTag/team":"net"}}"#);
        let two = with(r#"{"StringEquals":{"aws:PrincipalTag/team":["net","dns"]}}"#);
        let other = with(r#"{"StringLike":{"aws:PrincipalTag/team":"net"}}"#);
        let none = with("{}");
        for (before, after, expected) in [
            (&one, &one, ConditionChange::Same),
            (&none, &one, ConditionChange::Narrower),
            (&two, &one, ConditionChange::Narrower),
            (&one, &two, ConditionChange::PerhapsWider),
            (&one, &none, ConditionChange::PerhapsWider),
            (&one, &other, ConditionChange::PerhapsWider),
        ] {
            assert_eq!(
                before.change_to(after).conditions,
                expected,
                "{} {}",
                before.template(),
                after.template()
            );
        }
    }
}
