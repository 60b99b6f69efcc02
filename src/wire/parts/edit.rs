//! One difference inside a share.

use serde::{Deserialize, Serialize};

use crate::diff::{Delta, Edit, Left, Membership, NextVersion, Part};
use crate::model::{Address, PermissionArn, Principal, ResourceArn, ResourceType};
use crate::wire::malformed::{Malformed, id, needed};
use crate::wire::permission::ActionsDocument;
use crate::wire::words::{AttributeWord, CauseWord, EditWord, LeftWord, PartWord};

/// A difference that the `lifecycle` of its block leaves alone.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct LeftDocument {
    /// `ignore_changes`, `keep_extra`, or `not_carried`: one of the two names it, and the share is made in another place, where it cannot be.
    by: LeftWord,
    /// The argument that the lifecycle names.
    attribute: AttributeWord,
    /// Nobody declares it, and it is on the share.
    extra: bool,
    /// What would be changed. Null for what RAM changes on no share that is there.
    edit: Option<EditDocument>,
    cause: CauseWord,
}

impl LeftDocument {
    pub fn new(left: &Left) -> Self {
        let Left { attribute, part, cause, by } = left;
        let edit = |part: &Part| EditDocument::new(&Edit { part: part.clone(), cause: *cause });
        Self {
            by: (*by).into(),
            attribute: (*attribute).into(),
            extra: left.is_extra(),
            edit: part.as_ref().map(edit),
            cause: (*cause).into(),
        }
    }

    pub fn read(&self) -> Result<Left, Malformed> {
        let Self { by, attribute, extra: _, edit, cause } = self;
        let part = edit.as_ref().map(EditDocument::read).transpose()?.map(|edit| edit.part);
        Ok(Left { attribute: (*attribute).into(), part, cause: (*cause).into(), by: (*by).into() })
    }
}

/// One difference inside a share.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EditDocument {
    /// `name`, `allow_external_principals`, `principal`, `resource`, `source`, `permission`, `permission_version`, `tag`, `record`,
    /// `import` (`before` is the stack that had the share, if one did), `promote`, `move` (`before` is the address) or
    /// `stack` (`before` is the name that the stack had).
    part: PartWord,
    /// `add`, `remove`, `change`, or `repair` for what FAILED and is removed and added again.
    action: EditWord,
    /// The principal, resource, source, resource type or tag key that it is about.
    subject: Option<String>,
    /// The subject's name for people.
    label: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// What AWS said of the failure that is repaired.
    message: Option<String>,
    /// For a permission: what becomes possible and impossible.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actions: Option<ActionsDocument>,
    cause: CauseWord,
}

