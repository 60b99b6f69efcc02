//! What the stack says about its own hazards.

use serde::{Deserialize, Serialize};

use crate::diag::{SourceMap, find_code};
use crate::diff::{Acknowledgement, AcknowledgementScope, Safeguards, Thresholds};
use crate::model::Address;
use crate::wire::malformed::{Malformed, id, times};
use crate::wire::parts::{Recorded, SourceDocument};

/// What the stack says about its own hazards.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SafeguardsDocument {
    /// Of the principals and resources of the stack.
    max_revoked_percent: u32,
    /// Null: any number.
    max_granted_accounts: Option<u32>,
    /// What the files agree to.
    allow: Vec<AcknowledgementDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct AcknowledgementDocument {
    code: String,
    /// The block that it is for; null for the whole stack.
    address: Option<String>,
    reason: String,
    until: Option<String>,
    source: SourceDocument,
}

impl SafeguardsDocument {
    pub fn new(safeguards: &Safeguards, sources: &SourceMap) -> Self {
        let Safeguards { acknowledgements, thresholds } = safeguards;
        let Thresholds { max_revoked_percent, max_granted_accounts } = thresholds;
        let allow = acknowledgements.iter().map(|word| {
            let Acknowledgement { scope, code, reason, until, span } = word;
            AcknowledgementDocument {
                code: code.id.to_owned(),
                address: match scope {
                    AcknowledgementScope::Stack => None,
                    AcknowledgementScope::Block(address) => Some(address.to_string()),
                },
                reason: reason.clone(),
                until: until.map(|until| until.to_string()),
                source: SourceDocument::new(*span, sources),
            }
        });
        Self {
            max_revoked_percent: *max_revoked_percent,
            max_granted_accounts: *max_granted_accounts,
            allow: allow.collect(),
        }
    }

    pub fn read(&self, recorded: &mut Recorded) -> Result<Safeguards, Malformed> {
        let Self { max_revoked_percent, max_granted_accounts, allow } = self;
        let word = |document: &AcknowledgementDocument| {
            let AcknowledgementDocument { code, address, reason, until, source } = document;
            Ok(Acknowledgement {
                scope: match address {
                    None => AcknowledgementScope::Stack,
                    Some(address) => AcknowledgementScope::Block(id(address, Address::parse)?),
                },
                code: find_code(code).ok_or_else(|| Malformed::new(code, "a code"))?,
                reason: reason.clone(),
                until: times(until.as_deref())?,
                span: recorded.span(source),
            })
        };
        Ok(Safeguards {
            acknowledgements: allow.iter().map(word).collect::<Result<_, Malformed>>()?,
            thresholds: Thresholds {
                max_revoked_percent: *max_revoked_percent,
                max_granted_accounts: *max_granted_accounts,
            },
        })
    }
}
