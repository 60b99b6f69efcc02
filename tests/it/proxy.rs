//! A hostile proxy between ramctl and AWS. It cuts, doubles, delays, empties, swaps, truncates and forges replies by generated
//! faults, each case from a seed, and these laws hold whatever it does:
//!
//! - nothing panics, and each case ends within [`BOUND`];
//! - what is taken as read is what is there: a place or an organization is either unknown or equal to the truth;
//! - a plan over something unknown is incomplete and has no step for it; no write follows an unreadable read of its place;
//! - nobody gets more than before and after allow together, and no share is made twice;
//! - the peak of memory stays under [`MOST_MEMORY`];
//! - once the faults are over, one more run converges.
//!
//! Not here: a well-formed lie. A reply that leaves a row out, or says another name, cannot be told from the truth by anybody who
//! has TLS for no other proof. Cases that lie this way are made too, under the laws that do not speak of truth.
//!
//! `RAMCTL_PROXY_CASES` says how many cases are run; `RAMCTL_PROXY_SEED` runs one again.

mod binary;
mod faults;
mod forge;
mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ramctl::apply::{self, apply};
use ramctl::aws::{Access, AssumedRole, Connector, Keys, Rates, Settings};
use ramctl::desired::resolve;
use ramctl::diff;
use ramctl::lang::Declaration;
use ramctl::live::{LivePlace, LiveState};
use ramctl::model::{Observed, Place, ShareStatus, TaggedResources};
use ramctl::org::OrgView;
use ramctl::plan::{self, Consent, Plan};
use ramctl::sandbox::Running;
use tokio_util::sync::CancellationToken;

use crate::edge::{ROLE, connect, place, read_for, read_organization, start};
use crate::pipeline::declare;
use crate::proxy::faults::{Aim, script};
use crate::proxy::server::Proxy;

/// No case takes longer, however slow the machine.
const BOUND: Duration = Duration::from_secs(120);
/// Peak of a process in KiB: the replies that are received at once have at most 128 MiB, and what is read from them as much again.
const MOST_MEMORY: u64 = 700 << 10;
const CASES: u64 = 2_000;
/// One case in so many changes something, and one in so many runs the binary.
const WRITING: u64 = 20;
const BINARY: u64 = 200;
/// Each thread has a sandbox of its own, and so many cases at once: most of them wait most of the time.
const THREADS: u64 = 3;
const AT_ONCE: usize = 16;

/// Two Regions with shares of all sorts, on several pages.
pub(crate) const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
    }
  }
}
outside "partner" { id = "999999999999" }
permission "pools" {
  account       = "network"
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"
  policy        = "{\"Effect\":\"Allow\",\"Action\":[\"ec2:GetIpamPoolAllocations\"]}"
}
permission "pools-east" {
  account       = "network"
  region        = "us-east-1"
  resource_type = "ec2:IpamPool"
  policy        = "{\"Effect\":\"Allow\",\"Action\":[\"ec2:GetIpamPoolAllocations\"]}"
}
share "by-hand" {
  account    = "network"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-a", "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-c"]
  principals = ["333333333333", "999999999999"]
  allow_external_principals = true
  tags       = { team = "old" }
}
share "second" {
  account    = "network"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:prefix-list/pl-a"]
  principals = ["444444444444"]
}
share "third" {
  account    = "network"
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-b"]
  principals = ["333333333333"]
}
share "east" {
  account    = "network"
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-e"]
  principals = ["333333333333", "444444444444"]
}
settings {
  resources       = "any"
  associate_ms    = 1
  disassociate_ms = 1
  onboarding_ms   = 1
  page_size       = 2
}
"#;

const HEAD: &str = r#"
ramctl { stack = "network" }
account "management" { id = "111111111111" }
organization {
  management_account = account.management
  sharing            = "enabled"
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

/// What the stack has before.
pub(crate) const BEFORE: &str = r#"
share "kept" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1", "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1"]
  principals = ["333333333333", ou("Workloads/Dev")]
  tags       = { team = "network" }
}
share "gone" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-2"]
  principals = [ou("Workloads/Prod")]
}
"#;

