//! The real binary against a sandbox that the test process serves, so that the test can look at it and meddle with it at any time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use ramctl::diff::Written;
use ramctl::live::LivePlace;
use ramctl::model::{
    AssociationStatus, Observed, Place, Principal, ResourceArn, ShareStatus, TAG_APPLIED, Tags,
};
use ramctl::sandbox::{self, Content, Running, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::edge::{ROLE, connect, read_places};
use crate::run::Run;

/// A stack and the AWS that it works on.
pub(crate) struct World {
    running: Running,
    folder: TempDir,
    /// Whether its runs look in Regions that the files do not name.
    sweeps: bool,
}

/// A share as a person would compare it: without its ARN and times, and without what binds its record to that ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub place: Place,
    pub name: String,
    pub allow_external_principals: bool,
    pub tags: BTreeMap<String, String>,
    pub members: BTreeMap<String, AssociationStatus>,
    pub permissions: BTreeMap<String, (String, String)>,
}

impl World {
    /// A new sandbox, and a folder without files.
    pub(crate) async fn new(seed: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self::start(folder, seed, None).await
    }

    /// As [`new`](Self::new), with as many Regions as AWS enables for everybody. Elsewhere only those with shares are enabled, for each
    /// run asks in all of them.
    pub(crate) async fn sweeping(seed: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let settings = Settings { enabled_regions: None, ..Self::settings(&folder, seed, None) };
        let running = sandbox::start(settings).await.expect("the sandbox starts");
        Self { running, folder, sweeps: true }
    }

    /// The same world, in which runs ask no account for its Regions.
    pub(crate) fn without_sweep(self) -> Self {
        Self { sweeps: false, ..self }
    }

    fn settings(folder: &TempDir, seed: &str, stopped_at: Option<i64>) -> Settings {
        let content = Content::Seed { name: "sandbox.hcl".into(), text: seed.into() };
        Settings {
            state_dir: Some(state_of(folder.path())),
            stopped_at,
            enabled_regions: Some(Vec::new()),
            ..Settings::new(content)
        }
    }

    /// A copy of a world that was shut down.
    pub(crate) async fn copy(of: &Path, seed: &str) -> Self {
        Self::copy_at(of, seed, None).await
    }

