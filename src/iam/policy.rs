//! An IAM policy as data.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A policy document of version 2012-10-17.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub statements: Vec<Statement>,
}

/// One statement. ramctl grants and never denies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Letters and digits, distinct in its policy.
    pub sid: String,
    pub actions: Vec<String>,
    pub resources: Vec<String>,
    pub condition: Condition,
}

/// Operators, each with keys and the values that they may have. Operators and keys must all hold, one of the values is enough.
pub type Condition = BTreeMap<&'static str, BTreeMap<String, Vec<String>>>;

impl Statement {
    pub(crate) fn new(sid: impl Into<String>, actions: &[&str]) -> Self {
        Self {
            sid: sid.into(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
            resources: vec!["*".to_owned()],
            condition: Condition::new(),
        }
    }

    /// Only on these resources.
    pub(crate) fn on(mut self, resources: impl IntoIterator<Item = String>) -> Self {
        self.resources = resources.into_iter().collect();
        self
    }

    /// Only where the key has one of the values. Without values nothing is asked.
    pub(crate) fn only(
        mut self,
        operator: &'static str,
        key: impl Into<String>,
        values: impl IntoIterator<Item = String>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().collect();
        if !values.is_empty() {
            self.condition.entry(operator).or_default().insert(key.into(), values);
        }
        self
    }
}

/// Characters of a managed policy (IAM quotas).
pub(crate) const MANAGED_QUOTA: usize = 6_144;

impl Statement {
    /// Two statements that allow together what this one does: each has half of the resources, or of the values of a condition that one value
    /// is enough for. None: there is nothing to divide.
    fn halves(&self) -> Option<[Self; 2]> {
        let cut = |values: &[String]| {
            let (first, second) = values.split_at(values.len() / 2);
            [first.to_vec(), second.to_vec()]
        };
        let named = |mut part: Self, n: usize| {
            part.sid = format!("{}{}", self.sid, ["A", "B"][n]);
            part
        };
        let divisible = |operator: &str| !operator.contains("Not") && !operator.starts_with("ForAllValues");
        let longest = self
            .condition
            .iter()
            .filter(|(operator, _)| divisible(operator))
            .flat_map(|(operator, keys)| keys.iter().map(move |(key, values)| (*operator, key, values)))
            .filter(|(_, _, values)| values.len() > 1)
            .max_by_key(|(_, _, values)| values.iter().map(String::len).sum::<usize>());
        let length = |values: &[String]| values.iter().map(String::len).sum::<usize>();
        let resources = if self.resources.len() > 1 { length(&self.resources) } else { 0 };
        match longest {
            Some((operator, key, values)) if length(values) > resources => {
                let [first, second] = cut(values);
                let half = |values: Vec<String>, n| {
                    let mut part = self.clone();
                    part.condition.entry(operator).or_default().insert(key.clone(), values);
                    named(part, n)
                };
                Some([half(first, 0), half(second, 1)])
            }
            _ if resources > 0 => {
                let [first, second] = cut(&self.resources);
                let half = |resources: Vec<String>, n| named(Self { resources, ..self.clone() }, n);
                Some([half(first, 0), half(second, 1)])
            }
            _ => None,
        }
    }
}

impl Policy {
    /// The policy as policies of which each fits into a managed policy. Attached to one role they allow the same.
    pub fn parts(&self) -> Vec<Self> {
        let mut open: Vec<Statement> = self.statements.iter().rev().cloned().collect();
        let mut out: Vec<Self> = Vec::new();
        while let Some(statement) = open.pop() {
            let alone = Self { statements: vec![statement] };
            let [statement] = &alone.statements[..] else { unreachable!("it has one") };
            if alone.size() > MANAGED_QUOTA
                && let Some([first, second]) = statement.halves()
            {
                open.extend([second, first]);
                continue;
            }
            if let Some(last) = out.last_mut() {
                let mut both = last.clone();
                both.statements.push(statement.clone());
                if both.size() <= MANAGED_QUOTA {
                    *last = both;
                    continue;
                }
            }
            out.push(alone);
        }
        if out.is_empty() {
            out.push(self.clone());
        }
        out
    }

    /// Characters that count towards IAM's quota: white space outside of texts does not.
    pub fn size(&self) -> usize {
        serde_json::to_string(self).expect("a policy has text keys and no failing field").chars().count()
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("Policy", 2)?;
        document.serialize_field("Version", "2012-10-17")?;
        document.serialize_field("Statement", &self.statements)?;
        document.end()
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { sid, actions, resources, condition } = self;
        let fields = if condition.is_empty() { 4 } else { 5 };
        let mut statement = serializer.serialize_struct("Statement", fields)?;
        statement.serialize_field("Sid", sid)?;
        statement.serialize_field("Effect", "Allow")?;
        statement.serialize_field("Action", actions)?;
        statement.serialize_field("Resource", resources)?;
        if !condition.is_empty() {
            statement.serialize_field("Condition", condition)?;
        }
        statement.end()
    }
}
