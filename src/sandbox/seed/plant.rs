//! Puts a seed's rows into an empty state.

use std::collections::BTreeMap;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::model::{AccountId, OrgId, OuId, Region};
use crate::sandbox::clock::{DAY, Millis};
use crate::sandbox::faults::Faults;
use crate::sandbox::seed::SeedError;
use crate::sandbox::seed::form::*;
use crate::sandbox::seed::generate::generate;
use crate::sandbox::server::AccountAccess;
use crate::sandbox::services::sts::HOME;
use crate::sandbox::services::{iam, ram};
use crate::sandbox::settings::{Behaviour, Clients, Content, EmptyPages, Settings};
use crate::sandbox::state::rows_account::*;
use crate::sandbox::state::rows_ram::{Published, home_region};
use crate::sandbox::state::{PARTITION, State, Store};

/// A state that is ready.
pub(crate) struct Planted {
    pub behaviour: Behaviour,
    pub faults: Faults,
    pub accounts: Vec<AccountAccess>,
    pub home_region: &'static str,
    pub notices: Vec<String>,
}

/// Digest of the seed that the state began with.
const SEED: &str = "seed";
/// The account of a sandbox that starts empty.
const FIRST_ACCOUNT: &str = "123456789012";
pub(super) const ROOT: &str = "r-sbox";

/// Fills an empty state; a state that is there stays as it is, and a seed that has changed since is told of.
pub(crate) fn plant(store: &Store, settings: &Settings) -> Result<Planted, SeedError> {
    let Settings { content, clients, enabled_regions, .. } = settings;
    let (name, seed, lasting) = match content {
        Content::Empty => ("the empty sandbox", None, String::from("empty")),
        Content::Seed { name, text } => {
            let wrong = |error: hcl::Error| SeedError::Syntax { name: name.clone(), why: error.to_string() };
            let seed: Seed = hcl::from_str(text).map_err(wrong)?;
            (name.as_str(), Some(seed), lasting_part(text).map_err(wrong)?)
        }
    };
    let mut behaviour = seed.as_ref().map_or_else(Behaviour::lenient, |seed| seed.settings.clone());
    behaviour.empty_pages.get_or_insert(match clients {
        Clients::Ramctl => EmptyPages::Filtered,
        Clients::Any => EmptyPages::Never,
    });
    if behaviour.enabled_regions.is_none() {
        behaviour.enabled_regions.clone_from(enabled_regions);
    }
    let digest: String =
        Sha256::digest(lasting.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let before = store.read(|state, _| state.meta.get(SEED).map(|meta| meta.value.clone()));
    let mut notices = Vec::new();
    match before {
        Some(before) if before == digest => {}
        Some(_) => notices.push(format!(
            "{name} has changed since the sandbox state was made from it. The state is kept as it is; its settings are taken over. \
             Remove the state to start from the file again."
        )),
        None => {
            store.write(|state, now| {
                match &seed {
                    None => first_account(state, now),
                    Some(seed) => {
                        let seeder = Seeder { name, state, now, behaviour: &behaviour };
                        seeder.plant(seed)?;
                    }
                }
                state.meta.put(SEED, Meta { value: digest.clone() });
                Ok::<_, SeedError>(())
            })?;
        }
    }
    let faults = seed.map(|seed| seed.fault).unwrap_or_default().into_values();
    let faults = Faults::new(behaviour.rates, faults);
    let (accounts, home_region) = store.read(|state, _| (accounts(state), home_region(state.partition())));
    Ok(Planted { behaviour, faults, accounts, home_region, notices })
}

/// A seed without what is read from the file at every start, and without its comments.
fn lasting_part(text: &str) -> Result<String, hcl::Error> {
    let rest = hcl::parse(text)?.into_iter().filter(|structure| {
        !matches!(structure, hcl::Structure::Block(block) if ["settings", "fault"].contains(&block.identifier()))
    });
    hcl::to_string(&rest.collect::<hcl::Body>())
}

/// Who a client can be, from the accounts' own keys.
fn accounts(state: &State) -> Vec<AccountAccess> {
    let home = state.meta.get(HOME).map(|meta| meta.value.as_str());
    let mut accounts: Vec<AccountAccess> = state
        .access_keys
        .iter()
        .filter(|(_, key)| key.session_token.is_none())
        .filter_map(|(id, key)| {
            let account = state.accounts.get(&key.account)?;
            Some(AccountAccess {
                id: AccountId::parse(&key.account).ok()?,
                name: account.name.clone(),
                access_key_id: id.to_owned(),
                secret_access_key: key.secret.clone(),
                is_management: home == Some(key.account.as_str()),
                in_organization: account.parent.is_some(),
            })
        })
        .collect();
    accounts.sort_by(|a, b| a.id.cmp(&b.id));
    accounts
}

fn put_account(state: &mut State, account: Account, key: (String, String)) {
    state.access_keys.put(
        key.0,
        AccessKey {
            account: account.id.clone(),
            secret: key.1,
            arn: format!("arn:{}:iam::{}:user/sandbox", state.partition(), account.id),
            user_id: format!("AIDASANDBOX{}", &account.id),
            role: None,
            session_token: None,
            expires: None,
        },
    );
    state.accounts.put(account.id.clone(), account);
}

fn first_account(state: &mut State, now: Millis) {
    let account = Account {
        id: FIRST_ACCOUNT.into(),
        name: "management".into(),
        email: "management@example.com".into(),
        state: AccountState::Active,
        parent: None,
        invited: false,
        joined: now,
        tags: BTreeMap::new(),
    };
    put_account(state, account, ("testing".into(), "testing".into()));
    state.meta.put(HOME, Meta { value: FIRST_ACCOUNT.into() });
}

/// A state under construction.
pub(super) struct Seeder<'a> {
    pub name: &'a str,
    pub state: &'a mut State,
    pub now: Millis,
    pub behaviour: &'a Behaviour,
}

