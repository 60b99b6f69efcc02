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

impl Policy {
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
