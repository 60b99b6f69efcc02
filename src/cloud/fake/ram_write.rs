//! The writes of RAM.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use uuid::Uuid;

use crate::cloud::fake::permissions::FakePolicies;
use crate::cloud::fake::{FakeClient, FakeShare, share_arn, share_row_of};
use crate::cloud::{
    CloudError, CreatedShare, CreatedVersion, ErrorKind, Members, NewPermission, NewShare, RamWrite,
};
use crate::live::{CustomerPermissionRow, PermissionRow};
use crate::model::{
    AssociationStatus, FeatureSet, InvitationArn, InvitationStatus, PermissionArn, ResourceType, ShareArn,
    ShareStatus, Tags,
};

impl RamWrite for FakeClient {
    async fn enable_sharing_with_aws_organization(&self) -> Result<(), CloudError> {
        self.call("ram:EnableSharingWithAwsOrganization", |world| {
            world.organization.as_mut().expect("a test with an organization").enabling = true;
            Ok(())
        })
        .await
    }

    async fn create_resource_share(
        &self,
        share: &NewShare,
        token: &Uuid,
    ) -> Result<CreatedShare, CloudError> {
        const ACTION: &str = "ram:CreateResourceShare";
        self.call(ACTION, |world| {
            if let Some((before, arn, created)) = world.tokens.get(token) {
                // A replay: the answer of the first time, whatever became of the share.
                let (arn, created) = (arn.clone(), Some(*created));
                return if before == share {
                    Ok(CreatedShare { arn, status: ShareStatus::Pending, created })
                } else {
                    Err(self.mismatch(ACTION))
                };
            }
            let place = self.place();
            let arn = share_arn(&place, world.next_share);
            let mut row = share_row_of(&arn, &place, &share.name);
            row.allow_external_principals = share.allow_external_principals;
            row.retain_sharing = share.retain_sharing;
            row.tags = share.tags.clone();
            row.created = Some(world.now);
            let (settle, hidden) = (world.settle_after, world.hidden_for);
            world.shares.insert(
                arn.clone(),
                FakeShare {
                    place,
                    row,
                    resources: Vec::new(),
                    principals: Vec::new(),
                    sources: Vec::new(),
                    permissions: Vec::new(),
                    settle,
                    hidden,
                },
            );
            if let Err(error) = self.add(world, &arn, &share.members) {
                world.shares.remove(&arn);
                return Err(error);
            }
            world.next_share += 1;
            if world.remembers {
                world.tokens.insert(*token, (share.clone(), arn.clone(), world.now));
            }
            Ok(CreatedShare { arn, status: ShareStatus::Pending, created: Some(world.now) })
        })
        .await
    }

    async fn update_resource_share(
        &self,
        share: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UpdateResourceShare";
        self.call(ACTION, |world| {
            let row = &mut self.visible(world, share, ACTION)?.row;
            row.name = name.map_or(std::mem::take(&mut row.name), ToOwned::to_owned);
            row.allow_external_principals =
                allow_external_principals.unwrap_or(row.allow_external_principals);
            Ok(())
        })
        .await
    }