/// What it is to have after.
pub(crate) const AFTER: &str = r#"
share "kept" {
  account    = account.network
  region     = "eu-central-1"
  name       = "renamed"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1", "arn:aws:ec2:eu-central-1:222222222222:prefix-list/pl-1"]
  principals = ["444444444444", ou("Workloads/Dev")]
  tags       = { team = "platform" }
}
share "new" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-3"]
  principals = ["333333333333"]
}
"#;

pub(crate) fn stack(shares: &str) -> String {
    format!("{HEAD}{shares}")
}

pub(crate) fn places() -> Vec<Place> {
    vec![place("222222222222", "eu-central-1"), place("222222222222", "us-east-1")]
}

/// As [`connect`], through the proxy, with two tries of a call.
async fn through(proxy: &Proxy, running: &Running) -> Connector {
    let management = running.management();
    let role = |account: &ramctl::model::AccountId| AssumedRole {
        arn: format!("arn:aws:iam::{account}:role/{ROLE}"),
        external_id: None,
        session_name: None,
        duration_seconds: None,
    };
    let members = running.accounts().iter().filter(|account| !account.is_management);
    let settings = Settings {
        accounts: members.map(|account| (account.id.clone(), Access::Role(role(&account.id)))).collect(),
        endpoint: Some(proxy.url()),
        credentials: Some(Keys {
            access_key_id: management.access_key_id.clone(),
            secret_access_key: management.secret_access_key.clone(),
            session_token: None,
        }),
        loopback_only: true,
        rates: Rates::Unlimited,
        attempts: 2,
        patience: Duration::from_secs(20),
        ..Settings::default()
    };
    Connector::new(settings).await.expect("valid settings")
}

/// A sandbox that is only read, with what is there.
struct Lab {
    running: Running,
    live: LiveState,
    org: OrgView,
    after: Declaration,
}

async fn read_all(cloud: &Connector, declaration: &Declaration) -> (LiveState, OrgView) {
    let org = read_organization(cloud).await;
    let interest = match resolve(declaration, &org, &TaggedResources::default()).graph {
        Some(graph) => diff::interest(&graph),
        None => ramctl::live::Interest::none(ramctl::model::StackName::parse("network").expect("valid")),
    };
    (read_for(cloud, &places(), &interest).await, org)
}

/// The plan over what was read; none where the stack cannot even be resolved.
fn plan_over(declaration: &Declaration, live: &LiveState, org: &OrgView) -> Option<Plan> {
    let graph = resolve(declaration, org, &TaggedResources::default()).graph?;
    Some(plan::plan(&diff::diff(&graph, live, org), org))
}

impl Lab {
    async fn open() -> Self {
        let running = start(SEED).await;
        let cloud = connect(&running, ROLE).await;
        change(&cloud, &declare(&stack(BEFORE))).await.expect("nothing is in the way");
        let after = declare(&stack(AFTER));
        let (live, org) = read_all(&cloud, &after).await;
        assert!(live.places.values().all(|place| place.known().is_some()) && org.snapshot.known().is_some());
        Self { running, live, org, after }
    }
}

/// What became of the cases.
#[derive(Default)]
struct Tally {
    fired: AtomicU64,
    known: AtomicU64,
    unknown: AtomicU64,
}

