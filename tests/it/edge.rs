//! Reading a sandbox with the real SDK over real HTTP.

use std::collections::BTreeSet;

use ramctl::aws::{Access, AssumedRole, Connector, Keys, Rates, Settings};
use ramctl::collect::{self, SharingQuestion};
use ramctl::live::{Interest, LiveState};
use ramctl::model::{AccountId, GapCause, Observed, Place, Region, StackName};
use ramctl::org::{OrgView, SharingState};
use ramctl::sandbox::{self, Content, Running};

pub(crate) async fn start(seed: &str) -> Running {
    let content = Content::Seed { name: "sandbox.hcl".into(), text: seed.into() };
    sandbox::start(sandbox::Settings::new(content)).await.expect("the sandbox starts")
}

/// As the command line reaches a sandbox: the management account's key, and a role in every other account.
pub(crate) async fn connect(running: &Running, role: &str) -> Connector {
    let management = running.management();
    let accounts = running
        .accounts()
        .iter()
        .filter(|account| !account.is_management)
        .map(|account| {
            let arn = format!("arn:aws:iam::{}:role/{role}", account.id);
            let role = AssumedRole { arn, external_id: None, session_name: None, duration_seconds: None };
            (account.id.clone(), Access::Role(role))
        })
        .collect();
    let settings = Settings {
        accounts,
        endpoint: Some(running.endpoint_url()),
        credentials: Some(Keys {
            access_key_id: management.access_key_id.clone(),
            secret_access_key: management.secret_access_key.clone(),
            session_token: None,
        }),
        loopback_only: true,
        rates: Rates::Unlimited,
        ..Settings::default()
    };
    Connector::new(settings).await.expect("valid settings")
}

pub(crate) const ROLE: &str = "OrganizationAccountAccessRole";

pub(crate) fn place(account: &str, region: &str) -> Place {
    Place {
        account: AccountId::parse(account).expect("valid"),
        region: Region::parse(region).expect("valid"),
    }
}

pub(crate) async fn read_places(cloud: &Connector, places: &[Place]) -> LiveState {
    let stack = StackName::parse("network").expect("valid");
    read_for(cloud, places, &Interest::none(stack)).await
}

/// Reads also what the listings leave open about permissions.
pub(crate) async fn read_for(cloud: &Connector, places: &[Place], interest: &Interest) -> LiveState {
    let places: BTreeSet<Place> = places.iter().cloned().collect();
    collect::places(cloud, &places, interest, &collect::Settings::default(), |_, _| {}).await
}

pub(crate) async fn read_organization(cloud: &Connector) -> OrgView {
    let management = AccountId::parse("111111111111").expect("valid");
    collect::organization(cloud, Some(&management), SharingQuestion::Ask).await
}

/// Root { management, network, Workloads { Prod { web } Dev { sandbox } } }, a partner outside, sharing off.
pub(crate) const SEED: &str = r#"
organization {
  management_account = "management"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "sandbox" { id = "444444444444" }
    }
  }
}
outside "partner" { id = "999999999999" }
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0a" {}
resource "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b" {}
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1" {}
resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-2" {}
"#;

#[tokio::test]
async fn a_read_costs_six_calls_whatever_is_there() {
    for shares in [0, 1, 25] {
        let mut seed = SEED.to_owned();
        for n in 0..shares {
            seed.push_str(&format!(
                "share \"s{n}\" {{\n account = \"network\"\n region = \"eu-central-1\"\n allow_external_principals = true\n \
                 resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0a\"]\n \
                 principals = [\"333333333333\", \"999999999999\"]\n}}\n"
            ));
        }
        let running = start(&seed).await;
        let cloud = connect(&running, ROLE).await;
        let here = place("222222222222", "eu-central-1");
        let live = read_places(&cloud, std::slice::from_ref(&here)).await;
        let live = live.places[&here].known().expect("read");
        assert_eq!(live.shares.len(), shares);
        assert!(live.shares.values().all(|share| share.resources.len() == 1 && share.principals.len() == 2));
        let calls = cloud.calls();
        assert_eq!((calls.of_service("RAM").calls, calls.of_service("RAM").attempts), (6, 6), "{calls:?}");
        assert_eq!(calls.of_service("STS").calls, 1);
        running.shutdown().await.expect("the sandbox stops");
    }
}

#[tokio::test]
async fn an_account_whose_role_cannot_be_assumed_is_a_gap_that_names_the_role() {
    let seed = SEED.replace(
        "account \"network\" { id = \"222222222222\" }",
        "account \"network\" {\n id = \"222222222222\"\n roles = false\n}",
    );
    let running = start(&seed).await;
    let cloud = connect(&running, ROLE).await;
    let (network, web) = (place("222222222222", "eu-central-1"), place("333333333333", "eu-central-1"));
    let live = read_places(&cloud, &[network.clone(), web.clone()]).await;
    let gap = live.places[&network].gap().expect("a gap");
    assert_eq!((gap.cause, gap.action.as_str()), (GapCause::CannotAssumeRole, "sts:AssumeRole"));
    assert_eq!(gap.caller, "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole");
    assert!(gap.detail.contains("AccessDenied"), "{}", gap.detail);
    assert!(live.places[&web].known().is_some(), "the rest is read");
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn each_state_of_sharing_is_told_apart() {
    for (sharing, state) in [
        ("enabled", SharingState::Enabled),
        ("half", SharingState::HalfEnabled),
        ("leftover_role", SharingState::LeftoverRole),
        ("off", SharingState::Disabled),
    ] {
        let seed = SEED.replace("organization {", &format!("organization {{\n  sharing = \"{sharing}\""));
        let running = start(&seed).await;
        let cloud = connect(&running, ROLE).await;
        let org = read_organization(&cloud).await;
        assert_eq!(org.sharing, Observed::Known(state));
        let snapshot = org.snapshot.known().expect("read");
        let unit = snapshot.unit_by_path("Workloads/Prod").expect("there");
        assert!(snapshot.is_within(&AccountId::parse("333333333333").expect("valid"), unit));
        running.shutdown().await.expect("the sandbox stops");
    }
}

#[tokio::test]
async fn short_empty_and_late_answers_change_nothing_about_what_is_read() {
    let mut names = Vec::new();
    for settings in ["", "settings {\n empty_pages = \"always\"\n page_size = 2\n}\n"] {
        let mut seed = format!("{SEED}{settings}");
        for n in 0..7 {
            seed.push_str(&format!(
                "share \"s{n}\" {{\n account = \"network\"\n region = \"eu-central-1\"\n \
                 resources = [\"arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0a\"]\n \
                 principals = [\"333333333333\", \"444444444444\"]\n}}\n"
            ));
        }
        let running = start(&seed).await;
        let cloud = connect(&running, ROLE).await;
        let here = place("222222222222", "eu-central-1");
        let live = read_places(&cloud, std::slice::from_ref(&here)).await;
        let shares = &live.places[&here].known().expect("read").shares;
        let mut read: Vec<_> = shares
            .values()
            .map(|share| {
                (share.name.clone(), share.resources.len(), share.principals.len(), share.permissions.len())
            })
            .collect();
        read.sort();
        names.push(read);
        running.shutdown().await.expect("the sandbox stops");
    }
    assert_eq!(names[0].len(), 7);
    assert_eq!(names[0], names[1]);
}