    async fn delete_resource_share(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeleteResourceShare";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.status = ShareStatus::Deleting;
            Ok(())
        })
        .await
    }

    async fn associate_resource_share(&self, share: &ShareArn, members: &Members) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceShare";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?;
            self.add(world, share, members)
        })
        .await
    }

    async fn disassociate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceShare";
        self.call(ACTION, |world| {
            let gone: BTreeSet<String> = (members.resources.iter().map(|arn| arn.to_string()))
                .chain(members.principals.iter().map(|principal| principal.to_string()))
                .collect();
            let settle = world.settle_after;
            let found = self.visible(world, share, ACTION)?;
            for (row, left) in found.resources.iter_mut().chain(&mut found.principals) {
                if gone.contains(&row.entity) {
                    row.status = AssociationStatus::Disassociating;
                    *left = settle;
                }
            }
            found.sources.retain(|row| !members.sources.contains(&row.source));
            Ok(())
        })
        .await
    }

    async fn associate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        replace: bool,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceSharePermission";
        self.call(ACTION, |world| {
            let found = self.visible(world, share, ACTION)?;
            if replace {
                found.permissions.clear();
            }
            found.permissions.push(PermissionRow {
                share: share.clone(),
                permission: permission.clone(),
                version: "1".into(),
                default_version: true,
                resource_type: ResourceType::parse("ec2:Subnet").expect("valid"),
                feature_set: FeatureSet::Standard,
            });
            Ok(())
        })
        .await
    }

    async fn disassociate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceSharePermission";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.permissions.retain(|row| row.permission != *permission);
            Ok(())
        })
        .await
    }

    async fn tag_resource(&self, share: &ShareArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.tags.extend(tags.clone());
            Ok(())
        })
        .await
    }

    async fn untag_resource(&self, share: &ShareArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        self.call(ACTION, |world| {
            self.visible(world, share, ACTION)?.row.tags.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
    }

    async fn promote_resource_share_created_from_policy(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromoteResourceShareCreatedFromPolicy";
        self.call(ACTION, |world| {
            let found = self.visible(world, share, ACTION)?;
            if found.row.feature_set != FeatureSet::CreatedFromPolicy {
                return Err(self.caller.error(ErrorKind::InvalidRequest, ACTION, "not made from a policy"));
            }
            found.row.feature_set = FeatureSet::Standard;
            Ok(())
        })
        .await
    }

    async fn create_permission(
        &self,
        permission: &NewPermission,
        token: &Uuid,
    ) -> Result<Option<Timestamp>, CloudError> {
        const ACTION: &str = "ram:CreatePermission";
        let request = format!("{permission:?}");
        self.call(ACTION, |world| {
            if let Some(made) = self.remembered(world, ACTION, token, &request)? {
                return Ok(made.created);
            }
            if world.policies.contains_key(&permission.arn) {
                let code = "PermissionAlreadyExistsException".to_owned();
                return Err(CloudError { code, ..self.caller.error(ErrorKind::Conflict, ACTION, "there") });
            }
            let versions = BTreeMap::from([(1, permission.template.clone())]);
            world.policies.insert(permission.arn.clone(), FakePolicies { versions, default: 1 });
            let NewPermission { arn, resource_type, template: _, tags } = permission.clone();
            world.customer_permissions.retain(|row| row.arn != arn);
            world.customer_permissions.push(CustomerPermissionRow {
                arn,
                version: "1".into(),
                resource_type,
                status: "ATTACHABLE".into(),
                feature_set: FeatureSet::Standard,
                tags,
            });
            Ok(self.remember(world, token, request, "1".into()).created)
        })
        .await
    }

    async fn create_permission_version(
        &self,
        permission: &PermissionArn,
        template: &str,
        token: &Uuid,
    ) -> Result<CreatedVersion, CloudError> {
        const ACTION: &str = "ram:CreatePermissionVersion";
        let request = format!("{permission} {template}");
        self.call(ACTION, |world| {
            if let Some(made) = self.remembered(world, ACTION, token, &request)? {
                return Ok(made);
            }
            let policies = self.policies(world, permission, ACTION)?;
            let number = policies.versions.keys().last().map_or(1, |last| last + 1);
            policies.versions.insert(number, template.to_owned());
            policies.default = number;
            Ok(self.remember(world, token, request, number.to_string()))
        })
        .await
    }

    async fn set_default_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:SetDefaultPermissionVersion";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?.default = version.parse().expect("a number");
            Ok(())
        })
        .await
    }

    async fn delete_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermissionVersion";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?.versions.remove(&version.parse().expect("a number"));
            Ok(())
        })
        .await
    }

    async fn delete_permission(&self, permission: &PermissionArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermission";
        self.call(ACTION, |world| {
            self.policies(world, permission, ACTION)?;
            world.policies.remove(permission);
            world.customer_permissions.retain(|row| row.arn != *permission);
            Ok(())
        })
        .await
    }

    async fn promote_permission_created_from_policy(
        &self,
        permission: &PermissionArn,
        name: &str,
        token: &Uuid,
    ) -> Result<Option<Timestamp>, CloudError> {
        const ACTION: &str = "ram:PromotePermissionCreatedFromPolicy";
        let request = format!("{permission} {name}");
        self.call(ACTION, |world| {
            if let Some(made) = self.remembered(world, ACTION, token, &request)? {
                return Ok(made.created);
            }
            let policies = self.policies(world, permission, ACTION)?.clone();
            let arn = permission.as_str().replace(permission.name(), name);
            let arn = PermissionArn::parse(&arn).expect("an ARN");
            if world.policies.contains_key(&arn) {
                return Err(self.caller.error(ErrorKind::InvalidRequest, ACTION, "already exists"));
            }
            world.policies.insert(arn.clone(), policies);
            let rows = world.customer_permissions.iter().find(|row| row.arn == *permission);
            let promoted = rows.map(|row| CustomerPermissionRow { arn, tags: Tags::new(), ..row.clone() });
            world.customer_permissions.extend(promoted);
            Ok(self.remember(world, token, request, "1".into()).created)
        })
        .await
    }

    async fn tag_permission(&self, permission: &PermissionArn, tags: &Tags) -> Result<(), CloudError> {
        self.call("ram:TagResource", |world| {
            let rows = world.customer_permissions.iter_mut();
            rows.filter(|row| row.arn == *permission).for_each(|row| row.tags.extend(tags.clone()));
            Ok(())
        })
        .await
    }

    async fn untag_permission(&self, permission: &PermissionArn, keys: &[String]) -> Result<(), CloudError> {
        self.call("ram:UntagResource", |world| {
            let rows = world.customer_permissions.iter_mut();
            rows.filter(|row| row.arn == *permission)
                .for_each(|row| row.tags.retain(|key, _| !keys.contains(key)));
            Ok(())
        })
        .await
    }

    async fn accept_resource_share_invitation(&self, invitation: &InvitationArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AcceptResourceShareInvitation";
        self.call(ACTION, |world| {
            let share = self.answer(world, ACTION, invitation, InvitationStatus::Accepted)?;
            world.invited.remove(self.caller.account.as_str());
            for (row, _) in &mut world.shares.get_mut(&share).expect("it was shared").principals {
                if row.entity == self.caller.account.as_str() {
                    row.status = AssociationStatus::Associated;
                }
            }
            Ok(())
        })
        .await
    }

    async fn reject_resource_share_invitation(&self, invitation: &InvitationArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:RejectResourceShareInvitation";
        self.call(ACTION, |world| {
            self.answer(world, ACTION, invitation, InvitationStatus::Rejected).map(|_| ())
        })
        .await
    }
}
