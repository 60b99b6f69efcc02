//! The words for invitations, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{
    Acceptor, Expiry, InboundItem, InboundVerdict, Invitation, InvitationState, Lapse, Staying, Window,
};
use crate::model::{AccountId, Principal};
use crate::render::escape::escape;
use crate::render::parts::{self, minute};
use crate::render::rows::{Row, Sign};

type Labels = BTreeMap<AccountId, String>;

fn ends(expires: Expiry) -> String {
    match expires {
        Expiry::About(at) => format!("expires about {}", minute(at)),
        Expiry::Either(earliest, latest) => {
            format!(
                "expires about {} or {}, depending on its resource types",
                minute(earliest),
                minute(latest)
            )
        }
    }
}

fn since(window: Option<Window>) -> String {
    window
        .map(|Window { since, expires }| format!(" since {}, {}", minute(since), ends(expires)))
        .unwrap_or_default()
}

fn sent(window: Option<Window>) -> String {
    window.map(|window| format!("; sent {}", minute(window.since))).unwrap_or_default()
}

/// Invitations of one share that are listed; the rest are counted.
const LISTED: usize = 20;

/// The principals of a share that are invited, as rows. `kept_for` use the share that this one takes the place of, and keep it until they
/// accept.
pub(crate) fn rows(
    invitations: &BTreeMap<Principal, Invitation>,
    kept_for: &BTreeSet<AccountId>,
    labels: &Labels,
) -> Vec<Row> {
    let row = |principal, invited: &Invitation| {
        let keeps = kept_for.contains(&invited.consumer.account);
        row(principal, invited, if keeps { "nothing of the new share" } else { "no access" }, labels)
    };
    let listed = invitations.iter().take(LISTED);
    let mut rows: Vec<Row> = listed.map(|(principal, invited)| row(principal, invited)).collect();
    let mut more: BTreeMap<&'static str, (usize, Sign)> = BTreeMap::new();
    for (principal, invited) in invitations.iter().skip(LISTED) {
        let (what, sign) = match &invited.state {
            InvitationState::ToSend { .. } => ("sent by this plan", Sign::Added),
            InvitationState::ToResend { .. } => ("sent again", Sign::Changed),
            InvitationState::Pending { .. } => ("not accepted yet", Sign::Note),
            InvitationState::Needless => ("not needed any more", Sign::Changed),
            InvitationState::Outgrown => ("of a stranger that is one no more", Sign::Changed),
            InvitationState::Settling => ("accepted and not visible yet", Sign::Note),
            // One by one: somebody has to do something.
            InvitationState::Rejected { .. } => {
                rows.push(row(principal, invited));
                continue;
            }
        };
        more.entry(what).or_insert((0, sign)).0 += 1;
    }
    rows.extend(more.into_iter().map(|(what, (n, sign))| {
        Row::new(sign, ["invitation".into(), format!("and {n} more"), String::new()]).effect(what.to_owned())
    }));
    rows
}

