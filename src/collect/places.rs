//! Everything in an account and Region, by six listings.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use crate::cloud::{
    AssociationKind, Cloud, CloudError, ErrorKind, RAM_PAGE, RamRead, ShareScope, associations,
    attached_permissions, customer_permissions, share_permissions, share_row, shares, sources,
};
use crate::collect::permissions::follow_up;
use crate::live::{Interest, LivePlace, LiveState, PermissionRow, PlaceRows, UnreadableRow, assemble};
use crate::model::{Observed, Place, ShareStatus};

/// Shares asked about at the same time.
const AT_ONCE: usize = 8;

/// How to read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Places read at the same time.
    pub parallelism: usize,
    /// Rows asked for per page; falls to 100 where refused.
    pub page_size: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { parallelism: 16, page_size: RAM_PAGE }
    }
}

/// Reads places, several at a time, and of permissions what `interest` asks for. A place that fails is a gap; `on_read` hears of each as it comes in.
pub async fn places<C: Cloud>(
    cloud: &C,
    places: &BTreeSet<Place>,
    interest: &Interest,
    settings: &Settings,
    on_read: impl Fn(&Place, &Observed<LivePlace>),
) -> LiveState {
    let reads = places.iter().map(|at| async move { (at, place(cloud, at, interest, settings).await) });
    let mut state = LiveState::default();
    let mut reads = stream::iter(reads).buffer_unordered(settings.parallelism.max(1));
    while let Some((at, observed)) = reads.next().await {
        on_read(at, &observed);
        state.places.insert(at.clone(), observed);
    }
    state
}

/// Reads one place.
pub async fn place<C: Cloud>(
    cloud: &C,
    place: &Place,
    interest: &Interest,
    settings: &Settings,
) -> Observed<LivePlace> {
    let read = async {
        let ram = cloud.ram(place).await?;
        let Listed { rows, share_by_share } = listings(&ram, settings.page_size).await?;
        let mut live = complete(&ram, rows).await?;
        live.share_by_share = share_by_share;
        follow_up(&ram, place, &mut live, interest).await;
        Ok::<_, CloudError>(live)
    };
    match read.await {
        Ok(live) => Observed::Known(live),
        Err(error) => Observed::Unknown(error.into()),
    }
}

/// The rows of a place.
pub(crate) struct Listed {
    pub rows: PlaceRows,
    /// The endpoint refused to list all permissions at once, so each share was asked about.
    pub share_by_share: bool,
}

/// The six listings, at the same time. Where several fail, the first in this order is reported.
///
/// `ListPermissionAssociations` without a filter is in the service model, and an endpoint may not have it. Then the permissions are read with
/// a call for each share.
pub(crate) async fn listings<R: RamRead>(ram: &R, size: u16) -> Result<Listed, CloudError> {
    let all = &ShareScope::All;
    let (shares, resources, principals, permissions, sources, customer_permissions) = tokio::join!(
        shares(ram, all, size),
        associations(ram, AssociationKind::Resource, all, size),
        associations(ram, AssociationKind::Principal, all, size),
        attached_permissions(ram, size),
        sources(ram, all, size),
        customer_permissions(ram, size),
    );
    let mut rows = PlaceRows {
        shares: shares?,
        resources: resources?,
        principals: principals?,
        permissions: Vec::new(),
        sources: Vec::new(),
        customer_permissions: Vec::new(),
    };
    let share_by_share = match permissions {
        Ok(permissions) => {
            rows.permissions = permissions;
            false
        }
        Err(error) if matches!(error.kind, ErrorKind::Unsupported | ErrorKind::InvalidRequest) => {
            rows.permissions = permissions_by_share(ram, &rows).await?;
            true
        }
        Err(error) => return Err(error),
    };
    rows.sources = sources?;
    rows.customer_permissions = customer_permissions?;
    Ok(Listed { rows, share_by_share })
}

