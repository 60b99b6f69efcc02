//! What was read and what was not: places, the organization, shares whose resources stayed open.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diag::SourceMap;
use crate::diff::{Breadth, Sweep, Swept, UnresolvedShare};
use crate::model::{AccountId, Address, Gap, Origin, Place, Region};
use crate::wire::malformed::{Malformed, id, ids, time};
use crate::wire::parts::{EditDocument, PlaceDocument, Recorded, SourceDocument, texts};
use crate::wire::words::{BreadthWord, GapWord};

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct GapDocument {
    cause: GapWord,
    /// The IAM action that failed.
    action: String,
    /// Who called; empty where nobody did.
    caller: String,
    /// What AWS or the network answered.
    detail: String,
}

impl GapDocument {
    pub fn new(gap: &Gap) -> Self {
        let Gap { action, caller, cause, detail } = gap;
        Self {
            cause: (*cause).into(),
            action: action.clone(),
            caller: caller.clone(),
            detail: detail.clone(),
        }
    }

    pub fn read(&self) -> Gap {
        let Self { cause, action, caller, detail } = self;
        Gap { action: action.clone(), caller: caller.clone(), cause: (*cause).into(), detail: detail.clone() }
    }
}

/// What was read and what was not.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct CoverageDocument {
    complete: bool,
    /// How many calls to AWS it took; 0 where a snapshot stood in for it.
    calls: u64,
    /// The snapshot that stood in for AWS; null where AWS was read.
    snapshot: Option<SnapshotOrigin>,
    read: Vec<PlaceDocument>,
    unknown: Vec<UnknownPlaceDocument>,
    /// The gap in the organization's tree; null where it was read or is not asked for.
    organization: Option<GapDocument>,
    unresolved: Vec<UnresolvedDocument>,
    /// Where shares of the stack were looked for beside `read`; null where nobody looked and nobody said not to. Accounts that the files do not name are
    /// among them only where the `organization` block has a `sweep`.
    sweep: Option<SweepDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SweepDocument {
    /// The enabled Regions of each account that were asked for shares with the stack's tag, without those in `read`.
    searched: Vec<SweptAccountDocument>,
    /// Accounts whose enabled Regions could not be listed.
    unknown: Vec<UnsweptAccountDocument>,
    /// Those of both that the files do not name: `organization { sweep { ... } }` asks for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    further_accounts: Vec<String>,
    /// Accounts that the files name and that were not searched: they have no `assume_role`, and the credentials of the run are not theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreached_accounts: Vec<String>,
    #[serde(default = "all")]
    breadth: BreadthWord,
}

