//! What the lines of a plan say of access, against a count over all shares before and after the plan's steps.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::diff::fixture::*;
use crate::plan::access_laws::{Held, Truth, truth};
use crate::plan::access_worlds::a_world;
use crate::render::{PlanView, Styles};

/// How many accounts, roles, users and services hold something, in words.
fn counted(held: &Held) -> (String, usize) {
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
    let words = match said.as_slice() {
        [] => "0 accounts".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    (words, who.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_summary_and_the_lines_say_who_gains_and_loses_as_a_count_finds_it((graph, live) in a_world()) {
        let Some((plan, Truth { gained, lost, .. })) = truth(&graph, live) else { return Ok(()) };
        let text = PlanView::new(&plan, &sources().0, Styles::plain(), usize::MAX, 0).to_string();
        let summary = text.lines().find(|line| line.contains("Access: ")).unwrap_or_default();
        let said = summary.split("Access: ").nth(1).and_then(|rest| rest.split('.').next()).unwrap_or_default();
        if gained.is_empty() && lost.is_empty() {
            prop_assert!(said.is_empty() || said == "no account gains or loses", "{}", text);
            let kinds = ["account", "role", "user", "service"];
            let felt = |line: &&str| {
                kinds.iter().any(|kind| {
                    [" gains ", " loses ", "s gain ", "s lose "].iter().any(|verb| line.contains(&format!("{kind}{verb}")))
                })
            };
            let lines: Vec<&str> = text.lines().filter(felt).filter(|line| !line.contains("no ")).collect();
            prop_assert!(lines.is_empty(), "{:?}", lines);
        } else {
            let ((gain, gaining), (lose, losing)) = (counted(&gained), counted(&lost));
            let verb = |n, verb: &str| if n == 1 { format!("{verb}s") } else { verb.to_owned() };
            let loses = verb(losing, "lose");
            let whole = format!("{gain} {}, {lose} {loses}", verb(gaining, "gain"));
            // The noun of the first half does for the second where all are accounts.
            let short = format!("{gain} {}, {losing} {loses}", verb(gaining, "gain"));
            prop_assert!(said == whole || said == short, "{} against {}", said, whole);
        }
    }
}