/// Reads everything through the proxy, and plans over what was read.
async fn read_case(seed: u64, lab: &Lab, tally: &Tally) {
    let script = script(seed, Aim::Reads);
    let faults = format!("{:?}", script.faults);
    let proxy = Proxy::start(lab.running.addr(), script).await;
    let cloud = through(&proxy, &lab.running).await;
    let (live, org) = tokio::time::timeout(BOUND, read_all(&cloud, &lab.after))
        .await
        .unwrap_or_else(|_| panic!("seed {seed} hangs: {faults}"));
    let told = proxy.told();
    tally.fired.fetch_add(u64::from(told.fired > 0), Ordering::Relaxed);
    for (place, truth) in &lab.live.places {
        let found = &live.places[place];
        let counter = if found.known().is_some() { &tally.known } else { &tally.unknown };
        counter.fetch_add(1, Ordering::Relaxed);
        assert!(told.fired > 0 || found.known().is_some(), "seed {seed}: {place} is unread without a fault");
        if let (Observed::Known(found), Observed::Known(truth), false) = (found, truth, told.lied) {
            // Permissions may be read share by share instead; what is read is the same.
            let truth = &LivePlace { share_by_share: found.share_by_share, ..truth.clone() };
            assert_eq!(found, truth, "seed {seed}: {place} is not what is there\n{faults}");
        }
    }
    if let (Observed::Known(found), Observed::Known(truth), false) =
        (&org.snapshot, &lab.org.snapshot, told.lied)
    {
        assert_eq!(found, truth, "seed {seed}: the organization is not what is there\n{faults}");
    }
    if let (Observed::Known(found), Observed::Known(truth), false) =
        (&org.sharing, &lab.org.sharing, told.lied)
    {
        assert_eq!(found, truth, "seed {seed}\n{faults}");
    }
    let Some(plan) = plan_over(&lab.after, &live, &org) else { return };
    let unread: BTreeSet<&Place> =
        live.places.iter().filter(|(_, found)| found.known().is_none()).map(|(place, _)| place).collect();
    let complete = unread.is_empty() && org.snapshot.known().is_some() && org.sharing.known().is_some();
    assert!(complete || !plan.is_complete(), "seed {seed}: an incomplete plan says that it is complete");
    for step in plan.steps() {
        assert!(!unread.contains(&step.place), "seed {seed}: {step:?} follows an unreadable read");
    }
    assert!(plan.has_changes() || !plan.is_complete() || told.lied, "seed {seed}: it says that AWS matches");
}

fn quick() -> apply::Settings {
    apply::Settings {
        first_pause: Duration::from_millis(2),
        longest_pause: Duration::from_millis(50),
        deadline: Duration::from_secs(5),
        external_invitation: Duration::from_millis(50),
        ..apply::Settings::default()
    }
}

/// Plans and applies what is readable. The error says what is left.
async fn change(cloud: &Connector, declaration: &Declaration) -> Result<(), String> {
    let (live, org) = read_all(cloud, declaration).await;
    let plan = plan_over(declaration, &live, &org).ok_or("it does not resolve")?;
    if !plan.is_complete() {
        return Err("incomplete".into());
    }
    let approved = plan.approve(&Consent::to_everything()).map_err(|refusal| format!("{refusal:?}"))?;
    let outcome = apply(&approved, cloud, &quick(), |_| {}, CancellationToken::new()).await;
    match outcome.steps.iter().find(|step| !matches!(step.result, plan::StepResult::Done { .. })) {
        Some(step) => Err(format!("{step:?}")),
        None => Ok(()),
    }
}

/// Who is on a share with what, and how many shares bear each address.
fn grants_and_addresses(live: &LiveState) -> (BTreeSet<(String, String)>, BTreeMap<String, usize>) {
    let (mut grants, mut addresses) = (BTreeSet::new(), BTreeMap::new());
    for found in live.places.values() {
        for share in found.known().expect("read").shares.values() {
            if share.status == ShareStatus::Deleting {
                continue;
            }
            if let Some(address) = share.tags.get("ramctl:address") {
                *addresses.entry(address.clone()).or_default() += 1;
            }
            for resource in share.resources.keys() {
                grants.extend(share.principals.keys().map(|who| (resource.to_string(), who.to_string())));
            }
        }
    }
    (grants, addresses)
}

