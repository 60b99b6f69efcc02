//! What versions of permissions allow, where a plan has to know it: one call for each.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};

use crate::cloud::{Cloud, RamRead};
use crate::collect::Settings;
use crate::live::{LivePlace, LiveState, PermissionDetail, PolicyOf, VersionAsked};
use crate::model::{Observed, Place};

/// Asks for each version in its place, several at a time, and adds the answers to what was read of the places. One that is refused is a
/// gap, and the others go on.
pub async fn policies<C: Cloud>(
    cloud: &C,
    questions: &BTreeMap<PolicyOf, Place>,
    settings: &Settings,
    live: &mut LiveState,
) {
    let asked = questions.iter().map(|(of, place)| async move { (of, place, one(cloud, of, place).await) });
    let mut answers = stream::iter(asked).buffer_unordered(settings.parallelism.max(1));
    while let Some((of, place, answer)) = answers.next().await {
        let read = live.places.entry(place.clone()).or_insert_with(|| Observed::Known(LivePlace::default()));
        if let Observed::Known(read) = read {
            read.readings.add_policy(&of.permission, of.version.clone(), answer);
        }
    }
}

async fn one<C: Cloud>(cloud: &C, of: &PolicyOf, place: &Place) -> Observed<PermissionDetail> {
    let version = match &of.version {
        VersionAsked::Default => None,
        VersionAsked::Numbered(number) => Some(number.as_str()),
    };
    let read = async { cloud.ram(place).await?.get_permission(&of.permission, version).await };
    match read.await {
        Ok(detail) => Observed::Known(detail),
        Err(error) => Observed::Unknown(crate::cloud::CloudError::into(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::ErrorKind;
    use crate::cloud::fake::{FakeCloud, Fault, place_at};
    use crate::live::Policies;
    use crate::model::{GapCause, PermissionArn};

    fn of(name: &str, version: Option<&str>) -> (PolicyOf, Place) {
        let place = place_at("222222222222", "eu-central-1");
        let arn = format!("arn:aws:ram::aws:permission/{name}");
        let version = version.map_or(VersionAsked::Default, |one| VersionAsked::Numbered(one.to_owned()));
        let permission = PermissionArn::parse(&arn).expect("an ARN");
        (PolicyOf { region: place.region.clone(), permission, version }, place)
    }

    #[tokio::test]
    async fn each_version_is_one_call_and_one_that_is_refused_is_a_gap() {
        let cloud = FakeCloud::default();
        let questions: BTreeMap<PolicyOf, Place> = [of("A", None), of("B", None)].into();
        cloud.world().faults.push(Fault::new("ram:GetPermission", 1, ErrorKind::AccessDenied));
        let mut live = LiveState::default();
        let settings = Settings { parallelism: 1, ..Settings::default() };
        policies(&cloud, &questions, &settings, &mut live).await;
        assert_eq!(cloud.world().calls.len(), 2);
        let found = Policies::of(&live);
        let gap = found.get(&of("A", None).0).gap().cloned().expect("refused");
        assert_eq!((gap.cause, gap.action.as_str()), (GapCause::AccessDenied, "ram:GetPermission"));
        assert!(found.answers(&of("B", None).0));

        policies(&cloud, &BTreeMap::new(), &settings, &mut live).await;
        assert_eq!(cloud.world().calls.len(), 2, "no question, no call");
    }
}
