//! What a plan document says of access, against a count over all shares before and after the plan's steps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use crate::diff::fixture::*;
use crate::plan::access_laws::{Held, Truth, truth};
use crate::plan::access_worlds::a_world;
use crate::wire::{PlanDocument, PlanFile};

fn texts(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned()).collect()
}

/// Who keeps which resource with which actions more or less.
fn partly(document: &Value, side: &str) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut out: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for one in document["partly"].as_array().into_iter().flatten() {
        let actions = one[side].as_array().expect("a list").iter();
        let actions: BTreeSet<String> =
            actions.map(|action| action["action"].as_str().expect("a text").to_owned()).collect();
        for (who, what) in texts(&one["who"])
            .iter()
            .flat_map(|who| texts(&one["resources"]).into_iter().map(move |what| (who.clone(), what)))
        {
            if !actions.is_empty() {
                out.entry((who, what)).or_default().extend(actions.clone());
            }
        }
    }
    out
}

fn counted(truth: &Held) -> BTreeMap<(String, String), BTreeSet<String>> {
    let actions = |requests: &BTreeSet<(String, BTreeSet<&'static str>)>| {
        requests.iter().map(|(action, _)| action.clone()).collect()
    };
    truth.iter().map(|((who, what), requests)| ((who.clone(), what.to_string()), actions(requests))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_says_who_gains_and_loses_what_as_a_count_finds_it((graph, live) in a_world()) {
        let Some((plan, Truth { gained, lost, kept_more, kept_less, .. })) = truth(&graph, live) else { return Ok(()) };
        let text = PlanDocument::new(&plan, &sources().0, 0).to_text();
        let file = PlanFile::read(&text).expect("a plan that was just written");
        prop_assert_eq!(&PlanDocument::new(file.plan.body(), &file.sources, file.origin.clone()).to_text(), &text);
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let who = |held: &Held| held.keys().map(|(who, _)| who.clone()).collect::<BTreeSet<String>>();
        prop_assert_eq!(texts(&document["access"]["gain"]), who(&gained));
        prop_assert_eq!(texts(&document["access"]["lose"]), who(&lost));
        prop_assert_eq!(partly(&document, "gain"), counted(&kept_more));
        prop_assert_eq!(partly(&document, "lose"), counted(&kept_less));
        let mut at_shares = [BTreeSet::new(), BTreeSet::new()];
        for share in document["shares"].as_array().expect("a list") {
            at_shares[0].extend(texts(&share["access"]["gain"]));
            at_shares[1].extend(texts(&share["access"]["lose"]));
        }
        prop_assert_eq!(&at_shares[0], &who(&gained));
        prop_assert_eq!(&at_shares[1], &who(&lost));
        let hazards = document["hazards"].as_array().expect("a list").iter();
        let losing = hazards.filter(|hazard| ["RAM203", "RAM206"].iter().any(|code| hazard["code"] == *code)).count();
        prop_assert!(losing == 0 || !lost.is_empty());
    }
}
