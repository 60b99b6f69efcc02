//! A run as one HTML file: no script, nothing loaded, readable in a browser and when attached to a ticket.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::render::escape::{escape, html};
use crate::render::report::{Report, Section};
use crate::render::segments::{Colour, Segment};

/// The whole of the file's looks. Its digest stands in the file's policy, so that no other style applies.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem}\
pre{font:13px/1.45 ui-monospace,monospace;overflow-x:auto;padding:1rem;border:1px solid #8886;border-radius:6px}\
summary{font-weight:600;cursor:pointer}\
.bad{border-left:4px solid #d1242f;padding-left:.75rem}\
.b{font-weight:700}.d{opacity:.65}\
.r{color:#d1242f}.g{color:#1a7f37}.y{color:#9a6700}.m{color:#8250df}.c{color:#0969da}\
@media(prefers-color-scheme:dark){.r{color:#ff7b72}.g{color:#56d364}.y{color:#e3b341}.m{color:#d2a8ff}.c{color:#79c0ff}}";

/// Draws a [`Report`].
#[derive(Clone, Debug)]
pub struct HtmlView<'a> {
    report: &'a Report<'a>,
}

impl<'a> HtmlView<'a> {
    pub fn new(report: &'a Report<'a>) -> Self {
        Self { report }
    }
}

impl fmt::Display for HtmlView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { command, stack, .. } = self.report;
        let stack = escape(stack).at_most(200).to_string();
        let stack = html::text(&stack);
        let digest = STANDARD.encode(Sha256::digest(STYLE));
        writeln!(f, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
        writeln!(
            f,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; \
             base-uri 'none'; form-action 'none'\">"
        )?;
        writeln!(f, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
        writeln!(f, "<title>ramctl {command} {stack}</title>\n<style>{STYLE}</style>\n</head>\n<body>")?;
        writeln!(f, "<h1>ramctl {command} <code>{stack}</code></h1>")?;
        let bad = !self.report.is_complete() || self.report.is_refused() || !self.report.errors.is_empty();
        for line in self.report.headlines() {
            let class = if bad { " class=\"bad\"" } else { "" };
            writeln!(f, "<p{class}>{}</p>", html::text(&line))?;
        }
        for Section { title, lines } in self.report.sections() {
            writeln!(f, "<details open><summary>{title}</summary>\n<pre>")?;
            for line in &lines {
                line.iter().try_for_each(|segment| span(f, segment))?;
                writeln!(f)?;
            }
            writeln!(f, "</pre></details>")?;
        }
        writeln!(f, "</body>\n</html>")
    }
}

fn span(f: &mut fmt::Formatter<'_>, segment: &Segment) -> fmt::Result {
    let Segment { text, bold, dim, colour } = segment;
    if !segment.is_painted() {
        return write!(f, "{}", html::text(text));
    }
    let colour = colour.map(|colour| match colour {
        Colour::Red => "r",
        Colour::Green => "g",
        Colour::Yellow => "y",
        Colour::Magenta => "m",
        Colour::Cyan => "c",
    });
    let classes: Vec<&str> =
        [bold.then_some("b"), dim.then_some("d"), colour].into_iter().flatten().collect();
    write!(f, "<span class=\"{}\">{}</span>", classes.join(" "), html::text(text))
}
