//! The reads of RAM.

use jiff::Timestamp;

use crate::cloud::fake::associations::advance;
use crate::cloud::fake::{FakeClient, FakeShare};
use crate::cloud::{AssociationKind, Caller, CloudError, ErrorKind, Page, PageRequest, RamRead, ShareScope};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionDetail, PermissionRow,
    PermissionVersionRow, ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{
    AssociationStatus, PermissionArn, Principal, ResourceArn, ResourceType, ShareArn, ShareStatus, StackName,
    TAG_STACK,
};

impl RamRead for FakeClient {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn aws_time(&self) -> Option<Timestamp> {
        Some(self.cloud.world().now)
    }

    async fn get_resource_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        self.list(ACTION, page, |world| {
            let rows = match scope {
                ShareScope::All => {
                    let here = self.place();
                    world
                        .shares
                        .values()
                        .filter(|share| share.place == here)
                        .map(|share| share.row.clone())
                        .collect()
                }
                ShareScope::One(arn) => {
                    let share = self.visible(world, arn, ACTION)?;
                    if share.settle > 0 {
                        share.settle -= 1;
                    } else {
                        share.row.status = match &share.row.status {
                            ShareStatus::Pending => ShareStatus::Active,
                            ShareStatus::Deleting => ShareStatus::Deleted,
                            other => other.clone(),
                        };
                    }
                    vec![share.row.clone()]
                }
            };
            Ok(rows)
        })
        .await
    }

    async fn get_shares_of_stack(
        &self,
        stack: &StackName,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        self.list("ram:GetResourceShares", page, |world| {
            let here = self.place();
            let of_stack = |share: &&FakeShare| {
                share.place == here && share.row.tags.get(TAG_STACK).is_some_and(|tag| tag == stack.as_str())
            };
            Ok(world.shares.values().filter(of_stack).map(|share| share.row.clone()).collect())
        })
        .await
    }

    async fn get_resource_share_associations(
        &self,
        kind: AssociationKind,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<AssociationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareAssociations";
        self.list(ACTION, page, |world| {
            let here = self.place();
            let (failing, invited) = (world.failing.clone(), world.invited.clone());
            let first = page.token.is_none();
            let mut rows = Vec::new();
            for (arn, share) in &mut world.shares {
                let one = match scope {
                    ShareScope::All if share.place == here => false,
                    ShareScope::One(wanted) if wanted == arn => true,
                    _ => continue,
                };
                let list = match kind {
                    AssociationKind::Resource => &mut share.resources,
                    AssociationKind::Principal => &mut share.principals,
                };
                if one && first {
                    advance(list, &failing, &invited);
                }
                rows.extend(list.iter().map(|(row, _)| row.clone()));
            }
            Ok(rows)
        })
        .await
    }

    async fn list_permission_associations(
        &self,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionAssociations";
        self.list(ACTION, page, |world| {
            let here = self.place();
            let shares = world.shares.values().filter(|share| share.place == here);
            Ok(shares.flat_map(|share| share.permissions.clone()).collect())
        })
        .await
    }

    async fn list_resource_share_permissions(
        &self,
        share: &ShareArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListResourceSharePermissions";
        self.list(ACTION, page, |world| Ok(self.visible(world, share, ACTION)?.permissions.clone())).await
    }

    async fn list_source_associations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<SourceRow>, CloudError> {
        const ACTION: &str = "ram:ListSourceAssociations";
        self.list(ACTION, page, |world| {
            let here = self.place();
            let shares = world.shares.iter().filter(|(arn, share)| match scope {
                ShareScope::All => share.place == here,
                ShareScope::One(wanted) => wanted == *arn,
            });
            Ok(shares.flat_map(|(_, share)| share.sources.clone()).collect())
        })
        .await
    }

    async fn list_customer_permissions(
        &self,
        page: &PageRequest,
    ) -> Result<Page<CustomerPermissionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissions";
        let here = self.place();
        self.list(ACTION, page, |world| {
            let rows = world.customer_permissions.iter().filter(|row| {
                let arn = row.arn.arn();
                (arn.account(), arn.region()) == (here.account.as_str(), here.region.as_str())
            });
            Ok(rows.cloned().collect())
        })
        .await
    }

    async fn list_aws_permissions(&self, page: &PageRequest) -> Result<Page<AwsPermissionRow>, CloudError> {
        self.list("ram:ListPermissions", page, |world| Ok(world.aws_permissions.clone())).await
    }

    async fn get_permission(
        &self,
        permission: &PermissionArn,
        version: Option<&str>,
    ) -> Result<PermissionDetail, CloudError> {
        const ACTION: &str = "ram:GetPermission";
        self.call(ACTION, |world| {
            let policies = self.policies(world, permission, ACTION)?;
            let number = version.map_or(policies.default, |version| version.parse().expect("a number"));
            let policy = policies.versions.get(&number);
            let policy =
                policy.ok_or_else(|| self.caller.error(ErrorKind::NotFound, ACTION, "no such version"))?;
            Ok(PermissionDetail {
                arn: permission.clone(),
                version: number.to_string(),
                default_version: number == policies.default,
                status: "ATTACHABLE".into(),
                policy: policy.clone(),
            })
        })
        .await
    }

    async fn list_permission_versions(
        &self,
        permission: &PermissionArn,
        page: &PageRequest,
    ) -> Result<Page<PermissionVersionRow>, CloudError> {
        const ACTION: &str = "ram:ListPermissionVersions";
        self.list(ACTION, page, |world| {
            let policies = self.policies(world, permission, ACTION)?.clone();
            let row = |number: &u32| PermissionVersionRow {
                version: number.to_string(),
                default_version: *number == policies.default,
                status: "ATTACHABLE".into(),
            };
            Ok(policies.versions.keys().map(row).collect())
        })
        .await
    }

    async fn get_resource_share_invitations(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<InvitationRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShareInvitations";
        self.list(ACTION, page, |world| {
            let region = self.place().region;
            let mine = world.invitations.iter().filter(|(account, row)| {
                *account == self.caller.account
                    && row.share.arn().region() == region.as_str()
                    && match scope {
                        ShareScope::All => true,
                        ShareScope::One(share) => row.share == *share,
                    }
            });
            Ok(mine.map(|(_, row)| row.clone()).collect())
        })
        .await
    }

    async fn get_received_shares(
        &self,
        scope: &ShareScope,
        page: &PageRequest,
    ) -> Result<Page<ShareRow>, CloudError> {
        const ACTION: &str = "ram:GetResourceShares";
        self.list(ACTION, page, |world| {
            let me = self.place();
            let rows: Vec<ShareRow> = world
                .shares
                .values()
                .filter(|share| {
                    share.place.region == me.region
                        && share.principals.iter().any(|(row, _)| {
                            row.status == AssociationStatus::Associated
                                && Principal::read(&row.entity).account().as_ref() == Some(&me.account)
                        })
                        && match scope {
                            ShareScope::All => true,
                            ShareScope::One(wanted) => share.row.arn == *wanted,
                        }
                })
                .map(|share| share.row.clone())
                .collect();
            if !rows.is_empty() && world.unseen_for > 0 {
                world.unseen_for -= 1;
                return Ok(Vec::new());
            }
            Ok(rows)
        })
        .await
    }

    async fn list_received_resources(
        &self,
        shares: &[ShareArn],
        page: &PageRequest,
    ) -> Result<Page<ReceivedResourceRow>, CloudError> {
        const ACTION: &str = "ram:ListResources";
        self.list(ACTION, page, |world| {
            let rows = shares.iter().filter_map(|share| world.shares.get(share)).flat_map(|share| {
                share.resources.iter().map(|(row, _)| ReceivedResourceRow {
                    share: share.row.arn.clone(),
                    resource: ResourceArn::parse(&row.entity).expect("valid"),
                    resource_type: ResourceType::parse("ec2:Subnet").expect("valid"),
                })
            });
            Ok(rows.collect())
        })
        .await
    }
}
