//! A copy of a stack with the stand-ins of its anonymised snapshot: the two plan together as the originals do.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::args::StackArgs;
use crate::cli::files::{FolderError, make_private_folder, put_private};
use crate::cli::pipeline::{self, Examined, Read};
use crate::desired::{self, DesiredGraph};
use crate::diag::SourceMap;
use crate::diff::{self, Stamp, Written};
use crate::lang::{Redacted, Redaction, Secrets};
use crate::live::LiveState;
use crate::model::{Observed, TAG_ADDRESS, TAG_APPLIED};
use crate::plan::{self, Plan, PlannedStep};
use crate::wire::{Snapshot, SnapshotDocument, StandIns};

/// Endings of the files that a stack's folder is read for.
const ENDINGS: [&str; 3] = [".ram.hcl", ".auto.ramvars.hcl", ".auto.ramvars.json"];

/// Whether a copy plans as its original does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    Same,
    Other,
}

/// A copy that was written.
pub(crate) struct Copied {
    /// Values that came from elsewhere and are not in it.
    pub left_out: Vec<String>,
    /// What has stand-ins or was taken out.
    pub redacted: BTreeMap<Redacted, usize>,
}

/// Writes the stack's files into a new folder, for its owner alone.
pub(crate) fn write(
    folder: &Path,
    stand_ins: &StandIns,
    sources: &SourceMap,
    secrets: Secrets,
) -> Result<Copied, FolderError> {
    make_private_folder(folder)?;
    let mut redaction = Redaction::new(secrets);
    let mut left_out = Vec::new();
    for (id, file) in sources.files() {
        let name = Path::new(&file.name).file_name().and_then(|name| name.to_str());
        let name = name.filter(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)));
        match name.and_then(|name| Some((name, redaction.file(id, file)?))) {
            Some((name, text)) => put_private(&folder.join(name), &stand_ins.file(&text))?,
            None => left_out.push(file.name.clone()),
        }
    }
    Ok(Copied { left_out, redacted: redaction.counts().clone() })
}

/// What a copy does not have of its original, in words.
pub(crate) fn told(redacted: &BTreeMap<Redacted, usize>) -> String {
    let told = redacted.iter().map(|(what, count)| {
        let (one, many) = match what {
            Redacted::ExternalId => ("external id", "external ids"),
            Redacted::SessionName => ("session name", "session names"),
            Redacted::Sensitive => ("sensitive value", "sensitive values"),
            Redacted::Repeated => ("secret in another text", "secrets in other texts"),
            Redacted::Prose => ("description, reason or message", "descriptions, reasons and messages"),
            Redacted::Undeclared => ("value for no variable (left out)", "values for no variable (left out)"),
            Redacted::Comment => ("comment (left out)", "comments (left out)"),
        };
        format!("{count} {}", if *count == 1 { one } else { many })
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Brings the record of the last apply, which is a digest of the stack, in line with the copy, and plans with the two.
pub(crate) fn settle(
    folder: &Path,
    document: SnapshotDocument,
    stack: &StackArgs,
    read: &Read,
    plan: &Plan,
) -> (SnapshotDocument, Likeness) {
    let Some((snapshot, graph)) = copied(folder, &document, stack, read) else {
        return (document, Likeness::Other);
    };
    let Snapshot { org, live, usage, .. } = &snapshot;
    let again = plan::plan_knowing(&diff::diff(&graph, live, org), org, usage);
    let shape = |plan: &Plan| {
        let step =
            |step: &PlannedStep| (step.step.operation(), step.address.as_ref().map(ToString::to_string));
        let mut steps: Vec<_> = plan.steps().iter().map(step).collect();
        steps.sort();
        (plan.counts(), steps, plan.is_complete())
    };
    let likeness = if shape(plan) == shape(&again) { Likeness::Same } else { Likeness::Other };
    (SnapshotDocument::new(&snapshot).as_anonymised(), likeness)
}

/// The snapshot with records that fit the copy, and what the copy wants. None where the copy is no sound stack.
fn copied(
    folder: &Path,
    document: &SnapshotDocument,
    stack: &StackArgs,
    read: &Read,
) -> Option<(Snapshot, DesiredGraph)> {
    let mut snapshot = document.read().ok()?;
    let args = StackArgs {
        stack: folder.to_owned(),
        now: Some(snapshot.taken),
        values: Vec::new(),
        ..stack.clone()
    };
    let Examined { declaration, .. } = pipeline::examine(&args).ok()?;
    let graph = desired::resolve(&declaration?, &snapshot.org, &snapshot.tagged).graph?;
    let before = stamps(&read.graph);
    let after = stamps(&graph);
    let LiveState { places, received: _, sweep: _ } = &mut snapshot.live;
    let known = places.values_mut().filter_map(|place| match place {
        Observed::Known(place) => Some(place),
        Observed::Unknown(_) => None,
    });
    for share in known.flat_map(|place| place.shares.values_mut()) {
        let address = share.tags.get(TAG_ADDRESS);
        let sides = address.and_then(|address| before.get(address).zip(after.get(address)));
        if let (Some((before, after)), Some(record)) = (sides, Written::on_share(&share.tags)) {
            let stamp = record.stamp.follow(before, after);
            share.tags.insert(TAG_APPLIED.to_owned(), record.restamped(&stamp));
        }
    }
    Some((snapshot, graph))
}

fn stamps(graph: &DesiredGraph) -> BTreeMap<String, Stamp> {
    graph.shares.values().map(|share| (share.address.tag_value(), Stamp::of(share))).collect()
}
