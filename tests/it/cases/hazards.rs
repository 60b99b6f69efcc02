//! Every hazard in the golden cases of plans: raised, allowed, and not raised by the change next to it.
//!
//! `allow.txt` of a case holds what `--allow` would be given; `allowed.txt` is then the plan as it is with that.
//! A block whose label holds a code and `pass` changes, and does not raise that code: `ram203_passes`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use expect_test::expect_file;
use ramctl::diag::hazards::hazard_codes;
use ramctl::plan::{Allowance, Consent, Plan, Refused};
use ramctl::render::{PlanView, Styles};
use ramctl::wire::PlanDocument;
use serde_json::Value;

use crate::cases::{Situation, cases, run, situation};

/// Codes of the plan as a whole stand at no block. These cases change something and stay below what raises them.
const PASSES: [(&str, &str); 3] = [
    ("RAM208", "the_files_drop_a_share"),
    ("RAM215", "hazards_pass_below_the_thresholds"),
    ("RAM216", "hazards_pass_below_the_thresholds"),
];

/// Raised by destroying alone, which no golden case does: `plan/hazard_tests.rs` has what raises it, and what is next to it.
const OF_DESTROYING: [&str; 1] = ["RAM222"];

/// What `--allow` is given in a case.
fn flags(case: &Path) -> Option<Consent> {
    let text = fs::read_to_string(case.join("allow.txt")).ok()?;
    let allowances = text.lines().flat_map(|line| Allowance::parse(line).expect("it can be typed"));
    Some(Consent::new(allowances))
}

fn document(plan: &Plan, situation: &Situation) -> Value {
    serde_json::from_str(&PlanDocument::new(plan, &situation.sources, 0).to_text()).expect("JSON")
}

/// What a plan document says of one block, or of the plan as a whole.
struct Said {
    /// None for the plan as a whole.
    address: Option<String>,
    changes: bool,
    hazards: Vec<Value>,
}

fn said(document: &Value) -> Vec<Said> {
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let mut out = Vec::new();
    for kind in ["shares", "permissions", "inbound"] {
        for item in list(&document[kind]) {
            let unchanged = item["actions"] == serde_json::json!(["no_op"]) || item["action"] == "undecided";
            out.push(Said {
                address: item["address"].as_str().map(str::to_owned),
                changes: !unchanged && item["blocked"].is_null(),
                hazards: list(&item["hazards"]),
            });
        }
    }
    let steps = !list(&document["steps"]).is_empty();
    out.push(Said { address: None, changes: steps, hazards: list(&document["hazards"]) });
    out
}

#[test]
fn what_is_given_beforehand_is_marked_and_suffices() {
    run("plan", |case| {
        let Some(consent) = flags(case) else { return };
        let situation = situation(case);
        let plan = situation.outcome().0;
        let Err(Refused::Unconsented(open)) = plan.approve(&Consent::default()) else {
            panic!("it needs consent")
        };
        assert!(!open.is_empty());
        assert_eq!(plan.unused(&consent), [] as [&Allowance; 0]);
        let plan = plan.given(&consent);
        plan.approve(&Consent::default()).expect("everything is allowed");
        let shown = PlanView::new(&plan, &situation.sources, Styles::plain(), 110, 0).to_string();
        expect_file![case.join("allowed.txt")].assert_eq(&shown);
    });
}

#[test]
fn every_hazard_has_a_case_that_raises_it_one_that_allows_it_and_one_that_does_neither() {
    let (mut raised, mut allowed, mut passed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut ways: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for case in cases("plan") {
        let name = case.file_name().expect("a case has a name").to_string_lossy().into_owned();
        let situation = situation(&case);
        let plan = situation.outcome().0;
        let bare = said(&document(&plan, &situation));
        for Said { address, changes, hazards } in &bare {
            let has = |code: &str| hazards.iter().any(|hazard| hazard["code"] == code);
            for hazard in hazards {
                let code = hazard["code"].as_str().expect("a code").to_owned();
                if hazard["allowed"].is_null() {
                    raised.insert(code);
                } else {
                    allowed.insert(code.clone());
                    ways.entry("the files").or_default().insert(code);
                }
            }
            for code in hazard_codes().map(|code| code.id) {
                let by_name =
                    |address: &String| address.contains(&code.to_lowercase()) && address.contains("pass");
                let is_next_to_it = match address {
                    Some(address) => by_name(address),
                    None => PASSES.contains(&(code, &name)),
                };
                if is_next_to_it {
                    assert!(changes & !has(code), "{name}: {address:?} {code}: {hazards:#?}");
                    passed.insert(code.to_owned());
                }
            }
        }
        let Some(consent) = flags(&case) else { continue };
        let by = |code: &str, address: &Option<String>| {
            let mut given = consent.allowances().iter().filter(|it| it.code.id == code);
            let at_a_block =
                given.any(|it| it.at.as_ref().map(ToString::to_string) == *address && it.at.is_some());
            if at_a_block { "--allow CODE@ADDRESS" } else { "--allow CODE" }
        };
        for Said { address, changes: _, hazards } in said(&document(&plan.given(&consent), &situation)) {
            for hazard in hazards.iter().filter(|hazard| hazard["allowed"]["by"] == "flag") {
                let code = hazard["code"].as_str().expect("a code");
                allowed.insert(code.to_owned());
                ways.entry(by(code, &address)).or_default().insert(code.to_owned());
            }
        }
    }
    let of_plans = hazard_codes().map(|code| code.id).filter(|code| !OF_DESTROYING.contains(code));
    for code in of_plans {
        assert!(raised.contains(code), "no case raises {code}");
        assert!(allowed.contains(code), "no case allows {code}");
        assert!(passed.contains(code), "no case has what is next to {code} and does not raise it");
    }
    assert_eq!(ways.len(), 3, "{ways:?}");
    assert!(ways.values().all(|codes| codes.len() >= 4), "each way is used several times: {ways:?}");
}
