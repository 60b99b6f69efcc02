//! What others choose to call their shares, tags, accounts and messages stays text in every output.
//!
//! One set of texts goes into every golden case of a plan, and from there into every view and every document.

use jiff::Timestamp;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use ramctl::desired::DesiredGraph;
use ramctl::diag::{Diagnostic, FileId, Severity, SourceMap, Span, find_code};
use ramctl::diff::diff;
use ramctl::live::Association;
use ramctl::model::{
    AssociationStatus, Gap, GapCause, Observed, Origin, PermissionArn, PermissionPolicy, Place, Principal,
    ResourceArn, ShareArn, TAG_ADDRESS, TAG_STACK, Tags,
};
use ramctl::plan::{Outcome, StepOutcome, StepResult, plan};
use ramctl::render::{
    COMMENT_LIMIT, DiagnosticsView, DriftView, Found, GithubView, GraphFormat, GraphView, HtmlView,
    MarkdownView, OutcomeView, PlanView, Report, Rerun, StepView, Styles, ValidView,
};
use ramctl::wire::{
    ApplyDocument, DiagnosticsDocument, DriftDocument, EventDocument, PlanDocument, Snapshot,
    SnapshotDocument, StepName, line, pretty,
};
use serde_json::{Value, json};

use crate::cases::{Situation, cases, situation};

/// Texts that mean something to some format. `tests/clients/graph.sh` draws the same ones.
pub fn texts() -> Vec<String> {
    let mut out: Vec<String> =
        serde_json::from_str(include_str!("../hostile.json")).expect("a list of texts");
    out.push(format!("long{}", "`<x>\u{1b}".repeat(2_500)));
    out
}

/// Whether a character acts on a terminal, or moves or hides what stands beside it.
fn acts(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[track_caller]
fn is_inert(text: &str) {
    if let Some(c) = text.chars().find(|c| *c != '\n' && acts(*c)) {
        panic!("{c:?} in {text}");
    }
    for line in text.lines() {
        assert!(!line.trim_start().starts_with("::") || line.starts_with("::"), "a command in {line}");
        for command in ["##[", "##vso["] {
            assert!(!line.contains(command), "{command} in {line}");
        }
        assert!(!line.starts_with("Plan: 99"), "{line}");
    }
}

/// A case into which a text was put wherever AWS or a file can put one.
fn poisoned(mut situation: Situation, text: &str) -> Situation {
    let gap = Gap {
        action: "ram:GetResourceShares".to_owned(),
        caller: text.to_owned(),
        cause: GapCause::Other,
        detail: text.to_owned(),
    };
    let association = |status| Association {
        status,
        status_message: Some(text.to_owned()),
        external: true,
        created: None,
        updated: None,
    };
    // What of the text an ARN and a principal can hold.
    let tail: String = text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).take(500).collect();
    let stack = situation.graph.stack.to_string();
    for (place, found) in &mut situation.live.places {
        let Observed::Known(live) = found else { continue };
        for share in live.shares.values_mut() {
            share.name = text.to_owned();
            share.status_message = Some(text.to_owned());
            share.tags.insert(text.to_owned(), text.to_owned());
            share
                .principals
                .insert(Principal::Other(text.to_owned()), association(AssociationStatus::Failed));
            share.sources.insert(text.to_owned(), association(AssociationStatus::Other(text.to_owned())));
            let Place { account, region } = place;
            let arn = format!("arn:aws:ec2:{region}:{account}:transit-gateway/{tail}");
            if let Ok(arn) = ResourceArn::parse(&arn) {
                share.resources.insert(arn, association(AssociationStatus::Failed));
            }
            for found in share.principals.values_mut() {
                found.status_message = Some(text.to_owned());
            }
        }
        for row in &mut live.customer_permissions {
            row.status = text.to_owned();
            row.version = text.to_owned();
            row.tags.insert(text.to_owned(), text.to_owned());
        }
        live.readings.policies.values_mut().for_each(|answer| {
            if let Observed::Known(version) = answer {
                version.version = text.to_owned();
                version.policy = poisoned_policy(&tail).unwrap_or_else(|| version.policy.clone());
            }
        });
        if let Some(mut stray) = live.shares.values().next().cloned() {
            let Place { account, region } = place;
            let arn =
                format!("arn:aws:ram:{region}:{account}:resource-share/99999999-0000-0000-0000-000000000000");
            stray.arn = ShareArn::parse(&arn).expect("an ARN");
            stray.tags = [(TAG_STACK.to_owned(), text.to_owned())].into();
            let arn = arn.replace("99999999", "88888888");
            let mut unproven = stray.clone();
            unproven.arn = ShareArn::parse(&arn).expect("an ARN");
            unproven.tags = own_address(&stack, text);
            live.shares.insert(stray.arn.clone(), stray);
            live.shares.insert(unproven.arn.clone(), unproven);
        }
        if let Some(mut row) = live.customer_permissions.first().cloned() {
            let Place { account, region } = place;
            let arn = format!("arn:aws:ram:{region}:{account}:permission/copied");
            row.arn = PermissionArn::parse(&arn).expect("an ARN");
            row.tags = own_address(&stack, text);
            live.customer_permissions.push(row);
        }
    }
    for received in situation.live.received.values_mut() {
        let Observed::Known(received) = received else { continue };
        received.invitations.values_mut().for_each(|row| row.share_name = text.to_owned());
        received.shares.values_mut().for_each(|share| share.name = text.to_owned());
    }
    if let Some(dark) = situation.live.places.keys().next_back().cloned()
        && situation.live.places.len() > 1
    {
        situation.live.places.insert(dark, Observed::Unknown(gap.clone()));
    }
    for answer in situation.usage.found.values_mut() {
        if let Observed::Unknown(found) = answer {
            *found = gap.clone();
        }
    }
    if let Observed::Known(tree) = &mut situation.org.snapshot {
        tree.accounts.values_mut().for_each(|account| account.name = text.to_owned());
        tree.units.values_mut().for_each(|unit| unit.name = text.to_owned());
    }
    let DesiredGraph { shares, .. } = &mut situation.graph;
    for share in shares.values_mut() {
        share.name = text.to_owned();
        share.tags.insert("k".to_owned(), text.to_owned());
        share.principals.values_mut().for_each(|principal| principal.label = text.to_owned());
    }
    situation
}

