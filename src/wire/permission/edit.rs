//! One difference of a permission.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diff::{Delta, PermissionEdit, PermissionPart, Room, VersionAfter};
use crate::model::{Address, ShareArn};
use crate::wire::malformed::{Malformed, id, ids, needed};
use crate::wire::parts::texts;
use crate::wire::permission::actions::PolicyChangeDocument;
use crate::wire::words::{CauseWord, PermissionEditWord, PermissionPartWord};

/// One difference of a permission.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PermissionEditDocument {
    /// For `import`, `before` is the stack that had it, if one did; for `move` the address.
    part: PermissionPartWord,
    action: PermissionEditWord,
    /// The tag's key.
    subject: Option<String>,
    before: Option<String>,
    after: Option<String>,
    /// The highest version number that is there, where a new version is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    highest_version: Option<u32>,
    /// The version that is deleted to make room, and the shares that are moved off it.
    deletes_version: Option<String>,
    moves_shares: Vec<String>,
    /// Where no version can go: the shares that hold each.
    held_by: BTreeMap<String, Vec<String>>,
    actions: Option<PolicyChangeDocument>,
    cause: CauseWord,
}

impl PermissionEditDocument {
    pub fn new(edit: &PermissionEdit) -> Self {
        let PermissionEdit { part, cause } = edit;
        let mut out = Self {
            part: PermissionPartWord::Record,
            action: PermissionEditWord::Change,
            subject: None,
            before: None,
            after: None,
            highest_version: None,
            deletes_version: None,
            moves_shares: Vec::new(),
            held_by: BTreeMap::new(),
            actions: None,
            cause: (*cause).into(),
        };
        match part {
            PermissionPart::Policy { before, version, change } => {
                out.part = PermissionPartWord::Policy;
                out.before = Some(before.clone());
                out.actions = Some(PolicyChangeDocument::new(change));
                out.version(version);
            }
            PermissionPart::Tag { key, how } => {
                out.part = PermissionPartWord::Tag;
                out.subject = Some(key.clone());
                (out.action, out.before, out.after) = match how {
                    Delta::Added { after } => (PermissionEditWord::Add, None, Some(after.clone())),
                    Delta::Removed { before } => (PermissionEditWord::Remove, Some(before.clone()), None),
                    Delta::Changed { before, after } => {
                        (PermissionEditWord::Change, Some(before.clone()), Some(after.clone()))
                    }
                };
            }
            PermissionPart::Imported { owner } => {
                out.part = PermissionPartWord::Import;
                out.before.clone_from(owner);
            }
            PermissionPart::Moved { from } => {
                out.part = PermissionPartWord::Move;
                out.before = Some(from.to_string());
            }
            PermissionPart::StackRenamed { from } => {
                out.part = PermissionPartWord::Stack;
                out.before = Some(from.clone());
            }
            PermissionPart::Record => {}
        }
        out
    }

    fn version(&mut self, version: &VersionAfter) {
        match version {
            VersionAfter::Existing(version) => {
                self.action = PermissionEditWord::SetDefault;
                self.after = Some(version.clone());
            }
            VersionAfter::New { highest, room } => {
                self.action = PermissionEditWord::NewVersion;
                self.highest_version = Some(*highest);
                match room {
                    Room::Free => {}
                    Room::Made { version, users } => {
                        self.deletes_version = Some(version.clone());
                        self.moves_shares = texts(users);
                    }
                    Room::None { users } => {
                        let held = users.iter().map(|(version, users)| (version.clone(), texts(users)));
                        self.held_by = held.collect();
                    }
                }
            }
        }
    }

    pub fn read(&self) -> Result<PermissionEdit, Malformed> {
        let Self {
            part,
            action,
            subject,
            before,
            after,
            highest_version,
            deletes_version,
            moves_shares,
            held_by,
            actions,
            cause,
        } = self;
        let old = || needed(before, "what was before").cloned();
        let new = || needed(after, "what comes after").cloned();
        let part = match part {
            PermissionPartWord::Policy => {
                let room = || -> Result<Room, Malformed> {
                    Ok(match deletes_version {
                        Some(version) => Room::Made {
                            version: version.clone(),
                            users: ids(moves_shares, ShareArn::parse)?,
                        },
                        None if held_by.is_empty() => Room::Free,
                        None => Room::None { users: users(held_by)? },
                    })
                };
                let version = match action {
                    PermissionEditWord::SetDefault => VersionAfter::Existing(new()?),
                    _ => VersionAfter::New {
                        highest: *needed(highest_version, "the highest version")?,
                        room: room()?,
                    },
                };
                let change = needed(actions, "what becomes possible")?.read();
                PermissionPart::Policy { before: old()?, version, change }
            }
            PermissionPartWord::Tag => PermissionPart::Tag {
                key: needed(subject, "a tag's key")?.clone(),
                how: match action {
                    PermissionEditWord::Add => Delta::Added { after: new()? },
                    PermissionEditWord::Remove => Delta::Removed { before: old()? },
                    PermissionEditWord::Change
                    | PermissionEditWord::NewVersion
                    | PermissionEditWord::SetDefault => Delta::Changed { before: old()?, after: new()? },
                },
            },
            PermissionPartWord::Import => PermissionPart::Imported { owner: before.clone() },
            PermissionPartWord::Move => PermissionPart::Moved { from: id(&old()?, Address::parse)? },
            PermissionPartWord::Stack => PermissionPart::StackRenamed { from: old()? },
            PermissionPartWord::Record => PermissionPart::Record,
        };
        Ok(PermissionEdit { part, cause: (*cause).into() })
    }
}

type Users = BTreeMap<String, BTreeSet<ShareArn>>;

fn users(held: &BTreeMap<String, Vec<String>>) -> Result<Users, Malformed> {
    held.iter().map(|(version, arns)| Ok((version.clone(), ids(arns, ShareArn::parse)?))).collect()
}
