//! Templates: strip markers and the indentation of heredocs, settled as HCL settles them.
//!
//! HCL works on the flat row of tokens, a literal token ending at each line end: a `~` eats white space of the one literal token
//! beside it, and `<<-` takes the smallest indentation of any line away.

use hcl_edit::Span as _;
use hcl_edit::template::{self as edit, Directive, Element, Strip};

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
enum Token {
    Literal(String),
    /// The start of `${...}` or of a directive's `%{...}`, with its strip marks.
    Marker {
        strip_before: bool,
        strip_after: bool,
    },
}

impl Lowering<'_> {
    pub(crate) fn template(&mut self, template: &edit::Template, form: Form) -> Template {
        let mut tokens = Vec::new();
        self.flatten(template, form, &mut tokens);
        strip(&mut tokens);
        if form == Form::Flush {
            flush(&mut tokens);
        }
        self.build(template, form, &mut tokens.into_iter())
    }

    fn literal_text<'t>(&'t self, element: &'t edit::Element, form: Form) -> std::borrow::Cow<'t, str> {
        let Element::Literal(literal) = element else { return "".into() };
        match (form, literal.span()) {
            // The parser takes indentation away by rules of its own; the source has it.
            (Form::Raw | Form::Flush, Some(range)) => {
                let raw = &self.text[range.start + self.base..range.end + self.base];
                raw.replace("$${", "${").replace("%%{", "%{").into()
            }
            _ => literal.value().as_str().into(),
        }
    }

    fn literal_tokens(&self, element: &Element, form: Form) -> Vec<Token> {
        let text = self.literal_text(element, form);
        match form {
            Form::Quoted => vec![Token::Literal(text.into_owned())],
            Form::Raw | Form::Flush | Form::File => {
                text.split_inclusive('\n').map(|line| Token::Literal(line.to_owned())).collect()
            }
        }
    }

    fn flatten(&self, template: &edit::Template, form: Form, out: &mut Vec<Token>) {
        for element in template.iter() {
            match element {
                Element::Literal(_) => out.extend(self.literal_tokens(element, form)),
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

    /// The tree again, its literals taken from the settled row.
    fn build(
        &mut self,
        template: &edit::Template,
        form: Form,
        tokens: &mut impl Iterator<Item = Token>,
    ) -> Template {
        let mut parts = Vec::new();
        for element in template.iter() {
            match element {
                Element::Literal(_) => {
                    let count = self.literal_tokens(element, form).len();
                    let mut text = String::new();
                    for token in tokens.by_ref().take(count) {
                        if let Token::Literal(literal) = token {
                            text.push_str(&literal);
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

fn marker(strip: Strip) -> Token {
    Token::Marker { strip_before: strip.strip_start(), strip_after: strip.strip_end() }
}

fn strip(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let Token::Marker { strip_before, strip_after } = tokens[at] else { continue };
        if strip_before
            && let Some(Token::Literal(text)) = at.checked_sub(1).map(|before| &mut tokens[before])
        {
            text.truncate(text.trim_end().len());
        }
        if strip_after && let Some(Token::Literal(text)) = tokens.get_mut(at + 1) {
            *text = text.trim_start().to_owned();
        }
    }
}

fn flush(tokens: &mut [Token]) {
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
