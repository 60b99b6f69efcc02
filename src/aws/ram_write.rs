//! RAM's changes.

use aws_sdk_ram::types::ResourceShareConfiguration;
use jiff::Timestamp;
use uuid::Uuid;

use crate::aws::ram_read::RamClient;
use crate::aws::rows::{self, sdk_tags};
use crate::cloud::{CloudError, CreatedShare, CreatedVersion, Members, NewPermission, NewShare, RamWrite};
use crate::model::{InvitationArn, PermissionArn, ShareArn, Tags};

/// A list as an input: none where it is empty, for RAM refuses some empty lists.
fn list<T>(items: &[T], text: impl Fn(&T) -> &str) -> Option<Vec<String>> {
    (!items.is_empty()).then(|| items.iter().map(|item| text(item).to_owned()).collect())
}

/// The token of a call that may be repeated: RAM takes no two calls for one.
fn new_token() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid().to_string()
}

impl RamWrite for RamClient {
    async fn enable_sharing_with_aws_organization(&self) -> Result<(), CloudError> {
        const ACTION: &str = "ram:EnableSharingWithAwsOrganization";
        let request = self.client.enable_sharing_with_aws_organization().send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn create_resource_share(
        &self,
        share: &NewShare,
        token: &Uuid,
    ) -> Result<CreatedShare, CloudError> {
        const ACTION: &str = "ram:CreateResourceShare";
        let NewShare { name, allow_external_principals, retain_sharing, tags, permissions, members } = share;
        let Members { resources, principals, sources } = members;
        // Sent only where it is wanted: the setting is from February 2026, and the default is off.
        let configuration = retain_sharing.then(|| {
            ResourceShareConfiguration::builder().retain_sharing_on_account_leave_organization(true).build()
        });
        let request = self
            .client
            .create_resource_share()
            .name(name)
            .allow_external_principals(*allow_external_principals)
            .set_resource_share_configuration(configuration)
            .set_tags((!tags.is_empty()).then(|| sdk_tags(tags)))
            .set_permission_arns(list(permissions, PermissionArn::as_str))
            .set_resource_arns(list(resources, |arn| arn.as_str()))
            .set_principals(list(principals, |principal| principal.as_str()))
            .set_sources(list(sources, String::as_str))
            .client_token(token.to_string())
            .send();
        let answer = self.calls.write(ACTION, request).await?;
        rows::created_share(answer.resource_share()).map_err(|error| CloudError {
            maybe_done: true,
            ..rows::unreadable(self.calls.caller(), ACTION, &error)
        })
    }

    async fn update_resource_share(
        &self,
        share: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UpdateResourceShare";
        let request = self
            .client
            .update_resource_share()
            .resource_share_arn(share.as_str())
            .set_name(name.map(ToOwned::to_owned))
            .set_allow_external_principals(allow_external_principals)
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn delete_resource_share(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeleteResourceShare";
        let request = self
            .client
            .delete_resource_share()
            .resource_share_arn(share.as_str())
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn associate_resource_share(&self, share: &ShareArn, members: &Members) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceShare";
        let Members { resources, principals, sources } = members;
        let request = self
            .client
            .associate_resource_share()
            .resource_share_arn(share.as_str())
            .set_resource_arns(list(resources, |arn| arn.as_str()))
            .set_principals(list(principals, |principal| principal.as_str()))
            .set_sources(list(sources, String::as_str))
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn disassociate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceShare";
        let Members { resources, principals, sources } = members;
        let request = self
            .client
            .disassociate_resource_share()
            .resource_share_arn(share.as_str())
            .set_resource_arns(list(resources, |arn| arn.as_str()))
            .set_principals(list(principals, |principal| principal.as_str()))
            .set_sources(list(sources, String::as_str))
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn associate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        replace: bool,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceSharePermission";
        let request = self
            .client
            .associate_resource_share_permission()
            .resource_share_arn(share.as_str())
            .permission_arn(permission.as_str())
            .replace(replace)
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn disassociate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceSharePermission";
        let request = self
            .client
            .disassociate_resource_share_permission()
            .resource_share_arn(share.as_str())
            .permission_arn(permission.as_str())
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn tag_resource(&self, share: &ShareArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        let request = self
            .client
            .tag_resource()
            .resource_share_arn(share.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn untag_resource(&self, share: &ShareArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        let request = self
            .client
            .untag_resource()
            .resource_share_arn(share.as_str())
            .set_tag_keys(Some(keys.to_vec()))
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn promote_resource_share_created_from_policy(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromoteResourceShareCreatedFromPolicy";
        let request = self
            .client
            .promote_resource_share_created_from_policy()
            .resource_share_arn(share.as_str())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn create_permission(
        &self,
        permission: &NewPermission,
        token: &Uuid,
    ) -> Result<Option<Timestamp>, CloudError> {
        const ACTION: &str = "ram:CreatePermission";
        let NewPermission { arn, resource_type, template, tags } = permission;
        let request = self
            .client
            .create_permission()
            .name(arn.name())
            .resource_type(resource_type.as_str())
            .policy_template(template)
            .set_tags((!tags.is_empty()).then(|| sdk_tags(tags)))
            .client_token(token.to_string())
            .send();
        let answer = self.calls.write(ACTION, request).await?;
        Ok(rows::timestamp(answer.permission().and_then(|made| made.creation_time())))
    }

    async fn create_permission_version(
        &self,
        permission: &PermissionArn,
        template: &str,
        token: &Uuid,
    ) -> Result<CreatedVersion, CloudError> {
        const ACTION: &str = "ram:CreatePermissionVersion";
        let request = self
            .client
            .create_permission_version()
            .permission_arn(permission.as_str())
            .policy_template(template)
            .client_token(token.to_string())
            .send();
        let answer = self.calls.write(ACTION, request).await?;
        let made = rows::permission_detail(answer.permission()).map_err(|error| CloudError {
            maybe_done: true,
            ..rows::unreadable(self.calls.caller(), ACTION, &error)
        })?;
        let created = rows::timestamp(answer.permission().and_then(|made| made.creation_time()));
        Ok(CreatedVersion { version: made.version, created })
    }

    async fn set_default_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:SetDefaultPermissionVersion";
        let number = rows::version_number(version)
            .map_err(|error| rows::unreadable(self.calls.caller(), ACTION, &error))?;
        let request = self
            .client
            .set_default_permission_version()
            .permission_arn(permission.as_str())
            .permission_version(number)
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn delete_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermissionVersion";
        let number = rows::version_number(version)
            .map_err(|error| rows::unreadable(self.calls.caller(), ACTION, &error))?;
        let request = self
            .client
            .delete_permission_version()
            .permission_arn(permission.as_str())
            .permission_version(number)
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn delete_permission(&self, permission: &PermissionArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermission";
        let request = self
            .client
            .delete_permission()
            .permission_arn(permission.as_str())
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn promote_permission_created_from_policy(
        &self,
        permission: &PermissionArn,
        name: &str,
        token: &Uuid,
    ) -> Result<Option<Timestamp>, CloudError> {
        const ACTION: &str = "ram:PromotePermissionCreatedFromPolicy";
        let request = self
            .client
            .promote_permission_created_from_policy()
            .permission_arn(permission.as_str())
            .name(name)
            .client_token(token.to_string())
            .send();
        let answer = self.calls.write(ACTION, request).await?;
        Ok(rows::timestamp(answer.permission().and_then(|made| made.creation_time())))
    }

    async fn tag_permission(&self, permission: &PermissionArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        let request = self
            .client
            .tag_resource()
            .resource_arn(permission.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn untag_permission(&self, permission: &PermissionArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        let request = self
            .client
            .untag_resource()
            .resource_arn(permission.as_str())
            .set_tag_keys(Some(keys.to_vec()))
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn accept_resource_share_invitation(&self, invitation: &InvitationArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AcceptResourceShareInvitation";
        let request = self
            .client
            .accept_resource_share_invitation()
            .resource_share_invitation_arn(invitation.as_str())
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }

    async fn reject_resource_share_invitation(&self, invitation: &InvitationArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:RejectResourceShareInvitation";
        let request = self
            .client
            .reject_resource_share_invitation()
            .resource_share_invitation_arn(invitation.as_str())
            .client_token(new_token())
            .send();
        self.calls.write(ACTION, request).await?;
        Ok(())
    }
}
