//! Texts to trees, or to every syntax error in them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::{Diagnostic, FileId, Span, language as codes};
use crate::lang::memory::{self, Full, Memory, NODE, PARSED_TOKEN};
use crate::lang::syntax::ast::{Body, Expr, Template};
use crate::lang::syntax::items::nodes_in_template;
use crate::lang::syntax::lower::Lowering;
use crate::lang::syntax::mistakes;
use crate::lang::syntax::scan::{scan, scan_expression, scan_template};
use crate::lang::syntax::template::Form;
use crate::lang::syntax::tokens::{MAX_ERRORS, Scan, ScanError, ScanErrorKind};

/// A byte order mark, which HCL accepts at the start of a file.
const BOM: &str = "\u{feff}";

/// Parses a file. Either the whole body or at least one error, in source order; no more than so many are looked for.
pub(crate) fn parse_body(
    file: FileId,
    text: &str,
    max_bytes: usize,
    memory: &mut Memory,
) -> Result<Body, Vec<Diagnostic>> {
    check_size(file, text, max_bytes)?;
    memory.take(text.len()).map_err(|Full| too_much(Span::new(file, 0..0), memory))?;
    let base = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let content = &text[base..];
    let scan = scan(content);
    on_a_deep_stack(|| parse_scanned(file, text, base, &scan, memory))
}

/// There is no room for the tree of what stands here.
fn too_much(span: Span, memory: &Memory) -> Vec<Diagnostic> {
    vec![Diagnostic::error(&codes::RAM004, span, memory.message()).help(memory::HELP)]
}

/// Parses item by item: the parser's tree, which is many times larger than the text, is there for one item at a time, and a mistake
/// in one item leaves the others alone.
fn parse_scanned(
    file: FileId,
    text: &str,
    base: usize,
    scan: &Scan,
    memory: &mut Memory,
) -> Result<Body, Vec<Diagnostic>> {
    let content = &text[base..];
    let place = Place { file, base };
    let mut diagnostics: Vec<Diagnostic> =
        scan.errors.iter().map(|error| mistakes::of_scan(place, content, error)).collect();
    let is_cut = |error: &ScanError| matches!(error.kind, ScanErrorKind::TooDeep | ScanErrorKind::TooMany(_));
    if scan.errors.iter().any(is_cut) {
        return finish(Body::default(), diagnostics);
    }
    let mut out = Body::default();
    for item in scan.items(0..content.len(), 0) {
        let nodes = scan.nodes(content, &item);
        let parsed = nodes.saturating_mul(PARSED_TOKEN).saturating_add(2 * item.len());
        let kept = nodes.saturating_mul(NODE).saturating_add(item.len());
        if memory.has_room(parsed.saturating_add(kept)).and_then(|()| memory.take(kept)).is_err() {
            // The item may be the whole file; its first line is enough to find it.
            let end = content[item.clone()].find('\n').map_or(item.end, |at| item.start + at);
            diagnostics.extend(too_much(place.span(item.start..end), memory));
            break;
        }
        if diagnostics.len() > MAX_ERRORS {
            break;
        }
        let patched = parseable_item(content, scan, &item);
        match hcl_edit::parser::parse_body(&patched) {
            Ok(body) => {
                let mut lowering = Lowering { file, text, base: base + item.start, diagnostics: Vec::new() };
                let body = lowering.body(&body);
                out.attributes.extend(body.attributes);
                out.blocks.extend(body.blocks);
                diagnostics.append(&mut lowering.diagnostics);
            }
            Err(error) => {
                errors_of_item(place, content, scan, &item, 0, (&patched, &error), &mut diagnostics)
            }
        }
    }
    twice(&out, &mut diagnostics);
    finish(out, diagnostics)
}

/// Arguments outside of blocks that are set twice; inside of blocks the parser finds them.
fn twice(body: &Body, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for attribute in &body.attributes {
        let name = &attribute.name;
        if let Some(first) = seen.insert(&name.value, name.span) {
            let detail = format!("The argument {:?} is set twice.", name.value);
            diagnostics.push(
                Diagnostic::error(&codes::RAM003, name.span, detail)
                    .label(first, "first here")
                    .help("Keep one of the two."),
            );
        }
    }
}

/// Parses one expression that is a whole text: a value from the command line, a line of the console.
pub(crate) fn parse_expression(file: FileId, text: &str, max_bytes: usize) -> Result<Expr, Vec<Diagnostic>> {
    check_size(file, text, max_bytes)?;
    let base = text.len() - text.trim_start().len();
    let content = text.trim();
    let scan = scan_expression(content);
    let place = Place { file, base };
    check_nodes(place.span(0..0), scan.nodes(content, &(0..content.len())))?;
    if !scan.errors.is_empty() {
        return Err(scan.errors.iter().map(|error| mistakes::of_scan(place, content, error)).collect());
    }
    let patched = parseable(content, &scan);
    // Comments around the expression are space now.
    let lead = patched.len() - patched.trim_start().len();
    let patched = patched.trim();
    let parse = || match hcl_edit::parser::parse_expr(patched) {
        Ok(expr) => {
            let mut lowering = Lowering { file, text, base: base + lead, diagnostics: Vec::new() };
            let expr = lowering.expr(&expr);
            finish(expr, lowering.diagnostics)
        }
        Err(error) => Err(vec![mistakes::of_parser(place, content, &scan, lead, patched, &error)]),
    };
    if may_nest_deeply(content) { on_a_deep_stack(parse) } else { parse() }
}

