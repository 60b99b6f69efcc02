//! `received` of a case's `live.json`: what accounts of the stack are sent by others.

use std::collections::{BTreeMap, BTreeSet};

use ramctl::live::{InvitationRow, LiveState, ReceivedShare, ReceivedTypes, receive};
use ramctl::model::{
    Gap, GapCause, InvitationArn, InvitationStatus, Observed, Place, ResourceType, ShareArn,
};
use serde::Deserialize;

/// What one account receives in one Region; `unread` stands for a role that may not look.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Received {
    Read(View),
    Unread,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct View {
    invitations: Vec<Sent>,
    shares: Vec<Seen>,
}

/// An invitation. `share` is the address of one of the stack's, or sender and name of one of somebody else: `999999999999 partner-dns`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    share: String,
    status: String,
    created: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    share: String,
    /// Codes of the types on it; none: nobody asked.
    types: Option<BTreeSet<String>>,
}

/// ARN and name of a share.
fn find(text: &str, place: &Place, own: &BTreeMap<String, (ShareArn, String)>) -> (ShareArn, String) {
    if let Some(own) = own.get(text) {
        return own.clone();
    }
    let (from, name) = text.split_once(' ').expect("sender and name");
    let arn = format!("arn:aws:ram:{}:{from}:resource-share/{name}", place.region);
    (ShareArn::parse(&arn).expect("a share's ARN"), name.to_owned())
}

/// Puts what is received beside what is shared. Where the stack looks and the case says nothing, nothing is received.
pub fn add(
    live: &mut LiveState,
    places: BTreeSet<Place>,
    file: &BTreeMap<Place, Received>,
    own: &BTreeMap<String, (ShareArn, String)>,
) {
    for place in file.keys() {
        assert!(places.contains(place), "nobody looks at what {place} receives");
    }
    for place in places {
        let received = match file.get(&place) {
            None => Observed::Known(receive(Vec::new(), Vec::new())),
            Some(Received::Unread) => Observed::Unknown(Gap {
                action: "ram:GetResourceShareInvitations".into(),
                caller: format!("arn:aws:iam::{}:role/ramctl", place.account),
                cause: GapCause::AccessDenied,
                detail: "AccessDeniedException: not authorized".into(),
            }),
            Some(Received::Read(view)) => Observed::Known(view.read(&place, own)),
        };
        live.received.insert(place, received);
    }
}

impl View {
    fn read(&self, place: &Place, own: &BTreeMap<String, (ShareArn, String)>) -> ramctl::live::Received {
        let rows = self.invitations.iter().map(|sent| {
            let (share, share_name) = find(&sent.share, place, own);
            let arn = share.as_str().replace("resource-share/", "resource-share-invitation/");
            InvitationRow {
                arn: InvitationArn::parse(&arn).expect("an invitation's ARN"),
                sender: share.arn().account_id().expect("an account"),
                share,
                share_name,
                status: InvitationStatus::read(&sent.status),
                created: Some(sent.created.parse().expect("a time")),
            }
        });
        let mut received = receive(rows.collect(), Vec::new());
        for seen in &self.shares {
            let (arn, name) = find(&seen.share, place, own);
            let owner = arn.arn().account_id().expect("an account");
            let code = |code: &String| ResourceType::parse(code).expect("a type");
            let types = match &seen.types {
                None => ReceivedTypes::NotAsked,
                Some(types) => ReceivedTypes::Known(types.iter().map(code).collect()),
            };
            received.shares.insert(arn, ReceivedShare { name, owner, types });
        }
        received
    }
}
