//! Whether the permissions that a share names can be put on it.

use std::collections::BTreeMap;

use crate::desired::{DesiredGraph, DesiredShare};
use crate::diag::suggest::closest;
use crate::diff::change::Remark;
use crate::live::{LivePlace, LiveShare, LiveState, VersionAsked};
use crate::model::{Gap, GapCause, Observed, PermissionArn, Place, ResourceType};

/// Where permissions that no block of the stack makes come from.
pub(crate) struct Offered<'a> {
    pub desired: &'a DesiredGraph,
    pub live: &'a LiveState,
}

impl Offered<'_> {
    /// What is to be said of the permissions that a share has or is to have, or why it cannot have one of them.
    pub(crate) fn look(
        &self,
        share: &DesiredShare,
        named: &BTreeMap<ResourceType, PermissionArn>,
        before: Option<&LiveShare>,
    ) -> Result<Vec<Remark>, Gap> {
        let Some(place) = self.live.places.get(&share.place).and_then(Observed::known) else {
            return Ok(Vec::new());
        };
        let mut remarks = Vec::new();
        for (kind, arn) in named {
            let own = self.desired.permissions.values().any(|permission| permission.arn == *arn);
            if own || !share.permissions.contains_key(kind) {
                continue;
            }
            let policy = place.readings.policy(arn, &VersionAsked::Default);
            let templated = policy.gap().filter(|gap| gap.cause == GapCause::Placeholders);
            let is_on = before
                .and_then(|before| before.permissions.get(kind))
                .is_some_and(|attached| attached.arn == *arn);
            match (is_on, templated) {
                (true, Some(gap)) => remarks.push(Remark::Templated {
                    resource_type: kind.clone(),
                    permission: arn.clone(),
                    gap: gap.clone(),
                }),
                (true, None) => {}
                (false, Some(_)) => {
                    let why = "has placeholders, for which ramctl cannot give values";
                    return Err(refused(share, kind, format!("{} {why}", arn.name())));
                }
                (false, None) => attachable(place, share, kind, arn)?,
            }
        }
        Ok(remarks)
    }
}

/// Whether a permission is there and can be attached. Where nobody asked, RAM decides when the plan is applied.
fn attachable(
    place: &LivePlace,
    share: &DesiredShare,
    kind: &ResourceType,
    arn: &PermissionArn,
) -> Result<(), Gap> {
    let customer = || place.customer_permissions.iter().filter(|row| !row.status.starts_with("DELET"));
    let there: Vec<(&PermissionArn, &ResourceType, &str)> = if arn.is_aws_managed() {
        match &place.readings.offered {
            None => return Ok(()),
            Some(Observed::Unknown(gap)) => return Err(gap.clone()),
            Some(Observed::Known(rows)) => {
                rows.iter().map(|row| (&row.arn, &row.resource_type, row.status.as_str())).collect()
            }
        }
    } else {
        customer().map(|row| (&row.arn, &row.resource_type, row.status.as_str())).collect()
    };
    let Some((_, _, status)) = there.iter().find(|(found, _, _)| *found == arn) else {
        let of_type = |wanted: &&(&PermissionArn, &ResourceType, &str)| {
            wanted.1.as_str().eq_ignore_ascii_case(kind.as_str())
        };
        let (same, any) = (there.iter().filter(of_type), there.iter());
        let meant = closest(arn.name(), same.map(|(arn, _, _)| arn.name()))
            .or_else(|| closest(arn.name(), any.map(|(arn, _, _)| arn.name())));
        let hint = meant.map(|meant| format!(" Did you mean {meant:?}?")).unwrap_or_default();
        let Place { account, region } = &share.place;
        let whose = if arn.is_aws_managed() { "AWS has" } else { "the account has" };
        let what = format!("{whose} no permission {:?} in {account} {region}.{hint}", arn.name());
        return Err(refused(share, kind, what));
    };
    if *status == "ATTACHABLE" || status.is_empty() {
        return Ok(());
    }
    Err(refused(share, kind, format!("{} cannot be attached: its status is {status}", arn.name())))
}

fn refused(share: &DesiredShare, kind: &ResourceType, why: String) -> Gap {
    Gap {
        action: "ram:ListPermissions".to_owned(),
        caller: String::new(),
        cause: GapCause::Unattachable,
        detail: format!("{}, permission {:?}: {why}", share.address, kind.as_str()),
    }
}

#[cfg(test)]
mod tests;