/// The tags of a share or permission that only says that it is the stack's.
fn own_address(stack: &str, text: &str) -> Tags {
    [(TAG_STACK.to_owned(), stack.to_owned()), (TAG_ADDRESS.to_owned(), text.to_owned())].into()
}

/// A policy whose action and condition are somebody's text, where a policy can hold it.
fn poisoned_policy(text: &str) -> Option<PermissionPolicy> {
    let action = format!("ec2:{text}");
    let policy = json!({
        "Effect": "Allow",
        "Action": [action],
        "Condition": {"StringEquals": {(text): [text]}},
    });
    PermissionPolicy::read(&policy.to_string()).ok()
}

/// Everything that one poisoned case can have told.
struct Told<'a> {
    situation: &'a Situation,
    text: &'a str,
    diagnostics: &'a [Diagnostic],
    sources: &'a SourceMap,
    errors: &'a [String],
}

impl Told<'_> {
    fn each_report(&self, mut check: impl FnMut(&Report<'_>)) {
        let (plan, drift) = self.situation.outcome();
        let outcome = failed(plan.steps().iter().map(|step| step.id), self.text);
        for found in [
            Found::Nothing,
            Found::Valid { stack: self.text, shares: 2 },
            Found::Plan(&plan),
            Found::Drift(&drift),
            Found::Applied { plan: &plan, outcome: &outcome },
        ] {
            check(&Report {
                command: "plan",
                folder: self.text,
                stack: self.text,
                found,
                errors: self.errors,
                diagnostics: self.diagnostics,
                sources: self.sources,
                origin: Origin::Snapshot { file: self.text.to_owned(), taken: Timestamp::UNIX_EPOCH },
                rerun: Rerun::Same,
            });
        }
    }
}

