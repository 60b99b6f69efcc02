//! A stack as a person has it in mind, written as files, and what people do to it in the course of its life.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lives::journal::{Grants, State, arn_of, grants};

pub(crate) const NETWORK: &str = "222222222222";
pub(crate) const DATA: &str = "555555555555";
pub(crate) const WEB: &str = "333333333333";
pub(crate) const DEV: &str = "444444444444";
pub(crate) const PARTNER: &str = "999999999999";

/// Accounts and Regions that share. The first one has the permission.
pub(crate) const PLACES: [(&str, &str, &str); 3] =
    [("network", NETWORK, "eu-central-1"), ("network", NETWORK, "us-east-1"), ("data", DATA, "eu-central-1")];
pub(crate) const KIND: &str = "acm-pca:CertificateAuthority";
pub(crate) const DEFAULT: &str = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionCertificateAuthority";
/// Another permission of AWS's, which no file names.
pub(crate) const SWAPPED: &str = "arn:aws:ram::aws:permission/AWSRAMBlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority";
/// What the stack's own permission may allow.
pub(crate) const ACTIONS: [&str; 3] =
    ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate", "acm-pca:IssueCertificate"];

pub(crate) const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  account "data" { id = "555555555555" }
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
settings {
  resources       = "any"
  enabled_regions = ["eu-central-1", "us-east-1", "us-west-2"]
  associate_ms    = 1
  disassociate_ms = 1
  onboarding_ms   = 1
}
"#;

