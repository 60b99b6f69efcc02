//! Templates.

use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::eval::collections::bindings;
use crate::lang::eval::evaluator::{Eval, Evaluator, Failed};
use crate::lang::eval::scope::Scope;
use crate::lang::syntax::{Expr, Part, Template};
use crate::lang::value::{Kind, Type, Value, convert};

/// A text as it grows, and whether a sensitive value went into it.
struct Text {
    text: String,
    sensitive: bool,
    /// The whole template.
    place: Span,
}

/// About how long the text of a template becomes.
fn expected(template: &Template) -> usize {
    const OF_A_VALUE: usize = 16;
    template
        .parts
        .iter()
        .map(|part| if let Part::Literal(text) = part { text.len() } else { OF_A_VALUE })
        .sum()
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(crate) fn template(&mut self, template: &Template, place: Span, scope: &Scope<'_>) -> Eval<Value> {
        if let Some(expr) = template.sole_interpolation() {
            return self.eval(expr, scope);
        }
        let mut out = Text { text: String::with_capacity(expected(template)), sensitive: false, place };
        self.parts(template, scope, &mut out)?;
        Ok(Value::string(&out.text).marked(out.sensitive))
    }

    fn parts(&mut self, template: &Template, scope: &Scope<'_>, out: &mut Text) -> Eval<()> {
        let mut failed = false;
        for part in &template.parts {
            let before = out.text.len();
            failed |= self.part(part, scope, out).is_err();
            // The text as it grows, and once more as a value.
            if let Part::Literal(_) | Part::Interpolation(_) = part {
                self.take(2 * (out.text.len() - before), out.place)?;
            }
        }
        if failed { Err(Failed) } else { Ok(()) }
    }

    fn part(&mut self, part: &Part, scope: &Scope<'_>, out: &mut Text) -> Eval<()> {
        match part {
            Part::Literal(text) => out.text.push_str(text),
            Part::Interpolation(expr) => {
                let value = self.eval(expr, scope)?;
                self.interpolate(&value, expr, scope, out)?;
            }
            Part::If { condition, yes, no } => {
                let test = self.eval(condition, scope)?;
                let test = self.need(&test, &Type::Bool, "The condition of %{ if }", condition, scope)?;
                out.sensitive |= test.is_sensitive();
                let (taken, other) = if test.as_bool() == Some(true) { (yes, no) } else { (no, yes) };
                // The text tells which arm was taken, and so the mark of the other one.
                if !out.sensitive && !other.parts.is_empty() {
                    out.sensitive = self.peek_template(other, out.place, scope);
                }
                self.parts(taken, scope, out)?;
            }
            Part::For { key_name, value_name, collection, body } => {
                let value = self.eval(collection, scope)?;
                out.sensitive |= value.is_sensitive();
                for (key, item) in self.pairs(&value, collection, scope)? {
                    let bindings = bindings(key_name.as_ref(), value_name, key, item);
                    self.parts(body, &scope.inside(&bindings), out)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a text that is not shown is sensitive; its mistakes do not count.
    fn peek_template(&mut self, template: &Template, place: Span, scope: &Scope<'_>) -> bool {
        let before = self.memory.used();
        let reported = self.diagnostics.len();
        let mut unseen = Text { text: String::new(), sensitive: false, place };
        self.quiet += 1;
        let failed = self.parts(template, scope, &mut unseen).is_err();
        self.quiet -= 1;
        self.diagnostics.truncate(reported);
        self.memory.release_to(before, 0);
        !failed && unseen.sensitive
    }

    fn interpolate(&mut self, value: &Value, expr: &Expr, scope: &Scope<'_>, out: &mut Text) -> Eval<()> {
        if let Some(text) = value.as_str() {
            out.text.push_str(text);
            out.sensitive |= value.is_sensitive();
            return Ok(());
        }
        match convert(value, &Type::String) {
            Ok(text) if !text.is_null() => {
                out.text.push_str(text.as_str().expect("converted to a string"));
                out.sensitive |= text.is_sensitive();
                Ok(())
            }
            Ok(_) => {
                let diagnostic =
                    Diagnostic::error(&codes::RAM028, expr.span, "This value is null and has no text.")
                        .help("Give a fallback: ${coalesce(x, \"none\")}.");
                Err(self.fail(diagnostic, expr, scope))
            }
            Err(_) => {
                let detail = format!("{} has no text of its own.", capital(&value.type_of().phrase()));
                let help = match value.kind() {
                    Kind::Symbol(_) => {
                        "An account's id is account.NAME.id; other symbols stand for themselves, outside of strings."
                    }
                    Kind::Map(_) | Kind::Object(_) => "Choose an attribute, or write jsonencode(...).",
                    _ => "Write join(\", \", ...), jsonencode(...), or a %{ for } directive.",
                };
                Err(self.fail(Diagnostic::error(&codes::RAM028, expr.span, detail).help(help), expr, scope))
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
