//! Plans that somebody forged: each kind of leaf of the documents of all golden cases is edited, and the digest made anew.

use std::collections::{BTreeMap, BTreeSet};

use ramctl::diff::destroy;
use ramctl::plan::{Consent, HazardStanding, Plan, plan_knowing};
use ramctl::render::{PlanView, Styles};
use ramctl::wire::{PlanDocument, PlanFile};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cases::situations;

/// How often a kind of leaf is edited, over all documents.
const PER_KIND: usize = 2;

/// The digest that every plan must have is no secret: whoever edits a file can make it anew.
fn sealed(mut value: Value) -> Option<(PlanDocument, String)> {
    value["digest"] = json!("");
    let bare: PlanDocument = serde_json::from_value(value.clone()).ok()?;
    let text = serde_json::to_vec(&bare).expect("a document is JSON");
    value["digest"] =
        json!(Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let document: PlanDocument = serde_json::from_value(value).ok()?;
    let text = document.to_text();
    Some((document, text))
}

/// The text of a plan with its digest made anew.
#[cfg(feature = "cli")]
pub(crate) fn sealed_text(text: &str) -> String {
    sealed(serde_json::from_str(text).expect("JSON")).expect("the fields of a plan").1
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    Key(String),
    Index(usize),
}

fn find<'v>(value: &'v mut Value, path: &[At]) -> &'v mut Value {
    path.iter().fold(value, |value, at| match at {
        At::Key(key) => &mut value[key.as_str()],
        At::Index(index) => &mut value[*index],
    })
}

/// Every value that holds no other, and every list, with the kind of place it is in: the keys on the way, and what says of an object
/// what it is.
fn leaves(value: &Value, path: &mut Vec<At>, kind: &str, out: &mut Vec<(Vec<At>, String, Value)>) {
    match value {
        Value::Object(members) => {
            let says = |key: &str| members.get(key).filter(|it| !it.is_object()).map(ToString::to_string);
            let what: Vec<String> = ["operation", "action", "actions", "part", "kind", "about"]
                .into_iter()
                .filter_map(says)
                .collect();
            for (key, member) in members {
                path.push(At::Key(key.clone()));
                leaves(member, path, &format!("{kind}{what:?}.{key}"), out);
                path.pop();
            }
        }
        Value::Array(elements) => {
            out.push((path.clone(), format!("{kind}[]"), value.clone()));
            for (index, element) in elements.iter().enumerate() {
                path.push(At::Index(index));
                leaves(element, path, &format!("{kind}[]"), out);
                path.pop();
            }
        }
        leaf => out.push((path.clone(), kind.to_owned(), leaf.clone())),
    }
}

/// A text that is still the same kind of id, word or number where that can be had.
fn tweaked(text: &str) -> String {
    let other = |c: char| match c {
        '9' => '0',
        '0'..='8' => char::from(c as u8 + 1),
        'z' => 'a',
        'a'..='y' => char::from(c as u8 + 1),
        _ => 'x',
    };
    match text.char_indices().rev().find(|(_, c)| c.is_ascii_alphanumeric()) {
        Some((at, c)) => format!("{}{}{}", &text[..at], other(c), &text[at + 1..]),
        None => format!("{text}x"),
    }
}

fn edits(leaf: &Value, seen: &BTreeSet<String>) -> Vec<Value> {
    let mut out = match leaf {
        Value::Null => vec![json!("x"), json!(1)],
        Value::Bool(yes) => vec![json!(!yes)],
        Value::Number(n) => vec![json!(n.as_u64().expect("all numbers count") + 1), json!(0)],
        Value::String(text) => vec![json!(tweaked(text)), json!("")],
        Value::Array(elements) => match elements.as_slice() {
            [] => vec![json!(["222222222222"]), json!([0])],
            [first, ..] => {
                let twice: Vec<Value> = elements.iter().chain([first]).cloned().collect();
                let mut others = elements.clone();
                if let Some(Value::String(text)) = others.last_mut() {
                    *text = tweaked(text);
                }
                others.extend(elements.last().cloned());
                vec![json!(elements[1..]), json!(twice), json!(others)]
            }
        },
        Value::Object(_) => unreachable!("an object is no leaf"),
    };
    // What other documents say in such a place is as good as true.
    let foreign = seen.iter().map(|text| serde_json::from_str(text).expect("it was JSON"));
    out.extend(foreign.filter(|other: &Value| other != leaf).take(1));
    out.retain(|edit| edit != leaf);
    out
}

struct Original {
    name: String,
    value: Value,
    document: PlanDocument,
    file: PlanFile,
    shown: String,
}

fn shown(file: &PlanFile) -> String {
    let body = file.plan.body();
    let view = PlanView::new(body, &file.sources, Styles::plain(), 400, file.origin.clone());
    format!("{view}\n{:?}", body.notices())
}

