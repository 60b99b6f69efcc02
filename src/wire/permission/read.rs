//! A planned permission read back.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::Span;
use crate::diff::{
    Delta, PermissionChange, PermissionDiff, PermissionEdit, PermissionPart, PermissionProblem,
    PermissionStamp, PermissionVerdict, PresentPermission, Room, VersionAfter, WantedPermission,
};
use crate::live::CustomerPermissionRow;
use crate::model::{
    Action, Address, FeatureSet, PermissionArn, PermissionPolicy, PolicyChange, ResourceType, ShareArn,
    TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};
use crate::plan::{PermissionBlocked, PlannedPermission, StepId};
use crate::wire::malformed::{Malformed, id, ids, needed};
use crate::wire::parts::Recorded;
use crate::wire::permission::{
    LivePermissionDocument, PermissionDocument, PermissionEditDocument, PolicyChangeDocument,
    ProblemDocument, WantedPermissionDocument,
};
use crate::wire::words::{
    PermissionActionWord, PermissionBlockedWord, PermissionEditWord, PermissionPartWord,
    PermissionProblemWord,
};

impl PolicyChangeDocument {
    pub fn read(&self) -> PolicyChange {
        let Self { added, removed, conditions } = self;
        let actions = |texts: &[String]| texts.iter().map(|text| Action::read(text)).collect();
        PolicyChange { added: actions(added), removed: actions(removed), conditions: (*conditions).into() }
    }
}

pub(crate) fn policy(text: &str) -> Result<PermissionPolicy, Malformed> {
    PermissionPolicy::read(text).map_err(|error| Malformed::new(text, error.to_string()))
}

type Users = BTreeMap<String, BTreeSet<ShareArn>>;

fn users(held: &BTreeMap<String, Vec<String>>) -> Result<Users, Malformed> {
    held.iter().map(|(version, arns)| Ok((version.clone(), ids(arns, ShareArn::parse)?))).collect()
}

impl PermissionDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<PlannedPermission, Malformed> {
        let Self {
            address,
            place: _, // that of its sides, as is the name
            name: _,
            source,
            action: _,
            reason: _,
            problem: _,
            blocked,
            held_by,
            prevent_destroy,
            gap: _,
            before: _,
            after: _,
            changes: _,
            hazards,
            steps,
        } = self;
        let span = source.as_ref().map(|source| recorded.span(source));
        let held = users(held_by)?;
        let blocked = blocked.map(|word| match word {
            PermissionBlockedWord::VersionsHeld => PermissionBlocked::VersionsHeld { users: held },
            PermissionBlockedWord::InUse => {
                PermissionBlocked::InUse { users: held.into_values().flatten().collect() }
            }
        });
        Ok(PlannedPermission {
            diff: PermissionDiff {
                address: id(address, Address::parse)?,
                verdict: self.verdict(span, recorded)?,
                protected: *prevent_destroy,
            },
            hazards: hazards.iter().map(|hazard| hazard.read(recorded)).collect::<Result<_, _>>()?,
            blocked,
            steps: steps.iter().copied().map(StepId).collect(),
        })
    }

    fn verdict(&self, span: Option<Span>, recorded: &mut Recorded) -> Result<PermissionVerdict, Malformed> {
        use PermissionActionWord as A;
        let before = || needed(&self.before, "a live permission")?.read();
        let after = || {
            let span = span.ok_or_else(|| Malformed::new("null", "where a block is"))?;
            needed(&self.after, "a desired permission")?.read(span)
        };
        Ok(PermissionVerdict::Changed(match self.action {
            A::NoOp => return Ok(PermissionVerdict::InSync { before: before()?, after: after()? }),
            A::Read => {
                let gap = needed(&self.gap, "a gap")?.read();
                return Ok(PermissionVerdict::Unread { after: after()?, gap });
            }
            A::NotHad => {
                let problem = needed(&self.problem, "what is in the way")?;
                let (span, problem) = (recorded.span(&problem.source), problem.read()?);
                return Ok(PermissionVerdict::NotHad { after: after()?, span, problem });
            }
            A::Create => PermissionChange::Create { after: after()? },
            A::Promote => PermissionChange::Promote { before: before()?, after: after()? },
            A::Release => PermissionChange::Release { before: before()? },
            A::Delete => PermissionChange::Delete {
                before: before()?,
                reason: (*needed(&self.reason, "why it is deleted")?).into(),
            },
            A::Update => PermissionChange::Update {
                before: before()?,
                after: after()?,
                edits: self.changes.iter().map(PermissionEditDocument::read).collect::<Result<_, _>>()?,
            },
        }))
    }
}

