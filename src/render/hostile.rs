//! One hostile set through every format: what others choose to call their shares stays text.

use crate::desired::DesiredShare;
use crate::diag::{Diagnostic, Severity, SourceMap, live_codes};
use crate::diff::fixture::*;
use crate::diff::{destroy, diff};
use crate::drift::report;
use crate::live::LiveState;
use crate::model::{AssociationStatus, Observed, Origin, Principal, ResourceArn};
use crate::plan::{Outcome, Plan, StepOutcome, StepResult, plan};
use crate::render::escape::hides_or_moves;
use crate::render::{COMMENT_LIMIT, Found, GithubView, HtmlView, MarkdownView, Report, as_log};

/// Texts that mean something to some format.
fn texts() -> Vec<String> {
    let mut out: Vec<String> = [
        "\u{1b}[2J\u{1b}[31mred\u{1b}]8;;http://evil\u{7}",
        "a\r\n::error file=x::pwned",
        "::error::pwned",
        "##[error]pwned",
        "%0A::warning::pwned",
        "\n```\n</details>\n# pwned\n<script>alert(1)</script>",
        "``````",
        "[click](javascript:alert(1)) ![i](http://evil/x.png) | a | b |",
        "</pre></details></body><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "-->\u{0}<!--",
        "abc\u{202e}txt.exe\u{2066}\u{200b}",
        "@everyone #1 &lt;b&gt; &#x3c;",
        "+ all is fine\n- nothing",
    ]
    .map(str::to_owned)
    .to_vec();
    out.push(format!("long{}", "`<x>".repeat(2_500)));
    out
}

/// A stack in whose live shares, tags, messages, ARNs, unit and account names the text stands.
fn hostile(text: &str) -> (Plan, Plan, crate::drift::DriftReport) {
    let declared = desired_share("tgw");
    let mut mine = live_share(&declared, 1);
    mine.name = text.to_owned();
    mine.tags.insert(text.to_owned(), text.to_owned());
    mine.principals.insert(Principal::Other(text.to_owned()), associated());
    let mut failed = associated();
    failed.status = AssociationStatus::Failed;
    failed.status_message = Some(text.to_owned());
    mine.principals.insert(principal("333333333333"), failed);
    let arn = format!("arn:aws:ec2:eu-central-1:{HUB}:transit-gateway/{text}");
    if let Ok(arn) = ResourceArn::parse(&arn) {
        mine.resources.insert(arn, associated());
    }
    let mut manual = live_share(&desired_share("manual"), 9);
    manual.name = text.to_owned();
    manual.tags = [("ramctl:stack".to_owned(), text.to_owned())].into();
    let mut live: LiveState = live([mine, manual]);
    let mut gap = gap();
    gap.detail = text.to_owned();
    gap.caller = text.to_owned();
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap));
    let mut org = org();
    if let Observed::Known(tree) = &mut org.snapshot {
        tree.accounts.values_mut().for_each(|account| account.name = text.to_owned());
        tree.units.values_mut().for_each(|unit| unit.name = text.to_owned());
    }
    let desired = DesiredShare { principals: [as_written(ou("d"))].into(), ..declared };
    let graph = stack([desired]);
    (
        plan(&diff(&graph, &live, &org), &org),
        plan(&destroy(&graph, &live, &org), &org),
        report(&diff(&graph, &live, &org)),
    )
}

