//! Stand-ins for what names a company: account ids, ids of the organization and of resources, names.
//!
//! The same text always gets the same stand-in, in the snapshot and in a copy of the stack's files, and stand-ins of a kind are in the
//! order of what they stand for, so that a plan keeps its shape and its order. What the stack's files say beside that stays: addresses,
//! labels, names and tags of the stack's own shares, names inside ARNs such as that of a role.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diff::{Asked, Written, permission_record, proven, proven_permission};
use crate::model::{PermissionArn, ShareArn, TAG_APPLIED, TAG_STACK};
use crate::wire::snapshot::document::{ReadRecord, SnapshotDocument};
use crate::wire::snapshot::place::{LivePlaceRecord, ShareRecord};
use crate::wire::snapshot::received::ViewRecord;

/// What stands for what.
#[derive(Clone, Debug)]
pub struct StandIns {
    ids: BTreeMap<String, String>,
    /// Names of accounts and units.
    names: BTreeMap<String, String>,
}

/// The forms of ids that are replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// Twelve digits.
    Account,
    /// `o-`, `r-`.
    Prefixed(&'static str),
    /// `ou-ROOT-ID`, with the tail of its root's id.
    Unit {
        root: String,
    },
    Uuid,
    /// `tgw-0a1b2c3d`: the words before the last dash, and how many hexadecimal digits follow.
    Resource {
        prefix: String,
        digits: usize,
    },
    /// An access key or the unique id of a role: 20 capitals and digits.
    Key,
}

impl StandIns {
    /// Stand-ins for all that is in a snapshot, and in the files of its stack.
    pub fn of(document: &SnapshotDocument, files: &[&str]) -> Self {
        let mut found: BTreeSet<(Form, &str)> = BTreeSet::new();
        let value = value_of(document);
        each_text(&value, &mut |text| found.extend(ids_in(text)));
        files.iter().for_each(|text| found.extend(ids_in(text)));
        // The root's tail stands in the ids of all its units.
        let mut tails: BTreeSet<&str> = BTreeSet::new();
        for (form, id) in &found {
            match form {
                Form::Unit { root } => tails.insert(root),
                Form::Prefixed("r-") => tails.insert(&id[2..]),
                _ => false,
            };
        }
        let tails: BTreeMap<&str, String> =
            tails.into_iter().enumerate().map(|(n, tail)| (tail, format!("{:04}", n + 1))).collect();
        let mut ids = BTreeMap::new();
        let mut of_form: BTreeMap<Form, usize> = BTreeMap::new();
        for (form, id) in &found {
            let n = of_form.entry(form.clone()).or_default();
            *n += 1;
            let stand_in = match form {
                Form::Account => format!("9{n:011}"),
                Form::Prefixed("r-") => format!("r-{}", tails[&id[2..]]),
                Form::Prefixed(prefix) => format!("{prefix}{n:010}"),
                Form::Unit { root } => format!("ou-{}-{n:08}", tails[root.as_str()]),
                Form::Uuid => format!("00000000-0000-0000-0000-{n:012}"),
                Form::Resource { prefix, digits } => format!("{prefix}-{n:0digits$x}"),
                Form::Key => format!("{}{n:016}", &id[..4]),
            };
            ids.insert((*id).to_owned(), stand_in);
        }
        Self { ids, names: names(document) }
    }

    /// The snapshot with stand-ins.
    pub fn document(&self, document: &SnapshotDocument) -> SnapshotDocument {
        let mut renamed = document.clone().as_anonymised();
        self.rename(&mut renamed);
        let mut value = value_of(&renamed);
        change_texts(&mut value, &|text| self.ids(text));
        let mut out = serde_json::from_value(value).expect("texts became texts");
        rebind(document, &mut out);
        out
    }

    /// A file of the stack with stand-ins: every id, and the names in `account("...")` and `ou("...")`.
    pub fn file(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(open) = rest.find("(\"") {
            let (before, inside) = rest.split_at(open + 2);
            out.push_str(before);
            let Some(close) = inside.find('"') else {
                rest = inside;
                break;
            };
            let (name, after) = inside.split_at(close);
            let is_call = |function: &str| {
                before[..open].strip_suffix(function).is_some_and(|before| {
                    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                })
            };
            if is_call("account") {
                out.push_str(self.names.get(name).map_or(name, String::as_str));
            } else if is_call("ou") {
                out.push_str(&self.path(name));
            } else {
                out.push_str(name);
            }
            rest = after;
        }
        out.push_str(rest);
        self.ids(&out)
    }

