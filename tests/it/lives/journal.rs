//! What the sandbox's journal says: every share as it was after each change, and who could do what by it.
//!
//! The journal is read as JSON. Nothing here is shared with the program that is looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use serde_json::Value;

use crate::lives::stack::ACTIONS;

/// What somebody may do with something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Grant {
    /// An account, or a role in one.
    pub who: String,
    pub resource: String,
    pub action: String,
}

pub(crate) type Grants = BTreeSet<Grant>;

/// The tables that are read.
const TABLES: [&str; 8] =
    ["organization", "units", "accounts", "shares", "members", "attachments", "permissions", "invitations"];

/// Whether those count who are invited and have not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invited {
    Count,
    DoNotCount,
}

/// The tables of the sandbox that matter here, at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    tables: BTreeMap<String, BTreeMap<String, Value>>,
    /// What each version of an AWS managed permission allows.
    pub managed: BTreeMap<String, Vec<String>>,
    /// The names that the stack has and had.
    pub stacks: BTreeSet<String>,
}

/// The tags that make a share a stack's. Nobody forges them here, but somebody takes them off.
pub(crate) const TAGS: [&str; 3] = ["ramctl:stack", "ramctl:address", "ramctl:applied"];

impl State {
    fn rows(&self, table: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// Shares that are there, by the key that their members bear too.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (String, &Value)> {
        let live = |row: &Value| !matches!(text(&row["status"]), "DELETING" | "DELETED" | "FAILED");
        self.rows("shares").filter(move |(_, row)| live(row)).map(|(_, row)| (key(&row["id"]), row))
    }

    /// Those that belong to the stack, with the address of their block.
    pub(crate) fn own(&self) -> impl Iterator<Item = (String, &str, &Value)> {
        let is_own = |row: &Value| {
            let tags = &row["tags"];
            let stack = tags[TAGS[0]].as_str();
            stack.is_some_and(|name| self.stacks.contains(name))
                && TAGS.iter().all(|tag| tags[tag].is_string())
        };
        self.shares().filter(move |(_, row)| is_own(row)).map(|(key, row)| {
            let address = row["tags"]["ramctl:address"].as_str().unwrap_or_default();
            (key, address, row)
        })
    }

    /// Everything about a share that no clock moves.
    pub(crate) fn portrait(&self, share: &str) -> BTreeSet<String> {
        let of_share = |row: &&Value| key(&row["share"]) == share;
        let members = self.rows("members").map(|(_, row)| row).filter(of_share).filter(|row| is_on(row));
        let members = members.map(|row| format!("{} {}", text(&row["side"]), text(&row["entity"])));
        let rights = self.rows("attachments").map(|(_, row)| row).filter(of_share);
        let rights = rights.map(|row| format!("{} {}", text(&row["permission"]), row["version"]));
        let share = self.shares().find(|(key, _)| key == share).map(|(_, row)| row);
        let settings = share.map(|row| format!("{} {} {}", row["name"], row["allow_external"], row["tags"]));
        members.chain(rights).chain(settings).collect()
    }

    /// Who is on a share, or what.
    pub(crate) fn members(&self, share: &str, side: &str) -> BTreeSet<String> {
        let members = self.rows("members").map(|(_, row)| row);
        members
            .filter(|row| key(&row["share"]) == share && row["side"] == side && is_on(row))
            .map(|row| text(&row["entity"]).to_owned())
            .collect()
    }

    /// Whether somebody on a share is invited and has not answered.
    pub(crate) fn waits(&self, share: &str) -> bool {
        self.rows("members").any(|(_, row)| key(&row["share"]) == share && is_invited(row))
    }

    /// Who is invited to some share and has not answered.
    pub(crate) fn invited(&self) -> BTreeSet<String> {
        let there: BTreeSet<String> = self.shares().map(|(key, _)| key).collect();
        let rows = self.rows("members").map(|(_, row)| row);
        let open = rows.filter(|row| is_invited(row) && there.contains(&key(&row["share"])));
        open.map(|row| text(&row["entity"]).to_owned()).collect()
    }

