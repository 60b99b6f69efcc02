//! Diagnostics with the lines that they are about. The only place that names `annotate-snippets`.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diag::{Diagnostic, Severity, SourceMap, Span};
use crate::render::escape::{escape, hides_or_moves};
use crate::render::style::{Styles, paint};
use crate::render::wrap::wrap;

/// All diagnostics of a run, and how many there are.
pub struct DiagnosticsView<'a> {
    pub sources: &'a SourceMap,
    pub diagnostics: &'a [Diagnostic],
    pub styles: Styles,
    /// Columns of the terminal.
    pub width: usize,
}

impl fmt::Display for DiagnosticsView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = renderer(&self.styles, self.width);
        for diagnostic in self.diagnostics {
            writeln!(f, "{}\n", renderer.render(&[self.group(diagnostic)]))?;
        }
        if self.diagnostics.is_empty() {
            return Ok(());
        }
        writeln!(f, "{}", self.count())
    }
}

impl DiagnosticsView<'_> {
    fn group(&self, diagnostic: &Diagnostic) -> Group<'_> {
        let Diagnostic { severity, code, detail, help, span, labels } = diagnostic;
        let level = match severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(code.summary).id(code.id));

        // Each file once, that of the finding first.
        let mut marks: Vec<(Span, AnnotationKind, Option<String>)> = Vec::new();
        marks.extend(span.map(|span| (span, AnnotationKind::Primary, None)));
        for label in labels {
            marks.push((label.span, AnnotationKind::Context, Some(escape(&label.text).to_string())));
        }
        let mut files = Vec::new();
        for (span, _, _) in &marks {
            if !files.contains(&span.file) {
                files.push(span.file);
            }
        }
        for file in files {
            let here: Vec<_> = marks.iter().filter(|(span, _, _)| span.file == file).collect();
            let name = escape(&self.sources.file(file).name).to_string();
            if self.sources.file(file).is_recorded() {
                for (span, _, _) in here {
                    let position = self.sources.position(*span);
                    let origin = Origin::path(name.clone()).line(position.line).char_column(position.column);
                    group = group.element(origin);
                }
                continue;
            }
            let source = self.sources.file(file);
            let excerpt = Excerpt::new(&source.text, here.iter().map(|(span, _, _)| *span));
            let first_line = excerpt.first_line + source.first_line - 1;
            let mut snippet = Snippet::source(excerpt.text).line_start(first_line).path(name);
            for ((_, kind, label), range) in here.into_iter().zip(excerpt.ranges) {
                snippet = snippet.annotation(mark(*kind, range, label.clone()));
            }
            group = group.element(snippet);
        }
        // `= help: ` and the gutter take their share of the line.
        let columns = self.width.saturating_sub(16);
        // Names in these sentences are quoted, and escaped, by whoever wrote the sentence: a backslash is not doubled again.
        let text = |text: &str| wrap(&escape(text).to_string().replace(r"\\", r"\"), columns);
        group = group.element(Level::NOTE.no_name().message(text(detail)));
        if let Some(help) = help {
            // A help may hold a block to paste: its lines stay lines.
            let lines: Vec<String> = help.lines().map(text).collect();
            group = group.element(Level::HELP.message(lines.join("\n")));
        }
        group
    }

    /// `2 errors, 1 warning`.
    fn count(&self) -> String {
        let errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let warnings = self.diagnostics.len() - errors;
        let of = |count: usize, what: &str, style| {
            let s = if count == 1 { "" } else { "s" };
            (count > 0).then(|| paint(style, format!("{count} {what}{s}")).to_string())
        };
        let parts = [of(errors, "error", self.styles.error), of(warnings, "warning", self.styles.warning)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

fn mark(kind: AnnotationKind, range: std::ops::Range<usize>, label: Option<String>) -> Annotation<'static> {
    let mark = kind.span(range);
    match label {
        Some(text) => mark.label(text),
        None => mark,
    }
}

fn renderer(styles: &Styles, width: usize) -> Renderer {
    let plain = Renderer::plain().decor_style(DecorStyle::Ascii).term_width(width);
    if styles.is_plain() {
        return plain;
    }
    plain
        .error(styles.error)
        .warning(styles.warning)
        .help(styles.help)
        .note(styles.strong)
        .emphasis(styles.strong)
        .line_num(styles.muted)
        .context(styles.muted)
}

/// The lines of a file that some spans are in, safe to print, with the spans' places in them.
struct Excerpt {
    text: String,
    /// Number of the first line, counted from 1.
    first_line: usize,
    ranges: Vec<std::ops::Range<usize>>,
}

impl Excerpt {
    fn new(text: &str, spans: impl Iterator<Item = Span> + Clone) -> Self {
        let boundary = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let ends: Vec<(usize, usize)> =
            spans.map(|span| (boundary(span.start), boundary(span.end.max(span.start)))).collect();
        let first = ends.iter().map(|(start, _)| *start).min().unwrap_or(0);
        let last = ends.iter().map(|(_, end)| *end).max().unwrap_or(0);
        let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        let to = text[last..].find('\n').map_or(text.len(), |newline| last + newline);

        let mut safe = String::new();
        let mut ranges = vec![0..0; ends.len()];
        let mut rest = text[from..to].char_indices().peekable();
        loop {
            let at = rest.peek().map_or(to, |(at, _)| from + at);
            for (range, (start, end)) in ranges.iter_mut().zip(&ends) {
                if *start == at {
                    range.start = safe.len();
                }
                if *end == at {
                    range.end = safe.len();
                }
            }
            let Some((_, c)) = rest.next() else { break };
            let ends_line = c == '\r' && rest.peek().is_none_or(|(_, next)| *next == '\n');
            if matches!(c, '\n' | '\t') || ends_line {
                safe.push(c);
            } else if hides_or_moves(c) || (c == '#' && safe.ends_with('#')) {
                safe.push_str(&format!("<U+{:04X}>", u32::from(c)));
            } else {
                safe.push(c);
            }
        }
        let first_line = text[..from].bytes().filter(|b| *b == b'\n').count() + 1;
        Self { text: safe, first_line, ranges }
    }
}

#[cfg(test)]
mod tests;