    fn path(&self, path: &str) -> String {
        let parts = path.split('/').map(|part| self.names.get(part).map_or(part, String::as_str));
        parts.collect::<Vec<_>>().join("/")
    }

    fn ids(&self, text: &str) -> String {
        let mut out = String::new();
        for word in words(text) {
            out.push_str(self.ids.get(word).map_or(word, String::as_str));
        }
        out
    }

    /// Names that AWS alone knows: of accounts and units, and of shares that are not the stack's, with their tags.
    fn rename(&self, document: &mut SnapshotDocument) {
        let stack = document.stack.clone();
        if let ReadRecord::Known(tree) = &mut document.organization {
            let named = tree.units.iter_mut().map(|unit| &mut unit.name);
            for name in named.chain(tree.accounts.iter_mut().map(|account| &mut account.name)) {
                if let Some(stand_in) = self.names.get(name) {
                    name.clone_from(stand_in);
                }
            }
        }
        // Two texts of one share get one stand-in, as an invitation bears the share's name.
        let mut sent: BTreeMap<String, usize> = BTreeMap::new();
        for received in &mut document.received {
            let ReadRecord::Known(ViewRecord { invitations, shares }) = &mut received.read else { continue };
            let names = invitations.iter_mut().map(|row| &mut row.share_name);
            for name in names.chain(shares.iter_mut().map(|share| &mut share.name)) {
                let next = sent.len() + 1;
                let n = *sent.entry(name.clone()).or_insert(next);
                *name = format!("sent-{n}");
            }
        }
        let (mut strays, mut values) = (0_usize, BTreeMap::new());
        for place in &mut document.places {
            let ReadRecord::Known(LivePlaceRecord {
                shares,
                deleted,
                departed: _, // ids, which are replaced in every text
                customer_permissions,
                // Policies name no company beside its ids, which are replaced in every text.
                permission_policies: _,
                permission_versions: _,
                aws_permissions: _,
            }) = &mut place.read
            else {
                continue;
            };
            for ShareRecord { name, tags, .. } in shares {
                if tags.get(TAG_STACK) != Some(&stack) {
                    strays += 1;
                    *name = format!("share-{strays}");
                    hide_values(tags, &mut values);
                }
            }
            for tags in deleted
                .iter_mut()
                .map(|share| &mut share.tags)
                .chain(customer_permissions.iter_mut().map(|row| &mut row.tags))
            {
                if tags.get(TAG_STACK) != Some(&stack) {
                    hide_values(tags, &mut values);
                }
            }
        }
    }
}

/// Binds the records of the stack's own shares and permissions to the ARNs that they have now. What bears the stack's tags without
/// proof goes on so.
fn rebind(before: &SnapshotDocument, after: &mut SnapshotDocument) {
    let stack = before.stack.clone();
    for (before, after) in before.places.iter().zip(&mut after.places) {
        let (ReadRecord::Known(before), ReadRecord::Known(after)) = (&before.read, &mut after.read) else {
            continue;
        };
        let pairs = before.shares.iter().zip(&after.shares);
        let arn = |share: &ShareRecord| ShareArn::parse(&share.arn).ok();
        let renamed: BTreeMap<ShareArn, ShareArn> =
            pairs.filter_map(|(before, after)| Some((arn(before)?, arn(after)?))).collect();
        for (before, after) in before.shares.iter().zip(&mut after.shares) {
            let sides = arn(before).and_then(|arn| Some((arn.clone(), renamed.get(&arn)?)));
            let Some((arn, now)) = sides else { continue };
            let own = proven(&stack, &before.tags, &arn).is_some_and(|proof| proof.is_ok());
            if let (true, Some(record)) = (own, Written::on_share(&before.tags)) {
                let permissions: Vec<_> = before.permission_arns().zip(after.permission_arns()).collect();
                let permissions = permissions.iter().map(|((kind, was), (_, is))| (kind, was, is));
                let members: Vec<(Asked, Asked)> =
                    before.members().into_iter().zip(after.members()).collect();
                let record = record.restated(&members);
                let record = record.rebound(&after.tags, now, &renamed, permissions);
                after.tags.insert(TAG_APPLIED.to_owned(), record);
            }
        }
        for (before, after) in before.customer_permissions.iter().zip(&mut after.customer_permissions) {
            let (Ok(arn), Ok(now)) = (PermissionArn::parse(&before.arn), PermissionArn::parse(&after.arn))
            else {
                continue;
            };
            let own = proven_permission(&stack, &before.tags, &arn).is_some_and(|proof| proof.is_ok());
            if let (true, Some(record)) = (own, Written::on_permission(&before.tags)) {
                let record = permission_record(&after.tags, &record.stamp, &now);
                after.tags.insert(TAG_APPLIED.to_owned(), record);
            }
        }
    }
}