/// The permissions of each share that is not DELETED. One that was deleted meanwhile has none.
async fn permissions_by_share<R: RamRead>(
    ram: &R,
    rows: &PlaceRows,
) -> Result<Vec<PermissionRow>, CloudError> {
    let shares = rows.shares.iter().filter(|share| share.status != ShareStatus::Deleted);
    let asked = shares.map(|share| async { share_permissions(ram, &share.arn).await });
    let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
    let mut found = Vec::new();
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(permissions) => found.extend(permissions),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// Joins the rows. Listings are no snapshot: a share made between two of them shows associations but no row, and is read by
/// its ARN.
async fn complete<R: RamRead>(ram: &R, mut rows: PlaceRows) -> Result<LivePlace, CloudError> {
    let assembled = assemble(rows.clone()).map_err(|row| unreadable(ram, row))?;
    if assembled.needs_reread.is_empty() {
        return Ok(assembled.place);
    }
    for arn in &assembled.needs_reread {
        rows.shares.extend(share_row(ram, arn).await?);
    }
    // What still has no row was deleted in the meantime; its associations are no longer anybody's.
    Ok(assemble(rows).map_err(|row| unreadable(ram, row))?.place)
}

/// A row that `live` cannot read spoils the whole listing: leaving it out could hide a grant.
pub(crate) fn unreadable<R: RamRead>(ram: &R, row: UnreadableRow) -> CloudError {
    ram.caller().error(
        ErrorKind::Unreadable,
        "ram:GetResourceShareAssociations",
        format!("{}: {:?}", row.share, row.text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::fake::{FakeCloud, Fault, account, place_at, share_arn};
    use crate::model::GapCause;

    const SUBNET: &str = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";

    fn nothing() -> Interest {
        Interest::none(crate::model::StackName::parse("network").expect("valid"))
    }

    fn two_places() -> (Place, Place) {
        (place_at("222222222222", "eu-central-1"), place_at("333333333333", "us-east-1"))
    }

    async fn read(cloud: &FakeCloud, all: &[&Place], settings: &Settings) -> LiveState {
        places(cloud, &all.iter().map(|place| (*place).clone()).collect(), &nothing(), settings, |_, _| {})
            .await
    }

    #[tokio::test]
    async fn a_place_costs_six_calls_however_many_shares_it_has() {
        let cloud = FakeCloud::default();
        let (here, _) = two_places();
        for _ in 0..40 {
            cloud.add_share(&here, &[SUBNET], &["333333333333", "444444444444"]);
        }
        let state = read(&cloud, &[&here], &Settings::default()).await;
        let live = state.places[&here].known().expect("read");
        assert_eq!(live.shares.len(), 40);
        assert!(live.shares.values().all(|share| share.resources.len() == 1 && share.principals.len() == 2));
        assert_eq!(cloud.world().calls.len(), 6);
    }

    #[tokio::test]
    async fn what_aws_offers_is_listed_once_and_only_where_a_permission_of_it_is_named() {
        let cloud = FakeCloud::default();
        let (here, there) = two_places();
        let named = ["A", "B"].map(|name| {
            crate::model::PermissionArn::parse(&format!("arn:aws:ram::aws:permission/{name}")).expect("valid")
        });
        let interest = Interest { named: [(here.clone(), named.into())].into(), ..nothing() };
        let all = [here.clone(), there.clone()].into();
        let state = places(&cloud, &all, &interest, &Settings::default(), |_, _| {}).await;
        assert_eq!(cloud.world().calls.len(), 6 + 6 + 1);
        let offered = |place| state.places[place].known().expect("read").readings.offered.is_some();
        assert_eq!((offered(&here), offered(&there)), (true, false));
    }

    #[tokio::test]
    async fn short_and_empty_pages_are_followed_to_the_end() {
        let cloud = FakeCloud::default();
        let (here, _) = two_places();
        for _ in 0..7 {
            cloud.add_share(&here, &[SUBNET], &["333333333333"]);
        }
        let whole = read(&cloud, &[&here], &Settings::default()).await;
        cloud.world().page = 2;
        cloud.world().empty_first_page = true;
        cloud.world().largest_page = 100;
        assert_eq!(read(&cloud, &[&here], &Settings::default()).await, whole);
    }

    #[tokio::test]
    async fn a_place_that_fails_is_a_gap_and_the_rest_is_read() {
        let cloud = FakeCloud::default();
        let (here, there) = two_places();
        cloud.add_share(&here, &[SUBNET], &["444444444444"]);
        cloud.world().unreachable.insert(account("333333333333"), ErrorKind::CannotAssumeRole);
        let state = read(&cloud, &[&here, &there], &Settings::default()).await;
        assert_eq!(state.places[&here].known().expect("read").shares.len(), 1);
        let gap = state.places[&there].gap().expect("a gap");
        assert_eq!((gap.cause, gap.action.as_str()), (GapCause::CannotAssumeRole, "sts:AssumeRole"));
        assert_eq!(gap.caller, "arn:aws:iam::333333333333:role/ramctl");
    }

    #[tokio::test]
    async fn one_listing_that_is_denied_makes_the_whole_place_unknown() {
        for action in [
            "ram:GetResourceShares",
            "ram:GetResourceShareAssociations",
            "ram:ListPermissionAssociations",
            "ram:ListSourceAssociations",
            "ram:ListPermissions",
        ] {
            let cloud = FakeCloud::default();
            let (here, _) = two_places();
            cloud.add_share(&here, &[SUBNET], &["444444444444"]);
            cloud.world().faults.push(Fault::new(action, 1, ErrorKind::AccessDenied));
            let state = read(&cloud, &[&here], &Settings::default()).await;
            let gap = state.places[&here].gap().expect("a gap");
            assert_eq!((gap.cause, gap.action.as_str()), (GapCause::AccessDenied, action));
        }
    }

    #[tokio::test]
    async fn an_endpoint_without_the_listing_of_permissions_is_asked_share_by_share() {
        let cloud = FakeCloud::default();
        let (here, _) = two_places();
        for _ in 0..3 {
            cloud.add_share(&here, &[SUBNET], &["444444444444"]);
        }
        let mut whole = read(&cloud, &[&here], &Settings::default()).await;
        cloud.world().calls.clear();
        for kind in [ErrorKind::Unsupported, ErrorKind::InvalidRequest] {
            cloud.world().faults.push(Fault::new("ram:ListPermissionAssociations", 1, kind));
            let state = read(&cloud, &[&here], &Settings::default()).await;
            if let Some(Observed::Known(live)) = whole.places.get_mut(&here) {
                live.share_by_share = true;
            }
            assert_eq!(state, whole);
        }
        let calls = cloud.world().calls.clone();
        let by_share = calls.iter().filter(|call| *call == "ram:ListResourceSharePermissions").count();
        assert_eq!((by_share, calls.len()), (6, 18), "a call for each share, twice");
        // Another refusal says nothing about what the endpoint has.
        cloud.world().faults.push(Fault::new("ram:ListPermissionAssociations", 1, ErrorKind::AccessDenied));
        assert!(read(&cloud, &[&here], &Settings::default()).await.places[&here].gap().is_some());
    }

    #[tokio::test]
    async fn a_share_made_between_two_listings_is_read_by_its_arn() {
        let cloud = FakeCloud::default();
        let (here, _) = two_places();
        let arn = cloud.add_share(&here, &[SUBNET], &["444444444444"]);
        let ram = cloud.ram(&here).await.expect("reachable");
        let mut rows = listings(&ram, 500).await.expect("read").rows;
        rows.shares.clear();
        let live = complete(&ram, rows.clone()).await.expect("read");
        assert_eq!(live.shares.keys().collect::<Vec<_>>(), [&arn]);

        // Made and deleted in between: nothing is left of it.
        cloud.world().shares.clear();
        assert_eq!(complete(&ram, rows).await.expect("read"), LivePlace::default());
    }

    #[tokio::test]
    async fn the_result_does_not_hang_on_how_many_are_read_at_once() {
        let cloud = FakeCloud::default();
        let all: Vec<Place> = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]
            .map(|region| place_at("222222222222", region))
            .to_vec();
        for place in &all {
            cloud.add_share(place, &[SUBNET], &["444444444444"]);
        }
        let refs: Vec<&Place> = all.iter().collect();
        let one = read(&cloud, &refs, &Settings { parallelism: 1, ..Settings::default() }).await;
        let many = read(&cloud, &refs, &Settings::default()).await;
        assert_eq!(one, many);
        assert_eq!(one.places.len(), 4);
    }

    #[tokio::test]
    async fn one_share_is_read_again_with_all_that_is_on_it() {
        use crate::collect::share::{ShareReading, reread_share};
        let cloud = FakeCloud::default();
        let (here, _) = two_places();
        cloud.add_share(&here, &[SUBNET], &["555555555555"]);
        let arn = cloud.add_share(&here, &[SUBNET], &["444444444444"]);
        let whole = read(&cloud, &[&here], &Settings::default()).await;
        let ram = cloud.ram(&here).await.expect("reachable");
        let ShareReading::Present(share) = reread_share(&ram, &arn).await.expect("read") else {
            panic!("the share is there")
        };
        assert_eq!(*share, whole.places[&here].known().expect("read").shares[&arn]);
        let absent = share_arn(&here, 99);
        assert_eq!(reread_share(&ram, &absent).await.expect("read"), ShareReading::Absent);
    }
}
