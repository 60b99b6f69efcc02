//! What happens by itself when its time has come.

use crate::sandbox::clock::{HOUR, Millis};
use crate::sandbox::state::State;
use crate::sandbox::state::rows_ram::*;

/// How long DELETED and DISASSOCIATED rows stay listed. AWS's console says two hours of deleted shares; of associations nothing is published.
const LINGER: Millis = 2 * HOUR;

impl State {
    /// Brings every row to where it is at `now`, in the order in which things happen.
    pub(crate) fn settle(&mut self, now: Millis) {
        while let Some(at) = self.first_due().filter(|at| *at <= now) {
            for key in self.shares.due_by(at) {
                self.settle_share(&key, at);
            }
            for key in self.members.due_by(at) {
                self.settle_member(&key, at);
            }
            for key in self.invitations.due_by(at) {
                self.expire_invitation(&key, at);
            }
            for key in self.works.due_by(at) {
                self.finish_work(&key, at);
            }
            for key in self.permissions.due_by(at) {
                self.settle_permission(&key, at);
            }
            for key in self.tokens.due_by(at) {
                self.tokens.remove(&key);
            }
            for key in self.access_keys.due_by(at) {
                self.access_keys.remove(&key);
            }
            for key in self.trail.due_by(at) {
                self.trail.remove(&key);
            }
        }
    }

    fn settle_share(&mut self, key: &str, at: Millis) {
        let Some(share) = self.shares.get(key).cloned() else { return };
        match share.status {
            ShareStatus::Deleting => self.shares.update(key, |share| {
                (share.status, share.updated, share.due) = (ShareStatus::Deleted, at, Some(at + LINGER));
            }),
            ShareStatus::Deleted => {
                for side in Side::ALL {
                    let keys: Vec<String> = self
                        .members
                        .under(&Member::prefix(&share.id, side))
                        .map(|(key, _)| key.to_owned())
                        .collect();
                    keys.iter().for_each(|key| self.members.remove(key));
                }
                self.shares.remove(key);
            }
            ShareStatus::Pending | ShareStatus::Active | ShareStatus::Failed => {
                self.shares.update(key, |share| {
                    if share.feature_set == FeatureSet::PromotingToStandard {
                        share.feature_set = FeatureSet::Standard;
                    }
                    (share.status, share.updated, share.due) = (ShareStatus::Active, at, None);
                })
            }
        }
    }

    fn settle_member(&mut self, key: &str, at: Millis) {
        let Some(status) = self.members.get(key).map(|member| member.status.clone()) else { return };
        match status {
            Association::Associating | Association::Restoring => self.members.update(key, |member| {
                member.message = member.fails.take();
                member.status =
                    if member.message.is_some() { Association::Failed } else { Association::Associated };
                (member.updated, member.due) = (at, None);
            }),
            Association::Disassociating => self.members.update(key, |member| {
                (member.status, member.updated, member.due) =
                    (Association::Disassociated, at, Some(at + LINGER));
            }),
            Association::Suspending => self.members.update(key, |member| {
                (member.status, member.updated, member.due) = (Association::Suspended, at, None);
            }),
            Association::Disassociated => self.members.remove(key),
            Association::Associated
            | Association::Failed
            | Association::Suspended
            | Association::Newer(_) => {
                self.members.update(key, |member| member.due = None);
            }
        }
    }

    /// After the window "the end user principal in the resource share is disassociated" (RAM user guide).
    fn expire_invitation(&mut self, key: &str, at: Millis) {
        let Some(invitation) = self.invitations.get(key).cloned() else { return };
        if invitation.status != InvitationStatus::Pending {
            self.invitations.remove(key);
            return;
        }
        self.invitations.update(key, |invitation| {
            (invitation.status, invitation.due) = (InvitationStatus::Expired, None);
        });
        let member = Member::key(&invitation.share, Side::Principal, &invitation.principal);
        if self.members.get(&member).is_some_and(|member| member.status == Association::Associating) {
            finish_disassociation(self, &member, at);
        }
    }

    fn finish_work(&mut self, key: &str, at: Millis) {
        let Some(work) = self.works.get(key).cloned() else { return };
        let place = place(&work.account, &work.region);
        let moved: Vec<String> = self
            .attachments
            .indexed(&work.from)
            .filter(|key| key.starts_with(&place))
            .filter(|key| {
                self.attachments.get(key).is_some_and(|attachment| {
                    attachment.permission == work.from
                        && work.from_version.is_none_or(|version| version == attachment.version)
                })
            })
            .map(str::to_owned)
            .collect();
        for key in moved {
            self.attachments.update(&key, |attachment| {
                attachment.permission.clone_from(&work.to);
                attachment.values.clone_from(&work.values);
                (attachment.version, attachment.updated) = (work.to_version, at);
            });
        }
        self.works.update(key, |work| (work.done, work.updated, work.due) = (true, at, None));
    }

    fn settle_permission(&mut self, key: &str, at: Millis) {
        match self.permissions.get(key).map(|permission| permission.status) {
            Some(PermissionStatus::Deleting) => self.permissions.update(key, |permission| {
                (permission.status, permission.updated, permission.due) =
                    (PermissionStatus::Deleted, at, Some(at + LINGER));
            }),
            Some(PermissionStatus::Deleted) => self.permissions.remove(key),
            _ => self.permissions.update(key, |permission| permission.due = None),
        }
    }
}

/// Takes a member off its share at once; the row lingers.
pub(crate) fn finish_disassociation(state: &mut State, key: &str, at: Millis) {
    state.members.update(key, |member| {
        (member.status, member.updated, member.due, member.fails) =
            (Association::Disassociated, at, Some(at + LINGER), None);
    });
}
