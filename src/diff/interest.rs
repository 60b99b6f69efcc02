//! What has to be known of permissions for a comparison.

use crate::desired::{DesiredGraph, default_permissions};
use crate::live::Interest;

/// The questions of a stack, for whoever reads.
pub fn interest(desired: &DesiredGraph) -> Interest {
    let declared = desired.permissions.values();
    let mut out = Interest::none(desired.stack.clone());
    out.formerly.clone_from(&desired.formerly);
    out.declared = declared.map(|one| (one.arn.clone(), one.policy.clone())).collect();
    out.imported = desired.identity.permission_imports.values().map(|import| import.arn.clone()).collect();
    out.defaults =
        default_permissions().map(|(kind, name)| (kind.to_ascii_lowercase(), name.to_owned())).collect();
    for (address, share) in &desired.shares {
        let foreign = share.permissions.values().map(|used| &used.arn);
        let foreign = foreign.filter(|arn| !out.declared.contains_key(arn)).cloned().collect::<Vec<_>>();
        if !foreign.is_empty() {
            out.named.entry(share.place.clone()).or_default().extend(foreign);
        }
        let uses: std::collections::BTreeMap<_, _> =
            share.permissions.iter().map(|(kind, used)| (kind.clone(), used.arn.clone())).collect();
        // A share that moves is found by the tag that it has still.
        out.used.extend(desired.identity.tags(address).map(|tag| (tag, uses.clone())));
        if let Some(import) = desired.identity.imports.get(address) {
            out.adopted.insert(import.arn.clone(), address.tag_value());
        }
    }
    out
}