impl Seeder<'_> {
    pub(super) fn wrong(&self, why: impl Into<String>) -> SeedError {
        SeedError::Content { name: self.name.to_owned(), why: why.into() }
    }

    fn plant(mut self, seed: &Seed) -> Result<(), SeedError> {
        let partition = seed.partition.as_str().to_owned();
        self.state.meta.put(PARTITION, Meta { value: partition });
        if let Some(form) = &seed.organization {
            self.organization(form)?;
        }
        let management = self.state.meta.get(HOME).map(|meta| meta.value.clone());
        for (name, form) in &seed.outside {
            self.account(name, form, None, management.as_deref())?;
        }
        if management.is_none() {
            let first = self.state.accounts.iter().next().map(|(id, _)| id.to_owned());
            let first = first.ok_or_else(|| self.wrong("it describes no account"))?;
            self.state.meta.put(HOME, Meta { value: first });
        }
        for (arn, form) in &seed.resource {
            self.resource(arn, form)?;
        }
        for (number, (label, form)) in seed.network_interface.iter().enumerate() {
            self.network_interface(number + 1, label, form)?;
        }
        for (number, (label, form)) in seed.transit_gateway_attachment.iter().enumerate() {
            self.transit_gateway_attachment(number + 1, label, form)?;
        }
        if let Some(form) = &seed.generate {
            let first = self.state.accounts.iter().next().map(|(id, _)| id.to_owned()).unwrap_or_default();
            let owner = form.account.as_deref().map_or(Ok(first), |name| self.account_named(name))?;
            Region::parse(&form.region).map_err(|error| self.wrong(error.to_string()))?;
            generate(self.state, form, &owner, self.now);
        }
        for (name, versions) in &seed.published {
            if !ram::is_managed(name) || *versions == 0 {
                return Err(self.wrong(format!(
                    "published names {name:?}, which AWS does not manage, or no version of it"
                )));
            }
            self.state.published.put(name.clone(), Published { versions: *versions });
        }
        for (name, form) in &seed.permission {
            self.permission(name, form)?;
        }
        for (label, form) in &seed.share {
            self.share(label, form)?;
        }
        Ok(())
    }

    fn organization(&mut self, form: &OrganizationForm) -> Result<(), SeedError> {
        let id = form.id.clone().unwrap_or_else(|| "o-sandbox0001".into());
        OrgId::parse(&id).map_err(|error| self.wrong(error.to_string()))?;
        let name = &form.management_account;
        let management = form.account.get(name).or_else(|| find(&form.ou, name)).ok_or_else(|| {
            self.wrong(format!("management_account names {name:?}, which is no account of the organization"))
        })?;
        self.state.meta.put(HOME, Meta { value: management.id.clone() });
        self.state.organization.put(
            id.clone(),
            Organization {
                partition: self.state.partition().to_owned(),
                id,
                root: ROOT.into(),
                management: management.id.clone(),
                all_features: form.feature_set == FeatureSet::All,
                created: self.now - DAY,
            },
        );
        self.under(ROOT, "", &form.account, &form.ou, &management.id)?;
        let long_ago = self.now - DAY;
        if matches!(form.sharing, Sharing::Enabled | Sharing::Half) {
            self.state.service_access.put("ram.amazonaws.com", ServiceAccess { since: long_ago });
        }
        if matches!(form.sharing, Sharing::Enabled | Sharing::LeftoverRole) {
            let role = iam::service_linked_role(
                self.state.partition(),
                &management.id,
                "ram.amazonaws.com",
                long_ago,
            );
            self.state.roles.put(Role::key(&role.account, &role.name), role);
        }
        for service in &form.trusted_services {
            self.state.service_access.put(service.clone(), ServiceAccess { since: long_ago });
        }
        for (name, services) in &form.delegated_administrators {
            let account = self.account_named(name)?;
            for service in services {
                self.state.service_access.put(service.clone(), ServiceAccess { since: long_ago });
                self.state.delegations.put(
                    format!("{account}/{service}"),
                    Delegation { account: account.clone(), service: service.clone(), since: long_ago },
                );
            }
        }
        Ok(())
    }

    /// The accounts and units under a parent, and so on down.
    fn under(
        &mut self,
        parent: &str,
        path: &str,
        accounts: &BTreeMap<String, AccountForm>,
        units: &BTreeMap<String, UnitForm>,
        management: &str,
    ) -> Result<(), SeedError> {
        for (name, form) in accounts {
            self.account(name, form, Some(parent), Some(management))?;
        }
        for (name, form) in units {
            let path = format!("{path}/{name}");
            let id = form.id.clone().unwrap_or_else(|| unit_id(&path));
            OuId::parse(&id).map_err(|error| self.wrong(error.to_string()))?;
            if path.split('/').count() > 6 || self.state.units.contains(&id) {
                return Err(
                    self.wrong(format!("ou {name:?} is more than five levels deep, or its id is taken"))
                );
            }
            let unit =
                Unit { id: id.clone(), name: name.clone(), parent: parent.into(), tags: BTreeMap::new() };
            self.state.units.put(id.clone(), unit);
            self.under(&id, &path, &form.account, &form.ou, management)?;
        }
        Ok(())
    }

    fn account(
        &mut self,
        name: &str,
        form: &AccountForm,
        parent: Option<&str>,
        management: Option<&str>,
    ) -> Result<(), SeedError> {
        AccountId::parse(&form.id).map_err(|error| self.wrong(format!("account {name:?}: {error}")))?;
        if self.state.accounts.contains(&form.id) {
            return Err(self.wrong(format!("two accounts have the id {}", form.id)));
        }
        let account = Account {
            id: form.id.clone(),
            name: name.to_owned(),
            email: form.email.clone().unwrap_or_else(|| format!("{name}@example.com")),
            state: form.state.unwrap_or(AccountState::Active),
            parent: parent.map(str::to_owned),
            invited: false,
            joined: self.now - DAY,
            tags: form.tags.clone(),
        };
        let key = (format!("AKIASBOX{}", form.id), format!("sandbox-secret-of-{}", form.id));
        put_account(self.state, account, key);
        if form.roles == Some(false) {
            return Ok(());
        }
        if let Some(management) = management.filter(|management| *management != form.id && parent.is_some()) {
            let role = iam::access_role(self.state.partition(), &form.id, management, self.now);
            self.state.roles.put(Role::key(&form.id, &role.name), role);
        }
        for (role, role_form) in &form.role {
            self.role(&form.id, role, role_form, management)?;
        }
        Ok(())
    }

    fn role(
        &mut self,
        account: &str,
        name: &str,
        form: &RoleForm,
        management: Option<&str>,
    ) -> Result<(), SeedError> {
        let partition = self.state.partition().to_owned();
        let trusted: Vec<String> = if form.trust.is_empty() {
            vec![format!("arn:{partition}:iam::{}:root", management.unwrap_or(account))]
        } else {
            form.trust
                .iter()
                .map(|who| {
                    if AccountId::parse(who).is_ok() {
                        format!("arn:{partition}:iam::{who}:root")
                    } else {
                        who.clone()
                    }
                })
                .collect()
        };
        let mut statement =
            json!({"Effect": "Allow", "Principal": {"AWS": trusted}, "Action": "sts:AssumeRole"});
        if let Some(id) = &form.external_id {
            statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": id}});
        }
        let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let mut role = iam::new_role(&partition, account, name, trust, self.now);
        if let Some(path) = &form.path {
            role.path = path.clone();
        }
        match &form.policy {
            None => role.attached.push(iam::administrator(&partition)),
            Some(policy) => {
                iam::check_document(policy).map_err(|why| {
                    self.wrong(format!("role {name:?} of account {account}: {}", why.message))
                })?;
                role.inline.insert("sandbox".into(), policy.clone());
            }
        }
        self.state.roles.put(Role::key(account, name), role);
        Ok(())
    }

    /// An account by its label, or by its id.
    pub(super) fn account_named(&self, name: &str) -> Result<String, SeedError> {
        let by_id = self.state.accounts.get(name);
        let found =
            by_id.or_else(|| self.state.accounts.iter().map(|(_, row)| row).find(|row| row.name == name));
        found.map(|row| row.id.clone()).ok_or_else(|| self.wrong(format!("there is no account {name:?}")))
    }
}

/// An account of some unit, by its label.
fn find<'a>(units: &'a BTreeMap<String, UnitForm>, name: &str) -> Option<&'a AccountForm> {
    units.values().find_map(|unit| unit.account.get(name).or_else(|| find(&unit.ou, name)))
}

/// The same id for the same path of names, so that what was written down of a sandbox stays true.
fn unit_id(path: &str) -> String {
    let digest = Sha256::digest(path.as_bytes());
    let tail: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("ou-{}-{tail}", ROOT.trim_start_matches("r-"))
}
