//! What accounts receive, in a snapshot.

use serde::{Deserialize, Serialize};

use crate::live::{InvitationRow, Received, ReceivedShare, ReceivedTypes};
use crate::model::{InvitationStatus, Observed, Place};
use crate::wire::malformed::times;
use crate::wire::parts::GapDocument;
use crate::wire::snapshot::SnapshotError;
use crate::wire::snapshot::document::{ReadRecord, id, once};

/// What one account receives in one Region.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReceivedRecord {
    account: String,
    region: String,
    pub(crate) read: ReadRecord<ViewRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ViewRecord {
    /// The newest invitation to each share.
    pub(crate) invitations: Vec<InvitationRecord>,
    /// Shares of others that the account sees.
    pub(crate) shares: Vec<ReceivedShareRecord>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct InvitationRecord {
    arn: String,
    share: String,
    pub(crate) share_name: String,
    sender: String,
    /// RAM's word.
    status: String,
    created: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ReceivedShareRecord {
    arn: String,
    pub(crate) name: String,
    owner: String,
    types: TypesRecord,
}

/// What is on a received share. Asked only where it decides whether the account can leave.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
enum TypesRecord {
    NotAsked,
    Known(Vec<String>),
    Unknown(GapDocument),
}

impl ReceivedRecord {
    pub fn new(place: &Place, found: &Observed<Received>) -> Self {
        let Place { account, region } = place;
        Self {
            account: account.to_string(),
            region: region.to_string(),
            read: ReadRecord::new(found, ViewRecord::new),
        }
    }

    pub fn read(&self) -> Result<(Place, Observed<Received>), SnapshotError> {
        let Self { account, region, read } = self;
        Ok((Place { account: id(account)?, region: id(region)? }, read.read(ViewRecord::read)?))
    }
}

impl ViewRecord {
    fn new(received: &Received) -> Self {
        let Received { invitations, shares } = received;
        let invitation = |row: &InvitationRow| {
            let InvitationRow { arn, share, share_name, sender, status, created } = row;
            InvitationRecord {
                arn: arn.to_string(),
                share: share.to_string(),
                share_name: share_name.clone(),
                sender: sender.to_string(),
                status: status.to_string(),
                created: created.map(|time| time.to_string()),
            }
        };
        Self {
            invitations: invitations.values().map(invitation).collect(),
            shares: shares
                .iter()
                .map(|(arn, ReceivedShare { name, owner, types })| ReceivedShareRecord {
                    arn: arn.to_string(),
                    name: name.clone(),
                    owner: owner.to_string(),
                    types: match types {
                        ReceivedTypes::NotAsked => TypesRecord::NotAsked,
                        ReceivedTypes::Known(types) => {
                            TypesRecord::Known(types.iter().map(ToString::to_string).collect())
                        }
                        ReceivedTypes::Unread(gap) => TypesRecord::Unknown(GapDocument::new(gap)),
                    },
                })
                .collect(),
        }
    }

    fn read(&self) -> Result<Received, SnapshotError> {
        let Self { invitations, shares } = self;
        let invitations = once(invitations.iter().map(|record| {
            let InvitationRecord { arn, share, share_name, sender, status, created } = record;
            let row = InvitationRow {
                arn: id(arn)?,
                share: id(share)?,
                share_name: share_name.clone(),
                sender: id(sender)?,
                status: InvitationStatus::read(status),
                created: times(created.as_deref())?,
            };
            Ok((row.share.clone(), row))
        }))?;
        let shares = once(shares.iter().map(|record| {
            let ReceivedShareRecord { arn, name, owner, types } = record;
            let types = match types {
                TypesRecord::NotAsked => ReceivedTypes::NotAsked,
                TypesRecord::Known(types) => {
                    ReceivedTypes::Known(types.iter().map(|code| id(code)).collect::<Result<_, _>>()?)
                }
                TypesRecord::Unknown(gap) => ReceivedTypes::Unread(gap.read()),
            };
            Ok((id(arn)?, ReceivedShare { name: name.clone(), owner: id(owner)?, types }))
        }))?;
        Ok(Received { invitations, shares })
    }
}