/// Every step failed, with the text for all that AWS said.
fn failed(steps: impl Iterator<Item = ramctl::plan::StepId>, text: &str) -> Outcome {
    let result = StepResult::Failed {
        code: text.to_owned(),
        message: text.to_owned(),
        help: Some(text.to_owned()),
        maybe_done: true,
    };
    Outcome { steps: steps.map(|id| StepOutcome { id, result: result.clone() }).collect(), interrupted: true }
}

fn each(mut check: impl FnMut(&Told<'_>)) {
    let mut steps = 0;
    let cases = cases("plan");
    for (nth, text) in texts().into_iter().enumerate() {
        // Every text and every case, not every pair of the two.
        for case in cases.iter().skip(nth % 9).step_by(9) {
            let situation = poisoned(situation(case), &text);
            steps +=
                plan(&diff(&situation.graph, &situation.live, &situation.org), &situation.org).steps().len();
            let mut sources = situation.sources.clone();
            let file: FileId = sources.add(text.clone(), format!("{text}\nshare\n"));
            let span = Span::new(file, 0..text.len());
            let code = find_code("RAM301").expect("a code");
            let found = Diagnostic::new(Severity::Error, code, Some(span), text.clone());
            let diagnostics = [found.help(text.clone()).label(span, text.clone())];
            let errors = [text.clone()];
            check(&Told {
                situation: &situation,
                text: &text,
                diagnostics: &diagnostics,
                sources: &sources,
                errors: &errors,
            });
        }
    }
    assert!(steps > 20, "the texts got into plans: {steps}");
}

#[test]
fn text_on_a_terminal_is_inert() {
    each(|told| {
        let Situation { sources, .. } = told.situation;
        let (plan, drift) = told.situation.outcome();
        for width in [60, 200] {
            let plain = Styles::plain();
            is_inert(&PlanView::new(&plan, sources, plain, width, 1).to_string());
            is_inert(&DriftView::new(&drift, sources, plain, width, 1).to_string());
            let outcome = failed(plan.steps().iter().map(|step| step.id), told.text);
            is_inert(&OutcomeView::new(&plan, &outcome, plain, width).to_string());
            let Told { diagnostics, sources, .. } = told;
            is_inert(&DiagnosticsView { sources, diagnostics, styles: plain, width }.to_string());
        }
        is_inert(&ValidView { stack: told.text, shares: 1, folder: told.text }.to_string());
        plan.steps().iter().for_each(|step| is_inert(&StepView::new(step).to_string()));
    });
}

#[test]
fn json_keeps_every_text_as_it_is_and_acts_on_no_terminal() {
    each(|told| {
        let Told { situation, text, diagnostics, sources, errors } = told;
        let (plan, drift) = situation.outcome();
        let outcome = failed(plan.steps().iter().map(|step| step.id), text);
        let snapshot = SnapshotDocument::new(&Snapshot {
            stack: situation.graph.stack.clone(),
            taken: situation.graph.now,
            calls: 0,
            org: situation.org.clone(),
            tagged: situation.tagged.clone(),
            live: situation.live.clone(),
            usage: situation.usage.clone(),
        });
        let documents = [
            pretty(&PlanDocument::new(&plan, sources, 1)),
            pretty(&DriftDocument::new(&drift, sources, 1)),
            pretty(&ApplyDocument::new(&plan, &outcome, sources, 1)),
            pretty(&DiagnosticsDocument::new(text, Some(text), errors, diagnostics, sources)),
            pretty(&snapshot),
        ];
        let values = documents.map(|document| {
            is_inert_json(&document);
            serde_json::from_str::<Value>(&document).expect("it is JSON")
        });
        let holds = |value: &Value| contains(value, text);
        assert!(holds(&values[3]), "the text is there as it is");
        let read = SnapshotDocument::parse(&snapshot.text()).and_then(|document| document.read());
        assert_eq!(read.expect("what was written is read").live, situation.live);
    });
}

#[test]
fn each_event_is_one_line() {
    each(|told| {
        let (plan, _) = told.situation.outcome();
        let at = Timestamp::UNIX_EPOCH;
        let text = told.text.to_owned();
        let mut events = vec![
            EventDocument::start(at, "0.1.0", "apply", &text),
            EventDocument::plan(at, &plan),
            EventDocument::End {
                at: at.to_string(),
                exit_code: 1,
                summary: None,
                errors: vec![text.clone()],
            },
        ];
        for (step, ended) in
            plan.steps().iter().zip(failed(plan.steps().iter().map(|step| step.id), &text).steps)
        {
            let name = || StepName::new(step, &plan.account_labels);
            events.push(EventDocument::ended(at, name(), &ended.result));
            events.push(EventDocument::StepWaiting { at: at.to_string(), step: name(), what: text.clone() });
            events.push(EventDocument::StepRetrying { at: at.to_string(), step: name(), why: text.clone() });
        }
        for event in events {
            let event = line(&event);
            assert!(!event.contains('\n'), "{event}");
            is_inert_json(&event);
            let _: Value = serde_json::from_str(&event).expect("it is JSON");
        }
    });
}

/// JSON may hold `::` and `##[` as data; no character of it acts.
#[track_caller]
fn is_inert_json(document: &str) {
    if let Some(c) = document.chars().find(|c| *c != '\n' && acts(*c)) {
        panic!("{c:?} in {document}");
    }
}

fn contains(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(values) => values.iter().any(|value| contains(value, text)),
        Value::Object(members) => members.values().any(|value| contains(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[test]
fn markdown_keeps_foreign_text_inside_of_its_fences() {
    each(|told| {
        told.each_report(|report| {
            let document = MarkdownView::new(report, COMMENT_LIMIT).to_string();
            is_inert(&document);
            assert!(document.encode_utf16().count() <= COMMENT_LIMIT);
            let (mut fenced, mut fences, mut outside) = (false, 0, String::new());
            for line in document.lines() {
                let start = line.trim_start();
                // Inside of a fence of backticks, tildes are text.
                if start.starts_with("```") || (!fenced && start.starts_with("~~~")) {
                    fences += 1;
                    fenced = !fenced;
                    assert_eq!(line, if fenced { "```diff" } else { "```" });
                } else if fenced {
                    assert!(line.is_empty() || line.starts_with([' ', '+', '-', '!', '?']), "{line}");
                } else {
                    outside.push_str(&format!("{line}\n"));
                }
            }
            let sections = outside.matches("<summary>").count();
            assert_eq!(fences, 2 * sections, "{document}");
            assert_eq!(outside.matches("</details>").count(), sections, "{outside}");
            for word in ["<script", "<img", "](", "| a", "@every", "<style", "javascript:"] {
                assert!(!outside.contains(word), "{word} in {outside}");
            }
        });
    });
}

/// What a reader of Markdown makes of a document: nothing that leads anywhere, and no element that is not ours.
#[test]
fn markdown_reads_as_headings_folds_and_code_and_nothing_else() {
    each(|told| {
        told.each_report(|report| {
            let document = MarkdownView::new(report, COMMENT_LIMIT).to_string();
            for event in Parser::new_ext(&document, Options::all()) {
                match event {
                    Event::Start(tag) => match tag {
                        Tag::Heading { .. } | Tag::Paragraph | Tag::Strong | Tag::HtmlBlock => {}
                        Tag::CodeBlock(CodeBlockKind::Fenced(language)) => assert_eq!(&*language, "diff"),
                        other => panic!("{other:?} in {document}"),
                    },
                    Event::End(_) | Event::Text(_) | Event::SoftBreak => {}
                    Event::Html(html) | Event::InlineHtml(html) => are_elements_of_ours(&html),
                    other => panic!("{other:?} in {document}"),
                }
            }
        });
    });
}

#[track_caller]
fn are_elements_of_ours(html: &str) {
    const ELEMENTS: &[&str] =
        &["details", "details open", "/details", "summary", "/summary", "code", "/code"];
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().expect("a piece has a beginning");
        let is_marker = tag.starts_with("!-- ramctl:") && html.trim_end().ends_with("-->");
        assert!(ELEMENTS.contains(&tag) || is_marker, "<{tag}> of {html}");
    }
}

/// The tags that a page of ours has.
const TAGS: &[&str] = &[
    "!DOCTYPE html",
    "html lang=\"en\"",
    "/html",
    "head",
    "/head",
    "meta charset=\"utf-8\"",
    "title",
    "/title",
    "style",
    "/style",
    "body",
    "/body",
    "h1",
    "/h1",
    "code",
    "/code",
    "p",
    "p class=\"bad\"",
    "/p",
    "details",
    "details open",
    "/details",
    "summary",
    "/summary",
    "pre",
    "/pre",
    "/span",
];

#[test]
fn html_has_no_element_and_no_attribute_from_foreign_text() {
    each(|told| told.each_report(|report| has_tags_of_ours_alone(&HtmlView::new(report).to_string())));
}

#[track_caller]
fn has_tags_of_ours_alone(document: &str) {
    is_inert(document);
    assert!(document.contains("default-src 'none'"));
    let mut open: Vec<&str> = Vec::new();
    for piece in document.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("a tag ends");
        let is_span = tag.strip_prefix("span class=\"").and_then(|rest| rest.strip_suffix('"'));
        let known = TAGS.contains(&tag)
            || is_span.is_some_and(|class| {
                class.split(' ').all(|c| ["b", "d", "r", "g", "y", "m", "c"].contains(&c))
            })
            || tag.starts_with("meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
            || tag.starts_with("meta name=\"viewport\" ");
        assert!(known, "<{tag}>");
        assert!(!text.contains('>'), "{text}");
        let name = tag.split(' ').next().expect("a name");
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed)),
            None if name == "meta" || name == "!DOCTYPE" => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty());
}

#[test]
fn marks_for_github_are_commands_of_ours_alone() {
    each(|told| {
        told.each_report(|report| {
            let document = GithubView::new(report).to_string();
            is_inert(&document);
            for line in document.lines() {
                let begins = ["::error ", "::warning ", "::notice "];
                assert!(begins.iter().any(|begin| line.starts_with(begin)), "{line}");
                let (properties, _) = line[2..].split_once("::").expect("a message");
                for property in properties.split_once(' ').expect("properties").1.split(',') {
                    let (name, value) = property.split_once('=').expect("a value");
                    assert!(
                        ["file", "line", "col", "title"].contains(&name) && !value.contains(':'),
                        "{line}"
                    );
                }
            }
        });
    });
}

/// That every label is drawn as text is tried with the renderers themselves: `tests/clients/graph.sh`.
#[test]
fn a_drawn_graph_has_foreign_text_in_quotes_alone() {
    each(|told| {
        for format in [GraphFormat::Dot, GraphFormat::Mermaid] {
            let drawing = GraphView { graph: &told.situation.graph, format }.to_string();
            is_inert(&drawing);
            let quotes = without_quoted(&drawing);
            for line in quotes.lines() {
                let plain = |c: char| c.is_ascii_alphanumeric() || " _-=[](){}/,;:><.".contains(c);
                assert!(line.chars().all(plain), "{line}");
                let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphabetic()).collect();
                assert!(!words.contains(&"click") && !words.contains(&"href"), "{line}");
            }
            if format == GraphFormat::Mermaid {
                // Mermaid reads these wherever they stand.
                for special in ["%", "<", "&", "`", "$", "\\", "fa:", "direction", "ﬂ", "¶"] {
                    assert!(!drawing.contains(special), "{special} in {drawing}");
                }
            }
        }
    });
}

/// A text without what stands in double quotes, where a backslash takes the next character along.
fn without_quoted(line: &str) -> String {
    let (mut out, mut quoted) = (String::new(), false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' if quoted => {
                chars.next().expect("something is escaped");
            }
            c if !quoted => out.push(c),
            _ => {}
        }
    }
    assert!(!quoted, "a quote is open at the end of {line}");
    out
}
