//! What accounts receive from others: two listings for each account and Region where it matters.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::cloud::{Cloud, CloudError, ShareScope, invitations, received_resources, received_shares};
use crate::collect::places::Settings;
use crate::live::{Received, ReceivedTypes, receive};
use crate::model::{Observed, Place, ShareArn};

/// Shares in one `ListResources`. The model sets no limit; arns of this many stay well under any.
const BATCH: usize = 100;

/// Reads the invitations and the shares of others in these places. One that fails is a gap: it is never taken for "no invitation"
/// (terraform issue 32068).
pub async fn received<C: Cloud>(
    cloud: &C,
    places: &BTreeSet<Place>,
    settings: &Settings,
) -> BTreeMap<Place, Observed<Received>> {
    let reads = places.iter().map(|at| async move { (at.clone(), received_in(cloud, at, settings).await) });
    stream::iter(reads).buffer_unordered(settings.parallelism.max(1)).collect().await
}

async fn received_in<C: Cloud>(cloud: &C, place: &Place, settings: &Settings) -> Observed<Received> {
    let read = async {
        let ram = cloud.ram(place).await?;
        let all = &ShareScope::All;
        let (invitations, shares) = tokio::join!(
            invitations(&ram, all, settings.page_size),
            received_shares(&ram, all, settings.page_size)
        );
        Ok::<_, CloudError>(receive(invitations?, shares?))
    };
    match read.await {
        Ok(received) => Observed::Known(received),
        Err(error) => Observed::Unknown(error.into()),
    }
}

/// Reads which types are on shares that an account may leave, and notes them there. What cannot be read is noted as such.
pub async fn received_types<C: Cloud>(
    cloud: &C,
    shares: &BTreeMap<Place, BTreeSet<ShareArn>>,
    settings: &Settings,
    received: &mut BTreeMap<Place, Observed<Received>>,
) {
    for (place, arns) in shares {
        let Some(Observed::Known(here)) = received.get_mut(place) else { continue };
        let arns: Vec<ShareArn> = arns.iter().cloned().collect();
        for batch in arns.chunks(BATCH) {
            let read = async {
                let ram = cloud.ram(place).await?;
                received_resources(&ram, batch, settings.page_size).await
            };
            let rows = read.await;
            for arn in batch {
                let Some(share) = here.shares.get_mut(arn) else { continue };
                share.types = match &rows {
                    Ok(rows) => {
                        let of_share = rows.iter().filter(|row| row.share == *arn);
                        ReceivedTypes::Known(of_share.map(|row| row.resource_type.clone()).collect())
                    }
                    Err(error) => ReceivedTypes::Unread(error.clone().into()),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests;
