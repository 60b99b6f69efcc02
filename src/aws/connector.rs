//! From an account to a client with its credentials.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime::client::retries::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;

use crate::aws::clock::AwsClock;
use crate::aws::counts::{CallCounts, Counter};
use crate::aws::credentials::{RoleCredentials, static_credentials};
use crate::aws::ec2::{Ec2Client, Ec2Settings};
use crate::aws::error::{Effect, convert};
use crate::aws::guard;
use crate::aws::http::Http;
use crate::aws::iam::IamClient;
use crate::aws::organizations::OrganizationsClient;
use crate::aws::profile::no_credentials;
use crate::aws::ram_read::RamClient;
use crate::aws::rates::{Limiter, Service};
use crate::aws::settings::{Access, AssumedRole, Settings};
use crate::aws::tagging::TaggingClient;
use crate::cloud::{Caller, Cloud, CloudError, DEFAULT_CREDENTIALS, ErrorKind};
use crate::model::{AccountId, Place, Region};

/// Settings that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    #[error("a sandbox needs an endpoint and credentials of its own")]
    IncompleteSandbox,
    #[error("the sandbox's endpoint {endpoint:?} is not on loopback")]
    OutsideSandbox { endpoint: String },
}

/// Gives the clients of one run. Accounts are reached, and clients made, once.
#[derive(Debug)]
pub struct Connector {
    settings: Settings,
    base: SdkConfig,
    counter: Counter,
    /// Who the credentials of the process belong to.
    base_account: OnceCell<Result<AccountId, CloudError>>,
    /// Why the credentials of the process cannot be had, where they cannot.
    no_credentials: OnceCell<String>,
    accounts: Cache<AccountId, OnceCell<Result<Arc<Reached>, CloudError>>>,
    /// Roles of accounts that the settings do not have: known once the organization is.
    further: Mutex<BTreeMap<AccountId, AssumedRole>>,
    ram: Cache<Place, OnceCell<RamClient>>,
    organizations: Cache<AccountId, OnceCell<OrganizationsClient>>,
    iam: Cache<AccountId, OnceCell<IamClient>>,
    tagging: Cache<Place, OnceCell<TaggingClient>>,
    ec2: Cache<Place, OnceCell<Ec2Client>>,
}

type Cache<K, V> = Mutex<BTreeMap<K, Arc<V>>>;

/// An account whose credentials were seen to work.
#[derive(Debug)]
struct Reached {
    config: SdkConfig,
    /// A role's ARN, or the default credentials.
    caller: String,
}

impl Connector {
    /// Loads the settings of the process (environment, profile) unless a sandbox is in use. Makes no call.
    pub async fn new(settings: Settings) -> Result<Self, ConnectorError> {
        let base = base_config(&settings).await?;
        Ok(Self {
            settings,
            base,
            counter: Counter::default(),
            base_account: OnceCell::new(),
            no_credentials: OnceCell::new(),
            accounts: Cache::default(),
            further: Mutex::default(),
            ram: Cache::default(),
            organizations: Cache::default(),
            iam: Cache::default(),
            tagging: Cache::default(),
            ec2: Cache::default(),
        })
    }

    /// The calls made so far.
    pub fn calls(&self) -> CallCounts {
        self.counter.snapshot()
    }

    /// Accounts that are reached through these roles, unless the settings say how, or the credentials of the process are theirs.
    pub fn reach_further(&self, roles: BTreeMap<AccountId, AssumedRole>) {
        self.further.lock().unwrap_or_else(PoisonError::into_inner).extend(roles);
    }

    /// The role of an account that the settings do not have. None also where the credentials of the process are the account's own.
    async fn further_role(&self, account: &AccountId) -> Option<AssumedRole> {
        let role = self.further.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()?;
        let own = self.own_account(account).await;
        (own.as_ref() != Ok(account)).then_some(role)
    }

