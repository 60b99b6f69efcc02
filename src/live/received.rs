//! What an account receives: invitations, and shares of others that it sees.
//!
//! An invitation is no proof of anything once it is over: RAM forgets it after seven days (terraform-provider-aws pull request
//! 11562). Whether a share was accepted is told by the shares that the account sees.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::live::rows::ShareRow;
use crate::model::{
    AccountId, Gap, InvitationArn, InvitationStatus, ResourceArn, ResourceType, ShareArn, ShareStatus,
};

/// A row of `GetResourceShareInvitations`: only who receives sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    pub arn: InvitationArn,
    pub share: ShareArn,
    /// Foreign text: the sender chooses it.
    pub share_name: String,
    pub sender: AccountId,
    pub status: InvitationStatus,
    pub created: Option<Timestamp>,
}

/// A row of `ListResources(resourceOwner = OTHER-ACCOUNTS)`: one resource of a share that the account sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedResourceRow {
    pub share: ShareArn,
    pub resource: ResourceArn,
    pub resource_type: ResourceType,
}

/// What one account receives in one Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The newest invitation to each share.
    pub invitations: BTreeMap<ShareArn, InvitationRow>,
    /// Shares of others that the account sees.
    pub shares: BTreeMap<ShareArn, ReceivedShare>,
}

/// A share of somebody else, as who receives it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedShare {
    /// Foreign text.
    pub name: String,
    pub owner: AccountId,
    pub types: ReceivedTypes,
}

/// What is on a received share. Asked only where it decides whether the account can leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceivedTypes {
    NotAsked,
    Known(BTreeSet<ResourceType>),
    Unread(Gap),
}

impl Received {
    /// The invitation to a share, if the account can still accept or reject it.
    pub fn pending(&self, share: &ShareArn) -> Option<&InvitationRow> {
        self.invitations.get(share).filter(|row| row.status == InvitationStatus::Pending)
    }
}

/// Joins the rows. One that is pending counts before one that is over, then the newer one; what is being deleted is not received.
pub fn receive(invitations: Vec<InvitationRow>, shares: Vec<ShareRow>) -> Received {
    let mut out = Received::default();
    let age = |row: &InvitationRow| (row.status == InvitationStatus::Pending, row.created, row.arn.clone());
    for row in invitations {
        match out.invitations.get(&row.share) {
            Some(known) if age(known) >= age(&row) => {}
            _ => {
                out.invitations.insert(row.share.clone(), row);
            }
        }
    }
    for row in shares {
        if matches!(row.status, ShareStatus::Deleted | ShareStatus::Deleting) {
            continue;
        }
        let share = ReceivedShare { name: row.name, owner: row.owner, types: ReceivedTypes::NotAsked };
        out.shares.insert(row.arn, share);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: u8, status: InvitationStatus, second: i64) -> InvitationRow {
        let share = "arn:aws:ram:eu-central-1:222222222222:resource-share/1";
        let arn = format!("arn:aws:ram:eu-central-1:222222222222:resource-share-invitation/{n}");
        InvitationRow {
            arn: InvitationArn::parse(&arn).unwrap(),
            share: ShareArn::parse(share).unwrap(),
            share_name: "hub".into(),
            sender: AccountId::parse("222222222222").unwrap(),
            status,
            created: Some(Timestamp::from_second(second).unwrap()),
        }
    }

    #[test]
    fn an_invitation_that_is_pending_counts_before_older_and_newer_ones_that_are_over() {
        use InvitationStatus::{Accepted, Expired, Pending, Rejected};
        for (rows, expected) in [
            (vec![row(1, Expired, 1), row(2, Pending, 5), row(3, Rejected, 9)], Pending),
            (vec![row(1, Accepted, 1), row(2, Rejected, 5)], Rejected),
            (vec![row(1, Expired, 5), row(2, Rejected, 1)], Expired),
        ] {
            let mut turned = rows.clone();
            turned.reverse();
            for rows in [rows, turned] {
                let received = receive(rows, Vec::new());
                let found: Vec<_> = received.invitations.values().map(|row| &row.status).collect();
                assert_eq!(found, [&expected]);
            }
        }
    }
}
