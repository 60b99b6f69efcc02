use expect_test::{Expect, expect};

use super::*;
use crate::diag::rules::{RAM112, RAM121};
use crate::diag::{FileId, language::RAM001};

const STACK: &str = "share \"tgw\" {\n  account    = account.network\n  resources  = [\"arn:aws:ec2:eu-central-1:444444444444:transit-gateway/tgw-1\"]\n  name       = \"a/b\"\n}\n";

fn shown(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    DiagnosticsView { sources, diagnostics, styles: Styles::plain(), width: 100 }.to_string()
}

fn is(actual: String, expected: Expect) {
    expected.assert_eq(&actual);
}

/// The place of a text in a file.
fn of(sources: &SourceMap, file: FileId, text: &str) -> Span {
    let start = sources.file(file).text.find(text).expect("the text is in the file");
    Span::new(file, start..start + text.len())
}

#[test]
fn a_finding_shows_its_line_its_labels_and_what_to_do() {
    let mut sources = SourceMap::default();
    let file = sources.add("network.ram.hcl", STACK);
    let arn = "\"arn:aws:ec2:eu-central-1:444444444444:transit-gateway/tgw-1\"";
    let found = [
        Diagnostic::error(
            &RAM121,
            of(&sources, file, arn),
            "tgw-1 belongs to account 444444444444; share.tgw is in account 222222222222.",
        )
        .label(of(&sources, file, "account.network"), "the share's account is 222222222222")
        .help("Move the resource to a share of account 444444444444, or correct the ARN."),
        Diagnostic::warning(
            &RAM112,
            of(&sources, file, "\"a/b\""),
            "The name \"a/b\" of share.tgw has the character '/' in it.",
        )
        .help("Write \"a-b\"."),
    ];
    is(
        shown(&sources, &found),
        expect![[r#"
        error[RAM121]: the resource belongs to another account
         --> network.ram.hcl:3:17
          |
        2 |   account    = account.network
          |                --------------- the share's account is 222222222222
        3 |   resources  = ["arn:aws:ec2:eu-central-1:444444444444:transit-gateway/tgw-1"]
          |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = tgw-1 belongs to account 444444444444; share.tgw is in account 222222222222.
          = help: Move the resource to a share of account 444444444444, or correct the ARN.

        warning[RAM112]: unusual characters in a share name
         --> network.ram.hcl:4:16
          |
        4 |   name       = "a/b"
          |                ^^^^^
          |
          = The name "a/b" of share.tgw has the character '/' in it.
          = help: Write "a-b".

        1 error, 1 warning
    "#]],
    );
}

#[test]
fn labels_in_other_files_and_findings_without_a_place_are_shown() {
    let mut sources = SourceMap::default();
    let one = sources.add("a.ram.hcl", "one = 1\n");
    let two = sources.add("sub/b.ram.hcl", "\n\ntwo = 2");
    let found = [
        Diagnostic::error(&RAM001, of(&sources, two, "two"), "Two.")
            .label(of(&sources, one, "1"), "first here"),
        Diagnostic::new(Severity::Error, &RAM001, None, "The stack has no files."),
    ];
    is(
        shown(&sources, &found),
        expect![[r#"
        error[RAM001]: syntax error
         --> sub/b.ram.hcl:3:1
          |
        3 | two = 2
          | ^^^
          |
         ::: a.ram.hcl:1:7
          |
        1 | one = 1
          |       - first here
          |
          = Two.

        error[RAM001]: syntax error
         |
         = The stack has no files.

        2 errors
    "#]],
    );
}

#[test]
fn hostile_text_in_files_and_names_is_shown_and_not_obeyed() {
    let mut sources = SourceMap::default();
    let file =
        sources.add("a\u{1b}[2J.ram.hcl", "x = \"\u{1b}[31m\u{202e}evil\u{200b}\" # \r over\r\ny\t= 1\r\n");
    let found = [Diagnostic::error(&RAM001, of(&sources, file, "evil"), "Bad \u{1b}[2J\nname \u{202e}.")
        .label(of(&sources, file, "1\r"), "la\u{9b}bel")
        .help("Do\n\u{7}this.")];
    let text = shown(&sources, &found);
    assert!(!text.chars().any(|c| c != '\n' && hides_or_moves(c)), "{text:?}");
    is(
        text,
        expect![[r#"
            error[RAM001]: syntax error
             --> a\u{1b}[2J.ram.hcl:1:26
              |
            1 | x = "<U+001B>[31m<U+202E>evil<U+200B>" # <U+000D> over
              |                          ^^^^
            2 | y    = 1␍
              |        -- la\u{9b}bel
              |
              = Bad \u{1b}[2J\nname \u{202e}.
              = help: Do
                      \u{7}this.

            1 error
        "#]],
    );
}

#[test]
fn any_place_in_any_text_can_be_drawn() {
    for text in ["", "\n", "a", "a\n", "ü\n\n語", "\r\n\r\n", "\u{feff}x\ty", "a\n\n\nb\n\n\nc\n\n\nd"] {
        for start in 0..text.len() + 2 {
            for end in start..text.len() + 3 {
                let mut sources = SourceMap::default();
                let file = sources.add("x", text);
                let span = Span::new(file, start..end);
                let found = [Diagnostic::error(&RAM001, span, "D.").label(Span::new(file, 0..1), "l")];
                assert!(
                    shown(&sources, &found).contains("error[RAM001]: syntax error"),
                    "{text:?} {start}..{end}"
                );
            }
        }
    }
}

proptest::proptest! {
    /// Texts of few characters, the awkward ones among them, so that places fall on them.
    #[test]
    fn no_text_and_no_place_makes_drawing_fail(
        text in "[a\"\n\r\t \u{1b}\u{301}\u{200d}\u{202e}\u{feff}\u{8a9e}\u{1f600}]{0,40}",
        places in proptest::collection::vec((0..160_usize, 0..160_usize), 1..4),
        width in 0..120_usize,
    ) {
        let mut sources = SourceMap::default();
        let file = sources.add("x", &*text);
        let spans: Vec<Span> = places.iter().map(|(start, end)| Span::new(file, *start..*end)).collect();
        let mut finding = Diagnostic::error(&RAM001, spans[0], text.clone()).help(text.clone());
        for span in &spans[1..] {
            finding = finding.label(*span, text.clone());
        }
        let found = [finding];
        let drawn =
            DiagnosticsView { sources: &sources, diagnostics: &found, styles: Styles::plain(), width }.to_string();
        proptest::prop_assert!(!drawn.chars().any(|c| !matches!(c, '\n' | '\u{240d}') && hides_or_moves(c)), "{drawn:?}");
    }
}

#[test]
fn colours_follow_the_styles() {
    let mut sources = SourceMap::default();
    let file = sources.add("x", "a = 1\n");
    let found = [Diagnostic::error(&RAM001, Span::new(file, 0..1), "D.")];
    let view =
        DiagnosticsView { sources: &sources, diagnostics: &found, styles: Styles::coloured(), width: 80 };
    assert!(view.to_string().contains("\u{1b}[1m\u{1b}[31m1 error\u{1b}[0m"), "{:?}", view.to_string());
}
