//! What the lines of a plan say of access, against a count over all shares before and after the plan's steps.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::diff::fixture::*;
use crate::plan::access_laws::{Held, Truth, truth};
use crate::plan::access_worlds::a_world;
use crate::render::{PlanView, Styles};

/// How many accounts, roles, users and services hold something, in words.
fn counted(held: &Held) -> String {
    let who: BTreeSet<&str> =
        held.keys().map(|(who, _)| who.split(" for ").next().expect("a part")).collect();
    let of = |is: &dyn Fn(&str) -> bool| who.iter().filter(|who| is(who)).count();
    let role = |who: &str| who.contains(":role/");
    let user = |who: &str| who.contains(":user/");
    let service = |who: &str| who.ends_with(".amazonaws.com");
    let account = |who: &str| !role(who) && !user(who) && !service(who);
    let kinds =
        [(of(&account), "account"), (of(&role), "role"), (of(&user), "user"), (of(&service), "service")];
    let said: Vec<String> = kinds
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, kind)| format!("{n} {kind}{}", if n == 1 { "" } else { "s" }))
        .collect();
    match said.as_slice() {
        [] => "0 accounts".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_summary_and_the_lines_say_who_gains_and_loses_as_a_count_finds_it((graph, live) in a_world()) {
        let Some((plan, Truth { gained, lost, .. })) = truth(&graph, live) else { return Ok(()) };
        let text = PlanView::new(&plan, &sources().0, Styles::plain(), usize::MAX, 0).to_string();
        let summary = text.lines().find(|line| line.contains("Access: ")).unwrap_or_default();
        let said = summary.split("Access: ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default();
        if gained.is_empty() && lost.is_empty() {
            prop_assert!(said.is_empty() || said == "no account gains or loses", "{}", text);
            let felt = |line: &&str| ["gain ", "gains ", "lose ", "loses "].iter().any(|verb| line.contains(verb));
            let lines: Vec<&str> = text.lines().filter(felt).filter(|line| !line.contains(" no ")).collect();
            prop_assert!(lines.iter().all(|line| line.contains("Access: ")), "{:?}", lines);
        } else {
            let (gain, lose) = (counted(&gained), counted(&lost));
            let [says_gain, says_lose] = ["gain", "lose"].map(|verb| said.contains(&format!(" {verb}")));
            prop_assert!(says_gain && says_lose, "{}", text);
            prop_assert!(said.starts_with(&gain), "{} against {}", said, gain);
            // The noun of the first half does for the second where all are accounts.
            let lost_said = said.split(", ").last().unwrap_or_default();
            let n = lose.split(' ').next().expect("a number");
            prop_assert!(said.contains(&lose) || lost_said.starts_with(n), "{} against {}", said, lose);
        }
    }
}
