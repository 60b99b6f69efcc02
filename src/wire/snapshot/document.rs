//! The document as a whole, and the pieces that its parts share.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::live::LiveState;
use crate::model::{IdError, Observed, TaggedResources, Usage};
use crate::org::OrgView;
use crate::wire::malformed;
use crate::wire::parts::{GapDocument, SweepDocument};
use crate::wire::snapshot::organization::OrganizationRecord;
use crate::wire::snapshot::place::PlaceRecord;
use crate::wire::snapshot::received::ReceivedRecord;
use crate::wire::snapshot::tagged::SearchRecord;
use crate::wire::snapshot::usage::UsageRecord;
use crate::wire::snapshot::{Snapshot, SnapshotError};
use crate::wire::words::SharingStateWord;
use crate::wire::{FORMAT_VERSION, pretty};

/// Everything that was read for a stack. The same facts give the same bytes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SnapshotDocument {
    format_version: String,
    kind: String,
    /// The stack whose places were read.
    pub(crate) stack: String,
    /// When it was read. A plan from the snapshot takes this moment for now.
    taken: String,
    /// How many calls to AWS it took.
    calls: u64,
    /// Whether account ids, names and the ids in ARNs are stand-ins.
    anonymised: bool,
    pub(crate) organization: ReadRecord<OrganizationRecord>,
    /// Sharing inside the organization.
    sharing: ReadRecord<SharingStateWord>,
    /// The searches for resources by their tags.
    tagged: Vec<SearchRecord>,
    pub(crate) places: Vec<PlaceRecord>,
    /// What accounts receive, where the stack has to look.
    pub(crate) received: Vec<ReceivedRecord>,
    /// What accounts have in subnets and transit gateways that the stack would take from them.
    usage: Vec<UsageRecord>,
    /// Where else shares of the stack were looked for; null where nobody looked.
    sweep: Option<SweepDocument>,
}

/// What was read, or why it was not.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum ReadRecord<T> {
    Known(T),
    Unknown(GapDocument),
}

impl SnapshotDocument {
    pub fn new(snapshot: &Snapshot) -> Self {
        let Snapshot { stack, taken, calls, org, tagged, live, usage } = snapshot;
        let Usage { found: users } = usage;
        let TaggedResources { found } = tagged;
        let OrgView { snapshot: tree, sharing } = org;
        let LiveState { places, received, sweep } = live;
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            kind: "snapshot".to_owned(),
            stack: stack.to_string(),
            taken: taken.to_string(),
            calls: *calls,
            anonymised: false,
            organization: ReadRecord::new(tree, OrganizationRecord::new),
            sharing: ReadRecord::new(sharing, |state| (*state).into()),
            tagged: found.iter().map(|(search, found)| SearchRecord::new(search, found)).collect(),
            places: places.iter().map(|(place, found)| PlaceRecord::new(place, found)).collect(),
            received: received.iter().map(|(place, found)| ReceivedRecord::new(place, found)).collect(),
            usage: users.iter().map(|(resource, users)| UsageRecord::new(resource, users)).collect(),
            sweep: SweepDocument::new(sweep),
        }
    }

    /// The text of a file as a document of a version that is known; its ids are not looked at yet.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        // Only these two members of a document of another version mean what they mean here.
        #[derive(Deserialize)]
        struct Head {
            format_version: String,
            kind: String,
        }
        let head: Head = serde_json::from_str(text).map_err(SnapshotError::Form)?;
        if head.kind != "snapshot" {
            return Err(SnapshotError::Kind { found: head.kind });
        }
        if head.format_version != FORMAT_VERSION {
            return Err(SnapshotError::Version { found: head.format_version, known: FORMAT_VERSION });
        }
        serde_json::from_str(text).map_err(SnapshotError::Form)
    }

    /// The facts, with every id and time of the document parsed.
    pub fn read(&self) -> Result<Snapshot, SnapshotError> {
        let Self {
            format_version: _, // settled by `parse`
            kind: _,
            stack,
            taken,
            calls,
            anonymised: _,
            organization,
            sharing,
            tagged,
            places,
            received,
            usage,
            sweep,
        } = self;
        Ok(Snapshot {
            stack: id(stack)?,
            taken: malformed::time(taken)?,
            calls: *calls,
            org: OrgView {
                snapshot: organization.read(OrganizationRecord::read)?,
                sharing: sharing.read(|word| Ok((*word).into()))?,
            },
            tagged: TaggedResources { found: once(tagged.iter().map(SearchRecord::read))? },
            live: LiveState {
                places: once(places.iter().map(PlaceRecord::read))?,
                received: once(received.iter().map(ReceivedRecord::read))?,
                sweep: SweepDocument::read(sweep.as_ref()).map_err(SnapshotError::from)?,
            },
            usage: Usage { found: once(usage.iter().map(UsageRecord::read))? },
        })
    }

    /// The document with one newline at its end.
    pub fn text(&self) -> String {
        pretty(self)
    }

    /// The document, marked as one of stand-ins.
    pub fn as_anonymised(self) -> Self {
        Self { anonymised: true, ..self }
    }
}

impl<T> ReadRecord<T> {
    pub fn new<U>(observed: &Observed<U>, known: impl FnOnce(&U) -> T) -> Self {
        match observed {
            Observed::Known(value) => Self::Known(known(value)),
            Observed::Unknown(gap) => Self::Unknown(GapDocument::new(gap)),
        }
    }

    pub fn read<U>(
        &self,
        known: impl FnOnce(&T) -> Result<U, SnapshotError>,
    ) -> Result<Observed<U>, SnapshotError> {
        Ok(match self {
            Self::Known(value) => Observed::Known(known(value)?),
            Self::Unknown(gap) => Observed::Unknown(gap.read()),
        })
    }
}

pub(crate) fn id<T: FromStr<Err = IdError>>(text: &str) -> Result<T, SnapshotError> {
    text.parse().map_err(|error: IdError| SnapshotError::Text(error.into()))
}

/// A map of what must not be there twice.
pub(crate) fn once<K: Ord + fmt::Display, V>(
    entries: impl Iterator<Item = Result<(K, V), SnapshotError>>,
) -> Result<BTreeMap<K, V>, SnapshotError> {
    let mut out = BTreeMap::new();
    for entry in entries {
        let (key, value) = entry?;
        if out.contains_key(&key) {
            return Err(SnapshotError::Twice { what: key.to_string() });
        }
        out.insert(key, value);
    }
    Ok(out)
}
