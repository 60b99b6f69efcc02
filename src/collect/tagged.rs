//! Resources by their tags.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use crate::cloud::{Cloud, CloudError, TAG_PAGE, TagRead, all_pages, found_resource};
use crate::collect::Settings;
use crate::model::{Observed, ResourceArn, TagSearch, TaggedResources};

/// Makes each search once, several at a time. One that fails is a gap.
pub async fn tagged<C: Cloud>(
    cloud: &C,
    searches: &BTreeSet<TagSearch>,
    settings: &Settings,
) -> TaggedResources {
    let reads = searches.iter().map(|search| async move { (search, one(cloud, search).await) });
    let mut out = TaggedResources::default();
    let mut reads = stream::iter(reads).buffer_unordered(settings.parallelism.max(1));
    while let Some((search, found)) = reads.next().await {
        let observed = match found {
            Ok(arns) => Observed::Known(arns),
            Err(error) => Observed::Unknown(error.into()),
        };
        out.found.insert(search.clone(), observed);
    }
    out
}

async fn one<C: Cloud>(cloud: &C, search: &TagSearch) -> Result<BTreeSet<ResourceArn>, CloudError> {
    let TagSearch { place, type_filter, tags } = search;
    let client = cloud.tagging(place).await?;
    let judge = |arn: &ResourceArn| found_resource(client.caller(), arn.arn());
    let arns = all_pages(client.caller(), "tag:GetResources", TAG_PAGE, judge, |page| {
        let client = &client;
        async move { client.get_resources(type_filter, tags, &page).await }
    });
    Ok(arns.await?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cloud::ErrorKind;
    use crate::cloud::fake::{FakeCloud, Fault, account, place_at};
    use crate::model::{GapCause, TagFilters};

    fn search(owner: &str, tag: &str) -> TagSearch {
        let tags: TagFilters = BTreeMap::from([("share".to_owned(), BTreeSet::from([tag.to_owned()]))]);
        TagSearch { place: place_at(owner, "eu-central-1"), type_filter: "ec2:subnet".to_owned(), tags }
    }

    fn tag(cloud: &FakeCloud, owner: &str, id: &str, value: &str) {
        let arn = format!("arn:aws:ec2:eu-central-1:{owner}:subnet/{id}").parse().expect("an ARN");
        let tags = BTreeMap::from([("share".to_owned(), value.to_owned())]);
        cloud.world().tagged.push((place_at(owner, "eu-central-1"), arn, tags));
    }

    #[tokio::test]
    async fn short_and_empty_pages_of_tagged_resources_are_followed_to_the_end() {
        let cloud = FakeCloud::default();
        for id in ["subnet-1", "subnet-2", "subnet-3"] {
            tag(&cloud, "222222222222", id, "workloads");
        }
        tag(&cloud, "222222222222", "subnet-4", "other");
        tag(&cloud, "333333333333", "subnet-5", "workloads");
        cloud.world().page = 2;
        cloud.world().empty_first_page = true;
        let wanted = search("222222222222", "workloads");
        let found = tagged(&cloud, &BTreeSet::from([wanted.clone()]), &Settings::default()).await;
        let ids: Vec<&str> =
            found.of(&wanted).expect("read").iter().map(|arn| arn.arn().resource()).collect();
        assert_eq!(ids, ["subnet/subnet-1", "subnet/subnet-2", "subnet/subnet-3"]);
        assert_eq!(cloud.world().calls.len(), 3, "an empty page, a full one and the rest");
    }

    #[tokio::test]
    async fn a_search_that_fails_is_a_gap_and_the_others_are_made() {
        let cloud = FakeCloud::default();
        tag(&cloud, "222222222222", "subnet-1", "workloads");
        cloud.world().unreachable.insert(account("333333333333"), ErrorKind::CannotAssumeRole);
        let (here, there) = (search("222222222222", "workloads"), search("333333333333", "workloads"));
        let found = tagged(&cloud, &[here.clone(), there.clone()].into(), &Settings::default()).await;
        assert_eq!(found.of(&here).expect("read").len(), 1);
        assert_eq!(found.of(&there).expect_err("a gap").cause, GapCause::CannotAssumeRole);

        cloud.world().faults.push(Fault::new("tag:GetResources", 1, ErrorKind::AccessDenied));
        let found = tagged(&cloud, &[here.clone()].into(), &Settings::default()).await;
        let gap = found.of(&here).expect_err("a gap");
        assert_eq!((gap.cause, gap.action.as_str()), (GapCause::AccessDenied, "tag:GetResources"));
    }
}
