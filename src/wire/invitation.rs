//! Invitations: of the stack's shares, and of others to accounts of the stack.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::SourceMap;
use crate::diff::{
    Acceptor, Expiry, InboundBlock, InboundItem, InboundVerdict, Invitation, InvitationState, Staying, Window,
};
use crate::model::{AccountId, Gap, Place, Principal};
use crate::plan::{Hazard, StepId};
use crate::wire::parts::{GapDocument, PlaceDocument, SourceDocument, texts};
use crate::wire::share::HazardDocument;
use crate::wire::words::{AcceptorWord, InboundWord, InvitationWord, InvitedWord, LapseWord, StayingWord};

/// A principal of a share that is invited and does not see the share yet.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InvitationDocument {
    principal: String,
    /// The account that accepts, in the Region of the share.
    consumer: PlaceDocument,
    /// Why it is invited; null where that is not known.
    because: Option<InvitedWord>,
    state: InvitationWord,
    /// For `to_resend`.
    lapse: Option<LapseWord>,
    /// Who accepts.
    accept: Option<AcceptorWord>,
    /// For `unread`.
    gap: Option<GapDocument>,
    since: Option<String>,
    expires: Option<ExpiryDocument>,
}

/// About when an invitation ends. RAM gives no time, only windows by resource type; the two differ where the types are not known.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ExpiryDocument {
    earliest: String,
    latest: String,
}

impl ExpiryDocument {
    fn new(expiry: Expiry) -> Self {
        let (earliest, latest) = match expiry {
            Expiry::About(at) => (at, at),
            Expiry::Either(earliest, latest) => (earliest, latest),
        };
        Self { earliest: earliest.to_string(), latest: latest.to_string() }
    }
}

impl InvitationDocument {
    pub fn new(principal: &Principal, invitation: &Invitation, labels: &BTreeMap<AccountId, String>) -> Self {
        let Invitation { consumer, because, state } = invitation;
        let (word, lapse, (since, expires)) = match state {
            InvitationState::ToSend { accept: _ } => (InvitationWord::ToSend, None, (None, None)),
            InvitationState::ToResend { lapse, accept: _ } => {
                (InvitationWord::ToResend, Some((*lapse).into()), (None, None))
            }
            InvitationState::Pending { window, accept: _ } => (InvitationWord::Pending, None, times(*window)),
            InvitationState::Needless => (InvitationWord::Needless, None, (None, None)),
            InvitationState::Outgrown => (InvitationWord::Outgrown, None, (None, None)),
            InvitationState::Settling => (InvitationWord::Settling, None, (None, None)),
            InvitationState::Rejected { sent } => {
                (InvitationWord::Rejected, None, (sent.map(|sent| sent.to_string()), None))
            }
        };
        let (accept, gap) = match state.acceptor() {
            Some(Acceptor::Ramctl) => (Some(AcceptorWord::Ramctl), None),
            Some(Acceptor::Consumer) => (Some(AcceptorWord::Consumer), None),
            Some(Acceptor::Unread(gap)) => (Some(AcceptorWord::Unread), Some(GapDocument::new(gap))),
            None => (None, None),
        };
        Self {
            principal: principal.to_string(),
            consumer: PlaceDocument::new(consumer, labels),
            because: because.map(Into::into),
            state: word,
            lapse,
            accept,
            gap,
            since,
            expires,
        }
    }
}

fn times(window: Option<Window>) -> (Option<String>, Option<ExpiryDocument>) {
    let Some(Window { since, expires }) = window else { return (None, None) };
    (Some(since.to_string()), Some(ExpiryDocument::new(expires)))
}

/// A share of somebody else, or an invitation to one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InboundDocument {
    place: PlaceDocument,
    share: String,
    name: String,
    sender: String,
    action: InboundWord,
    /// The `inbound` block that decided, and where it stands.
    address: Option<String>,
    source: Option<SourceDocument>,
    /// For `stuck`.
    reason: Option<StayingWord>,
    /// For `types`: those that only the owner can take back.
    types: Vec<String>,
    gap: Option<GapDocument>,
    since: Option<String>,
    expires: Option<ExpiryDocument>,
    /// What needs consent. None in a drift report.
    pub hazards: Vec<HazardDocument>,
    /// The step of the plan, where there is one.
    step: Option<u32>,
}

impl InboundDocument {
    pub fn new(
        item: &InboundItem,
        hazards: &[Hazard],
        step: Option<StepId>,
        labels: &BTreeMap<AccountId, String>,
        sources: &SourceMap,
    ) -> Self {
        let InboundItem { place, share, name, sender, verdict } = item;
        let (action, by, window) = match verdict {
            InboundVerdict::Accept { by, window } => (InboundWord::Accept, Some(by), *window),
            InboundVerdict::Reject { by, window } => (InboundWord::Reject, Some(by), *window),
            InboundVerdict::Leave { by } => (InboundWord::Leave, Some(by), None),
            InboundVerdict::Stuck { by, why: _ } => (InboundWord::Stuck, Some(by), None),
            InboundVerdict::Undecided { window } => (InboundWord::Undecided, None, *window),
        };
        let (reason, types, gap) = match verdict {
            InboundVerdict::Stuck { by: _, why } => match why {
                Staying::Types(types) => (Some(StayingWord::Types), texts(types), None),
                Staying::ThroughOrganization => (Some(StayingWord::ThroughOrganization), Vec::new(), None),
                Staying::Unread(gap) => (Some(StayingWord::Unread), Vec::new(), Some(GapDocument::new(gap))),
            },
            _ => (None, Vec::new(), None),
        };
        let (since, expires) = times(window);
        Self {
            place: PlaceDocument::new(place, labels),
            share: share.to_string(),
            name: name.clone(),
            sender: sender.to_string(),
            action,
            address: by.map(|InboundBlock { address, span: _ }| address.to_string()),
            source: by.map(|by| SourceDocument::new(by.span, sources)),
            reason,
            types,
            gap,
            since,
            expires,
            hazards: hazards
                .iter()
                .map(|hazard| HazardDocument::new(hazard, by.map(|by| &by.address), sources))
                .collect(),
            step: step.map(|step| step.0),
        }
    }
}

/// Where what an account receives could not be read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct UnreceivedDocument {
    place: PlaceDocument,
    gap: GapDocument,
}

impl UnreceivedDocument {
    pub fn all(unreceived: &BTreeMap<Place, Gap>, labels: &BTreeMap<AccountId, String>) -> Vec<Self> {
        let document = |(place, gap): (&Place, &Gap)| Self {
            place: PlaceDocument::new(place, labels),
            gap: GapDocument::new(gap),
        };
        unreceived.iter().map(document).collect()
    }
}
