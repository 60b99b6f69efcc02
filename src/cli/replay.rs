//! A stack against a snapshot in the place of AWS: no session, no call.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::args::{ScopeArgs, StackArgs};
use crate::cli::files::{FolderError, TextFile, read_snapshot};
use crate::cli::output::{Chain, Output};
use crate::cli::pipeline::{self, Loaded, Read};
use crate::cli::scope::scope;
use crate::desired::{NoSearch, nowhere_is_looked};
use crate::diag::Diagnostic;
use crate::diff::{Causes, NotRead, Purpose, Scope};
use crate::live::{LivePlace, LiveState, Sweep};
use crate::model::{Gap, GapCause, Observed, Origin, Place};
use crate::wire::{Snapshot, SnapshotDocument, SnapshotError};

/// A stack and what a snapshot says of its places.
pub(crate) struct Replay {
    pub loaded: Loaded,
    pub read: Read,
    pub origin: Origin,
    pub scope: Scope,
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
enum ReplayError {
    #[error(transparent)]
    File(#[from] FolderError),
    #[error("the snapshot {path} cannot be used")]
    Snapshot { path: String, source: SnapshotError },
}

/// Loads the stack as of the moment of the snapshot. None: something does not fit, and what was shown.
pub(crate) fn replay(
    stack: &StackArgs,
    file: &Path,
    purpose: Purpose,
    (args, causes): (&ScopeArgs, Causes),
    output: &mut Output,
) -> Option<Replay> {
    let (path, snapshot) = match open(file) {
        Ok(opened) => opened,
        Err(error) => {
            output.error(Chain(&error));
            return None;
        }
    };
    let Snapshot { stack: _, taken, calls: _, org, tagged, mut live, usage } = snapshot;
    let loaded = pipeline::load(&StackArgs { now: Some(taken), ..stack.clone() }, output)?;
    let scope = scope(args, causes, &loaded.declaration, output)?;
    let show = |new: &[Diagnostic]| output.diagnostics(new, &loaded.sources);
    let graph = pipeline::settle(&loaded, &org, &tagged, purpose, &scope, show)?;
    if !live.sweep.is_wide()
        && let Some(found) = nowhere_is_looked(&loaded.declaration, &graph, NoSearch::Snapshot)
    {
        output.diagnostics(&[found], &loaded.sources);
        return None;
    }
    // What the snapshot does not have of it is a gap by itself.
    let received = std::mem::take(&mut live.received);
    let place = |place: &Place| {
        let found = live.places.remove(place).unwrap_or_else(|| {
            Observed::Unknown(Gap {
                action: "ram:GetResourceShares".to_owned(),
                caller: String::new(),
                cause: GapCause::NotInSnapshot,
                detail: format!("{path} has other accounts and Regions, and not this one"),
            })
        });
        (place.clone(), found)
    };
    let sweep = std::mem::take(&mut live.sweep);
    let mut places: BTreeMap<Place, Observed<LivePlace>> = graph.places.iter().map(place).collect();
    // What a sweep found when the snapshot was taken.
    if let Sweep::Done(_) = sweep {
        places.extend(std::mem::take(&mut live.places));
    }
    let live = LiveState { places, received, sweep };
    Some(Replay {
        loaded,
        read: Read { graph, live, org, tagged, usage, scope: Scope::default(), unread: NotRead::default() },
        origin: Origin::Snapshot { file: path, taken },
        scope,
    })
}

fn open(file: &Path) -> Result<(String, Snapshot), ReplayError> {
    let TextFile { name, text } = read_snapshot(file)?;
    let snapshot = SnapshotDocument::parse(&text).and_then(|document| document.read());
    match snapshot {
        Ok(snapshot) => Ok((name, snapshot)),
        Err(source) => Err(ReplayError::Snapshot { path: name, source }),
    }
}
