//! One run's connection to AWS, or to the sandbox that stands in for it.
#![expect(clippy::disallowed_methods, reason = "the environment enters the program here")]

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::aws::{
    Access, AssumedRole, Connector, ConnectorError, Keys, Rates, Settings, endpoint_of, is_loopback,
    is_web_address,
};
use crate::cli::args::CloudArgs;
use crate::cli::files::{FolderError, TextFile, read_text};
use crate::cli::output::Output;
use crate::lang::Declaration;
use crate::model::{AccountId, AccountRole, Origin, Partition, Region};
use crate::sandbox::{self, SandboxError};
use crate::wire::PlanFile;

/// Name of the file beside the stack that a sandbox starts from.
pub(crate) const SEED_FILE: &str = "sandbox.hcl";

/// Why AWS or the sandbox cannot be reached at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("the sandbox's seed cannot be read")]
    Seed(#[source] FolderError),
    #[error(
        "there is no {path}, which a sandbox starts from; write one with the organization and the resources that the stack \
         shares, as examples/quickstart/sandbox.hcl has them"
    )]
    NoSeed { path: String },
    #[error("{name} is {value:?}, which is no URL; write it with its scheme, as in http://127.0.0.1:4566")]
    Endpoint { name: String, value: String },
    #[error("the sandbox cannot be started")]
    Sandbox(#[source] SandboxError),
    #[error("AWS cannot be reached")]
    Connector(#[source] ConnectorError),
}

/// A connection, and the sandbox behind it where one is in use.
pub(crate) struct Session {
    pub cloud: Connector,
    /// How often a log is told what a run waits for.
    pub remind_every: Duration,
    roles: Mutex<BTreeMap<AccountId, AccountRole>>,
    sandbox: Option<sandbox::Running>,
}

impl Session {
    pub(crate) async fn open(
        args: &CloudArgs,
        stack: &Path,
        reached: Reached,
        output: &Output,
    ) -> Result<Self, SessionError> {
        if let Some((name, value)) = endpoint_variables().find(|(_, value)| !is_web_address(value)) {
            return Err(SessionError::Endpoint { name, value: endpoint_of(&value) });
        }
        let roles = reached.roles();
        let mut settings = Settings {
            accounts: reached.accounts,
            home: reached.home,
            guard: endpoint_variables_name_loopback(),
            profile: std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty()),
            ..Settings::default()
        };
        let mut running = None;
        if let Some(dir) = &args.sandbox {
            let state = dir.clone().unwrap_or_else(|| state_dir(stack));
            let sandbox = start_sandbox(stack, state, output).await?;
            let keys = sandbox.management();
            settings.endpoint = Some(sandbox.endpoint_url());
            settings.credentials = Some(Keys {
                access_key_id: keys.access_key_id.clone(),
                secret_access_key: keys.secret_access_key.clone(),
                session_token: None,
            });
            settings.loopback_only = true;
            settings.rates = Rates::Unlimited;
            running = Some(sandbox);
        }
        let cloud = Connector::new(settings).await.map_err(SessionError::Connector)?;
        Ok(Self {
            cloud,
            remind_every: Duration::from_secs(args.remind_every),
            roles: Mutex::new(roles),
            sandbox: running,
        })
    }

    /// How many calls were made so far.
    pub(crate) fn calls(&self) -> u64 {
        self.cloud.calls().total().calls
    }

    /// Accounts that the files do not name can be reached through a role of this name.
    pub(crate) fn reach_further(&self, roles: &BTreeMap<AccountId, AccountRole>) {
        let assumed = roles.iter().map(|(account, role)| {
            let AccountRole { arn, session_name, duration_seconds, has_external_id: _ } = role.clone();
            (account.clone(), AssumedRole { arn, external_id: None, session_name, duration_seconds })
        });
        self.cloud.reach_further(assumed.collect());
    }

    /// Remembers the roles of such accounts in which there is something of the stack: a saved plan needs them.
    pub(crate) fn keep_roles(&self, roles: impl IntoIterator<Item = (AccountId, AccountRole)>) {
        self.roles.lock().unwrap_or_else(PoisonError::into_inner).extend(roles);
    }

    /// Where everything so far was read.
    pub(crate) fn origin(&self) -> Origin {
        let roles = self.roles.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Origin::Aws { calls: self.calls(), roles }
    }

    /// Ends the sandbox; its state is on disk already.
    pub(crate) async fn close(self) -> Result<(), SessionError> {
        match self.sandbox {
            Some(sandbox) => sandbox.shutdown().await.map_err(SessionError::Sandbox),
            None => Ok(()),
        }
    }
}