impl ProblemDocument {
    fn read(&self) -> Result<PermissionProblem, Malformed> {
        use PermissionProblem as P;
        use PermissionProblemWord as W;
        let detail = || needed(&self.detail, "what is in the way");
        let arn = || id(detail()?, PermissionArn::parse);
        let live = || id(detail()?, ResourceType::parse);
        Ok(match self.problem {
            W::NameTaken => P::NameTaken { owner: self.detail.clone() },
            W::NameFromPolicy => P::NameFromPolicy,
            W::TypeChanged => P::TypeChanged { live: live()? },
            W::OtherAddress => P::OtherAddress { address: id(detail()?, Address::parse)? },
            W::NotThere => P::NotThere { arn: arn()? },
            W::OtherName => P::OtherName { arn: arn()? },
            W::OtherType => P::OtherType { live: live()? },
            W::PolicyDiffers => P::PolicyDiffers { arn: arn()? },
        })
    }
}

impl LivePermissionDocument {
    fn read(&self) -> Result<PresentPermission, Malformed> {
        let Self { place, arn, resource_type, version, status, feature_set, tags, users } = self;
        Ok(PresentPermission {
            place: place.read()?,
            row: CustomerPermissionRow {
                arn: id(arn, PermissionArn::parse)?,
                version: version.clone(),
                resource_type: id(resource_type, ResourceType::parse)?,
                status: status.clone(),
                feature_set: FeatureSet::read(feature_set),
                tags: tags.clone(),
            },
            users: ids(users, ShareArn::parse)?,
        })
    }
}

impl WantedPermissionDocument {
    fn read(&self, span: Span) -> Result<WantedPermission, Malformed> {
        let Self { place, arn, resource_type, policy: text, tags } = self;
        let mut tags = tags.clone();
        let stamp = tags.remove(TAG_APPLIED).unwrap_or_default();
        let mut ownership = Tags::new();
        for tag in [TAG_STACK, TAG_ADDRESS] {
            ownership.extend(tags.remove_entry(tag));
        }
        Ok(WantedPermission {
            place: place.read()?,
            span,
            arn: id(arn, PermissionArn::parse)?,
            resource_type: id(resource_type, ResourceType::parse)?,
            policy: policy(text)?,
            tags,
            ownership,
            stamp: PermissionStamp::read(&stamp)
                .ok_or_else(|| Malformed::new(&stamp, "a record of what was applied"))?,
        })
    }
}

impl PermissionEditDocument {
    fn read(&self) -> Result<PermissionEdit, Malformed> {
        let Self {
            part,
            action,
            subject,
            before,
            after,
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
                let version = match (action, deletes_version) {
                    (PermissionEditWord::SetDefault, _) => VersionAfter::Existing(new()?),
                    (_, Some(version)) => VersionAfter::New(Room::Made {
                        version: version.clone(),
                        users: ids(moves_shares, ShareArn::parse)?,
                    }),
                    (_, None) if held_by.is_empty() => VersionAfter::New(Room::Free),
                    (_, None) => VersionAfter::New(Room::None { users: users(held_by)? }),
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
            PermissionPartWord::Record => PermissionPart::Record,
        };
        Ok(PermissionEdit { part, cause: (*cause).into() })
    }
}
