//! What a saved plan touches, once more: no more of each place than is needed.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::cloud::Cloud;
use crate::collect::places::{Settings, place};
use crate::collect::share::{ShareReading, reread_share};
use crate::live::{Extent, Interest, LivePlace, LiveState};
use crate::model::{Observed, Place, ShareArn};

/// Reads the places as far as asked, several at a time. A share that is gone is not in its place.
pub async fn again<C: Cloud>(
    cloud: &C,
    places: &BTreeMap<Place, Extent>,
    interest: &Interest,
    settings: &Settings,
) -> LiveState {
    let reads = places.iter().map(|(at, extent)| async move {
        let read = match extent {
            Extent::Whole => place(cloud, at, interest, settings).await,
            Extent::Shares(arns) => some(cloud, at, arns).await,
        };
        (at.clone(), read)
    });
    let mut state = LiveState::default();
    let mut reads = stream::iter(reads).buffer_unordered(settings.parallelism.max(1));
    while let Some((at, observed)) = reads.next().await {
        state.places.insert(at, observed);
    }
    state
}

async fn some<C: Cloud>(cloud: &C, at: &Place, arns: &BTreeSet<ShareArn>) -> Observed<LivePlace> {
    let read = async {
        let ram = cloud.ram(at).await?;
        let mut found = LivePlace::default();
        for arn in arns {
            if let ShareReading::Present(share) = reread_share(&ram, arn).await? {
                found.shares.insert(arn.clone(), *share);
            }
        }
        Ok(found)
    };
    match read.await {
        Ok(live) => Observed::Known(live),
        Err(error) => Observed::Unknown(crate::cloud::CloudError::into(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::fake::{FakeCloud, place_at};

    const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";

    #[tokio::test]
    async fn one_share_of_many_costs_five_calls_and_a_whole_place_six() {
        let cloud = FakeCloud::default();
        let here = place_at("222222222222", "eu-central-1");
        let shares: Vec<ShareArn> =
            (0..20).map(|_| cloud.add_share(&here, &[SUBNET], &["444444444444"])).collect();
        let interest = Interest::none(crate::model::StackName::parse("network").expect("valid"));
        let one = Extent::Shares([shares[3].clone()].into());
        let state = again(&cloud, &[(here.clone(), one)].into(), &interest, &Settings::default()).await;
        let found = state.places[&here].known().expect("read");
        assert_eq!(found.shares.keys().collect::<Vec<_>>(), [&shares[3]]);
        assert_eq!(cloud.world().calls.len(), 5);
        let state =
            again(&cloud, &[(here.clone(), Extent::Whole)].into(), &interest, &Settings::default()).await;
        assert_eq!(state.places[&here].known().expect("read").shares.len(), 20);
        assert_eq!(cloud.world().calls.len(), 11);
    }
}