/// Where a stack's sandbox keeps its state unless told otherwise.
pub(crate) fn state_dir(stack: &Path) -> PathBuf {
    stack.join(".ramctl").join("sandbox")
}

/// Starts the stack's sandbox, seeded from the file beside it.
pub(crate) async fn start_sandbox(
    stack: &Path,
    state: PathBuf,
    output: &Output,
) -> Result<sandbox::Running, SessionError> {
    let content = seed(stack)?;
    let settings = sandbox::Settings { state_dir: Some(state), ..sandbox::Settings::new(content) };
    let running = sandbox::start(settings).await.map_err(SessionError::Sandbox)?;
    for notice in running.notices() {
        output.note(format_args!("sandbox: {notice}"));
    }
    Ok(running)
}

/// The seed beside a stack.
pub(crate) fn seed(stack: &Path) -> Result<sandbox::Content, SessionError> {
    match read_text(&stack.join(SEED_FILE)) {
        Ok(TextFile { name, text }) => Ok(sandbox::Content::Seed { name, text }),
        Err(FolderError::Read { path, source }) if source.kind() == ErrorKind::NotFound => {
            Err(SessionError::NoSeed { path })
        }
        Err(error) => Err(SessionError::Seed(error)),
    }
}

/// How the accounts of a run are reached.
pub(crate) struct Reached {
    accounts: BTreeMap<AccountId, Access>,
    /// A Region for the services without one.
    home: Option<Region>,
}

/// A role of a saved plan that cannot be assumed with what the plan says.
#[derive(Debug, thiserror::Error)]
#[error(
    "the role {arn} of account {account} needs its external id, which is a secret and stands in no plan; name the folder of the \
     stack with --stack"
)]
pub(crate) struct ExternalIdNeeded {
    account: AccountId,
    arn: String,
}

impl Reached {
    /// As the files of a stack say.
    pub(crate) fn of_stack(declaration: &Declaration) -> Self {
        let accounts = declaration.accounts.values().filter_map(|block| {
            let role = block.assume_role.as_ref()?;
            let assumed = AssumedRole {
                arn: role.arn.clone(),
                external_id: role.external_id.clone(),
                session_name: role.session_name.clone(),
                duration_seconds: role.duration_seconds,
            };
            Some((block.id.value.clone(), Access::Role(assumed)))
        });
        let received = declaration.inbound.iter().map(|block| &block.region.value);
        let region = declaration.shares.iter().map(|share| &share.region.value).chain(received).min();
        Self { accounts: accounts.collect(), home: home(region) }
    }

    /// As a saved plan says, which has all but the secrets.
    pub(crate) fn of_plan(file: &PlanFile) -> Result<Self, ExternalIdNeeded> {
        let mut accounts = BTreeMap::new();
        for (account, role) in file.origin.roles() {
            let AccountRole { arn, session_name, duration_seconds, has_external_id } = role.clone();
            if has_external_id {
                return Err(ExternalIdNeeded { account: account.clone(), arn });
            }
            let assumed = AssumedRole { arn, external_id: None, session_name, duration_seconds };
            accounts.insert(account.clone(), Access::Role(assumed));
        }
        let region = file.plan.body().places.iter().map(|place| &place.region).min();
        Ok(Self { accounts, home: home(region) })
    }

    fn roles(&self) -> BTreeMap<AccountId, AccountRole> {
        let role = |(account, access): (&AccountId, &Access)| match access {
            Access::Role(AssumedRole { arn, external_id, session_name, duration_seconds }) => {
                let role = AccountRole {
                    arn: arn.clone(),
                    session_name: session_name.clone(),
                    duration_seconds: *duration_seconds,
                    has_external_id: external_id.is_some(),
                };
                Some((account.clone(), role))
            }
            Access::Keys(_) => None,
        };
        self.accounts.iter().filter_map(role).collect()
    }
}

/// Outside of the partition `aws` the default, us-east-1, would be wrong.
fn home(region: Option<&Region>) -> Option<Region> {
    region.filter(|region| region.partition() != Partition::Aws).cloned()
}

/// Whether a standard variable points at this machine: then a stand-in for AWS is meant, and a service whose variable was
/// forgotten must not be reached at the real AWS.
fn endpoint_variables_name_loopback() -> bool {
    endpoint_variables().any(|(_, value)| is_loopback(&value))
}

/// The variables that say where services are, as far as they are text.
fn endpoint_variables() -> impl Iterator<Item = (String, String)> {
    let named = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
        (name == "AWS_ENDPOINT_URL" || name.starts_with("AWS_ENDPOINT_URL_")).then_some((name, value))
    });
    named.filter(|(_, value)| !value.is_empty())
}
