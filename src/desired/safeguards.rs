//! What a stack says about its own hazards: what it agrees to, and how much is too much.

use crate::lang::{Acknowledgement, Declaration};

/// The stack's word on hazards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Safeguards {
    /// Without those whose time is over.
    pub acknowledgements: Vec<Acknowledgement>,
    pub thresholds: Thresholds,
}

/// How much a plan may take and give before it needs consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Of the associations on the stack's shares, once there are [`Thresholds::LEAST`] of them.
    pub max_revoked_percent: u32,
    /// None: any number.
    pub max_granted_accounts: Option<u32>,
}

impl Thresholds {
    /// A stack with fewer associations has no threshold for revocations: of three, one is a third.
    pub const LEAST: usize = 10;
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { max_revoked_percent: 30, max_granted_accounts: None }
    }
}

pub(crate) fn safeguards(declaration: &Declaration) -> Safeguards {
    let valid = |word: &&Acknowledgement| !is_over(word, declaration.now);
    let safety = &declaration.safety;
    let default = Thresholds::default();
    Safeguards {
        acknowledgements: declaration.acknowledgements.iter().filter(valid).cloned().collect(),
        thresholds: Thresholds {
            max_revoked_percent: safety
                .max_revoked_percent
                .as_ref()
                .map_or(default.max_revoked_percent, |limit| limit.value),
            max_granted_accounts: safety
                .max_granted_accounts
                .as_ref()
                .map_or(default.max_granted_accounts, |limit| Some(limit.value)),
        },
    }
}

/// Whether an acknowledgement has ended.
pub(crate) fn is_over(word: &Acknowledgement, now: jiff::Timestamp) -> bool {
    word.until.is_some_and(|until| until <= now)
}