    /// The same, with the sandbox's clock standing still at a time in milliseconds since 1970.
    pub(crate) async fn copy_at(of: &Path, seed: &str, stopped_at: Option<i64>) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        for entry in fs::read_dir(state_of(of)).expect("the state is there") {
            let entry = entry.expect("the folder can be read");
            let to = state_of(folder.path());
            fs::create_dir_all(&to).expect("the folder can be written");
            fs::copy(entry.path(), to.join(entry.file_name())).expect("the state can be copied");
        }
        Self::start(folder, seed, stopped_at).await
    }

    async fn start(folder: TempDir, seed: &str, stopped_at: Option<i64>) -> Self {
        let running =
            sandbox::start(Self::settings(&folder, seed, stopped_at)).await.expect("the sandbox starts");
        Self { running, folder, sweeps: true }
    }

    /// Ends the sandbox and gives the folder with its state.
    pub(crate) async fn shut_down(self) -> TempDir {
        self.running.shutdown().await.expect("nothing is under way");
        self.folder
    }

    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("the folder can be written");
    }

    /// The binary, as somebody with the management account's key calls it.
    pub(crate) fn ramctl(&self, words: &str) -> Command {
        let keys = self.running.management();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ramctl"));
        command
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .env("AWS_ENDPOINT_URL", self.running.endpoint_url())
            .env("AWS_ACCESS_KEY_ID", &keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key)
            .stdin(Stdio::null());
        if !self.sweeps {
            command.env("RAMCTL_NO_SWEEP", "1");
        }
        command
    }

    /// The SDK with the credentials of one account's own, in a Region.
    pub(crate) fn sdk(&self, account: &str, region: &'static str) -> SdkConfig {
        let found = self.running.accounts().iter().find(|it| it.id.as_str() == account).expect("seeded");
        let keys = Credentials::new(&found.access_key_id, &found.secret_access_key, None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region))
            .endpoint_url(self.running.endpoint_url())
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .build()
    }

    /// Everything in one place.
    pub(crate) async fn live(&self, place: &Place) -> LivePlace {
        let cloud = connect(&self.running, ROLE).await;
        let mut live = read_places(&cloud, std::slice::from_ref(place)).await;
        match live.places.remove(place) {
            Some(Observed::Known(live)) => live,
            other => panic!("{place:?} cannot be read: {other:?}"),
        }
    }

    pub(crate) fn spawn(&self, words: &str) -> Child {
        let mut command = self.ramctl(words);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary can be run")
    }

    pub(crate) async fn run(&self, words: &str) -> Run {
        finish(self.spawn(words)).await
    }

    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Value {
        self.request(&format!("{method} /_sandbox/{path} HTTP/1.1\r\n"), &body).await
    }

    /// What the event history of a place has of an operation, the latest first: CloudTrail's own record of each call.
    pub(crate) async fn events(&self, place: &Place, operation: &str) -> Vec<Value> {
        let head = format!(
            "POST / HTTP/1.1\r\nx-amz-target: CloudTrail_20131101.LookupEvents\r\ncontent-type: application/x-amz-json-1.1\r\n\
             authorization: AWS4-HMAC-SHA256 Credential={}/20261122/{}/cloudtrail/aws4_request, SignedHeaders=host, Signature=00\r\n",
            place.account, place.region
        );
        let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": operation}]);
        let mut body = json!({"LookupAttributes": attribute});
        let mut events = Vec::new();
        loop {
            let page = self.request(&head, &body).await;
            for event in page["Events"].as_array().expect("a list") {
                let record = event["CloudTrailEvent"].as_str().expect("a text");
                events.push(serde_json::from_str(record).expect("a record is JSON"));
            }
            match &page["NextToken"] {
                Value::Null => return events,
                token => body["NextToken"] = token.clone(),
            }
        }
    }

    /// One request on a connection of its own; `head` is its first line, and headers.
    async fn request(&self, head: &str, body: &Value) -> Value {
        let (body, address) = (body.to_string(), self.running.addr());
        let length = body.len();
        let request =
            format!("{head}host: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        let mut stream = TcpStream::connect(address).await.expect("the sandbox listens");
        stream.write_all(request.as_bytes()).await.expect("the sandbox reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("the sandbox answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error} in {body}"))
    }

    pub(crate) async fn set_faults(&self, faults: Value) {
        self.control("PUT", "faults", json!({ "faults": faults })).await;
    }

    /// How many calls the first fault was about.
    pub(crate) async fn met(&self) -> u64 {
        self.control("GET", "faults", Value::Null).await["met"][0].as_u64().expect("there is a fault")
    }

    /// The shares of the places that are not deleted, with everything on them.
    pub(crate) async fn shares(&self, places: &[Place]) -> Vec<Seen> {
        let cloud = connect(&self.running, ROLE).await;
        let live = read_places(&cloud, places).await;
        let mut seen = Vec::new();
        for (place, observed) in live.places {
            let Observed::Known(live) = observed else { panic!("{place:?} cannot be read") };
            for share in live.shares.into_values() {
                if share.status == ShareStatus::Deleting {
                    continue;
                }
                let members = share.resources.iter().map(|(arn, it)| (arn.to_string(), it));
                let members = members.chain(share.principals.iter().map(|(who, it)| (who.to_string(), it)));
                seen.push(Seen {
                    place: place.clone(),
                    members: members.map(|(name, it)| (name, it.status.clone())).collect(),
                    name: share.name,
                    allow_external_principals: share.allow_external_principals,
                    tags: unbound(share.tags),
                    permissions: share
                        .permissions
                        .into_iter()
                        .map(|(kind, it)| (kind.to_string(), (it.arn.to_string(), it.version)))
                        .collect(),
                });
            }
        }
        seen.sort();
        seen
    }

    /// The shares of the places once nothing on them is under way.
    pub(crate) async fn settled(&self, places: &[Place]) -> Vec<Seen> {
        loop {
            let seen = self.shares(places).await;
            let mut statuses = seen.iter().flat_map(|share| share.members.values());
            if !statuses
                .any(|it| matches!(it, AssociationStatus::Associating | AssociationStatus::Disassociating))
            {
                return seen;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Who can use what: each principal with each resource of a share that has both.
    pub(crate) async fn grants(&self, places: &[Place]) -> BTreeSet<(ResourceArn, Principal)> {
        let cloud = connect(&self.running, ROLE).await;
        let live = read_places(&cloud, places).await;
        let mut grants = BTreeSet::new();
        for observed in live.places.into_values() {
            let Observed::Known(live) = observed else { panic!("a place cannot be read") };
            for share in live.shares.into_values().filter(|share| share.status == ShareStatus::Active) {
                for resource in share.resources.keys() {
                    grants.extend(share.principals.keys().map(|who| (resource.clone(), who.clone())));
                }
            }
        }
        grants
    }
}

/// The tags of a share, its record without what binds it to its ARN.
fn unbound(mut tags: Tags) -> BTreeMap<String, String> {
    if let Some(record) = Written::on_share(&tags) {
        let form = if record.provisional { "provisional " } else { "" };
        tags.insert(TAG_APPLIED.to_owned(), format!("{form}{}", record.stamp));
    }
    tags
}

/// Waits for a run without keeping the sandbox from answering it.
pub(crate) async fn finish(child: Child) -> Run {
    let output = tokio::task::spawn_blocking(|| child.wait_with_output()).await.expect("no panic");
    Run::of(output.expect("the run can be waited for"))
}

pub(crate) fn state_of(folder: &Path) -> PathBuf {
    folder.join("state")
}
