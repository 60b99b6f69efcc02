//! Which accounts and Regions have to be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::Declaration;
use crate::model::{AccountId, Place, Region};
use crate::org::OrgSnapshot;

/// Every account that owns a share or a permission or is reached through a role, in every Region of the stack. An account block's `regions` takes
/// the place of the stack's for its account, and alone makes it one that is read; the Regions of its own shares are always there.
///
/// All Regions and not just those of the account's own shares: a share that left the files may be left in any of them, and one
/// that was made by hand is found only where somebody looks. The management account is there for the organization and has no
/// place of its own unless it owns a share or lists Regions.
pub(crate) fn places(declaration: &Declaration) -> BTreeSet<Place> {
    let mut of_account: BTreeMap<&AccountId, BTreeSet<&Region>> = BTreeMap::new();
    for share in &declaration.shares {
        of_account.entry(&share.account.value).or_default().insert(&share.region.value);
    }
    for permission in &declaration.permissions {
        of_account.entry(&permission.account.value).or_default().insert(&permission.region.value);
    }
    let management = declaration.organization.as_ref().map(|block| &block.management_account.value);
    let mut listed: BTreeMap<&AccountId, BTreeSet<&Region>> = BTreeMap::new();
    for block in declaration.accounts.values() {
        let id = &block.id.value;
        if let Some(own) = &block.regions {
            listed.entry(id).or_default().extend(own.iter().map(|region| &region.value));
        }
        if block.regions.is_some() || (block.assume_role.is_some() && management != Some(id)) {
            of_account.entry(id).or_default();
        }
    }
    let stack = regions(declaration);
    for (account, read) in &mut of_account {
        read.extend(listed.get(account).unwrap_or(&stack));
    }
    of_account
        .into_iter()
        .flat_map(|(account, regions)| {
            regions.into_iter().map(|region| Place { account: account.clone(), region: region.clone() })
        })
        .collect()
}

/// The accounts that have an `account` block with a role or Regions and no block of their own, and that the organization knows as closed or suspended. No
/// role in them can be assumed, and nobody uses what they shared.
pub(crate) fn closed(declaration: &Declaration, organization: &OrgSnapshot) -> BTreeSet<AccountId> {
    let of_shares = declaration.shares.iter().map(|block| &block.account.value);
    let of_permissions = declaration.permissions.iter().map(|block| &block.account.value);
    let of_inbound = declaration.inbound.iter().map(|block| &block.account.value);
    let used: BTreeSet<&AccountId> = of_shares.chain(of_permissions).chain(of_inbound).collect();
    let read =
        declaration.accounts.values().filter(|block| block.assume_role.is_some() || block.regions.is_some());
    read.map(|block| &block.id.value)
        .filter(|id| !used.contains(*id))
        .filter(|id| organization.accounts.get(*id).is_some_and(|account| !account.standing.is_active()))
        .cloned()
        .collect()
}

/// The Regions of the stack: of all its shares and permissions, and those that its `ramctl` block names.
fn regions(declaration: &Declaration) -> BTreeSet<&Region> {
    let of_shares = declaration.shares.iter().map(|share| &share.region.value);
    let of_permissions = declaration.permissions.iter().map(|permission| &permission.region.value);
    of_shares.chain(of_permissions).chain(declaration.regions.iter().map(|region| &region.value)).collect()
}

/// Where calls are made that concern the whole organization: the stack's first Region, so that a stack that is fenced into its
/// Regions by policy stays inside the fence.
pub(crate) fn organization_region(declaration: &Declaration) -> Region {
    let received = || declaration.inbound.iter().map(|block| &block.region.value).min();
    regions(declaration).first().copied().or_else(received).map_or_else(
        || Region::parse("us-east-1").expect("us-east-1 has the form of a Region"),
        Region::clone,
    )
}