/// What documents say that were written before there was another.
fn all() -> BreadthWord {
    BreadthWord::All
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SweptAccountDocument {
    account: String,
    regions: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnsweptAccountDocument {
    account: String,
    gap: GapDocument,
}

impl SweepDocument {
    /// Nothing where nobody looked.
    pub fn new(sweep: &Sweep) -> Option<Self> {
        let Sweep::Done(Swept { breadth, regions, gaps, further, unreached, passed: _ }) = sweep else {
            return None;
        };
        if *breadth == Breadth::Named && regions.is_empty() {
            return None;
        }
        let searched = regions.iter().map(|(account, regions)| SweptAccountDocument {
            account: account.to_string(),
            regions: texts(regions),
        });
        let unknown = gaps.iter().map(|(account, gap)| UnsweptAccountDocument {
            account: account.to_string(),
            gap: GapDocument::new(gap),
        });
        Some(Self {
            searched: searched.collect(),
            unknown: unknown.collect(),
            further_accounts: texts(further),
            unreached_accounts: texts(unreached),
            breadth: (*breadth).into(),
        })
    }

    pub fn read(document: Option<&Self>) -> Result<Sweep, Malformed> {
        let Some(Self { searched, unknown, further_accounts, unreached_accounts, breadth }) = document else {
            return Ok(Sweep::NotAsked);
        };
        let regions = searched.iter().map(|SweptAccountDocument { account, regions }| {
            Ok((id(account, AccountId::parse)?, ids(regions, Region::parse)?))
        });
        let gaps = unknown
            .iter()
            .map(|UnsweptAccountDocument { account, gap }| Ok((id(account, AccountId::parse)?, gap.read())));
        let (regions, gaps) =
            (regions.collect::<Result<_, Malformed>>()?, gaps.collect::<Result<_, Malformed>>()?);
        let further = ids(further_accounts, AccountId::parse)?;
        let unreached = ids(unreached_accounts, AccountId::parse)?;
        let breadth = (*breadth).into();
        // What a run left out is counted with what else it left out.
        Ok(Sweep::Done(Swept { breadth, regions, gaps, further, unreached, passed: BTreeMap::new() }))
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnknownPlaceDocument {
    place: PlaceDocument,
    gap: GapDocument,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct UnresolvedDocument {
    address: String,
    place: PlaceDocument,
    source: SourceDocument,
    wanted: Vec<String>,
    gap: GapDocument,
    /// Where the live share differs from what is settled of the block. Nothing of that is changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    differences: Vec<EditDocument>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SnapshotOrigin {
    file: String,
    /// When AWS was read.
    taken: String,
}

/// The facts that a coverage is made from.
pub(crate) struct Reading<'a> {
    pub complete: bool,
    pub origin: &'a Origin,
    pub labels: &'a BTreeMap<AccountId, String>,
    pub places: &'a BTreeSet<Place>,
    pub unknown: &'a BTreeMap<Place, Gap>,
    pub sweep: &'a Sweep,
    pub organization_gap: Option<&'a Gap>,
    pub unresolved: &'a BTreeMap<Address, UnresolvedShare>,
    pub sources: &'a SourceMap,
}

/// What a coverage tells.
pub(crate) struct ReadCoverage {
    pub places: BTreeSet<Place>,
    pub unknown: BTreeMap<Place, Gap>,
    pub sweep: Sweep,
    pub organization_gap: Option<Gap>,
    pub unresolved: BTreeMap<Address, UnresolvedShare>,
    pub origin: Origin,
}

impl CoverageDocument {
    pub fn new(reading: &Reading<'_>) -> Self {
        let Reading {
            complete,
            origin,
            labels,
            places,
            unknown,
            sweep,
            organization_gap,
            unresolved,
            sources,
        } = reading;
        let read = places.iter().filter(|place| !unknown.contains_key(place));
        let unresolved = unresolved.iter().map(|(address, share)| {
            let UnresolvedShare { place, span, wanted, gap, differences } = share;
            UnresolvedDocument {
                address: address.to_string(),
                place: PlaceDocument::new(place, labels),
                source: SourceDocument::new(*span, sources),
                wanted: wanted.clone(),
                gap: GapDocument::new(gap),
                differences: differences.iter().map(EditDocument::new).collect(),
            }
        });
        let unknown = unknown.iter().map(|(place, gap)| UnknownPlaceDocument {
            place: PlaceDocument::new(place, labels),
            gap: GapDocument::new(gap),
        });
        let (calls, snapshot) = match origin {
            Origin::Aws { calls, roles: _ } => (*calls, None),
            Origin::Snapshot { file, taken } => {
                (0, Some(SnapshotOrigin { file: file.clone(), taken: taken.to_string() }))
            }
        };
        Self {
            complete: *complete,
            calls,
            snapshot,
            read: read.map(|place| PlaceDocument::new(place, labels)).collect(),
            unknown: unknown.collect(),
            organization: organization_gap.map(GapDocument::new),
            unresolved: unresolved.collect(),
            sweep: SweepDocument::new(sweep),
        }
    }

    pub fn read(&self, recorded: &mut Recorded) -> Result<ReadCoverage, Malformed> {
        // Whether it is complete follows from the rest.
        let Self { complete: _, calls, snapshot, read, unknown, organization, unresolved, sweep } = self;
        let mut places: BTreeSet<Place> = read.iter().map(PlaceDocument::read).collect::<Result<_, _>>()?;
        let unknown: BTreeMap<Place, Gap> = unknown
            .iter()
            .map(|UnknownPlaceDocument { place, gap }| Ok((place.read()?, gap.read())))
            .collect::<Result<_, Malformed>>()?;
        places.extend(unknown.keys().cloned());
        let mut open = BTreeMap::new();
        for UnresolvedDocument { address, place, source, wanted, gap, differences } in unresolved {
            let share = UnresolvedShare {
                place: place.read()?,
                span: recorded.span(source),
                wanted: wanted.clone(),
                gap: gap.read(),
                differences: differences.iter().map(EditDocument::read).collect::<Result<_, Malformed>>()?,
            };
            open.insert(id(address, Address::parse)?, share);
        }
        Ok(ReadCoverage {
            places,
            unknown,
            sweep: SweepDocument::read(sweep.as_ref())?,
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
