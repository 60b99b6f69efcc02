//! What accounts have in subnets and transit gateways: one call for each kind, account and Region, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, stream};

use crate::cloud::{Cloud, CloudError, EC2_PAGE, FILTER_VALUES, UsageRead, UseRow, all_pages};
use crate::collect::Settings;
use crate::model::{Observed, Place, ResourceArn, Usage, UsedKind, Users};

/// Asks EC2 in each place for all of its resources, several places at a time. What cannot be read is a gap for each resource that it
/// was asked for; the other kind and the other places go on.
pub async fn usage<C: Cloud>(
    cloud: &C,
    questions: &BTreeMap<Place, BTreeSet<ResourceArn>>,
    settings: &Settings,
) -> Usage {
    let reads = questions.iter().flat_map(|(place, resources)| {
        UsedKind::ALL.into_iter().map(move |kind| async move {
            let of_kind = resources.iter().filter_map(|arn| {
                let (found, id) = UsedKind::of(arn)?;
                (found == kind).then(|| (id.to_owned(), arn.clone()))
            });
            one(cloud, place, kind, of_kind.collect()).await
        })
    });
    let answers = stream::iter(reads).buffer_unordered(settings.parallelism.max(1));
    Usage { found: answers.collect::<Vec<_>>().await.into_iter().flatten().collect() }
}

async fn one<C: Cloud>(
    cloud: &C,
    place: &Place,
    kind: UsedKind,
    asked: BTreeMap<String, ResourceArn>,
) -> BTreeMap<ResourceArn, Observed<Users>> {
    if asked.is_empty() {
        return BTreeMap::new();
    }
    let ids: Vec<String> = asked.keys().cloned().collect();
    match rows(cloud, place, kind, &ids).await {
        Ok(rows) => {
            let mut users: BTreeMap<ResourceArn, Users> =
                asked.values().map(|arn| (arn.clone(), Users::new())).collect();
            for UseRow { id: _, resource, account } in rows {
                if let Some(users) = asked.get(&resource).and_then(|arn| users.get_mut(arn)) {
                    *users.entry(account).or_default() += 1;
                }
            }
            users.into_iter().map(|(arn, users)| (arn, Observed::Known(users))).collect()
        }
        Err(error) => {
            let unknown = |arn: ResourceArn| (arn, Observed::Unknown(error.clone().into()));
            asked.into_values().map(unknown).collect()
        }
    }
}

async fn rows<C: Cloud>(
    cloud: &C,
    place: &Place,
    kind: UsedKind,
    ids: &[String],
) -> Result<Vec<UseRow>, CloudError> {
    let client = &cloud.usage(place).await?;
    let mut rows = Vec::new();
    for batch in ids.chunks(FILTER_VALUES) {
        let judge = |row: &UseRow| {
            if batch.contains(&row.resource) {
                Ok(row.id.clone())
            } else {
                Err(format!("a row is about {}, which was not asked for", row.resource))
            }
        };
        rows.extend(
            all_pages(client.caller(), kind.action(), EC2_PAGE, judge, |page| async move {
                match kind {
                    UsedKind::Subnet => client.describe_network_interfaces(batch, &page).await,
                    UsedKind::TransitGateway => {
                        client.describe_transit_gateway_attachments(batch, &page).await
                    }
                }
            })
            .await?,
        );
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ErrorKind;
    use crate::cloud::fake::{FakeCloud, Fault, account, place_at};
    use crate::model::GapCause;

    fn arn(kind: &str, id: &str) -> ResourceArn {
        let text = format!("arn:aws:ec2:eu-central-1:222222222222:{kind}/{id}");
        text.parse().expect("an ARN")
    }

    fn asked(resources: impl IntoIterator<Item = ResourceArn>) -> BTreeMap<Place, BTreeSet<ResourceArn>> {
        [(place_at("222222222222", "eu-central-1"), resources.into_iter().collect())].into()
    }

    fn used(cloud: &FakeCloud, resource: &str, by: &str) {
        let uses = &mut cloud.world().uses;
        let id = format!("eni-{}", uses.len());
        uses.push(UseRow { id, resource: resource.to_owned(), account: account(by) });
    }

    #[tokio::test]
    async fn each_kind_is_one_call_whatever_is_asked_and_more_where_a_filter_is_full() {
        let cloud = FakeCloud::default();
        cloud.world().largest_page = EC2_PAGE;
        used(&cloud, "subnet-1", "333333333333");
        used(&cloud, "subnet-1", "333333333333");
        used(&cloud, "subnet-1", "444444444444");
        used(&cloud, "tgw-1", "333333333333");
        let all = [arn("subnet", "subnet-1"), arn("subnet", "subnet-2"), arn("transit-gateway", "tgw-1")];
        let found = usage(&cloud, &asked(all.clone()), &Settings::default()).await.found;
        let of = |arn: &ResourceArn| found[arn].known().expect("read").clone();
        let (dev, prod) = (account("333333333333"), account("444444444444"));
        assert_eq!(of(&all[0]), [(dev.clone(), 2), (prod, 1)].into());
        assert_eq!(of(&all[1]), Users::new(), "asked and nobody");
        assert_eq!(of(&all[2]), [(dev, 1)].into());
        assert_eq!(cloud.world().calls.len(), 2);

        let many = (0..450).map(|n| arn("subnet", &format!("subnet-{n:03}")));
        let found = usage(&cloud, &asked(many), &Settings::default()).await.found;
        assert_eq!((found.len(), cloud.world().calls.len()), (450, 2 + 3));
        assert!(usage(&cloud, &BTreeMap::new(), &Settings::default()).await.found.is_empty());
        assert_eq!(cloud.world().calls.len(), 5, "no question, no call");
    }

    #[tokio::test]
    async fn short_and_empty_pages_of_interfaces_are_followed_to_the_end() {
        let cloud = FakeCloud::default();
        (0..5).for_each(|_| used(&cloud, "subnet-1", "333333333333"));
        cloud.world().page = 2;
        cloud.world().largest_page = EC2_PAGE;
        cloud.world().empty_first_page = true;
        let subnet = arn("subnet", "subnet-1");
        let found = usage(&cloud, &asked([subnet.clone()]), &Settings::default()).await.found;
        assert_eq!(found[&subnet].known(), Some(&[(account("333333333333"), 5)].into()));
    }

    #[tokio::test]
    async fn what_is_refused_is_a_gap_and_the_other_kind_is_read() {
        let cloud = FakeCloud::default();
        let (subnet, gateway) = (arn("subnet", "subnet-1"), arn("transit-gateway", "tgw-1"));
        cloud.world().faults.push(Fault::new("ec2:DescribeNetworkInterfaces", 1, ErrorKind::AccessDenied));
        let both = asked([subnet.clone(), gateway.clone()]);
        let found = usage(&cloud, &both, &Settings::default()).await.found;
        let gap = found[&subnet].gap().expect("a gap");
        assert_eq!((gap.cause, gap.action.as_str()), (GapCause::AccessDenied, UsedKind::Subnet.action()));
        assert_eq!(found[&gateway].known(), Some(&Users::new()));

        cloud.world().unreachable.insert(account("222222222222"), ErrorKind::CannotAssumeRole);
        let found = usage(&cloud, &both, &Settings::default()).await.found;
        assert!(
            found
                .values()
                .all(|answer| answer.gap().is_some_and(|gap| gap.cause == GapCause::CannotAssumeRole))
        );
    }
}
