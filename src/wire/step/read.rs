//! A step read back: exactly the call that was planned, or nothing.

use crate::diff::{Record, Stamp};
use crate::model::{
    AccountId, Address, PermissionArn, Place, Principal, ResourceArn, ResourceType, ShareArn,
};
use crate::plan::{PlannedStep, ShareRef, Step, StepId, Tokens};
use crate::wire::malformed::{Malformed, id, ids, needed};
use crate::wire::permission::policy;
use crate::wire::step::{
    ArgumentsDocument, RecordDocument, ShareRefDocument, StepDocument, arguments, client_token as token_of,
};
use crate::wire::words::OperationWord;

impl StepDocument {
    pub fn read(&self) -> Result<PlannedStep, Malformed> {
        let Self { id: own, needs, operation, place, address, client_token, arguments: given } = self;
        let place = place.read()?;
        let step = given.read(*operation, &place, client_token.as_ref())?;
        if arguments(&step) != *given || token_of(&step) != *client_token {
            let text = format!("step {own}");
            return Err(Malformed::new(&text, "a step with the arguments of its operation and no others"));
        }
        Ok(PlannedStep {
            id: StepId(*own),
            needs: needs.iter().copied().map(StepId).collect(),
            place,
            address: address.as_ref().map(|address| id(address, Address::parse)).transpose()?,
            step,
        })
    }
}

impl ShareRefDocument {
    fn read(&self) -> Result<ShareRef, Malformed> {
        Ok(match self {
            Self::Arn(arn) => ShareRef::Known(id(arn, ShareArn::parse)?),
            Self::CreatedByStep(step) => ShareRef::CreatedBy(StepId(*step)),
        })
    }
}

impl RecordDocument {
    fn read(&self) -> Result<Record, Malformed> {
        let Self { stack, address, applied, replaces } = self;
        Ok(Record {
            stack: stack.clone(),
            address: address.clone(),
            stamp: Stamp::parse(applied)
                .ok_or_else(|| Malformed::new(applied, "digests of a configuration"))?,
            replaces: ids(replaces, ShareArn::parse)?,
        })
    }
}

