//! Sharing inside the organization.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::SourceMap;
use crate::diff::{SharingDiff, SharingVerdict};
use crate::model::AccountId;
use crate::org::SharingState;
use crate::wire::malformed::{Malformed, needed};
use crate::wire::parts::{GapDocument, PlaceDocument, Recorded, SourceDocument};
use crate::wire::words::{SharingStateWord, SharingVerdictWord};

/// Sharing inside the organization.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SharingDocument {
    place: PlaceDocument,
    source: SourceDocument,
    verdict: SharingVerdictWord,
    /// What was found, where it was read and is not as wished.
    state: Option<SharingStateWord>,
    gap: Option<GapDocument>,
}

impl SharingDocument {
    pub fn new(sharing: &SharingDiff, labels: &BTreeMap<AccountId, String>, sources: &SourceMap) -> Self {
        let SharingDiff { span, place, verdict } = sharing;
        use SharingVerdictWord as W;
        let (word, state, gap) = match verdict {
            SharingVerdict::InSync => (W::InSync, None, None),
            SharingVerdict::Enable { from } => (W::Enable, Some(*from), None),
            SharingVerdict::MakeRole => (W::MakeRole, Some(SharingState::HalfEnabled), None),
            SharingVerdict::RequiredButOff { state } => (W::RequiredButOff, Some(*state), None),
            SharingVerdict::Impossible { state } => (W::Impossible, Some(*state), None),
            SharingVerdict::OffAsDeclared { state } => (W::OffAsDeclared, Some(*state), None),
            SharingVerdict::OnUndeclared { state } => (W::OnUndeclared, Some(*state), None),
            SharingVerdict::Unread { gap } => (W::Unread, None, Some(gap)),
            SharingVerdict::NotManaged => (W::NotManaged, None, None),
        };
        Self {
            place: PlaceDocument::new(place, labels),
            source: SourceDocument::new(*span, sources),
            verdict: word,
            state: state.map(SharingStateWord::from),
            gap: gap.map(GapDocument::new),
        }
    }

    pub fn read(&self, recorded: &mut Recorded) -> Result<SharingDiff, Malformed> {
        let Self { place, source, verdict, state, gap } = self;
        let state = || needed(state, "a state of sharing").map(|state| (*state).into());
        use SharingVerdictWord as W;
        Ok(SharingDiff {
            span: recorded.span(source),
            place: place.read()?,
            verdict: match verdict {
                W::InSync => SharingVerdict::InSync,
                W::Enable => SharingVerdict::Enable { from: state()? },
                W::MakeRole => SharingVerdict::MakeRole,
                W::RequiredButOff => SharingVerdict::RequiredButOff { state: state()? },
                W::Impossible => SharingVerdict::Impossible { state: state()? },
                W::OffAsDeclared => SharingVerdict::OffAsDeclared { state: state()? },
                W::OnUndeclared => SharingVerdict::OnUndeclared { state: state()? },
                W::Unread => SharingVerdict::Unread { gap: needed(gap, "a gap")?.read() },
                W::NotManaged => SharingVerdict::NotManaged,
            },
        })
    }
}