fn hide_values(tags: &mut BTreeMap<String, String>, values: &mut BTreeMap<String, usize>) {
    for (_, value) in tags.iter_mut().filter(|(key, _)| !key.starts_with("ramctl:")) {
        let next = values.len() + 1;
        let n = *values.entry(value.clone()).or_insert(next);
        *value = format!("value-{n}");
    }
}

/// Stand-ins for the names of accounts and units, in the order of the names.
fn names(document: &SnapshotDocument) -> BTreeMap<String, String> {
    let ReadRecord::Known(tree) = &document.organization else { return BTreeMap::new() };
    let accounts: BTreeSet<&String> = tree.accounts.iter().map(|account| &account.name).collect();
    let units: BTreeSet<&String> = tree.units.iter().map(|unit| &unit.name).collect();
    let numbered = |names: BTreeSet<&String>, what: &str| -> Vec<(String, String)> {
        let width = names.len().to_string().len();
        let names = names.into_iter().enumerate();
        names.map(|(n, name)| (name.clone(), format!("{what}-{:0width$}", n + 1))).collect()
    };
    // A name that an account and a unit share gets one stand-in.
    numbered(accounts, "account").into_iter().chain(numbered(units, "unit")).collect()
}

fn value_of(document: &SnapshotDocument) -> Value {
    serde_json::to_value(document).expect("documents have string keys and no failing field")
}

fn each_text<'a>(value: &'a Value, see: &mut impl FnMut(&'a str)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => see(text),
        Value::Array(values) => values.iter().for_each(|value| each_text(value, see)),
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            see(key);
            each_text(value, see);
        }),
    }
}

fn change_texts(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| change_texts(value, change)),
        Value::Object(members) => {
            let changed = std::mem::take(members).into_iter().map(|(key, mut value)| {
                change_texts(&mut value, change);
                (change(&key), value)
            });
            *members = changed.collect();
        }
    }
}

/// A text as runs of letters, digits and dashes, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn ids_in(text: &str) -> impl Iterator<Item = (Form, &str)> {
    words(text).filter_map(|word| form(word).map(|form| (form, word)))
}

/// The form of an id, where a word is one.
fn form(word: &str) -> Option<Form> {
    let lower = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if word.len() == 12 && word.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Form::Account);
    }
    if word.len() == 20
        && word.starts_with('A')
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        return Some(Form::Key);
    }
    let parts: Vec<&str> = word.split('-').collect();
    match parts[..] {
        ["o", id] if (10..=32).contains(&id.len()) && lower(id) => Some(Form::Prefixed("o-")),
        ["r", id] if (4..=32).contains(&id.len()) && lower(id) => Some(Form::Prefixed("r-")),
        ["ou", root, id] if root.len() >= 4 && id.len() >= 8 && lower(root) && lower(id) => {
            Some(Form::Unit { root: root.to_owned() })
        }
        [a, b, c, d, e]
            if [a, b, c, d, e].map(str::len) == [8, 4, 4, 4, 12]
                && hex(&word.to_ascii_lowercase().replace('-', "")) =>
        {
            Some(Form::Uuid)
        }
        [.., last] if parts.len() > 1 && (8..=32).contains(&last.len()) && hex(last) => {
            Some(Form::Resource { prefix: parts[..parts.len() - 1].join("-"), digits: last.len() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_their_form() {
        for id in [
            "222222222222",
            "o-a1b2c3d4e5",
            "r-ab12",
            "ou-ab12-9xyz1234",
            "6e0a7c5e-1f3b-4d1c-9a55-0123456789ab",
            "tgw-0e1a2b3c4d5e6f701",
            "ipam-pool-0a1b2c3d",
            "AROAABCDEFGHIJKLMNOP",
        ] {
            assert!(form(id).is_some(), "{id}");
        }
        for word in
            ["eu-central-1", "transit-gateway", "us-gov-west-1", "2026-01-31T12", "ramctl", "-", "r-1"]
        {
            assert_eq!(form(word), None, "{word}");
        }
    }

    #[test]
    fn a_text_is_its_words_and_what_is_between_them() {
        let text = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d \u{1b}é";
        assert_eq!(words(text).collect::<String>(), text);
        assert!(
            words(text).any(|word| word == "222222222222")
                && words(text).any(|word| word == "subnet-0a1b2c3d")
        );
    }
}
