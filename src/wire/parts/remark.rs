//! Something about a live share that the run does not change.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::diff::{Entity, Remark};
use crate::model::{
    AssociationStatus, Gap, GapCause, PermissionArn, Principal, ResourceArn, ResourceType, ShareArn,
    ShareStatus,
};
use crate::wire::malformed::{Malformed, id, needed, time, times};
use crate::wire::parts::edit::{next_version, read_next_version};
use crate::wire::parts::misfit::MisfitDocument;
use crate::wire::parts::unmanaged::{UnprovenDocument, ownership_words, read_ownership};
use crate::wire::permission::ActionsDocument;
use crate::wire::words::{MemberWord, OwnershipWord, RemarkWord, UndeclaredWord, text_of, word_of};

/// Something about a live share that the run does not change.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RemarkDocument {
    kind: RemarkWord,
    subject: Option<String>,
    /// What the subject is, where it is on the share.
    member: Option<MemberWord>,
    /// Of a permission.
    resource_type: Option<String>,
    /// RAM's word for the state, or a permission's version; of a permission that no block names, why it stays.
    status: Option<String>,
    message: Option<String>,
    /// Outside the organization, by what RAM says.
    external: Option<bool>,
    /// Whose the share is that has the name.
    ownership: Option<OwnershipWord>,
    owner: Option<String>,
    /// What the tags of that share say, where they are this stack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unproven: Option<UnprovenDocument>,
    /// Why a share that bears the tags of the block is not taken for its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    misfit: Option<MisfitDocument>,
    since: Option<String>,
    /// When it ends.
    until: Option<String>,
    /// For an outdated permission: the version to move to, and what that would give and take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<ActionsDocument>,
    /// Of how many differences it is not known who made them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    differences: Option<usize>,
}

impl RemarkDocument {
    pub fn new(remark: &Remark) -> Self {
        let of = |kind| Self {
            kind,
            subject: None,
            member: None,
            resource_type: None,
            status: None,
            message: None,
            external: None,
            ownership: None,
            owner: None,
            unproven: None,
            misfit: None,
            since: None,
            until: None,
            next_version: None,
            actions: None,
            differences: None,
        };
        let about = |kind, entity: &Entity| {
            let (member, subject) = match entity {
                Entity::Principal(principal) => (MemberWord::Principal, principal.to_string()),
                Entity::Resource(resource) => (MemberWord::Resource, resource.to_string()),
                Entity::Source(source) => (MemberWord::Source, source.clone()),
            };
            Self { subject: Some(subject), member: Some(member), ..of(kind) }
        };
        match remark {
            Remark::Waiting { entity, status, since, external } => Self {
                status: Some(status.to_string()),
                external: Some(*external),
                since: since.map(|since| since.to_string()),
                ..about(RemarkWord::Waiting, entity)
            },
            Remark::Unhealthy { entity, status, message } => Self {
                status: Some(status.to_string()),
                message: message.clone(),
                ..about(RemarkWord::Unhealthy, entity)
            },
            Remark::Stuck { entity, status, since } => Self {
                status: Some(status.to_string()),
                since: Some(since.to_string()),
                ..about(RemarkWord::Stuck, entity)
            },
            Remark::Outdated { resource_type, permission, version, default, actions } => Self {
                subject: Some(permission.to_string()),
                resource_type: Some(resource_type.to_string()),
                status: Some(version.clone()),
                next_version: Some(next_version(default)),
                actions: Some(ActionsDocument::new(actions)),
                ..of(RemarkWord::OutdatedPermission)
            },
            Remark::Templated { resource_type, permission, gap } => Self {
                subject: Some(permission.to_string()),
                resource_type: Some(resource_type.to_string()),
                message: Some(gap.detail.clone()),
                ..of(RemarkWord::Templated)
            },
            Remark::UndeclaredPermission { resource_type, permission, standing } => Self {
                subject: Some(permission.to_string()),
                resource_type: Some(resource_type.to_string()),
                status: Some(text_of(UndeclaredWord::from(*standing))),
                ..of(RemarkWord::UndeclaredPermission)
            },
            Remark::NameTaken { arn, ownership } => {
                let (ownership, owner, unproven) = ownership_words(ownership);
                Self {
                    subject: Some(arn.to_string()),
                    ownership: Some(ownership),
                    owner,
                    unproven,
                    ..of(RemarkWord::NameTaken)
                }
            }
            Remark::SameContents { arn, name } => Self {
                subject: Some(arn.to_string()),
                message: Some(name.clone()),
                ..of(RemarkWord::SameContents)
            },
            Remark::OtherStack { arn, stack, name } => Self {
                subject: Some(arn.to_string()),
                owner: Some(stack.clone()),
                message: Some(name.clone()),
                ..of(RemarkWord::OtherStack)
            },
            Remark::Unproven { arn, misfit } => Self {
                subject: Some(arn.to_string()),
                misfit: Some(MisfitDocument::new(misfit)),
                ..of(RemarkWord::Unproven)
            },
            Remark::CauseUntold { differences } => {
                Self { differences: Some(*differences), ..of(RemarkWord::CauseUntold) }
            }
            // What is left until then follows from the time of the run.
            Remark::Expires { at, left: _ } => {
                Self { until: Some(at.to_string()), ..of(RemarkWord::Expires) }
            }
            Remark::OwnerInside { principal, label } => Self {
                subject: Some(principal.to_string()),
                message: Some(label.clone()),
                ..of(RemarkWord::OwnerInside)
            },
            Remark::UnitMadeAgain { before, after, label } => Self {
                subject: Some(before.to_string()),
                status: Some(after.to_string()),
                message: Some(label.clone()),
                ..of(RemarkWord::UnitMadeAgain)
            },
            Remark::Share { status, message } => Self {
                status: Some(status.to_string()),
                message: message.clone(),
                ..of(RemarkWord::ShareStatus)
            },
        }
    }