const HEAD: &str = r#"
account "management" { id = "111111111111" }
organization {
  management_account = account.management
  sharing            = "required"
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
account "data" {
  id = "555555555555"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

/// Whom a share can be with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Who {
    Web,
    Dev,
    UnitProd,
    UnitDev,
    Role,
    Partner,
}

impl Who {
    pub(crate) const ALL: [Self; 6] =
        [Self::Web, Self::Dev, Self::UnitProd, Self::UnitDev, Self::Role, Self::Partner];

    fn written(self) -> &'static str {
        match self {
            Self::Web => "\"333333333333\"",
            Self::Dev => "\"444444444444\"",
            Self::UnitProd => "ou(\"Workloads/Prod\")",
            Self::UnitDev => "ou(\"Workloads/Dev\")",
            Self::Role => "\"arn:aws:iam::333333333333:role/deploy\"",
            Self::Partner => "\"999999999999\"",
        }
    }

    /// With units RAM retains nothing.
    fn can_leave(self) -> bool {
        !matches!(self, Self::UnitProd | Self::UnitDev)
    }

    /// As AWS names it.
    pub(crate) fn principal(self, state: &State) -> String {
        match self {
            Self::Web => WEB.into(),
            Self::Dev => DEV.into(),
            Self::UnitProd => state.unit("Prod"),
            Self::UnitDev => state.unit("Dev"),
            Self::Role => "arn:aws:iam::333333333333:role/deploy".into(),
            Self::Partner => PARTNER.into(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub place: usize,
    pub who: BTreeSet<Who>,
    pub what: BTreeSet<u8>,
    pub retain: bool,
    /// It uses the permission of the stack, where that is.
    pub own_permission: bool,
    pub expired: bool,
    pub tag: Option<u8>,
    pub import: Option<String>,
    pub protected: bool,
    /// Whether what others put on it stays: principals, resources.
    pub keeps: (bool, bool),
}

pub(crate) fn resource(place: usize, number: u8) -> String {
    let (_, account, region) = PLACES[place];
    format!("arn:aws:acm-pca:{region}:{account}:certificate-authority/ca-{number}")
}

impl Share {
    fn new(place: usize, who: Who, what: u8) -> Self {
        Self {
            place,
            who: [who].into(),
            what: [what].into(),
            retain: false,
            own_permission: false,
            expired: false,
            tag: None,
            import: None,
            protected: false,
            keeps: (false, false),
        }
    }

    pub(crate) fn allows_outsiders(&self) -> bool {
        self.retain || self.who.contains(&Who::Partner)
    }

    pub(crate) fn has_own_permission(&self) -> bool {
        self.own_permission && self.place == 0
    }

    fn write(&self, label: &str, out: &mut String) {
        let (account, _, region) = PLACES[self.place];
        let who: Vec<&str> = self.who.iter().map(|who| who.written()).collect();
        let what: Vec<String> = self.what.iter().map(|n| format!("{:?}", resource(self.place, *n))).collect();
        _ = writeln!(
            out,
            "share \"{label}\" {{\n  account = account.{account}\n  region = \"{region}\"\n  resources = [{}]\n  principals = [{}]",
            what.join(", "),
            who.join(", ")
        );
        if self.allows_outsiders() {
            out.push_str("  allow_external_principals = true\n");
        }
        if self.retain {
            out.push_str("  retain_sharing_on_account_leave_organization = true\n");
        }
        if self.has_own_permission() {
            _ = writeln!(out, "  permission \"{KIND}\" {{\n    use = permission.own\n  }}");
        }
        if self.expired {
            out.push_str("  expires = \"2026-01-01T00:00:00Z\"\n");
        }
        if let Some(tag) = self.tag {
            _ = writeln!(out, "  tags = {{ team = \"{tag}\" }}");
        }
        let kept = [(self.keeps.0, "principals"), (self.keeps.1, "resources")];
        let kept: Vec<&str> = kept.into_iter().filter(|(is_on, _)| *is_on).map(|(_, side)| side).collect();
        if self.protected || !kept.is_empty() {
            _ = writeln!(
                out,
                "  lifecycle {{\n    prevent_destroy = {}\n    keep_extra = [{}]\n  }}",
                self.protected,
                kept.join(", ")
            );
        }
        out.push_str("}\n");
        if let Some(arn) = &self.import {
            _ = writeln!(out, "import {{\n  to = share.{label}\n  id = \"{arn}\"\n}}");
        }
    }

    /// Everything that is declared on it, as AWS names it: principals, resources.
    pub(crate) fn declared(&self, state: &State) -> Members {
        let who = self.who.iter().map(|who| who.principal(state)).collect();
        (who, self.what.iter().map(|number| resource(self.place, *number)).collect())
    }

    /// What AWS has on it, once all is done. `extra` is what others put there and it keeps.
    fn wanted(&self, state: &State, actions: &[String], extra: &Members) -> Grants {
        let owner = PLACES[self.place].1;
        let (who, what) = self.declared(state);
        let mut out = Grants::new();
        for who in who.iter().chain(&extra.0).flat_map(|who| state.behind(who, owner)) {
            for resource in what.iter().chain(&extra.1) {
                out.extend(grants(&who, resource, actions));
            }
        }
        out
    }
}

/// The principals and the resources of a share.
pub(crate) type Members = (BTreeSet<String>, BTreeSet<String>);

/// Something that people do to the files. Numbers choose among what is there.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Edit {
    New {
        place: usize,
        who: Who,
        what: u8,
    },
    Delete(usize),
    Join(usize, Who),
    Leave(usize, Who),
    Add(usize, u8),
    Take(usize, u8),
    /// Everything that two shares hold goes to the other one.
    Trade(usize, usize),
    Move(usize, usize),
    /// Another label, with a `moved` block or without.
    Rename(usize, bool),
    Release(usize),
    /// A share that was released, or was made by hand.
    Import(usize),
    Retain(usize),
    OwnPermission(usize),
    /// What the permission of the stack allows, by the bits of a number.
    Allow(u8),
    Expire(usize),
    Tag(usize, u8),
    Protect(usize),
    /// What others put on a share stays, or does no longer: principals, resources.
    Keep(usize, bool, bool),
    /// The stack gets another name, and says which it had.
    RenameStack,
}

#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub shares: BTreeMap<String, Share>,
    moved: Vec<(String, String)>,
    removed: BTreeSet<String>,
    allowed: u8,
    labels: usize,
    /// How often it got another name.
    renamed: usize,
    /// What the files had on each share when they were last applied.
    pub applied: BTreeMap<String, Members>,
}

impl Stack {
    pub(crate) fn new() -> Self {
        let (shares, removed) = (BTreeMap::new(), BTreeSet::new());
        let (moved, applied) = (Vec::new(), BTreeMap::new());
        Self { shares, moved, removed, allowed: 1, labels: 0, renamed: 0, applied }
    }

    /// The names that it had, and has.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        (0..=self.renamed).map(|n| format!("lives{n}"))
    }

    /// The addresses that a share has and had.
    pub(crate) fn addresses(&self, label: &str) -> BTreeSet<String> {
        let mut labels = BTreeSet::from([label.to_owned()]);
        for (from, to) in self.moved.iter().rev() {
            if labels.contains(to) {
                labels.insert(from.clone());
            }
        }
        labels.iter().map(|label| format!("share.{label}")).collect()
    }

    /// What others put on a share, and it keeps.
    fn extra(&self, label: &str, share: &Share, state: &State) -> Members {
        let addresses = self.addresses(label);
        let (_, account, region) = PLACES[share.place];
        let mut extra = Members::default();
        for (key, ..) in state.own().filter(|(_, address, _)| addresses.contains(*address)) {
            let is_here = key.starts_with(&format!("{account}/{region}/"));
            let of_files = |member: &String, side: fn(&Members) -> &BTreeSet<String>| {
                addresses
                    .iter()
                    .filter_map(|address| self.applied.get(address))
                    .any(|had| side(had).contains(member))
            };
            if share.keeps.0 {
                let there = state.members(&key, "PRINCIPAL").into_iter();
                extra.0.extend(there.filter(|member| !of_files(member, |had| &had.0)));
            }
            if share.keeps.1 && is_here {
                let there = state.members(&key, "RESOURCE").into_iter();
                extra.1.extend(there.filter(|member| !of_files(member, |had| &had.1)));
            }
        }
        extra
    }

    /// The files are applied.
    pub(crate) fn is_applied(&mut self, state: &State) {
        let shares = self.shares.iter().filter(|(_, share)| !share.expired);
        self.applied =
            shares.map(|(label, share)| (format!("share.{label}"), share.declared(state))).collect();
    }

    fn label(&mut self) -> String {
        self.labels += 1;
        format!("s{}", self.labels)
    }

    fn nth(&mut self, n: usize) -> Option<(String, &mut Share)> {
        let n = n.checked_rem(self.shares.len())?;
        self.shares.iter_mut().nth(n).map(|(label, share)| (label.clone(), share))
    }

    /// What the permission of the stack allows.
    pub(crate) fn actions(&self) -> Vec<String> {
        let chosen = ACTIONS.iter().enumerate().filter(|(bit, _)| self.allowed & (1 << bit) != 0);
        chosen.map(|(_, action)| (*action).to_owned()).collect()
    }

    pub(crate) fn edit(&mut self, edit: Edit, state: &State) {
        match edit {
            Edit::New { place, who, what } => {
                let label = self.label();
                self.shares.insert(label, Share::new(place, who, what));
            }
            Edit::Delete(n) => {
                if let Some((label, _)) = self.nth(n) {
                    self.shares.remove(&label);
                }
            }
            Edit::Join(n, who) => {
                if let Some((_, share)) = self.nth(n) {
                    share.who.insert(who);
                    share.retain &= who.can_leave();
                }
            }
            Edit::Leave(n, who) => {
                if let Some((_, share)) = self.nth(n).filter(|(_, share)| share.who.len() > 1) {
                    share.who.remove(&who);
                }
            }
            Edit::Add(n, what) => {
                if let Some((_, share)) = self.nth(n) {
                    share.what.insert(what);
                }
            }
            Edit::Take(n, what) => {
                if let Some((_, share)) = self.nth(n).filter(|(_, share)| share.what.len() > 1) {
                    share.what.remove(&what);
                }
            }
            Edit::Trade(one, other) => {
                let a = self.nth(one).map(|(label, _)| label);
                let b = self.nth(other).map(|(label, _)| label);
                let (Some(a), Some(b)) = (a, b) else { return };
                if self.shares[&a].place == self.shares[&b].place {
                    let (of_a, of_b) = (self.shares[&a].what.clone(), self.shares[&b].what.clone());
                    self.shares.get_mut(&a).expect("it is there").what = of_b;
                    self.shares.get_mut(&b).expect("it is there").what = of_a;
                }
            }
            Edit::Move(n, place) => {
                if let Some((_, share)) = self.nth(n) {
                    (share.place, share.import) = (place, None);
                }
            }
            Edit::Protect(n) => {
                if let Some((_, share)) = self.nth(n) {
                    share.protected = true;
                }
            }
            Edit::Keep(n, principals, resources) => {
                if let Some((_, share)) = self.nth(n) {
                    share.keeps = (principals, resources);
                }
            }
            Edit::RenameStack => self.renamed += 1,
            Edit::Rename(n, with_block) => {
                let Some((label, _)) = self.nth(n) else { return };
                let mut share = self.shares.remove(&label).expect("it is there");
                share.import = None;
                let new = self.label();
                self.shares.insert(new.clone(), share);
                if with_block {
                    self.moved.push((label, new));
                }
            }
            Edit::Release(n) => {
                let Some((label, _)) = self.nth(n) else { return };
                self.shares.remove(&label);
                self.removed.insert(label);
            }
            Edit::Import(n) => self.import(n, state),
            Edit::Retain(n) => {
                if let Some((_, share)) = self.nth(n) {
                    share.retain = !share.retain && share.who.iter().all(|who| who.can_leave());
                }
            }
            Edit::OwnPermission(n) => {
                if let Some((_, share)) = self.nth(n) {
                    share.own_permission = !share.own_permission;
                }
            }
            Edit::Allow(bits) => self.allowed = bits,
            Edit::Expire(n) => {
                if let Some((_, share)) = self.nth(n) {
                    share.expired = true;
                }
            }
            Edit::Tag(n, tag) => {
                if let Some((_, share)) = self.nth(n) {
                    share.tag = Some(tag);
                }
            }
        }
        let there = &self.shares;
        self.moved.retain(|(_, to)| there.contains_key(to));
    }

    /// Declares a share that nobody owns, as it is.
    fn import(&mut self, n: usize, state: &State) {
        let own: BTreeSet<String> = state.own().map(|(key, ..)| key).collect();
        let of_no_other = |row: &Value| {
            let stack = row["tags"]["ramctl:stack"].as_str();
            stack.is_none_or(|name| state.stacks.contains(name))
        };
        let foreign: Vec<_> =
            state.shares().filter(|(key, row)| !own.contains(key) && of_no_other(row)).collect();
        let Some(n) = n.checked_rem(foreign.len()) else { return };
        let (key, row) = &foreign[n];
        let parts: Vec<&str> = key.split('/').collect();
        let [account, region, _] = parts[..] else { panic!("{key} is no key") };
        let arn = arn_of(key);
        if self.shares.values().any(|share| share.import.as_ref() == Some(&arn)) {
            return;
        }
        let place = PLACES.iter().position(|place| (place.1, place.2) == (account, region));
        let principals = state.members(key, "PRINCIPAL");
        let who = Who::ALL.into_iter().filter(|who| principals.contains(&who.principal(state))).collect();
        let number = |arn: &String| arn.rsplit('-').next().and_then(|number| number.parse().ok());
        let what: BTreeSet<u8> = state.members(key, "RESOURCE").iter().filter_map(number).collect();
        let (Some(place), false) = (place, what.is_empty()) else { return };
        let label = self.label();
        let mut share = Share::new(place, Who::Web, 0);
        (share.who, share.what, share.import) = (who, what, Some(arn));
        share.retain = row["retain"] == true;
        self.shares.insert(label, share);
    }

    pub(crate) fn files(&self) -> String {
        let mut names: Vec<String> = self.names().map(|name| format!("{name:?}")).collect();
        let name = names.pop().unwrap_or_default();
        let mut out = format!(
            "ramctl {{\n  stack = {name}\n  formerly = [{}]\n  regions = [\"eu-central-1\", \"us-east-1\"]\n}}\n{HEAD}",
            names.join(", ")
        );
        if self.shares.values().any(Share::has_own_permission) {
            let (account, _, region) = PLACES[0];
            let actions: Vec<String> = self.actions().iter().map(|action| format!("{action:?}")).collect();
            _ = writeln!(
                out,
                "permission \"own\" {{\n  account = account.{account}\n  region = \"{region}\"\n  resource_type = \"{KIND}\"\n  \
                 statement {{\n    actions = [{}]\n  }}\n}}",
                actions.join(", ")
            );
        }
        for (label, share) in &self.shares {
            share.write(label, &mut out);
        }
        for (from, to) in &self.moved {
            _ = writeln!(out, "moved {{\n  from = share.{from}\n  to = share.{to}\n}}");
        }
        for label in &self.removed {
            _ = writeln!(
                out,
                "removed {{\n  from = share.{label}\n  lifecycle {{\n    destroy = false\n  }}\n}}"
            );
        }
        out
    }

    /// What the stack is to give.
    pub(crate) fn wanted(&self, state: &State) -> Grants {
        self.given(state).into_values().flatten().collect()
    }

    /// The same by share.
    fn given(&self, state: &State) -> BTreeMap<String, Grants> {
        self.by_share(state, |label, share| self.extra(label, share, state))
    }

    /// What the files alone give, by share.
    pub(crate) fn written(&self, state: &State) -> BTreeMap<String, Grants> {
        self.by_share(state, |_, _| Members::default())
    }

    fn by_share(&self, state: &State, extra: impl Fn(&str, &Share) -> Members) -> BTreeMap<String, Grants> {
        let (own, default) = (self.actions(), state.allows(DEFAULT, None));
        let declared = self.shares.iter().filter(|(_, share)| !share.expired);
        declared
            .map(|(label, share)| {
                let actions = if share.has_own_permission() { &own } else { &default };
                (label.clone(), share.wanted(state, actions, &extra(label, share)))
            })
            .collect()
    }
}

/// The files of another stack, which has its own shares in the same places.
pub(crate) fn other(place: usize, who: Who, what: u8) -> String {
    let mut out =
        format!("ramctl {{\n  stack = \"other\"\n  regions = [\"eu-central-1\", \"us-east-1\"]\n}}\n{HEAD}");
    Share::new(place, who, what).write("s1", &mut out);
    out
}