/// A principal that is invited as a row. `lacks` says what is so until it accepts.
fn row(principal: &Principal, invitation: &Invitation, lacks: &str, labels: &Labels) -> Row {
    let Invitation { consumer, because, state } = invitation;
    let account = parts::account(&consumer.account, labels);
    let accepted = || format!("accepted by ramctl in {account}");
    let by = |accept: &Acceptor| match accept {
        Acceptor::Ramctl => accepted(),
        Acceptor::Consumer => format!("{lacks} before {account} accepts it"),
        Acceptor::Unread(_) => {
            format!("{lacks} before {account} accepts it; ramctl could not read what the account receives")
        }
    };
    let (sign, effect, code) = match state {
        InvitationState::ToSend { accept: Acceptor::Ramctl } if because.is_none() => {
            (Sign::Added, format!("if RAM sends one, {}", accepted()), "")
        }
        InvitationState::ToSend { accept: Acceptor::Ramctl } => (Sign::Added, accepted(), ""),
        InvitationState::ToSend { accept } => {
            let may = if because.is_none() { "if RAM sends one, " } else { "" };
            (Sign::Note, format!("{may}{}", by(accept)), "RAM330")
        }
        InvitationState::ToResend { lapse, accept } => {
            let before = match lapse {
                Lapse::Expired => "the last one expired",
                Lapse::Rejected => "the last one was turned down",
                Lapse::Gone => "was invited before; the invitation is gone",
                Lapse::Ended => "the last one was turned down, or the principal was removed by hand",
            };
            (Sign::Changed, format!("{before}; another is sent: {}", by(accept)), "RAM331")
        }
        InvitationState::Pending { window, accept: Acceptor::Ramctl } => {
            let sent = window.map(|window| format!("sent {}, ", minute(window.since))).unwrap_or_default();
            (Sign::Added, format!("{sent}{}", accepted()), "")
        }
        InvitationState::Pending { window, accept: Acceptor::Consumer } => {
            (Sign::Note, format!("waiting for {account}{}", since(*window)), "RAM330")
        }
        InvitationState::Pending { window, accept: Acceptor::Unread(_) } => {
            let unread = "; ramctl could not read what the account receives";
            (Sign::Held, format!("waiting for {account}{}{unread}", since(*window)), "RAM412")
        }
        InvitationState::Needless => {
            let why = "sent while AWS took the account for a stranger";
            (Sign::Changed, format!("{why}; as one of the organization {account} needs none"), "RAM337")
        }
        InvitationState::Outgrown => {
            let why =
                "accepted while AWS took the account for a stranger, and the share closes for strangers";
            (Sign::Changed, format!("{why}; {account} is removed and added again"), "RAM363")
        }
        InvitationState::Settling => {
            (Sign::Note, format!("accepted; AWS does not show the share to {account} yet"), "RAM336")
        }
        InvitationState::Rejected { sent } => {
            let of = sent.map(|sent| format!(" of {}", minute(sent))).unwrap_or_default();
            (Sign::Held, format!("{account} turned the invitation{of} down; it is not sent again"), "RAM332")
        }
    };
    let row =
        Row::new(sign, ["invitation".into(), parts::principal_id(principal), String::new()]).effect(effect);
    if code.is_empty() { row } else { row.code(code) }
}

/// What becomes of a principal that FAILED to accept in time, in the row that says so.
pub(crate) fn renewal(invitation: &Invitation) -> Option<&'static str> {
    match &invitation.state {
        InvitationState::ToResend { .. } => Some("its invitation expired; removed and added again"),
        InvitationState::Needless => Some("removed and added again"),
        InvitationState::Outgrown => Some("removed and added again, without access in between"),
        _ => None,
    }
}

/// A share of somebody else as a row.
pub(crate) fn inbound(item: &InboundItem) -> Row {
    let InboundItem { place: _, share, name, sender, verdict } = item;
    let block = |by: &crate::diff::InboundBlock| parts::address(&by.address);
    let (sign, effect, code) = match verdict {
        InboundVerdict::Accept { by, window } => {
            (Sign::Added, format!("accepted by {}{}", block(by), sent(*window)), "")
        }
        InboundVerdict::Reject { by, window } => {
            (Sign::Removed, format!("rejected by {}{}", block(by), sent(*window)), "")
        }
        InboundVerdict::Leave { by } => {
            (Sign::Removed, format!("the account leaves it, by {}", block(by)), "")
        }
        InboundVerdict::Stuck { by, why } => {
            let why = match why {
                Staying::Types(types) => {
                    let types: Vec<String> =
                        types.iter().map(|code| escape(code.as_str()).to_string()).collect();
                    format!("RAM lets no account leave {}: only {sender} can take it back", types.join(", "))
                }
                Staying::ThroughOrganization => {
                    format!("it comes through the organization: only {sender} can take it back")
                }
                Staying::Unread(gap) => {
                    format!("whether the account can leave it could not be read: {}", parts::gap(gap))
                }
            };
            (Sign::Held, format!("stays in against {}: {why}", block(by)), "RAM334")
        }
        InboundVerdict::Undecided { window } => {
            (Sign::Unknown, format!("invitation{}; no inbound block speaks of it", since(*window)), "RAM333")
        }
    };
    let short = escape(share.arn().short()).to_string();
    let row = Row::new(sign, [parts::name(name), format!("from {sender}"), short]).effect(effect);
    if code.is_empty() { row } else { row.code(code) }
}

/// `partner and 999999999999`.
pub(crate) fn accounts(accounts: &BTreeSet<AccountId>, labels: &Labels) -> String {
    let all: Vec<String> = accounts.iter().map(|account| parts::account(account, labels)).collect();
    match all.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}
