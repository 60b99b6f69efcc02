//! Associations that RAM has been at work on for longer than it takes.

use jiff::{SignedDuration, Timestamp};

use crate::diff::change::Remark;

/// RAM takes seconds; terraform-provider-aws gives up after five minutes. An hour leaves no doubt.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// Tells what is stuck from what is merely under way.
///
/// Nothing mends it: RAM takes nothing off a share while something on it is ASSOCIATING (terraform-provider-aws issue 13458), and what is
/// DISASSOCIATING cannot be taken off a second time. A principal that has yet to accept an invitation is not stuck.
pub(crate) fn tell_stuck(remarks: &mut [Remark], now: Timestamp) {
    for remark in remarks {
        if let Remark::Waiting { entity, status, since: Some(since), external: false } = remark
            && now.duration_since(*since) > PATIENCE
        {
            *remark = Remark::Stuck { entity: entity.clone(), status: status.clone(), since: *since };
        }
    }
}