    /// Which of these accounts the credentials of the process belong to. None also where STS does not say: then no role can be assumed
    /// either, and every account that has one is a gap.
    pub async fn own_among<'a>(&self, accounts: &'a BTreeSet<AccountId>) -> Option<&'a AccountId> {
        let own = self.own_account(accounts.first()?).await.ok()?;
        accounts.get(&own)
    }

    /// The account that the credentials of the process belong to, for a call to another one.
    async fn own_account(&self, account: &AccountId) -> Result<AccountId, CloudError> {
        let found = self.base_account.get_or_init(|| async {
            let caller = self.caller(account, DEFAULT_CREDENTIALS.to_owned());
            match self.identity(&self.base, caller).await {
                Ok(account) => Ok(account),
                Err(error) => Err(self.explained(error).await),
            }
        });
        found.await.clone().map_err(|mut error| {
            error.caller.account = account.clone();
            error
        })
    }

    /// The account's configuration. A failure counts for the whole run: one refusal of a role is one gap, not one call per
    /// Region.
    async fn reach(&self, account: &AccountId) -> Result<Arc<Reached>, CloudError> {
        cached(&self.accounts, account).get_or_init(|| self.connect(account)).await.clone()
    }

    async fn connect(&self, account: &AccountId) -> Result<Arc<Reached>, CloudError> {
        let access = match self.settings.accounts.get(account) {
            Some(access) => Some(access.clone()),
            None => self.further_role(account).await.map(Access::Role),
        };
        let (provider, caller) = match &access {
            Some(Access::Role(role)) => {
                let caller = self.caller(account, role.arn.clone());
                let provider = RoleCredentials::new(self.sts(&self.base), role.clone(), caller);
                if let Err(error) = provider.get().await {
                    return Err(self.explained(error).await);
                }
                (Some(SharedCredentialsProvider::new(provider)), role.arn.clone())
            }
            Some(Access::Keys(keys)) => {
                let provider = SharedCredentialsProvider::new(static_credentials(keys));
                let config = self.base.to_builder().credentials_provider(provider.clone()).build();
                let caller = format!("access key {}", keys.access_key_id);
                let identity = self.identity(&config, self.caller(account, caller.clone())).await?;
                self.same_account(account, &identity, &caller)?;
                (Some(provider), caller)
            }
            None => {
                let identity = self.own_account(account).await?;
                self.same_account(account, &identity, DEFAULT_CREDENTIALS)?;
                (None, DEFAULT_CREDENTIALS.to_owned())
            }
        };
        let mut config = self.base.to_builder();
        if let Some(provider) = provider {
            config = config.credentials_provider(provider);
        }
        Ok(Arc::new(Reached { config: config.build(), caller }))
    }

    /// The account that credentials belong to.
    async fn identity(&self, config: &SdkConfig, caller: Caller) -> Result<AccountId, CloudError> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let answer = self
            .sts(config)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| convert(&caller, ACTION, Effect::Reads, error))?;
        AccountId::parse(answer.account().unwrap_or_default())
            .map_err(|error| caller.error(ErrorKind::Unreadable, ACTION, error.to_string()))
    }

    /// A failure of the credentials of the process, with where they come from. The SDK's chain tells the failure of its last link, which is the
    /// machine's role, and not that of the profile that was named.
    async fn explained(&self, mut error: CloudError) -> CloudError {
        if error.kind != ErrorKind::CredentialsUnavailable || self.settings.credentials.is_some() {
            return error;
        }
        let profile = self.settings.profile.as_deref();
        error.message = match (profile, error.code.is_empty()) {
            (Some(profile), false) => {
                format!("{} (the profile {profile:?}, or the keys in the environment)", error.message)
            }
            (None, false) => error.message,
            (profile, true) => {
                self.no_credentials.get_or_init(|| no_credentials(profile, self.settings.guard)).await.clone()
            }
        };
        error
    }

    /// Whatever is read with another account's credentials would be taken for this account's state.
    fn same_account(&self, wanted: &AccountId, found: &AccountId, caller: &str) -> Result<(), CloudError> {
        if wanted == found {
            return Ok(());
        }
        let message = format!("{caller} belong to account {found}, not to {wanted}");
        let caller = self.caller(wanted, caller.to_owned());
        Err(caller.error(ErrorKind::WrongAccount, "sts:GetCallerIdentity", message))
    }

    fn caller(&self, account: &AccountId, name: String) -> Caller {
        Caller { account: account.clone(), region: None, name }
    }

    fn ec2(&self, reached: &Reached, endpoint: Option<&str>, place: &Place) -> Ec2Client {
        let counter = SharedInterceptor::new(self.counter.clone());
        let settings = Ec2Settings {
            config: &reached.config,
            region: &place.region,
            endpoint,
            retries: partition("ec2", place.account.as_str(), place.region.as_str()),
        };
        let caller = Caller {
            region: Some(place.region.clone()),
            ..self.caller(&place.account, reached.caller.clone())
        };
        Ec2Client::new(&settings, &counter, caller, Limiter::new(Service::Ec2, self.settings.rates))
    }

    /// A client with an endpoint that the settings do not have.
    #[cfg(test)]
    pub(crate) async fn ec2_at(&self, endpoint: &str, place: &Place) -> Ec2Client {
        let reached = self.reach(&place.account).await.expect("reachable");
        self.ec2(&reached, Some(endpoint), place)
    }

    fn sts(&self, config: &SdkConfig) -> aws_sdk_sts::Client {
        let builder = aws_sdk_sts::config::Builder::from(config)
            .retry_partition(partition("sts", "base", "home"))
            .interceptor(self.counter.clone());
        aws_sdk_sts::Client::from_conf(builder.build())
    }
}

