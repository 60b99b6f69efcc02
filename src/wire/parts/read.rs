//! The pieces read back: each the inverse of its `new`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::diag::{FileId, Position, SourceMap, Span};
use crate::diff::{
    Delta, Edit, Entity, Membership, NextVersion, Ownership, Part, Remark, SharingDiff, SharingVerdict,
    Unmanaged, UnresolvedShare,
};
use crate::model::{
    AccountId, Address, AssociationStatus, Gap, Origin, PermissionArn, Place, Principal, Region, ResourceArn,
    ResourceType, ShareArn, ShareStatus,
};
use crate::wire::malformed::{Malformed, id, ids, needed, time, times};
use crate::wire::parts::{
    CoverageDocument, EditDocument, GapDocument, PlaceDocument, RemarkDocument, SharingDocument,
    SnapshotOrigin, SourceDocument, UnknownPlaceDocument, UnmanagedDocument, UnresolvedDocument,
};
use crate::wire::words::{EditWord, MemberWord, OwnershipWord, PartWord, RemarkWord, SharingVerdictWord};

/// The files that a document points into. Their texts are not at hand.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub sources: SourceMap,
    files: BTreeMap<String, FileId>,
}

impl Recorded {
    pub fn span(&mut self, source: &SourceDocument) -> Span {
        let SourceDocument { file, line, column, end_line, end_column } = source;
        let id = *self.files.entry(file.clone()).or_insert_with(|| self.sources.add(file.clone(), ""));
        let start = Position { line: *line, column: *column };
        self.sources.record(id, start, Position { line: *end_line, column: *end_column })
    }
}

impl PlaceDocument {
    /// The label is that of the plan's list of accounts.
    pub fn read(&self) -> Result<Place, Malformed> {
        let Self { account, account_label: _, region } = self;
        Ok(Place { account: id(account, AccountId::parse)?, region: id(region, Region::parse)? })
    }
}

impl GapDocument {
    pub fn read(&self) -> Gap {
        let Self { cause, action, caller, detail } = self;
        Gap { action: action.clone(), caller: caller.clone(), cause: (*cause).into(), detail: detail.clone() }
    }
}

/// What a coverage tells.
pub(crate) struct ReadCoverage {
    pub places: BTreeSet<Place>,
    pub unknown: BTreeMap<Place, Gap>,
    pub organization_gap: Option<Gap>,
    pub unresolved: BTreeMap<Address, UnresolvedShare>,
    pub origin: Origin,
}

impl CoverageDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<ReadCoverage, Malformed> {
        // Whether it is complete follows from the rest.
        let Self { complete: _, calls, snapshot, read, unknown, organization, unresolved } = self;
        let mut places: BTreeSet<Place> = read.iter().map(PlaceDocument::read).collect::<Result<_, _>>()?;
        let unknown: BTreeMap<Place, Gap> = unknown
            .iter()
            .map(|UnknownPlaceDocument { place, gap }| Ok((place.read()?, gap.read())))
            .collect::<Result<_, Malformed>>()?;
        places.extend(unknown.keys().cloned());
        let mut open = BTreeMap::new();
        for UnresolvedDocument { address, place, source, wanted, gap } in unresolved {
            let share = UnresolvedShare {
                place: place.read()?,
                span: recorded.span(source),
                wanted: wanted.clone(),
                gap: gap.read(),
            };
            open.insert(id(address, Address::parse)?, share);
        }
        Ok(ReadCoverage {
            places,
            unknown,
            organization_gap: organization.as_ref().map(GapDocument::read),
            unresolved: open,
            origin: match snapshot {
                Some(SnapshotOrigin { file, taken }) => {
                    Origin::Snapshot { file: file.clone(), taken: time(taken)? }
                }
                None => Origin::from(*calls),
            },
        })
    }
}

impl SharingDocument {
    pub fn read(&self, recorded: &mut Recorded) -> Result<SharingDiff, Malformed> {
        let Self { place, source, verdict, state, gap } = self;
        let state = || needed(state, "a state of sharing").map(|state| (*state).into());
        use SharingVerdictWord as W;
        Ok(SharingDiff {
            span: recorded.span(source),
            place: place.read()?,
            verdict: match verdict {
                W::InSync => SharingVerdict::InSync,
                W::Enable => SharingVerdict::Enable { from: state()? },
                W::MakeRole => SharingVerdict::MakeRole,
                W::RequiredButOff => SharingVerdict::RequiredButOff { state: state()? },
                W::Impossible => SharingVerdict::Impossible { state: state()? },
                W::Unread => SharingVerdict::Unread { gap: needed(gap, "a gap")?.read() },
                W::NotManaged => SharingVerdict::NotManaged,
            },
        })
    }
}

impl EditDocument {
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

impl RemarkDocument {
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
            since,
            until,
            next_version,
            actions,
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
            RemarkWord::UndeclaredPermission => Remark::UndeclaredPermission {
                resource_type: resource_type()?,
                permission: id(subject()?, PermissionArn::parse)?,
            },
            RemarkWord::NameTaken => Remark::NameTaken {
                arn: id(subject()?, ShareArn::parse)?,
                ownership: read_ownership(*needed(ownership, "whose a share is")?, owner.as_ref()),
            },
            RemarkWord::Expires => {
                let at = time(needed(until, "a time")?)?;
                let now = now.ok_or_else(|| Malformed::new("null", "the time of the run"))?;
                Remark::Expires { at, left: at.duration_since(now) }
            }
            RemarkWord::ShareStatus => {
                Remark::Share { status: ShareStatus::read(status()?), message: message.clone() }
            }
        })
    }
}

fn read_next_version(text: &str) -> NextVersion {
    match text {
        "new" => NextVersion::New,
        "default" => NextVersion::Default,
        number => NextVersion::Numbered(number.to_owned()),
    }
}

fn read_ownership(word: OwnershipWord, owner: Option<&String>) -> Ownership {
    match word {
        OwnershipWord::Untagged => Ownership::Untagged,
        OwnershipWord::OtherStack => Ownership::OtherStack(owner.cloned().unwrap_or_default()),
        OwnershipWord::FromPolicy => Ownership::FromPolicy,
    }
}

impl UnmanagedDocument {
    pub fn read(&self) -> Result<Unmanaged, Malformed> {
        let Self { place, arn, name, ownership, owner, outside, principals, resources } = self;
        Ok(Unmanaged {
            place: place.read()?,
            arn: id(arn, ShareArn::parse)?,
            name: name.clone(),
            ownership: read_ownership(*ownership, owner.as_ref()),
            outside: *outside,
            principals: principals.iter().map(|text| Principal::read(text)).collect(),
            resources: ids(resources, ResourceArn::parse)?,
        })
    }
}
