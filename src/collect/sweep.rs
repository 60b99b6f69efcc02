//! Looks for shares of the stack in the Regions that its files do not name: one listing of Regions for each account, and in each
//! Region one listing of the shares with the stack's tag.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::cloud::{Cloud, CloudError, UsageRead, stack_shares};
use crate::collect::Settings;
use crate::live::{ShareRow, Sight, Swept};
use crate::model::{AccountId, Gap, Place, Region, ShareStatus, StackName};

/// What a sweep found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub swept: Swept,
    /// Where there are shares of the stack: these are to be read whole.
    pub places: BTreeSet<Place>,
    /// Where nobody can tell.
    pub unread: BTreeMap<Place, Gap>,
}

/// Where a search looks.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// In all enabled Regions of these accounts, each with a Region in which the account can be asked for them.
    pub accounts: BTreeMap<AccountId, Region>,
    /// In these places too.
    pub places: BTreeSet<Place>,
    /// Not in these: they are read whole anyway.
    pub without: BTreeSet<Place>,
}

/// Asks for shares with the stack's tag, by each name that the stack has or had. A place counts as found where it has one that the run is
/// about.
pub async fn sweep<C: Cloud>(
    cloud: &C,
    search: &Search,
    names: &[StackName],
    sight: impl Fn(&Place, &ShareRow) -> Sight,
    settings: &Settings,
) -> Found {
    let Search { accounts, places, without } = search;
    let mut out = Found::default();
    let listings = accounts.iter().map(|(account, region)| async move {
        let place = Place { account: account.clone(), region: region.clone() };
        (account, enabled(cloud, &place).await)
    });
    let mut listings = stream::iter(listings).buffer_unordered(settings.parallelism.max(1));
    let mut asked: BTreeSet<Place> = places.difference(without).cloned().collect();
    while let Some((account, regions)) = listings.next().await {
        match regions {
            Ok(regions) => {
                let places = regions.into_iter().map(|region| Place { account: account.clone(), region });
                out.swept.regions.entry(account.clone()).or_default();
                asked.extend(places.filter(|place| !without.contains(place)));
            }
            Err(error) => drop(out.swept.gaps.insert(account.clone(), error.into())),
        }
    }
    let reads = asked.into_iter().map(|place| async move {
        let rows = shares_of(cloud, &place, names, settings).await;
        (place, rows)
    });
    let mut reads = stream::iter(reads).buffer_unordered(settings.parallelism.max(1));
    while let Some((place, rows)) = reads.next().await {
        match rows {
            Ok(rows) => {
                let Place { account, region } = place.clone();
                out.swept.regions.entry(account).or_default().insert(region);
                let there = rows.iter().filter(|row| row.status != ShareStatus::Deleted);
                let seen: Vec<_> = there.map(|row| (row.arn.clone(), sight(&place, row))).collect();
                if seen.iter().any(|(_, sight)| *sight == Sight::Wanted) {
                    out.places.insert(place);
                    continue;
                }
                let passed = |(arn, sight)| match sight {
                    Sight::Passed(address) => Some((arn, address)),
                    Sight::Wanted | Sight::Nothing => None,
                };
                out.swept.passed.extend(seen.into_iter().filter_map(passed));
            }
            Err(error) => drop(out.unread.insert(place, error.into())),
        }
    }
    out
}

async fn enabled<C: Cloud>(cloud: &C, place: &Place) -> Result<Vec<Region>, CloudError> {
    cloud.usage(place).await?.describe_regions().await
}

async fn shares_of<C: Cloud>(
    cloud: &C,
    place: &Place,
    names: &[StackName],
    settings: &Settings,
) -> Result<Vec<ShareRow>, CloudError> {
    let ram = cloud.ram(place).await?;
    let mut rows = Vec::new();
    for stack in names {
        rows.extend(stack_shares(&ram, stack, settings.page_size).await?);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ErrorKind;
    use crate::cloud::fake::{FakeCloud, Fault, account, place_at};
    use crate::model::{GapCause, TAG_STACK};

    const HUB: &str = "222222222222";

    fn region(text: &str) -> Region {
        Region::parse(text).expect("valid")
    }

    /// Two accounts with three Regions, and shares of the stack and of others in them.
    fn world() -> FakeCloud {
        let cloud = FakeCloud::default();
        cloud.world().regions = ["eu-central-1", "eu-west-1", "us-east-1"].map(region).to_vec();
        for (at, stack) in [("eu-central-1", "network"), ("eu-west-1", "network"), ("us-east-1", "other")] {
            let arn = cloud.add_share(&place_at(HUB, at), &[], &[]);
            let mut world = cloud.world();
            let share = world.shares.get_mut(&arn).expect("added");
            share.row.tags.insert(TAG_STACK.to_owned(), stack.to_owned());
        }
        cloud
    }

    async fn swept(cloud: &FakeCloud) -> Found {
        swept_for(cloud, &["network"]).await
    }

    async fn swept_for(cloud: &FakeCloud, names: &[&str]) -> Found {
        let accounts = [HUB, "333333333333"].map(|id| (account(id), region("eu-central-1"))).into();
        let without = [place_at(HUB, "eu-central-1")].into();
        let names = names.iter().map(|name| StackName::parse(name).expect("valid")).collect::<Vec<_>>();
        let search = Search { accounts, places: BTreeSet::new(), without };
        sweep(cloud, &search, &names, |_, _| Sight::Wanted, &Settings::default()).await
    }

    #[tokio::test]
    async fn shares_of_the_stack_are_found_where_no_file_names_the_region() {
        let cloud = world();
        let found = swept(&cloud).await;
        assert_eq!(found.places, [place_at(HUB, "eu-west-1")].into());
        let regions: Vec<usize> = found.swept.regions.values().map(BTreeSet::len).collect();
        assert_eq!((regions, found.unread.len(), found.swept.gaps.len()), (vec![2, 3], 0, 0));
        // One listing of Regions for each account, and one of shares for each Region that no file names.
        assert_eq!(cloud.world().calls.len(), 2 + 5);
    }

    #[tokio::test]
    async fn shares_are_found_by_each_name_that_the_stack_had() {
        let found = swept_for(&world(), &["network", "other"]).await;
        assert_eq!(found.places, [place_at(HUB, "eu-west-1"), place_at(HUB, "us-east-1")].into());
    }

    #[tokio::test]
    async fn what_cannot_be_searched_is_a_gap_and_the_rest_goes_on() {
        let cloud = world();
        cloud.world().faults.push(Fault::new("ec2:DescribeRegions", 1, ErrorKind::AccessDenied));
        let found = swept(&cloud).await;
        assert_eq!(found.swept.gaps.len() + found.swept.regions.len(), 2);
        assert!(found.swept.gaps.values().all(|gap| gap.cause == GapCause::AccessDenied));

        let cloud = world();
        cloud.world().faults.push(Fault::new("ram:GetResourceShares", 1, ErrorKind::AccessDenied));
        let found = swept(&cloud).await;
        assert_eq!((found.unread.len(), found.swept.gaps.len()), (1, 0));
    }
}
