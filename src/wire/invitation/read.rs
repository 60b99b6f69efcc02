//! Invitations read back.

use crate::diff::{
    Acceptor, Expiry, InboundBlock, InboundItem, InboundVerdict, Invitation, InvitationState, Staying, Window,
};
use crate::model::{AccountId, Address, Gap, Place, Principal, ResourceType, ShareArn};
use crate::wire::invitation::{ExpiryDocument, InboundDocument, InvitationDocument, UnreceivedDocument};
use crate::wire::malformed::{Malformed, id, ids, needed, time, times};
use crate::wire::parts::Recorded;
use crate::wire::words::{AcceptorWord, InboundWord, InvitationWord, StayingWord};

impl ExpiryDocument {
    fn read(&self) -> Result<Expiry, Malformed> {
        let Self { earliest, latest } = self;
        let (earliest, latest) = (time(earliest)?, time(latest)?);
        Ok(if earliest == latest { Expiry::About(latest) } else { Expiry::Either(earliest, latest) })
    }
}

fn window(since: Option<&String>, expires: Option<&ExpiryDocument>) -> Result<Option<Window>, Malformed> {
    match (since, expires) {
        (Some(since), Some(expires)) => Ok(Some(Window { since: time(since)?, expires: expires.read()? })),
        _ => Ok(None),
    }
}

impl InvitationDocument {
    pub fn read(&self) -> Result<(Principal, Invitation), Malformed> {
        let Self { principal, consumer, because, state, lapse, accept, gap, since, expires } = self;
        let accept = || {
            Ok::<_, Malformed>(match needed(accept, "who accepts")? {
                AcceptorWord::Ramctl => Acceptor::Ramctl,
                AcceptorWord::Consumer => Acceptor::Consumer,
                AcceptorWord::Unread => Acceptor::Unread(needed(gap, "a gap")?.read()),
            })
        };
        let state = match state {
            InvitationWord::ToSend => InvitationState::ToSend { accept: accept()? },
            InvitationWord::ToResend => {
                let lapse = (*needed(lapse, "what became of an invitation")?).into();
                InvitationState::ToResend { lapse, accept: accept()? }
            }
            InvitationWord::Pending => InvitationState::Pending {
                window: window(since.as_ref(), expires.as_ref())?,
                accept: accept()?,
            },
            InvitationWord::Needless => InvitationState::Needless,
            InvitationWord::Outgrown => InvitationState::Outgrown,
            InvitationWord::Settling => InvitationState::Settling,
            InvitationWord::Rejected => InvitationState::Rejected { sent: times(since.as_deref())? },
        };
        let invitation = Invitation { consumer: consumer.read()?, because: because.map(Into::into), state };
        Ok((Principal::read(principal), invitation))
    }
}

impl InboundDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<InboundItem, Malformed> {
        let Self {
            place,
            share,
            name,
            sender,
            action,
            address,
            source,
            reason,
            types,
            gap,
            since,
            expires,
            hazards: _, // this and the step follow from the verdict
            step: _,
        } = self;
        let mut by = || {
            Ok::<_, Malformed>(InboundBlock {
                address: id(needed(address, "an address")?, Address::parse)?,
                span: recorded.span(needed(source, "where a block is")?),
            })
        };
        let window = || window(since.as_ref(), expires.as_ref());
        let verdict = match action {
            InboundWord::Accept => InboundVerdict::Accept { by: by()?, window: window()? },
            InboundWord::Reject => InboundVerdict::Reject { by: by()?, window: window()? },
            InboundWord::Leave => InboundVerdict::Leave { by: by()? },
            InboundWord::Stuck => InboundVerdict::Stuck {
                by: by()?,
                why: match needed(reason, "a reason")? {
                    StayingWord::Types => Staying::Types(ids(types, ResourceType::parse)?),
                    StayingWord::ThroughOrganization => Staying::ThroughOrganization,
                    StayingWord::Unread => Staying::Unread(needed(gap, "a gap")?.read()),
                },
            },
            InboundWord::Undecided => InboundVerdict::Undecided { window: window()? },
        };
        Ok(InboundItem {
            place: place.read()?,
            share: id(share, ShareArn::parse)?,
            name: name.clone(),
            sender: id(sender, AccountId::parse)?,
            verdict,
        })
    }

    /// The block that decided, where one did.
    pub fn by(&self) -> Result<Option<Address>, Malformed> {
        self.address.as_ref().map(|address| id(address, Address::parse)).transpose()
    }
}

impl UnreceivedDocument {
    pub fn read(&self) -> Result<(Place, Gap), Malformed> {
        let Self { place, gap } = self;
        Ok((place.read()?, gap.read()))
    }
}
