//! Members of a share: how they come, and how their associations settle.

use std::collections::BTreeMap;

use crate::cloud::fake::invitations::invitation_row;
use crate::cloud::fake::{FakeClient, World};
use crate::cloud::{CloudError, ErrorKind, Members};
use crate::live::{AssociationRow, SourceRow};
use crate::model::{AssociationStatus, Principal, ShareArn};

pub(super) fn association_row(share: &ShareArn, entity: &str, external: bool) -> AssociationRow {
    AssociationRow {
        share: share.clone(),
        entity: entity.into(),
        status: AssociationStatus::Associating,
        status_message: None,
        external,
        created: None,
        updated: None,
    }
}

impl FakeClient {
    /// Adds members, once for entities that are there.
    pub(super) fn add(
        &self,
        world: &mut World,
        share: &ShareArn,
        members: &Members,
    ) -> Result<(), CloudError> {
        let needs_org = members.principals.iter().any(Principal::needs_organization_sharing);
        if needs_org
            && let Some(org) = world.organization.as_mut()
            && org.onboarding > 0
        {
            org.onboarding -= 1;
            return Err(CloudError {
                code: "InvalidParameterException".into(),
                ..self.caller.error(
                    ErrorKind::OrganizationSharing,
                    "ram:AssociateResourceShare",
                    "onboarding",
                )
            });
        }
        let (settle, invited) = (world.settle_after, world.invited.clone());
        let found = world.shares.get_mut(share).expect("checked by the caller");
        for (rows, entities) in [
            (&mut found.resources, members.resources.iter().map(|arn| arn.as_str()).collect::<Vec<_>>()),
            (&mut found.principals, members.principals.iter().map(|principal| principal.as_str()).collect()),
        ] {
            for entity in entities {
                rows.retain(|(row, _)| {
                    row.entity != entity || row.status != AssociationStatus::Disassociated
                });
                if !rows.iter().any(|(row, _)| row.entity == entity) {
                    let external = invited.get(entity).copied().unwrap_or(false);
                    rows.push((association_row(share, entity, external), settle));
                    if let (true, Some(account)) =
                        (invited.contains_key(entity), Principal::read(entity).account())
                    {
                        let n = world.invitations.len();
                        world.invitations.push((account, invitation_row(share, n)));
                    }
                }
            }
        }
        for source in &members.sources {
            found.sources.push(SourceRow {
                share: share.clone(),
                source: source.clone(),
                status: AssociationStatus::Associated,
                status_message: None,
                created: None,
                updated: None,
            });
        }
        Ok(())
    }
}

/// Moves an association on by one read.
pub(super) fn advance(
    rows: &mut [(AssociationRow, u32)],
    failing: &BTreeMap<String, String>,
    invited: &BTreeMap<String, bool>,
) {
    for (row, left) in rows {
        if *left > 0 {
            *left -= 1;
            continue;
        }
        match row.status {
            AssociationStatus::Associating => {
                if let Some(message) = failing.get(&row.entity) {
                    row.status = AssociationStatus::Failed;
                    row.status_message = Some(message.clone());
                } else if !invited.contains_key(&row.entity) {
                    row.status = AssociationStatus::Associated;
                }
            }
            AssociationStatus::Disassociating => row.status = AssociationStatus::Disassociated,
            _ => {}
        }
    }
}