/// Each report that the text can get into.
fn each_report(mut check: impl FnMut(&Report<'_>, &str)) {
    for text in texts() {
        let (plan, gone, drift) = hostile(&text);
        let (sources, span): (SourceMap, _) = sources();
        let steps = plan.steps().iter().map(|step| StepOutcome {
            id: step.id,
            result: StepResult::Failed {
                code: text.clone(),
                message: text.clone(),
                help: Some(text.clone()),
                maybe_done: true,
            },
        });
        let outcome = Outcome { steps: steps.collect(), interrupted: false };
        assert!(!outcome.steps.is_empty(), "something is planned");
        let errors = [text.clone()];
        let found_here = Diagnostic::new(Severity::Error, &live_codes::RAM301, Some(span), text.clone())
            .help(text.clone());
        let diagnostics = [found_here.label(span, text.clone())];
        for found in [
            Found::Nothing,
            Found::Plan(&plan),
            Found::Plan(&gone),
            Found::Drift(&drift),
            Found::Applied { plan: &plan, outcome: &outcome },
        ] {
            let report = Report {
                command: "plan",
                folder: &text,
                found,
                errors: &errors,
                diagnostics: &diagnostics,
                sources: &sources,
                origin: Origin::Snapshot { file: text.clone() },
            };
            check(&report, &text);
        }
    }
}

fn has_no_acting_character(document: &str) {
    assert!(!document.chars().any(|c| c != '\n' && hides_or_moves(c)), "{document:?}");
}

#[test]
fn markdown_keeps_foreign_text_inside_of_its_fences() {
    each_report(|report, _| {
        let document = MarkdownView::new(report, COMMENT_LIMIT).to_string();
        has_no_acting_character(&document);
        assert!(document.encode_utf16().count() <= COMMENT_LIMIT);
        let sections = report.sections().len();
        let (mut fenced, mut fences, mut outside) = (false, 0, String::new());
        for line in document.lines() {
            match line.trim_start().starts_with("```") {
                true => {
                    fences += 1;
                    fenced = !fenced;
                    assert_eq!(line, if fenced { "```diff" } else { "```" });
                }
                false if fenced => {
                    assert!(line.is_empty() || line.starts_with([' ', '+', '-', '!', '?']), "{line}")
                }
                false => outside.push_str(&format!("{line}\n")),
            }
        }
        assert_eq!(fences, 2 * sections, "{document}");
        assert_eq!(outside.matches("<details open>").count(), sections);
        assert_eq!(outside.matches("</details>").count(), sections);
        for word in ["<script", "<img", "](", "| a", "@every"] {
            assert!(!outside.contains(word), "{word} in {outside}");
        }
    });
}

#[test]
fn markdown_that_does_not_fit_keeps_its_headline_and_says_what_is_missing() {
    let (plan, _, _) = hostile(&"x".repeat(50));
    let (sources, _) = sources();
    let errors: Vec<String> = (0..500).map(|n| format!("error number {n} {}", "x".repeat(100))).collect();
    let report = Report {
        command: "plan",
        folder: ".",
        found: Found::Plan(&plan),
        errors: &errors,
        diagnostics: &[],
        sources: &sources,
        origin: Origin::from(7),
    };
    let document = MarkdownView::new(&report, 8_000).to_string();
    assert!(document.encode_utf16().count() <= 8_000, "{}", document.len());
    assert!(document.starts_with("<!-- ramctl:plan:. -->\n### ramctl plan "), "{document}");
    assert!(document.contains("**Plan: 0 to create, 1 to update"), "{document}");
    assert!(document.contains("**INCOMPLETE:") && document.contains("**Cut to fit: "), "{document}");
    let whole = MarkdownView::new(&report, 1_000_000).to_string();
    assert!(!whole.contains("Cut to fit") && whole.contains("error number 499"));
}

#[test]
fn html_has_no_element_and_no_attribute_from_foreign_text() {
    const TAGS: [&str; 26] = [
        "!DOCTYPE html",
        "html lang=\"en\"",
        "head",
        "/head",
        "body",
        "/body",
        "/html",
        "title",
        "/title",
        "style",
        "/style",
        "h1",
        "/h1",
        "code",
        "/code",
        "p",
        "p class=\"bad\"",
        "/p",
        "details open",
        "/details",
        "summary",
        "/summary",
        "pre",
        "/pre",
        "/span",
        "meta charset=\"utf-8\"",
    ];
    each_report(|report, _| {
        let document = HtmlView::new(report).to_string();
        has_no_acting_character(&document);
        assert!(document.contains("default-src 'none'"));
        let mut open: Vec<&str> = Vec::new();
        for piece in document.split('<').skip(1) {
            let (tag, text) = piece.split_once('>').expect("a tag ends");
            let is_span = tag.strip_prefix("span class=\"").and_then(|rest| rest.strip_suffix('"'));
            let known = TAGS.contains(&tag)
                || is_span.is_some_and(|class| {
                    class.split(' ').all(|c| ["b", "d", "r", "g", "y", "m", "c"].contains(&c))
                })
                || tag.starts_with(
                    "meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
                )
                || tag.starts_with("meta name=\"viewport\" ");
            assert!(known, "<{tag}>");
            assert!(!text.contains('>'), "{text}");
            let name = tag.split(' ').next().unwrap();
            match name.strip_prefix('/') {
                Some(closed) => assert_eq!(open.pop(), Some(closed)),
                None if name == "meta" || name == "!DOCTYPE" => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty());
    });
}

#[test]
fn marks_for_github_are_commands_of_ours_alone() {
    each_report(|report, _| {
        let document = GithubView::new(report).to_string();
        has_no_acting_character(&document);
        for line in document.lines() {
            assert!(
                ["::error ", "::warning ", "::notice "].iter().any(|begin| line.starts_with(begin)),
                "{line}"
            );
            let (properties, _) = line[2..].split_once("::").expect("a message");
            for property in properties.split_once(' ').expect("properties").1.split(',') {
                let (name, value) = property.split_once('=').expect("a value");
                assert!(["file", "line", "col", "title"].contains(&name) && !value.contains(':'), "{line}");
            }
            assert!(!line.contains("##["), "{line}");
        }
        let view = report.sections().into_iter().flat_map(|section| section.lines);
        let text: String = view.map(|line| crate::render::segments::plain(&line) + "\n").collect();
        for line in as_log(&text).lines() {
            assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
        }
    });
}