impl Cloud for Connector {
    type Ram = RamClient;
    type Organization = OrganizationsClient;
    type Iam = IamClient;
    type Tagging = TaggingClient;
    type Usage = Ec2Client;

    async fn ram(&self, place: &Place) -> Result<RamClient, CloudError> {
        let reached = self.reach(&place.account).await?;
        let make = || async {
            let clock = AwsClock::default();
            let builder = aws_sdk_ram::config::Builder::from(&reached.config)
                .region(aws_sdk_ram::config::Region::new(place.region.to_string()))
                .retry_partition(partition("ram", place.account.as_str(), place.region.as_str()))
                .interceptor(clock.clone())
                .interceptor(self.counter.clone());
            RamClient::new(
                aws_sdk_ram::Client::from_conf(builder.build()),
                Caller {
                    account: place.account.clone(),
                    region: Some(place.region.clone()),
                    name: reached.caller.clone(),
                },
                Limiter::new(Service::Ram, self.settings.rates),
                clock,
            )
        };
        Ok(cached(&self.ram, place).get_or_init(make).await.clone())
    }

    async fn organization(&self, account: &AccountId) -> Result<OrganizationsClient, CloudError> {
        let reached = self.reach(account).await?;
        let make = || async {
            let builder = aws_sdk_organizations::config::Builder::from(&reached.config)
                .retry_partition(partition("organizations", account.as_str(), "global"))
                .interceptor(self.counter.clone());
            OrganizationsClient::new(
                aws_sdk_organizations::Client::from_conf(builder.build()),
                self.caller(account, reached.caller.clone()),
                Limiter::new(Service::Organizations, self.settings.rates),
            )
        };
        Ok(cached(&self.organizations, account).get_or_init(make).await.clone())
    }

    async fn iam(&self, account: &AccountId) -> Result<IamClient, CloudError> {
        let reached = self.reach(account).await?;
        let make = || async {
            let builder = aws_sdk_iam::config::Builder::from(&reached.config)
                .retry_partition(partition("iam", account.as_str(), "global"))
                .interceptor(self.counter.clone());
            IamClient::new(
                aws_sdk_iam::Client::from_conf(builder.build()),
                self.caller(account, reached.caller.clone()),
            )
        };
        Ok(cached(&self.iam, account).get_or_init(make).await.clone())
    }

