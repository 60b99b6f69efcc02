//! Invitations: of the stack's shares, and of others to accounts of the stack.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::desired::InvitedBecause;
use crate::diff::{
    Acceptor, Expiry, InboundItem, InboundVerdict, Invitation, InvitationState, Lapse, Staying, Window,
};
use crate::model::{AccountId, Gap, Place, Principal};
use crate::wire::parts::{GapDocument, PlaceDocument, texts};

/// A principal of a share that is invited and does not see the share yet.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InvitationDocument {
    principal: String,
    /// The account that accepts, in the Region of the share.
    consumer: PlaceDocument,
    /// Why it is invited: `outside`, `sharing_off` or `retain_sharing_on_account_leave_organization`; null where that is not known.
    because: Option<&'static str>,
    /// `to_send`, `to_resend`, `pending`, `settling` (accepted, not visible everywhere yet) or `rejected` (not sent again).
    state: &'static str,
    /// For `to_resend`, what became of the one before: `expired`, `rejected` or `ended`.
    lapse: Option<&'static str>,
    /// Who accepts: `ramctl`, `consumer`, or `unread` where ramctl would and could not read what the account receives.
    accept: Option<&'static str>,
    /// For `unread`.
    gap: Option<GapDocument>,
    since: Option<String>,
    expires: Option<ExpiryDocument>,
}

/// About when an invitation ends. RAM gives no time, only windows by resource type; the two differ where the types are not known.
#[derive(Serialize)]
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
        let mut out = Self {
            principal: principal.to_string(),
            consumer: PlaceDocument::new(consumer, labels),
            because: because.map(|because| match because {
                InvitedBecause::Outside => "outside",
                InvitedBecause::SharingOff => "sharing_off",
                InvitedBecause::Retain => "retain_sharing_on_account_leave_organization",
            }),
            state: "",
            lapse: None,
            accept: None,
            gap: None,
            since: None,
            expires: None,
        };
        match state {
            InvitationState::ToSend { accept: _ } => out.state = "to_send",
            InvitationState::ToResend { lapse, accept: _ } => {
                out.state = "to_resend";
                out.lapse = Some(match lapse {
                    Lapse::Expired => "expired",
                    Lapse::Rejected => "rejected",
                    Lapse::Ended => "ended",
                });
            }
            InvitationState::Pending { window, accept: _ } => {
                out.state = "pending";
                (out.since, out.expires) = times(*window);
            }
            InvitationState::Settling => out.state = "settling",
            InvitationState::Rejected { sent } => {
                out.state = "rejected";
                out.since = sent.map(|sent| sent.to_string());
            }
        }
        match state.acceptor() {
            Some(Acceptor::Ramctl) => out.accept = Some("ramctl"),
            Some(Acceptor::Consumer) => out.accept = Some("consumer"),
            Some(Acceptor::Unread(gap)) => {
                out.accept = Some("unread");
                out.gap = Some(GapDocument::new(gap));
            }
            None => {}
        }
        out
    }
}

fn times(window: Option<Window>) -> (Option<String>, Option<ExpiryDocument>) {
    let Some(Window { since, expires }) = window else { return (None, None) };
    (Some(since.to_string()), Some(ExpiryDocument::new(expires)))
}

/// A share of somebody else, or an invitation to one.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InboundDocument {
    place: PlaceDocument,
    share: String,
    name: String,
    sender: String,
    /// `accept`, `reject`, `leave`, `stuck` (in already, and RAM does not let the account go) or `undecided`.
    action: &'static str,
    /// The `inbound` block that decided.
    address: Option<String>,
    /// For `stuck`: `types`, `through_organization` or `unread`.
    reason: Option<&'static str>,
    /// For `types`: those that only the owner can take back.
    types: Vec<String>,
    gap: Option<GapDocument>,
    since: Option<String>,
    expires: Option<ExpiryDocument>,
    /// The step of the plan, where there is one.
    step: Option<u32>,
}

impl InboundDocument {
    pub fn new(item: &InboundItem, step: Option<u32>, labels: &BTreeMap<AccountId, String>) -> Self {
        let InboundItem { place, share, name, sender, verdict } = item;
        let mut out = Self {
            place: PlaceDocument::new(place, labels),
            share: share.to_string(),
            name: name.clone(),
            sender: sender.to_string(),
            action: "",
            address: None,
            reason: None,
            types: Vec::new(),
            gap: None,
            since: None,
            expires: None,
            step,
        };
        let by = match verdict {
            InboundVerdict::Accept { by, window } | InboundVerdict::Reject { by, window } => {
                let accepts = matches!(verdict, InboundVerdict::Accept { .. });
                out.action = if accepts { "accept" } else { "reject" };
                (out.since, out.expires) = times(*window);
                Some(by)
            }
            InboundVerdict::Leave { by } => {
                out.action = "leave";
                Some(by)
            }
            InboundVerdict::Stuck { by, why } => {
                out.action = "stuck";
                match why {
                    Staying::Types(types) => {
                        out.reason = Some("types");
                        out.types = texts(types);
                    }
                    Staying::ThroughOrganization => out.reason = Some("through_organization"),
                    Staying::Unread(gap) => {
                        out.reason = Some("unread");
                        out.gap = Some(GapDocument::new(gap));
                    }
                }
                Some(by)
            }
            InboundVerdict::Undecided { window } => {
                out.action = "undecided";
                (out.since, out.expires) = times(*window);
                None
            }
        };
        out.address = by.map(|by| by.address.to_string());
        out
    }
}

/// Where what an account receives could not be read.
#[derive(Serialize)]
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