impl ArgumentsDocument {
    fn read(
        &self,
        operation: OperationWord,
        place: &Place,
        token: Option<&String>,
    ) -> Result<Step, Malformed> {
        let Self {
            share,
            sender,
            name,
            allow_external_principals,
            retain_sharing_on_account_leave_organization: retain_sharing,
            resources,
            principals,
            sources,
            permissions,
            resource_type,
            policy: template,
            version,
            highest_version,
            replace,
            tags,
            tag_keys,
            record,
        } = self;
        let tokens = || {
            let text = token.ok_or_else(|| Malformed::new("null", "a token"))?;
            Tokens::parse(text).ok_or_else(|| Malformed::new(text, "a token"))
        };
        let on_share = share.is_some();
        let share = || needed(share, "a share")?.read();
        let known = || match share()? {
            ShareRef::Known(share) => Ok(share),
            ShareRef::CreatedBy(step) => Err(Malformed::new(&step.0.to_string(), "a share that is there")),
        };
        let sender = || id(needed(sender, "who sends")?, AccountId::parse);
        let version = || needed(version, "a version").cloned();
        let template = || policy(needed(template, "a policy")?);
        let resources = || ids(resources, ResourceArn::parse);
        let principals = || principals.iter().map(|text| Principal::read(text)).collect::<Vec<Principal>>();
        let permissions = || ids::<PermissionArn, Vec<_>>(permissions, PermissionArn::parse);
        let permission = || match permissions()?.as_slice() {
            [one] => Ok(one.clone()),
            other => Err(Malformed::new(&other.len().to_string(), "one permission")),
        };
        use OperationWord as W;
        Ok(match operation {
            W::EnableSharingWithAwsOrganization => Step::EnableSharingWithAwsOrganization,
            W::CreateServiceLinkedRole => Step::CreateServiceLinkedRole,
            W::CreatePermission => Step::CreatePermission {
                tokens: tokens()?,
                permission: permission()?,
                resource_type: id(needed(resource_type, "a resource type")?, ResourceType::parse)?,
                policy: template()?,
                tags: tags.clone(),
            },
            W::CreatePermissionVersion => Step::CreatePermissionVersion {
                tokens: tokens()?,
                highest: *needed(highest_version, "the highest version")?,
                permission: permission()?,
                policy: template()?,
            },
            W::SetDefaultPermissionVersion => {
                Step::SetDefaultPermissionVersion { permission: permission()?, version: version()? }
            }
            W::DeletePermissionVersion => {
                Step::DeletePermissionVersion { permission: permission()?, version: version()? }
            }
            W::DeletePermission => Step::DeletePermission { permission: permission()? },
            W::PromotePermissionCreatedFromPolicy => match permissions()?.as_slice() {
                [permission, becomes] => Step::PromotePermissionCreatedFromPolicy {
                    tokens: tokens()?,
                    permission: permission.clone(),
                    becomes: becomes.clone(),
                },
                other => return Err(Malformed::new(&other.len().to_string(), "two permissions")),
            },
            W::TagResource if !on_share => {
                Step::TagPermission { permission: permission()?, tags: tags.clone() }
            }
            W::UntagResource if !on_share => {
                Step::UntagPermission { permission: permission()?, keys: tag_keys.clone() }
            }
            W::PromoteResourceShareCreatedFromPolicy => match share()? {
                ShareRef::Known(share) => Step::PromoteResourceShareCreatedFromPolicy { share },
                ShareRef::CreatedBy(step) => {
                    return Err(Malformed::new(&step.0.to_string(), "a share that is there to be promoted"));
                }
            },
            W::CreateResourceShare => Step::CreateResourceShare {
                tokens: tokens()?,
                name: needed(name, "a name")?.clone(),
                allow_external_principals: *needed(allow_external_principals, "true or false")?,
                retain_sharing: *needed(retain_sharing, "true or false")?,
                tags: tags.clone(),
                permissions: permissions()?,
                resources: resources()?,
                principals: principals(),
                sources: sources.clone(),
            },
            W::UpdateResourceShare => Step::UpdateResourceShare {
                share: share()?,
                name: name.clone(),
                allow_external_principals: *allow_external_principals,
            },
            W::AssociateResourceShare => Step::AssociateResourceShare {
                share: share()?,
                resources: resources()?,
                principals: principals(),
                sources: sources.clone(),
            },
            // In the account of somebody else it is the account that takes itself off.
            W::DisassociateResourceShare if matches!(share()?, ShareRef::Known(arn) if arn.arn().account() != place.account.as_str()) => {
                Step::LeaveResourceShare { share: known()?, account: place.account.clone() }
            }
            W::DisassociateResourceShare => Step::DisassociateResourceShare {
                share: share()?,
                resources: resources()?,
                principals: principals(),
                sources: sources.clone(),
            },
            W::AssociateResourceSharePermission => Step::AssociateResourceSharePermission {
                share: share()?,
                permission: permission()?,
                replace: *needed(replace, "true or false")?,
            },
            W::DisassociateResourceSharePermission => {
                Step::DisassociateResourceSharePermission { share: share()?, permission: permission()? }
            }
            W::TagResource if let Some(record) = record => {
                Step::RecordApplied { share: share()?, record: record.read()? }
            }
            W::TagResource => Step::TagResource { share: share()?, tags: tags.clone() },
            W::UntagResource => Step::UntagResource { share: share()?, keys: tag_keys.clone() },
            W::DeleteResourceShare => Step::DeleteResourceShare { share: known()? },
            W::AcceptResourceShareInvitation => {
                Step::AcceptResourceShareInvitation { share: share()?, sender: sender()? }
            }
            W::RejectResourceShareInvitation => {
                Step::RejectResourceShareInvitation { share: known()?, sender: sender()? }
            }
        })
    }
}
