//! What a change of policy gives and takes.

use serde::{Deserialize, Serialize};

use crate::model::{Action, Observed, PolicyChange};
use crate::wire::parts::{GapDocument, texts};
use crate::wire::words::ConditionWord;

/// What a change of policy gives and takes.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PolicyChangeDocument {
    added: Vec<String>,
    removed: Vec<String>,
    conditions: ConditionWord,
}

impl PolicyChangeDocument {
    pub fn new(change: &PolicyChange) -> Self {
        let PolicyChange { added, removed, conditions } = change;
        Self { added: texts(added), removed: texts(removed), conditions: (*conditions).into() }
    }

    pub fn read(&self) -> PolicyChange {
        let Self { added, removed, conditions } = self;
        let actions = |texts: &[String]| texts.iter().map(|text| Action::read(text)).collect();
        PolicyChange { added: actions(added), removed: actions(removed), conditions: (*conditions).into() }
    }
}

/// The same, where it may not be known.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionsDocument {
    Known(PolicyChangeDocument),
    Unknown(GapDocument),
}

impl ActionsDocument {
    pub fn new(change: &Observed<PolicyChange>) -> Self {
        match change {
            Observed::Known(change) => Self::Known(PolicyChangeDocument::new(change)),
            Observed::Unknown(gap) => Self::Unknown(GapDocument::new(gap)),
        }
    }

    pub fn read(&self) -> Observed<PolicyChange> {
        match self {
            Self::Known(change) => Observed::Known(change.read()),
            Self::Unknown(gap) => Observed::Unknown(gap.read()),
        }
    }
}