/// Applies through the proxy, looks at what is left, and applies once more without it.
async fn write_case(seed: u64, tally: &Tally) {
    let running = start(SEED).await;
    let direct = connect(&running, ROLE).await;
    let (before, after) = (declare(&stack(BEFORE)), declare(&stack(AFTER)));
    change(&direct, &before).await.expect("nothing is in the way");
    let (allowed, _) = grants_and_addresses(&read_all(&direct, &before).await.0);
    let script = script(seed, Aim::Everything);
    let faults = format!("{:?}", script.faults);
    let proxy = Proxy::start(running.addr(), script).await;
    let cloud = through(&proxy, &running).await;
    let changed = tokio::time::timeout(BOUND, change(&cloud, &after))
        .await
        .unwrap_or_else(|_| panic!("seed {seed} hangs: {faults}"));
    let told = proxy.told();
    tally.fired.fetch_add(u64::from(told.fired > 0), Ordering::Relaxed);
    assert!(told.fired > 0 || changed.is_ok(), "seed {seed}: {changed:?} without a fault");
    let (reached, addresses) = grants_and_addresses(&read_all(&direct, &after).await.0);
    assert!(addresses.values().all(|count| *count == 1), "seed {seed}: {addresses:?}\n{faults}");
    change(&direct, &after)
        .await
        .unwrap_or_else(|left| panic!("seed {seed} does not converge: {left}\n{faults}"));
    let (live, org) = read_all(&direct, &after).await;
    let left = plan_over(&after, &live, &org).expect("it resolves");
    assert!(left.is_empty() && left.is_complete(), "seed {seed}: {:#?}\n{faults}", left.steps());
    let (end, addresses) = grants_and_addresses(&live);
    assert!(addresses.values().all(|count| *count == 1), "seed {seed}: {addresses:?}\n{faults}");
    let more: Vec<_> = reached.iter().filter(|one| !allowed.contains(*one) && !end.contains(*one)).collect();
    assert!(more.is_empty(), "seed {seed}: neither before nor after allows {more:?}\n{faults}");
    running.shutdown().await.expect("the sandbox stops");
}

#[expect(clippy::disallowed_methods, reason = "how many cases are run is the caller's choice")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// The cases of one thread, by their seeds.
#[expect(clippy::disallowed_macros, reason = "a run of many cases says how far it is")]
async fn cases(seeds: impl Iterator<Item = u64>, all: u64, tally: &Tally) {
    let lab = &Lab::open().await;
    let case = |seed: u64| async move {
        if seed % BINARY == 7 {
            Box::pin(binary::case(seed)).await;
        } else if seed % WRITING == 3 {
            Box::pin(write_case(seed, tally)).await;
        } else {
            Box::pin(read_case(seed, lab, tally)).await;
        }
        if all > CASES && (seed + 1).is_multiple_of(CASES) {
            eprintln!("{} of {all} cases", seed + 1);
        }
    };
    stream::iter(seeds.map(case)).buffer_unordered(AT_ONCE).for_each(|()| async {}).await;
}

#[expect(clippy::disallowed_macros, reason = "the figures are part of what the run found")]
#[test]
fn whatever_a_proxy_does_nothing_false_is_believed_and_nothing_wrong_is_written() {
    let tally = &Tally::default();
    let seeds = match setting("RAMCTL_PROXY_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..setting("RAMCTL_PROXY_CASES").unwrap_or(CASES),
    };
    let all = seeds.end - seeds.start;
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let seeds = seeds.clone().filter(move |seed| seed % THREADS == thread);
            scope.spawn(move || {
                let runtime = tokio::runtime::Runtime::new().expect("threads");
                runtime.block_on(Box::pin(cases(seeds, all, tally)));
            });
        }
    });
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (fired, known, unknown) = (count(&tally.fired), count(&tally.known), count(&tally.unknown));
    eprintln!("{all} cases: a fault fired in {fired}; {known} places were read, {unknown} were not");
    // Faults that never fire, or that nothing survives, would prove nothing.
    assert!(all < 200 || (fired > all / 2 && known > all / 10 && unknown > all / 10));
}
