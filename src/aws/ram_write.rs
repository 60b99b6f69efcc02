//! RAM's changes.

use aws_sdk_ram::types::ResourceShareConfiguration;
use uuid::Uuid;

use crate::aws::error::{Effect, convert};
use crate::aws::ram_read::RamClient;
use crate::aws::rows::{self, sdk_tags};
use crate::cloud::{CloudError, CreatedShare, Members, NewPermission, NewShare, RamWrite};
use crate::model::{PermissionArn, ShareArn, Tags};

/// A list as an input: none where it is empty, for RAM refuses some empty lists.
fn list<T>(items: &[T], text: impl Fn(&T) -> &str) -> Option<Vec<String>> {
    (!items.is_empty()).then(|| items.iter().map(|item| text(item).to_owned()).collect())
}

impl RamWrite for RamClient {
    async fn enable_sharing_with_aws_organization(&self) -> Result<(), CloudError> {
        const ACTION: &str = "ram:EnableSharingWithAwsOrganization";
        self.limiter.admit("EnableSharingWithAwsOrganization").await;
        self.client
            .enable_sharing_with_aws_organization()
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn create_resource_share(
        &self,
        share: &NewShare,
        token: &Uuid,
    ) -> Result<CreatedShare, CloudError> {
        const ACTION: &str = "ram:CreateResourceShare";
        self.limiter.admit("CreateResourceShare").await;
        let NewShare { name, allow_external_principals, retain_sharing, tags, permissions, members } = share;
        let Members { resources, principals, sources } = members;
        // Sent only where it is wanted: the setting is from February 2026, and the default is off.
        let configuration = retain_sharing.then(|| {
            ResourceShareConfiguration::builder().retain_sharing_on_account_leave_organization(true).build()
        });
        let answer = self
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
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        rows::created_share(answer.resource_share()).map_err(|error| CloudError {
            maybe_done: true,
            ..rows::unreadable(&self.caller, ACTION, &error)
        })
    }

    async fn update_resource_share(
        &self,
        share: &ShareArn,
        name: Option<&str>,
        allow_external_principals: Option<bool>,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UpdateResourceShare";
        self.limiter.admit("UpdateResourceShare").await;
        self.client
            .update_resource_share()
            .resource_share_arn(share.as_str())
            .set_name(name.map(ToOwned::to_owned))
            .set_allow_external_principals(allow_external_principals)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn delete_resource_share(&self, share: &ShareArn, token: &Uuid) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeleteResourceShare";
        self.limiter.admit("DeleteResourceShare").await;
        self.client
            .delete_resource_share()
            .resource_share_arn(share.as_str())
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn associate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceShare";
        self.limiter.admit("AssociateResourceShare").await;
        let Members { resources, principals, sources } = members;
        self.client
            .associate_resource_share()
            .resource_share_arn(share.as_str())
            .set_resource_arns(list(resources, |arn| arn.as_str()))
            .set_principals(list(principals, |principal| principal.as_str()))
            .set_sources(list(sources, String::as_str))
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn disassociate_resource_share(
        &self,
        share: &ShareArn,
        members: &Members,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceShare";
        self.limiter.admit("DisassociateResourceShare").await;
        let Members { resources, principals, sources } = members;
        self.client
            .disassociate_resource_share()
            .resource_share_arn(share.as_str())
            .set_resource_arns(list(resources, |arn| arn.as_str()))
            .set_principals(list(principals, |principal| principal.as_str()))
            .set_sources(list(sources, String::as_str))
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn associate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        replace: bool,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:AssociateResourceSharePermission";
        self.limiter.admit("AssociateResourceSharePermission").await;
        self.client
            .associate_resource_share_permission()
            .resource_share_arn(share.as_str())
            .permission_arn(permission.as_str())
            .replace(replace)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn disassociate_resource_share_permission(
        &self,
        share: &ShareArn,
        permission: &PermissionArn,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DisassociateResourceSharePermission";
        self.limiter.admit("DisassociateResourceSharePermission").await;
        self.client
            .disassociate_resource_share_permission()
            .resource_share_arn(share.as_str())
            .permission_arn(permission.as_str())
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn tag_resource(&self, share: &ShareArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        self.limiter.admit("TagResource").await;
        self.client
            .tag_resource()
            .resource_share_arn(share.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn untag_resource(&self, share: &ShareArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        self.limiter.admit("UntagResource").await;
        self.client
            .untag_resource()
            .resource_share_arn(share.as_str())
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn promote_resource_share_created_from_policy(&self, share: &ShareArn) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromoteResourceShareCreatedFromPolicy";
        self.limiter.admit("PromoteResourceShareCreatedFromPolicy").await;
        self.client
            .promote_resource_share_created_from_policy()
            .resource_share_arn(share.as_str())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn create_permission(&self, permission: &NewPermission, token: &Uuid) -> Result<(), CloudError> {
        const ACTION: &str = "ram:CreatePermission";
        self.limiter.admit("CreatePermission").await;
        let NewPermission { arn, resource_type, template, tags } = permission;
        self.client
            .create_permission()
            .name(arn.name())
            .resource_type(resource_type.as_str())
            .policy_template(template)
            .set_tags((!tags.is_empty()).then(|| sdk_tags(tags)))
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn create_permission_version(
        &self,
        permission: &PermissionArn,
        template: &str,
        token: &Uuid,
    ) -> Result<String, CloudError> {
        const ACTION: &str = "ram:CreatePermissionVersion";
        self.limiter.admit("CreatePermissionVersion").await;
        let answer = self
            .client
            .create_permission_version()
            .permission_arn(permission.as_str())
            .policy_template(template)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        let made = rows::permission_detail(answer.permission()).map_err(|error| CloudError {
            maybe_done: true,
            ..rows::unreadable(&self.caller, ACTION, &error)
        })?;
        Ok(made.version)
    }

    async fn set_default_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:SetDefaultPermissionVersion";
        self.limiter.admit("SetDefaultPermissionVersion").await;
        let number =
            rows::version_number(version).map_err(|error| rows::unreadable(&self.caller, ACTION, &error))?;
        self.client
            .set_default_permission_version()
            .permission_arn(permission.as_str())
            .permission_version(number)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn delete_permission_version(
        &self,
        permission: &PermissionArn,
        version: &str,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermissionVersion";
        self.limiter.admit("DeletePermissionVersion").await;
        let number =
            rows::version_number(version).map_err(|error| rows::unreadable(&self.caller, ACTION, &error))?;
        self.client
            .delete_permission_version()
            .permission_arn(permission.as_str())
            .permission_version(number)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn delete_permission(&self, permission: &PermissionArn, token: &Uuid) -> Result<(), CloudError> {
        const ACTION: &str = "ram:DeletePermission";
        self.limiter.admit("DeletePermission").await;
        self.client
            .delete_permission()
            .permission_arn(permission.as_str())
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn promote_permission_created_from_policy(
        &self,
        permission: &PermissionArn,
        name: &str,
        token: &Uuid,
    ) -> Result<(), CloudError> {
        const ACTION: &str = "ram:PromotePermissionCreatedFromPolicy";
        self.limiter.admit("PromotePermissionCreatedFromPolicy").await;
        self.client
            .promote_permission_created_from_policy()
            .permission_arn(permission.as_str())
            .name(name)
            .client_token(token.to_string())
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn tag_permission(&self, permission: &PermissionArn, tags: &Tags) -> Result<(), CloudError> {
        const ACTION: &str = "ram:TagResource";
        self.limiter.admit("TagResource").await;
        self.client
            .tag_resource()
            .resource_arn(permission.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }

    async fn untag_permission(&self, permission: &PermissionArn, keys: &[String]) -> Result<(), CloudError> {
        const ACTION: &str = "ram:UntagResource";
        self.limiter.admit("UntagResource").await;
        self.client
            .untag_resource()
            .resource_arn(permission.as_str())
            .set_tag_keys(Some(keys.to_vec()))
            .send()
            .await
            .map_err(|error| convert(&self.caller, ACTION, Effect::Writes, error))?;
        Ok(())
    }
}