    /// Every share as it is.
    pub(crate) fn portraits(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.shares().map(|(key, _)| (key.clone(), self.portrait(&key))).collect()
    }

    /// What some shares give.
    pub(crate) fn grants(&self, invited: Invited, of: impl Fn(&str) -> bool) -> Grants {
        let mut out = Grants::new();
        for (share, row) in self.shares().filter(|(share, _)| of(share)) {
            let on = |side: &'static str| {
                let rows = self.rows("members").map(|(_, row)| row);
                let share = &share;
                rows.filter(move |row| row["side"] == side && key(&row["share"]) == *share && is_on(row))
            };
            for resource in on("RESOURCE") {
                let actions = self.actions(&share, text(&resource["resource_type"]));
                for principal in on("PRINCIPAL") {
                    if invited == Invited::DoNotCount && is_invited(principal) {
                        continue;
                    }
                    for who in self.behind(text(&principal["entity"]), text(&row["id"]["account"])) {
                        let resource = text(&resource["entity"]);
                        out.extend(grants(&who, resource, &actions));
                    }
                }
            }
        }
        out
    }

    /// What a share allows with resources of a type.
    fn actions(&self, share: &str, kind: &str) -> Vec<String> {
        let rows = self.rows("attachments").map(|(_, row)| row);
        let attached = rows.filter(|row| key(&row["share"]) == share && row["resource_type"] == kind);
        attached.flat_map(|row| self.allows(text(&row["permission"]), Some(&row["version"]))).collect()
    }

    /// What a permission allows, at a version or at its default one.
    pub(crate) fn allows(&self, permission: &str, version: Option<&Value>) -> Vec<String> {
        if let Some(actions) = self.managed.get(permission) {
            let named = |action: &&str| actions.iter().any(|pattern| matches(pattern, action));
            let named = ACTIONS.iter().copied().filter(named).map(str::to_owned);
            return actions.iter().cloned().chain(named).collect();
        }
        let arn: Vec<&str> = permission.splitn(6, ':').collect();
        let name = arn[5].trim_start_matches("permission/");
        let rows = self.tables.get("permissions");
        let row = rows.and_then(|rows| rows.get(&format!("{}/{}/{name}", arn[4], arn[3])));
        let row = row.unwrap_or_else(|| panic!("{permission} is not there"));
        let version = version.unwrap_or(&row["default"]).to_string();
        let policy: Value =
            serde_json::from_str(text(&row["versions"][version]["policy"])).expect("policies are JSON");
        match &policy["Action"] {
            Value::Array(actions) => actions.iter().map(|action| text(action).to_owned()).collect(),
            one => vec![text(one).to_owned()],
        }
    }

    /// Who is behind a principal: accounts, or a role. The sharing account owns what it shares.
    pub(crate) fn behind(&self, principal: &str, owner: &str) -> Vec<String> {
        let within = |unit: &str| -> Vec<String> {
            let inside = |row: &Value| {
                let mut at = row["parent"].as_str();
                while let Some(parent) = at {
                    if parent == unit {
                        return true;
                    }
                    at = self.tables.get("units").and_then(|units| units.get(parent)?["parent"].as_str());
                }
                false
            };
            self.rows("accounts").filter(|(_, row)| inside(row)).map(|(id, _)| id.clone()).collect()
        };
        let all = match principal.rsplit('/').next() {
            Some(unit) if principal.contains(":ou/") => within(unit),
            _ if principal.contains(":organization/") => {
                within(text(&self.rows("organization").next().expect("there is one").1["root"]))
            }
            _ => vec![principal.to_owned()],
        };
        all.into_iter().filter(|who| who != owner).collect()
    }

    /// The ARN of a unit.
    pub(crate) fn unit(&self, name: &str) -> String {
        let (id, _) = self
            .rows("units")
            .find(|(_, row)| row["name"] == name)
            .unwrap_or_else(|| panic!("no unit {name}"));
        let (organization, row) = self.rows("organization").next().expect("there is one");
        format!("arn:aws:organizations::{}:ou/{organization}/{id}", text(&row["management"]))
    }

    pub(crate) fn parent(&self, account: &str) -> &str {
        text(&self.tables["accounts"][account]["parent"])
    }

    pub(crate) fn unit_id(&self, name: &str) -> String {
        self.unit(name).rsplit('/').next().expect("ARNs of units have slashes").to_owned()
    }

    /// Invitations that wait for an answer: whose, in which Region, and their ARNs.
    pub(crate) fn invitations(&self) -> Vec<(String, String, String)> {
        let open = self.rows("invitations").map(|(_, row)| row).filter(|row| row["status"] == "PENDING");
        open.map(|row| {
            let (region, owner) = (text(&row["share"]["region"]), text(&row["share"]["account"]));
            let arn =
                format!("arn:aws:ram:{region}:{owner}:resource-share-invitation/{}", text(&row["uuid"]));
            (text(&row["receiver"]).to_owned(), region.to_owned(), arn)
        })
        .collect()
    }
}

