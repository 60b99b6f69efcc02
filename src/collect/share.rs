//! One share again: before it is changed, and while its changes settle.

use crate::cloud::{
    AssociationKind, CloudError, RAM_PAGE, RamRead, ShareScope, associations, share_permissions, share_row,
    sources,
};
use crate::collect::places::unreadable;
use crate::live::{LiveShare, PlaceRows, assemble};
use crate::model::ShareArn;

/// What reading one share found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareReading {
    Present(Box<LiveShare>),
    /// Deleted, or never there.
    Absent,
}

/// Reads one share with all that is on it, in five calls (more only where it has over 500 associations).
pub async fn reread_share<R: RamRead>(ram: &R, arn: &ShareArn) -> Result<ShareReading, CloudError> {
    let Some(row) = share_row(ram, arn).await? else { return Ok(ShareReading::Absent) };
    let one = &ShareScope::One(arn.clone());
    let (resources, principals, permissions, sources) = tokio::join!(
        associations(ram, AssociationKind::Resource, one, RAM_PAGE),
        associations(ram, AssociationKind::Principal, one, RAM_PAGE),
        share_permissions(ram, arn),
        sources(ram, one, RAM_PAGE),
    );
    let rows = PlaceRows {
        shares: vec![row],
        resources: resources?,
        principals: principals?,
        permissions: permissions?,
        sources: sources?,
        customer_permissions: Vec::new(),
    };
    let assembled = assemble(rows).map_err(|row| unreadable(ram, row))?;
    Ok(match assembled.place.shares.into_values().find(|share| share.arn == *arn) {
        Some(share) => ShareReading::Present(Box::new(share)),
        None => ShareReading::Absent,
    })
}
