//! Templates: strip markers and the indentation of heredocs, settled as HCL settles them.
//!
//! HCL works on the flat row of tokens, a literal token ending at each line end: a `~` eats white space of the one literal token
//! beside it, and `<<-` takes the smallest indentation of any line away.

use std::borrow::Cow;

use hcl_edit::Span as _;
use hcl_edit::template::{self as edit, Directive, Element, Strip};

use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::syntax::ast::{Part, Template};
use crate::lang::syntax::lower::Lowering;

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In quotes: backslash escapes, one line.
    Quoted,
    /// `<<EOT`, by lines.
    Raw,
    /// `<<-EOT`, by lines, indentation taken away.
    Flush,
    /// A file for `templatefile`.
    File,
}

/// The flat row.
enum Token<'t> {
    Literal(Cow<'t, str>),
    /// The start of `${...}` or of a directive's `%{...}`, with its strip marks.
    Marker {
        strip_before: bool,
        strip_after: bool,
    },
}

impl<'t> Lowering<'t> {
    pub(crate) fn template(&mut self, template: &edit::Template, form: Form) -> Template {
        let mut tokens = Vec::new();
        self.flatten(template, form, &mut tokens);
        strip(&mut tokens);
        if form == Form::Flush {
            flush(&mut tokens);
        }
        let mut built = self.build(template, form, &mut tokens.into_iter());
        // Text beside an interpolation makes a string of it, even where strip markers eat all of the text.
        if built.sole_interpolation().is_some() && template.iter().count() > 1 {
            built.parts.push(Part::Literal("".into()));
        }
        built
    }

    /// The literal tokens of an element, from the source: the parser takes indentation away by rules of its own, and leaves the
    /// escapes inside of directives alone.
    fn literal_tokens(&mut self, element: &Element, form: Form, out: &mut Vec<Token<'t>>) {
        let Element::Literal(literal) = element else { return };
        let Some(range) = literal.span() else {
            out.push(Token::Literal(literal.value().clone().into()));
            return;
        };
        let start = range.start + self.base;
        let raw = &self.text[start..range.end + self.base];
        match form {
            Form::Quoted => out.push(Token::Literal(self.unescape(raw, start))),
            Form::Raw | Form::Flush | Form::File => out.extend(
                by_lines(raw)
                    .map(|line| Token::Literal(line.replace("$${", "${").replace("%%{", "%{").into())),
            ),
        }
    }

    /// Resolves the escapes of a quoted text that starts at an offset of the file.
    fn unescape(&mut self, raw: &'t str, start: usize) -> Cow<'t, str> {
        let special = |text: &str| text.bytes().position(|b| matches!(b, b'$' | b'%' | b'"' | b'\\'));
        if special(raw).is_none() {
            return raw.into();
        }
        let mut out = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(plain) = special(rest) {
            out.push_str(&rest[..plain]);
            rest = &rest[plain..];
            let at = start + raw.len() - rest.len();
            let (text, taken) = match rest.as_bytes() {
                [mark @ (b'$' | b'%'), again, b'{', ..] if mark == again => {
                    out.push(char::from(*mark));
                    (Some('{'), 3)
                }
                [mark @ (b'$' | b'%'), ..] => (Some(char::from(*mark)), 1),
                [b'\\', ..] => escape(&rest[1..]).map_or((None, 1), |(c, taken)| (Some(c), taken + 1)),
                _ => (None, 1),
            };
            if text.is_none() {
                let span = Span::new(self.file, at..at + taken);
                let (detail, help) = if rest.starts_with('"') {
                    ("A quote inside of a string ends it.", "Write \\\".")
                } else {
                    (
                        "This backslash sequence has no meaning.",
                        "Known are \\n \\r \\t \\\" \\\\ \\uXXXX and \\UXXXXXXXX.",
                    )
                };
                self.diagnostics.push(Diagnostic::error(&codes::RAM001, span, detail).help(help));
            }
            out.extend(text);
            rest = &rest[taken..];
        }
        out.push_str(rest);
        out.into()
    }

    fn flatten(&mut self, template: &edit::Template, form: Form, out: &mut Vec<Token<'t>>) {
        for element in template.iter() {
            match element {
                Element::Literal(_) => self.literal_tokens(element, form, out),
                Element::Interpolation(interpolation) => out.push(marker(interpolation.strip)),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        out.push(marker(directive.if_expr.strip));
                        self.flatten(&directive.if_expr.template, form, out);
                        if let Some(otherwise) = &directive.else_expr {
                            out.push(marker(otherwise.strip));
                            self.flatten(&otherwise.template, form, out);
                        }
                        out.push(marker(directive.endif_expr.strip));
                    }
                    Directive::For(directive) => {
                        out.push(marker(directive.for_expr.strip));
                        self.flatten(&directive.for_expr.template, form, out);
                        out.push(marker(directive.endfor_expr.strip));
                    }
                },
            }
        }
    }

    /// How many tokens [`Self::literal_tokens`] gives.
    fn literal_count(&self, element: &Element, form: Form) -> usize {
        match (form, element.as_literal().and_then(|literal| literal.span())) {
            (Form::Quoted, _) | (_, None) => 1,
            (_, Some(range)) => by_lines(&self.text[range.start + self.base..range.end + self.base]).count(),
        }
    }

    /// The tree again, its literals taken from the settled row.
    fn build(
        &mut self,
        template: &edit::Template,
        form: Form,
        tokens: &mut impl Iterator<Item = Token<'t>>,
    ) -> Template {
        let mut parts = Vec::new();
        for element in template.iter() {
            match element {
                Element::Literal(_) => {
                    let count = self.literal_count(element, form);
                    let mut text = Cow::default();
                    for token in tokens.by_ref().take(count) {
                        if let Token::Literal(literal) = token {
                            text += literal;
                        }
                    }
                    if !text.is_empty() {
                        parts.push(Part::Literal(text.into()));
                    }
                }
                Element::Interpolation(interpolation) => {
                    tokens.next();
                    parts.push(Part::Interpolation(self.expr(&interpolation.expr)));
                }
                Element::Directive(directive) => {
                    tokens.next();
                    parts.push(match &**directive {
                        Directive::If(directive) => {
                            let condition = self.expr(&directive.if_expr.cond_expr);
                            let yes = self.build(&directive.if_expr.template, form, tokens);
                            let no = match &directive.else_expr {
                                Some(otherwise) => {
                                    tokens.next();
                                    self.build(&otherwise.template, form, tokens)
                                }
                                None => Template::default(),
                            };
                            Part::If { condition, yes, no }
                        }
                        Directive::For(directive) => {
                            let intro = &directive.for_expr;
                            Part::For {
                                key_name: intro.key_var.as_ref().map(|name| self.name(name)),
                                value_name: self.name(&intro.value_var),
                                collection: self.expr(&intro.collection_expr),
                                body: self.build(&intro.template, form, tokens),
                            }
                        }
                    });
                    tokens.next();
                }
            }
        }
        Template { parts }
    }
}

