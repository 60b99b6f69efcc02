//! Invitations: how one is made out, and how its receiver answers it.

use crate::cloud::fake::{FakeClient, World};
use crate::cloud::{CloudError, ErrorKind};
use crate::live::InvitationRow;
use crate::model::{InvitationArn, InvitationStatus, ShareArn};

pub(super) fn invitation_row(share: &ShareArn, n: usize) -> InvitationRow {
    let text = format!("{}-{n}", share.as_str().replace("resource-share/", "resource-share-invitation/"));
    InvitationRow {
        arn: InvitationArn::parse(&text).expect("valid"),
        share: share.clone(),
        share_name: "share".into(),
        sender: share.arn().account_id().expect("a share has an owner"),
        status: InvitationStatus::Pending,
        created: None,
    }
}

impl FakeClient {
    /// Closes a pending invitation of the caller's; gives the share.
    pub(super) fn answer(
        &self,
        world: &mut World,
        action: &'static str,
        invitation: &InvitationArn,
        status: InvitationStatus,
    ) -> Result<ShareArn, CloudError> {
        let found = world
            .invitations
            .iter_mut()
            .find(|(account, row)| row.arn == *invitation && *account == self.caller.account);
        let refused = |kind, code: &str| CloudError {
            code: format!("ResourceShareInvitation{code}Exception"),
            ..self.caller.error(kind, action, "scripted")
        };
        let Some((_, row)) = found else { return Err(refused(ErrorKind::NotFound, "ArnNotFound")) };
        match &row.status {
            InvitationStatus::Pending => {
                row.status = status;
                Ok(row.share.clone())
            }
            InvitationStatus::Accepted => Err(refused(ErrorKind::AlreadyDone, "AlreadyAccepted")),
            InvitationStatus::Rejected => Err(refused(ErrorKind::AlreadyDone, "AlreadyRejected")),
            InvitationStatus::Expired | InvitationStatus::Other(_) => {
                Err(refused(ErrorKind::NotFound, "Expired"))
            }
        }
    }
}