fn originals() -> Vec<Original> {
    let mut out = Vec::new();
    for (name, situation) in situations() {
        let (made, _) = situation.outcome();
        let gone = destroy(&situation.graph, &situation.live, &situation.org);
        let gone: Plan = plan_knowing(&gone, &situation.org, &situation.usage);
        for (kind, plan) in [("apply", made), ("destroy", gone.given(&Consent::to_everything()))] {
            let text = PlanDocument::new(&plan, &situation.sources, 7).to_text();
            let file = PlanFile::read(&text).unwrap_or_else(|error| panic!("{name} {kind}: {error:?}"));
            out.push(Original {
                name: format!("{name} {kind}"),
                value: serde_json::from_str(&text).expect("JSON"),
                document: serde_json::from_str(&text).expect("a plan"),
                shown: shown(&file),
                file,
            });
        }
    }
    out
}

/// The edits of the original that are to be tried.
fn forgeries(originals: &[Original]) -> Vec<(&Original, Vec<At>, String, Value)> {
    let mut all: Vec<(&Original, Vec<At>, String, Value)> = Vec::new();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for original in originals {
        let mut found = Vec::new();
        leaves(&original.value, &mut Vec::new(), "", &mut found);
        for (path, kind, value) in found {
            seen.entry(kind.clone()).or_default().insert(value.to_string());
            all.push((original, path, kind, value));
        }
    }
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (original, path, kind, value) in &all {
        let count = met.entry(kind).or_default();
        *count += 1;
        if *count <= PER_KIND {
            for edit in edits(value, &seen[kind]) {
                out.push((*original, path.clone(), kind.clone(), edit));
            }
        }
    }
    out
}

/// What a run does, which no reader of the plan may be in the dark about.
fn done(file: &PlanFile) -> (String, Vec<bool>) {
    let body = file.plan.body();
    let open = body.hazards_by_address().map(|(_, hazard)| hazard.standing == HazardStanding::Open);
    (format!("{:?} {:?}", body.steps, body.refusals), open.collect())
}

/// What the text of a plan does not show and its steps depend on: the digests of the record, which tell drift from pending changes and
/// nothing else; the version that the token of a new one depends on; and the policy of a permission, of which the text shows the
/// difference as the file has it.
fn is_not_shown(path: &[At], kind: &str) -> bool {
    let is = |at: &At, name: &str| *at == At::Key(name.to_owned());
    path.iter().any(|at| is(at, "applied") || is(at, "highest_version"))
        || (path.first().is_some_and(|at| is(at, "permissions")) && kind.ends_with("after[].policy"))
}

#[test]
fn a_forged_plan_is_refused_or_shows_what_it_does() {
    let originals = originals();
    let forgeries = forgeries(&originals);
    let (mut operations, mut refused, mut shown_anew, mut harmless) = (BTreeSet::new(), 0, 0, 0);
    let mut wrong: Vec<String> = Vec::new();
    for (original, path, kind, edit) in &forgeries {
        let in_steps = path.first() == Some(&At::Key("steps".to_owned()));
        if let (true, Some(At::Index(step))) = (in_steps, path.get(1)) {
            operations.insert(original.value["steps"][*step]["operation"].to_string());
        }
        let mut value = original.value.clone();
        *find(&mut value, path) = edit.clone();
        let what = || format!("{}: {kind} as {edit}", original.name);
        let Some((document, text)) = sealed(value) else {
            refused += 1;
            continue;
        };
        let read = PlanFile::read(&text);
        if in_steps
            && *path.last().expect("no leaf is the document") != At::Key("digest".to_owned())
            && read.is_ok()
        {
            wrong.push(format!("{} is taken", what()));
        }
        // A forger may as well make the steps anew: then what is shown is made anew with them.
        let Ok(file) = document.derive() else {
            assert!(read.is_err(), "{}", what());
            refused += 1;
            continue;
        };
        if PlanDocument::new(file.plan.body(), &file.sources, file.origin.clone()) == original.document
            && document != original.document
            && read.is_ok()
        {
            wrong.push(format!("{} is taken although nothing says it", what()));
        }
        if shown(&file) != original.shown {
            shown_anew += 1;
        } else if done(&file) == done(&original.file) {
            harmless += 1;
        } else if !is_not_shown(path, kind) {
            wrong.push(format!("{} does something else and looks the same", what()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), forgeries.len(), wrong.join("\n"));
    assert!(refused > 500 && shown_anew > 500 && harmless > 100, "{refused} {shown_anew} {harmless}");
    // Every operation that a step can be.
    assert!(operations.len() >= 18, "{operations:?}");
}