/// The literal tokens of a text: its lines. A sign that could have started `${` or `%{` takes the next character with it; a line break right
/// after that is a token of its own.
fn by_lines(raw: &str) -> impl Iterator<Item = &str> {
    raw.split_inclusive('\n').flat_map(|line| {
        let body = line.strip_suffix('\n').unwrap_or(line);
        let cut = body.strip_suffix([' ', '\t']).is_some_and(|before| before.ends_with(['$', '%']));
        let at = if cut { body.len() } else { line.len() };
        let (first, rest) = line.split_at(at);
        [first, rest].into_iter().filter(|token| !token.is_empty())
    })
}

/// The character of an escape, given what follows the backslash, and how many bytes it takes.
fn escape(rest: &str) -> Option<(char, usize)> {
    let digits = |count: usize| {
        let code = rest.get(1..=count).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let code = u32::from_str_radix(code, 16).ok()?;
        Some((char::from_u32(code)?, count + 1))
    };
    match rest.chars().next()? {
        'n' => Some(('\n', 1)),
        'r' => Some(('\r', 1)),
        't' => Some(('\t', 1)),
        '"' => Some(('"', 1)),
        '\\' => Some(('\\', 1)),
        'u' => digits(4),
        'U' => digits(8),
        _ => None,
    }
}

fn marker(strip: Strip) -> Token<'static> {
    Token::Marker { strip_before: strip.strip_start(), strip_after: strip.strip_end() }
}

fn strip(tokens: &mut [Token<'_>]) {
    for at in 0..tokens.len() {
        let Token::Marker { strip_before, strip_after } = tokens[at] else { continue };
        if strip_before
            && let Some(Token::Literal(text)) = at.checked_sub(1).map(|before| &mut tokens[before])
        {
            *text = text.trim_end().to_owned().into();
        }
        if strip_after && let Some(Token::Literal(text)) = tokens.get_mut(at + 1) {
            *text = text.trim_start().to_owned().into();
        }
    }
}

fn flush(tokens: &mut [Token<'_>]) {
    let mut smallest = usize::MAX;
    let mut line_start = true;
    let mut lines = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if line_start {
            line_start = false;
            match token {
                Token::Literal(text) => {
                    let blank = text.trim_start().is_empty() && text.ends_with('\n');
                    if !blank {
                        smallest = smallest.min(text.chars().take_while(|c| c.is_whitespace()).count());
                        lines.push(at);
                    }
                }
                Token::Marker { .. } => smallest = 0,
            }
        }
        if let Token::Literal(text) = token
            && text.ends_with('\n')
        {
            line_start = true;
        }
    }
    for at in lines {
        if let Token::Literal(text) = &mut tokens[at] {
            *text = text.chars().skip(smallest).collect();
        }
    }
}