impl EditDocument {
    pub fn new(edit: &Edit) -> Self {
        let Edit { part, cause } = edit;
        let mut out = Self {
            part: PartWord::Record,
            action: EditWord::Change,
            subject: None,
            label: None,
            before: None,
            after: None,
            message: None,
            actions: None,
            cause: (*cause).into(),
        };
        match part {
            Part::Name { before, after } => {
                out.part = PartWord::Name;
                (out.before, out.after) = (Some(before.clone()), Some(after.clone()));
            }
            Part::AllowExternalPrincipals { before, after } => {
                out.part = PartWord::AllowExternalPrincipals;
                (out.before, out.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Part::Principal { principal, label, how } => {
                out.part = PartWord::Principal;
                out.membership(how);
                (out.subject, out.label) = (Some(principal.to_string()), Some(label.clone()));
            }
            Part::Resource { resource, resource_type, how } => {
                out.part = PartWord::Resource;
                out.membership(how);
                out.subject = Some(resource.to_string());
                out.label = resource_type.as_ref().map(ToString::to_string);
            }
            Part::Source { source, how } => {
                out.part = PartWord::Source;
                out.membership(how);
                out.subject = Some(source.clone());
            }
            Part::Permission { resource_type, how, actions } => {
                out.part = PartWord::Permission;
                out.subject = Some(resource_type.to_string());
                out.actions = Some(ActionsDocument::new(actions));
                out.delta(how);
            }
            Part::PermissionVersion { resource_type, permission, before, after, actions } => {
                out.part = PartWord::PermissionVersion;
                out.subject = Some(resource_type.to_string());
                out.label = Some(permission.to_string());
                (out.before, out.after) = (Some(before.clone()), Some(next_version(after)));
                out.actions = Some(ActionsDocument::new(actions));
            }
            Part::Promoted => out.part = PartWord::Promote,
            Part::Tag { key, how } => {
                out.part = PartWord::Tag;
                out.subject = Some(key.clone());
                out.delta(how);
            }
            Part::Imported { owner } => {
                out.part = PartWord::Import;
                out.before.clone_from(owner);
            }
            Part::Moved { from } => {
                out.part = PartWord::Move;
                out.before = Some(from.to_string());
            }
            Part::StackRenamed { from } => {
                out.part = PartWord::Stack;
                out.before = Some(from.clone());
            }
            Part::Record => out.part = PartWord::Record,
        }
        out
    }

    fn delta<T: ToString>(&mut self, how: &Delta<T>) {
        match how {
            Delta::Added { after } => {
                self.action = EditWord::Add;
                self.after = Some(after.to_string());
            }
            Delta::Changed { before, after } => {
                (self.before, self.after) = (Some(before.to_string()), Some(after.to_string()));
            }
            Delta::Removed { before } => {
                self.action = EditWord::Remove;
                self.before = Some(before.to_string());
            }
        }
    }

    fn membership(&mut self, how: &Membership) {
        self.action = match how {
            Membership::Added => EditWord::Add,
            Membership::Removed => EditWord::Remove,
            Membership::Repaired { message } => {
                self.message.clone_from(message);
                EditWord::Repair
            }
        };
    }

    pub fn read(&self) -> Result<Edit, Malformed> {
        let Self { part, action: _, subject, label, before, after, message: _, actions, cause } = self;
        let subject = || needed(subject, "the subject of a change");
        let before = || needed(before, "what was before");
        let after = || needed(after, "what comes after");
        let truth = |text: &String| text.parse().map_err(|_| Malformed::new(text, "true or false"));
        let part = match part {
            PartWord::Name => Part::Name { before: before()?.clone(), after: after()?.clone() },
            PartWord::AllowExternalPrincipals => {
                Part::AllowExternalPrincipals { before: truth(before()?)?, after: truth(after()?)? }
            }
            PartWord::Principal => Part::Principal {
                principal: Principal::read(subject()?),
                label: label.clone().unwrap_or_default(),
                how: self.read_membership()?,
            },
            PartWord::Resource => Part::Resource {
                resource: id(subject()?, ResourceArn::parse)?,
                resource_type: label.as_ref().map(|kind| id(kind, ResourceType::parse)).transpose()?,
                how: self.read_membership()?,
            },
            PartWord::Source => Part::Source { source: subject()?.clone(), how: self.read_membership()? },
            PartWord::Permission => Part::Permission {
                resource_type: id(subject()?, ResourceType::parse)?,
                how: self.read_value(|text| id(text, PermissionArn::parse))?,
                actions: needed(actions, "what becomes possible")?.read(),
            },
            PartWord::PermissionVersion => Part::PermissionVersion {
                resource_type: id(subject()?, ResourceType::parse)?,
                permission: id(needed(label, "a permission")?, PermissionArn::parse)?,
                before: before()?.clone(),
                after: read_next_version(after()?),
                actions: needed(actions, "what becomes possible")?.read(),
            },
            PartWord::Promote => Part::Promoted,
            PartWord::Tag => {
                Part::Tag { key: subject()?.clone(), how: self.read_value(|text| Ok(text.to_owned()))? }
            }
            PartWord::Import => Part::Imported { owner: self.before.clone() },
            PartWord::Move => Part::Moved { from: id(before()?, Address::parse)? },
            PartWord::Stack => Part::StackRenamed { from: before()?.clone() },
            PartWord::Record => Part::Record,
        };
        Ok(Edit { part, cause: (*cause).into() })
    }

    fn read_membership(&self) -> Result<Membership, Malformed> {
        match self.action {
            EditWord::Add => Ok(Membership::Added),
            EditWord::Remove => Ok(Membership::Removed),
            EditWord::Repair => Ok(Membership::Repaired { message: self.message.clone() }),
            EditWord::Change => Err(Malformed::new("change", "what can happen to a member")),
        }
    }

    fn read_value<T>(&self, read: impl Fn(&str) -> Result<T, Malformed>) -> Result<Delta<T>, Malformed> {
        let before = || read(needed(&self.before, "what was before")?);
        let after = || read(needed(&self.after, "what comes after")?);
        match self.action {
            EditWord::Add => Ok(Delta::Added { after: after()? }),
            EditWord::Remove => Ok(Delta::Removed { before: before()? }),
            EditWord::Change => Ok(Delta::Changed { before: before()?, after: after()? }),
            EditWord::Repair => Err(Malformed::new("repair", "what can happen to a value")),
        }
    }
}

/// The number of a version; `new` for the one that the run makes, `default` where the number was not read.
pub(super) fn next_version(next: &NextVersion) -> String {
    match next {
        NextVersion::Numbered(version) => version.clone(),
        NextVersion::New => "new".to_owned(),
        NextVersion::Default => "default".to_owned(),
    }
}

pub(super) fn read_next_version(text: &str) -> NextVersion {
    match text {
        "new" => NextVersion::New,
        "default" => NextVersion::Default,
        number => NextVersion::Numbered(number.to_owned()),
    }
}