/// Parses a template that is a whole text.
pub(crate) fn parse_template(
    file: FileId,
    text: &str,
    max_bytes: usize,
) -> Result<Template, Vec<Diagnostic>> {
    check_size(file, text, max_bytes)?;
    check_nodes(Span::new(file, 0..0), nodes_in_template(text))?;
    let scan = scan_template(text);
    let place = Place { file, base: 0 };
    if !scan.errors.is_empty() {
        return Err(scan.errors.iter().map(|error| mistakes::of_scan(place, text, error)).collect());
    }
    let patched = parseable(text, &scan);
    let parse = || match hcl_edit::parser::parse_template(&patched) {
        Ok(template) => {
            let mut lowering = Lowering { file, text, base: 0, diagnostics: Vec::new() };
            let template = lowering.template(&template, Form::File);
            finish(template, lowering.diagnostics)
        }
        Err(error) => Err(vec![mistakes::of_parser(place, text, &scan, 0, &patched, &error)]),
    };
    if may_nest_deeply(text) { on_a_deep_stack(parse) } else { parse() }
}

/// Nodes of an expression or a template that is parsed for itself.
const MAX_NODES: usize = 100_000;

fn check_nodes(span: Span, nodes: usize) -> Result<(), Vec<Diagnostic>> {
    if nodes <= MAX_NODES {
        return Ok(());
    }
    let detail =
        format!("This has more than {MAX_NODES} parts, which is more than ramctl reads in one expression.");
    Err(vec![Diagnostic::error(&codes::RAM004, span, detail).help("Put the value into a file of values.")])
}

/// Stack for the parser. It follows 64 levels of nesting, and takes up to 150 kB for each when it is compiled without
/// optimization: more than a thread has.
const DEEP_STACK: usize = 64 << 20;

/// Runs a parse where it cannot overflow the stack.
fn on_a_deep_stack<T: Send>(parse: impl FnOnce() -> T + Send) -> T {
    let mut parse = Some(parse);
    let mut run = || parse.take().expect("run once, here or there")();
    let there = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DEEP_STACK).spawn_scoped(scope, &mut run);
        thread.ok().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    // Where the system gives no further thread, the usual stack has to do.
    there.unwrap_or_else(run)
}

/// Whether a text has enough of what nests to be worth a thread of its own.
fn may_nest_deeply(text: &str) -> bool {
    text.bytes().filter(|b| matches!(b, b'(' | b'[' | b'{' | b'?' | b'!' | b'-' | b'%')).nth(8).is_some()
}

/// A part of a file that is parsed for itself.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) file: FileId,
    /// Where the part starts.
    pub(crate) base: usize,
}

impl Place {
    pub(crate) fn span(self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start + self.base..range.end + self.base)
    }
}

fn check_size(file: FileId, text: &str, max_bytes: usize) -> Result<(), Vec<Diagnostic>> {
    if text.len() <= max_bytes {
        return Ok(());
    }
    let detail = format!("The file has {} bytes; the limit is {max_bytes}.", text.len());
    Err(vec![Diagnostic::error(&codes::RAM004, Span::new(file, 0..0), detail).help("Split the file.")])
}

fn finish<T>(tree: T, mut diagnostics: Vec<Diagnostic>) -> Result<T, Vec<Diagnostic>> {
    if diagnostics.is_empty() {
        return Ok(tree);
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span);
    diagnostics.dedup();
    Err(diagnostics)
}

/// The whole text as the parser takes it.
fn parseable<'t>(text: &'t str, scan: &Scan) -> Cow<'t, str> {
    if scan.blots.is_empty() {
        return text.into();
    }
    let mut patched = parseable_item(text, scan, &(0..text.len()));
    patched.pop();
    patched.into()
}

/// The errors of an item that does not parse: those of the items inside it, or its own.
fn errors_of_item(
    place: Place,
    text: &str,
    scan: &Scan,
    item: &Range<usize>,
    depth: usize,
    (patched, error): (&str, &hcl_edit::parser::Error),
    out: &mut Vec<Diagnostic>,
) {
    let before = out.len();
    if let Some(body) = scan.block_body(item, depth)
        && text[..body.start].ends_with('{')
        && text[body.clone()].contains('\n')
    {
        for inner in scan.items(body, depth + 1) {
            let patched = parseable_item(text, scan, &inner);
            if let Err(error) = hcl_edit::parser::parse_body(&patched) {
                errors_of_item(place, text, scan, &inner, depth + 1, (&patched, &error), out);
            }
        }
    }
    // From the start of its first line to the end of its last: what a mistake cut off is part of no token.
    let start = text[..item.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[item.end..].find('\n').map_or(text.len(), |at| item.end + at);
    let scanned = scan.errors.iter().any(|error| {
        let places = [Some(&error.range), error.other.as_ref()];
        places.into_iter().flatten().any(|place| place.start <= end && start < place.end.max(place.start + 1))
    });
    // A scan error tells better what is wrong with an item than the parser does.
    if out.len() == before && !scanned {
        out.push(mistakes::of_parser(place, text, scan, item.start, patched, error));
    }
}

/// The text of an item as the parser takes it: closed by a newline, with its blots.
fn parseable_item(text: &str, scan: &Scan, item: &Range<usize>) -> String {
    let mut patched = String::with_capacity(item.len() + 1);
    let from = scan.blots.partition_point(|blot| blot.range.start < item.start);
    let mut at = item.start;
    for blot in scan.blots[from..].iter().take_while(|blot| blot.range.end <= item.end) {
        // What cuts a value may go back over a comment that is blotted already.
        let start = blot.range.start.max(at);
        patched.push_str(&text[at..start]);
        at = blot.range.end.max(at);
        blot.write(at - start, &mut patched);
    }
    patched.push_str(&text[at..item.end]);
    patched.push('\n');
    patched
}