/// Whether an action is among those that a pattern stands for.
fn matches(pattern: &str, action: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == action, |start| action.starts_with(start))
}

/// What somebody may do with a resource, one by one.
pub(crate) fn grants<'a>(
    who: &'a str,
    resource: &'a str,
    actions: &'a [String],
) -> impl Iterator<Item = Grant> + 'a {
    actions.iter().map(|action| Grant {
        who: who.to_owned(),
        resource: resource.to_owned(),
        action: action.clone(),
    })
}

/// The ARN of a share, by its key.
pub(crate) fn arn_of(key: &str) -> String {
    let parts: Vec<&str> = key.split('/').collect();
    let [account, region, uuid] = parts[..] else { panic!("{key} is no key") };
    format!("arn:aws:ram:{region}:{account}:resource-share/{uuid}")
}

/// `ACCOUNT/REGION/UUID`.
fn key(id: &Value) -> String {
    format!("{}/{}/{}", text(&id["account"]), text(&id["region"]), text(&id["uuid"]))
}

fn is_on(row: &Value) -> bool {
    !matches!(text(&row["status"]), "FAILED" | "DISASSOCIATING" | "DISASSOCIATED")
}

/// Nothing but an answer ends it.
fn is_invited(row: &Value) -> bool {
    row["side"] == "PRINCIPAL" && row["status"] == "ASSOCIATING" && row["due"].is_null()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Reads the journal as it grows.
pub(crate) struct Journal {
    path: PathBuf,
    read: u64,
    pub now: State,
}

impl Journal {
    pub(crate) fn new(path: PathBuf, managed: BTreeMap<String, Vec<String>>) -> Self {
        let now = State { managed, ..State::default() };
        let mut journal = Self { path, read: 0, now };
        journal.follow(|_, _| {});
        journal
    }

    /// Goes on to the end, and shows every state on the way with the keys of the shares that changed.
    pub(crate) fn follow(&mut self, mut see: impl FnMut(&State, &BTreeSet<String>)) {
        let mut file = File::open(&self.path).expect("the sandbox keeps a journal");
        file.seek(SeekFrom::Start(self.read)).expect("it grows");
        let mut text = String::new();
        file.read_to_string(&mut text).expect("it is a text");
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for line in text[..whole].lines().filter(|line| line.starts_with('[')) {
            let (_, _, rows): (u64, String, Vec<(String, String, Value)>) =
                serde_json::from_str(line).expect("a line is a change");
            let mut touched = BTreeSet::new();
            for (table, row, value) in rows {
                match table.as_str() {
                    "shares" => _ = touched.insert(row.clone()),
                    "members" | "attachments" if !value.is_null() => {
                        touched.insert(key(&value["share"]));
                    }
                    _ => {}
                }
                if !TABLES.contains(&table.as_str()) {
                    continue;
                }
                let rows = self.now.tables.entry(table).or_default();
                if value.is_null() {
                    rows.remove(&row)
                } else {
                    rows.insert(row, value)
                };
            }
            see(&self.now, &touched);
        }
        self.read += whole as u64;
    }
}