    /// `now` is the time of the run that made the remark.
    pub fn read(&self, now: Option<Timestamp>) -> Result<Remark, Malformed> {
        let Self {
            kind,
            subject,
            member,
            resource_type,
            status,
            message,
            external,
            ownership,
            owner,
            unproven,
            misfit,
            since,
            until,
            next_version,
            actions,
            differences,
        } = self;
        let subject = || needed(subject, "the subject of a remark");
        let status = || needed(status, "a state");
        let entity = || {
            let subject = subject()?;
            Ok::<_, Malformed>(match needed(member, "what the subject is")? {
                MemberWord::Principal => Entity::Principal(Principal::read(subject)),
                MemberWord::Resource => Entity::Resource(id(subject, ResourceArn::parse)?),
                MemberWord::Source => Entity::Source(subject.clone()),
            })
        };
        let resource_type = || id(needed(resource_type, "a resource type")?, ResourceType::parse);
        Ok(match kind {
            RemarkWord::Waiting => Remark::Waiting {
                entity: entity()?,
                status: AssociationStatus::read(status()?),
                since: times(since.as_deref())?,
                external: *needed(external, "whether it is external")?,
            },
            RemarkWord::Unhealthy => Remark::Unhealthy {
                entity: entity()?,
                status: AssociationStatus::read(status()?),
                message: message.clone(),
            },
            RemarkWord::Stuck => Remark::Stuck {
                entity: entity()?,
                status: AssociationStatus::read(status()?),
                since: time(needed(since, "a time")?)?,
            },
            RemarkWord::OutdatedPermission => Remark::Outdated {
                resource_type: resource_type()?,
                permission: id(subject()?, PermissionArn::parse)?,
                version: status()?.clone(),
                default: read_next_version(needed(next_version, "a version")?),
                actions: needed(actions, "what becomes possible")?.read(),
            },
            RemarkWord::Templated => Remark::Templated {
                resource_type: resource_type()?,
                permission: id(subject()?, PermissionArn::parse)?,
                gap: Gap {
                    action: "ram:GetPermission".to_owned(),
                    caller: String::new(),
                    cause: GapCause::Placeholders,
                    detail: needed(message, "what was answered")?.clone(),
                },
            },
            RemarkWord::UndeclaredPermission => Remark::UndeclaredPermission {
                resource_type: resource_type()?,
                permission: id(subject()?, PermissionArn::parse)?,
                standing: word_of::<UndeclaredWord>(status()?)
                    .ok_or_else(|| Malformed::new("null", "why a permission stays"))?
                    .into(),
            },
            RemarkWord::CauseUntold => {
                Remark::CauseUntold { differences: *needed(differences, "a number of differences")? }
            }
            RemarkWord::NameTaken => Remark::NameTaken {
                arn: id(subject()?, ShareArn::parse)?,
                ownership: read_ownership(
                    *needed(ownership, "whose a share is")?,
                    owner.as_ref(),
                    unproven.as_ref(),
                )?,
            },
            RemarkWord::SameContents => Remark::SameContents {
                arn: id(subject()?, ShareArn::parse)?,
                name: needed(message, "a name")?.clone(),
            },
            RemarkWord::OtherStack => Remark::OtherStack {
                arn: id(subject()?, ShareArn::parse)?,
                stack: needed(owner, "the name of a stack")?.clone(),
                name: needed(message, "a name")?.clone(),
            },
            RemarkWord::Unproven => Remark::Unproven {
                arn: id(subject()?, ShareArn::parse)?,
                misfit: needed(misfit, "why tags are not taken for its own")?.read()?,
            },
            RemarkWord::Expires => {
                let at = time(needed(until, "a time")?)?;
                let now = now.ok_or_else(|| Malformed::new("null", "the time of the run"))?;
                Remark::Expires { at, left: at.duration_since(now) }
            }
            RemarkWord::OwnerInside => Remark::OwnerInside {
                principal: Principal::read(subject()?),
                label: needed(message, "what the principal is called")?.clone(),
            },
            RemarkWord::UnitMadeAgain => Remark::UnitMadeAgain {
                before: Principal::read(subject()?),
                after: Principal::read(status()?),
                label: needed(message, "what the unit is called")?.clone(),
            },
            RemarkWord::ShareStatus => {
                Remark::Share { status: ShareStatus::read(status()?), message: message.clone() }
            }
        })
    }
}