    async fn tagging(&self, place: &Place) -> Result<TaggingClient, CloudError> {
        let reached = self.reach(&place.account).await?;
        let make = || async {
            let builder = aws_sdk_resourcegroupstagging::config::Builder::from(&reached.config)
                .region(aws_sdk_resourcegroupstagging::config::Region::new(place.region.to_string()))
                .retry_partition(partition("tagging", place.account.as_str(), place.region.as_str()))
                .interceptor(self.counter.clone());
            TaggingClient::new(
                aws_sdk_resourcegroupstagging::Client::from_conf(builder.build()),
                Caller {
                    region: Some(place.region.clone()),
                    ..self.caller(&place.account, reached.caller.clone())
                },
                Limiter::new(Service::Tagging, self.settings.rates),
            )
        };
        Ok(cached(&self.tagging, place).get_or_init(make).await.clone())
    }

    async fn usage(&self, place: &Place) -> Result<Ec2Client, CloudError> {
        let reached = self.reach(&place.account).await?;
        let make = || async { self.ec2(&reached, self.settings.endpoint.as_deref(), place) };
        Ok(cached(&self.ec2, place).get_or_init(make).await.clone())
    }
}

/// The entry of a key, made empty where there is none.
fn cached<K: Ord + Clone, V: Default>(cache: &Cache<K, V>, key: &K) -> Arc<V> {
    let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(cache.entry(key.clone()).or_default())
}

/// A retry quota of its own. By default the SDK shares one per service and Region over all accounts of a process, so one
/// throttled account would take the retries of all others.
fn partition(service: &str, account: &str, region: &str) -> RetryPartition {
    RetryPartition::custom(format!("{service}-{account}-{region}"))
        .token_bucket(TokenBucket::builder().capacity(500).refill_rate(5.0).build())
        .build()
}

/// What all accounts have in common.
async fn base_config(settings: &Settings) -> Result<SdkConfig, ConnectorError> {
    let retry = RetryConfig::standard()
        .with_max_attempts(settings.attempts.max(1))
        .with_max_backoff(Duration::from_secs(2));
    let timeout = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(settings.patience)
        .operation_timeout(settings.patience * 3)
        .build();
    let region = |region: &Region| aws_config::Region::new(region.to_string());
    if settings.loopback_only {
        let (Some(endpoint), Some(keys)) = (&settings.endpoint, &settings.credentials) else {
            return Err(ConnectorError::IncompleteSandbox);
        };
        guard::check(endpoint).map_err(|_| ConnectorError::OutsideSandbox { endpoint: endpoint.clone() })?;
        let home = settings.home.as_ref().map_or(aws_config::Region::from_static("us-east-1"), region);
        return Ok(SdkConfig::builder()
            .behavior_version(behavior())
            .region(home)
            .endpoint_url(endpoint)
            .http_client(Http::loopback_only())
            .credentials_provider(SharedCredentialsProvider::new(static_credentials(keys)))
            .identity_cache(aws_config::identity::IdentityCache::lazy().build())
            .retry_config(retry)
            .timeout_config(timeout)
            .build());
    }
    let http = Http::everywhere();
    let mut loader =
        aws_config::defaults(behavior()).retry_config(retry).timeout_config(timeout).http_client(http);
    if let Some(home) = &settings.home {
        loader = loader.region(region(home));
    } else {
        let chain = aws_config::meta::region::RegionProviderChain::default_provider();
        loader = loader.region(chain.or_else("us-east-1"));
    }
    if let Some(endpoint) = &settings.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(keys) = &settings.credentials {
        loader = loader.credentials_provider(static_credentials(keys));
    }
    let config = loader.load().await;
    // Credentials come from where they always do, and are used on loopback alone.
    Ok(if settings.guard { config.to_builder().http_client(Http::loopback_only()).build() } else { config })
}

/// Pinned, so that an upgrade of the SDK does not change how ramctl retries or times out.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}
