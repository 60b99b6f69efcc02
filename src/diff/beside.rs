//! Live shares that a run leaves alone and that hold resources of shares that it changes: whoever has a resource through one of them
//! keeps it.

use std::collections::BTreeSet;

use crate::diff::change::{Change, Present, ShareDiff, Verdict};
use crate::live::LiveState;
use crate::model::{Observed, ResourceArn, ShareArn, ShareStatus};

/// All of them among what was read, whoever owns them. By place and ARN.
pub(crate) fn beside(shares: &[ShareDiff], live: &LiveState) -> Vec<Present> {
    let compared: BTreeSet<&ShareArn> =
        shares.iter().filter_map(|share| Some(&share.before()?.share.arn)).collect();
    let mut out = Vec::new();
    for (place, read) in &live.places {
        let Observed::Known(read) = read else { continue };
        let others = read.shares.values().filter(|share| {
            !compared.contains(&share.arn)
                && !matches!(share.status, ShareStatus::Failed | ShareStatus::Deleting)
        });
        out.extend(others.map(|share| Present { place: place.clone(), share: share.clone() }));
    }
    keep_touched(&mut out, shares);
    out
}

/// Leaves those that hold a resource that some share has, gets or loses by its change.
pub(crate) fn keep_touched(beside: &mut Vec<Present>, shares: &[ShareDiff]) {
    let mut touched: BTreeSet<&ResourceArn> = BTreeSet::new();
    for share in shares {
        if let Verdict::Changed(change) = &share.verdict
            && !matches!(change, Change::Release { .. })
        {
            touched.extend(change.before().into_iter().flat_map(|before| before.share.resources.keys()));
            touched.extend(change.after().into_iter().flat_map(|after| after.resources.keys()));
        }
    }
    beside.retain(|one| one.share.resources.keys().any(|resource| touched.contains(resource)));
}
