//! Arguments to typed values.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::diag::suggest;
use crate::diag::{Diagnostic, Span, Spanned, language as codes};
use crate::lang::compile::advice::{form_help, principal_help};
use crate::lang::declaration::PrincipalExpr;
use crate::lang::eval::{Eval, Evaluator, Failed, Scope};
use crate::lang::syntax::{Block, Expr, ExprKind};
use crate::lang::value::{Kind, Number, Symbol, SymbolKind, Type, Value, convert, read_principal};
use crate::model::{AccountId, IdError, Principal};

/// Reads the arguments of blocks, evaluated in one scope.
///
/// A method gives `Ok(None)` where the argument is absent or null, and `Err(Failed)` where it has a mistake, which is reported.
pub(crate) struct Decoder<'d, 'a> {
    pub(crate) evaluator: &'d mut Evaluator<'a>,
    pub(crate) scope: Scope<'d>,
}

/// A value and the expression that it comes from.
pub(crate) struct Found<'b> {
    pub(crate) value: Value,
    pub(crate) expr: &'b Expr,
}

impl<'d> Decoder<'d, '_> {
    /// The argument's value, if it has one.
    pub(crate) fn value<'b>(&mut self, block: &'b Block, name: &str) -> Eval<Option<Found<'b>>> {
        let Some(attribute) = block.attribute(name) else { return Ok(None) };
        let expr = &*attribute.value;
        let value = self.evaluator.eval(expr, &self.scope)?;
        Ok((!value.is_null()).then_some(Found { value, expr }))
    }

    /// The argument's value where it may be shown.
    pub(crate) fn plain<'b>(&mut self, block: &'b Block, name: &str) -> Eval<Option<Found<'b>>> {
        let Some(found) = self.value(block, name)? else { return Ok(None) };
        self.refuse_sensitive(&found.value, found.expr.span, name)?;
        Ok(Some(found))
    }

    /// The expression of one attribute of an object that is written out; else the whole.
    pub(crate) fn entry<'e>(&self, expr: &'e Expr, key: &str) -> &'e Expr {
        written_entry(expr, key).unwrap_or(expr)
    }

    fn refuse_sensitive(&mut self, value: &Value, span: Span, name: &str) -> Eval<()> {
        if !value.holds_sensitive() {
            return Ok(());
        }
        let detail = format!("The argument {name} would be shown in plans, and this value is sensitive.");
        Err(self.evaluator.report(
            &codes::RAM031,
            span,
            detail,
            "If it is no secret, write nonsensitive(...).",
        ))
    }

    /// Reports that a required argument is absent, unless a misspelt one is there and reported already.
    pub(crate) fn missing(&mut self, block: &Block, name: &str, help: &str) -> Failed {
        let misspelt = |written: &str| written != name && suggest::closest(written, [name]).is_some();
        if block.body.attributes.iter().any(|attribute| misspelt(&attribute.name.value)) {
            return Failed;
        }
        let detail = format!("The block {} needs the argument {name}.", block.keyword.value);
        self.evaluator.report(&codes::RAM042, block.header, detail, help)
    }

    /// The argument converted to a primitive type.
    fn primitive<'b>(
        &mut self,
        block: &'b Block,
        name: &str,
        ty: &Type,
        shown: bool,
    ) -> Eval<Option<Found<'b>>> {
        let found = if shown { self.plain(block, name)? } else { self.value(block, name)? };
        let Some(Found { value, expr }) = found else { return Ok(None) };
        let value = self.evaluator.need(&value, ty, &format!("The argument {name}"), expr, &self.scope)?;
        Ok(Some(Found { value, expr }))
    }

    pub(crate) fn string(&mut self, block: &Block, name: &str) -> Eval<Option<Spanned<String>>> {
        let found = self.primitive(block, name, &Type::String, true)?;
        Ok(found.map(|found| Spanned::new(text(&found.value), found.expr.span)))
    }

    /// A string that is never shown and so may be sensitive.
    pub(crate) fn secret(&mut self, block: &Block, name: &str) -> Eval<Option<Spanned<String>>> {
        let found = self.primitive(block, name, &Type::String, false)?;
        Ok(found.map(|found| Spanned::new(text(&found.value), found.expr.span)))
    }

    pub(crate) fn bool(&mut self, block: &Block, name: &str) -> Eval<Option<Spanned<bool>>> {
        let found = self.primitive(block, name, &Type::Bool, true)?;
        Ok(found.map(|found| Spanned::new(found.value.as_bool().expect("a bool"), found.expr.span)))
    }

    /// A whole number between two bounds.
    pub(crate) fn whole(
        &mut self,
        block: &Block,
        name: &str,
        least: u32,
        most: u32,
    ) -> Eval<Option<Spanned<u32>>> {
        let Some(found) = self.primitive(block, name, &Type::Number, true)? else { return Ok(None) };
        let number =
            found.value.as_number().and_then(Number::to_i64).and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(Spanned::new(number, found.expr.span))),
            None => {
                let detail = format!("The argument {name} is a whole number from {least} to {most}.");
                let diagnostic = Diagnostic::error(&codes::RAM045, found.expr.span, detail);
                Err(self.evaluator.fail(diagnostic, found.expr, &self.scope))
            }
        }
    }

    /// A string of a fixed form.
    pub(crate) fn parsed<T: FromStr<Err = IdError>>(
        &mut self,
        block: &Block,
        name: &str,
    ) -> Eval<Option<Spanned<T>>> {
        let Some(found) = self.primitive(block, name, &Type::String, true)? else { return Ok(None) };
        self.parse(&text(&found.value), found.expr.span, name, found.expr).map(Some)
    }

    pub(crate) fn parse<T: FromStr<Err = IdError>>(
        &mut self,
        text: &str,
        span: Span,
        name: &str,
        context: &Expr,
    ) -> Eval<Spanned<T>> {
        T::from_str(text).map(|parsed| Spanned::new(parsed, span)).map_err(|error| {
            let mut diagnostic = Diagnostic::error(&codes::RAM045, span, format!("{error}."));
            diagnostic.help = form_help(name, text);
            self.evaluator.fail(diagnostic, context, &self.scope)
        })
    }

    /// One of a few words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        block: &Block,
        name: &str,
        words: &[(&str, T)],
    ) -> Eval<Option<Spanned<T>>> {
        let Some(given) = self.string(block, name)? else { return Ok(None) };
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == given.value) {
            return Ok(Some(Spanned::new(*meaning, given.span)));
        }
        let detail = format!("{:?} is not a value of {name}.", given.value);
        let all: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let help = match suggest::closest(&given.value, words.iter().map(|(word, _)| *word)) {
            Some(near) => format!("Did you mean {near:?}? Known are: {}.", all.join(", ")),
            None => format!("Known are: {}.", all.join(", ")),
        };
        Err(self.evaluator.report(&codes::RAM045, given.span, detail, help))
    }

    /// The elements of a list, set or tuple, each with its place where the list is written out.
    fn elements<'b>(&mut self, block: &'b Block, name: &str) -> Eval<Option<Vec<(Value, &'b Expr)>>> {
        let Some(Found { value, expr }) = self.plain(block, name)? else { return Ok(None) };
        let Some(items) = value.items() else {
            let detail = format!("The argument {name} is a list, not {}.", value.type_of().phrase());
            let help = format!("Write {name} = [...].");
            let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail).help(help);
            return Err(self.evaluator.fail(diagnostic, expr, &self.scope));
        };
        let places: Vec<&Expr> = match &expr.bare().kind {
            ExprKind::Tuple(written) if written.len() == items.len() => written.iter().collect(),
            _ => vec![expr; items.len()],
        };
        Ok(Some(items.iter().cloned().zip(places).collect()))
    }

    /// The elements of a list, each read by `read`; the mistakes of all are reported.
    pub(crate) fn each<T>(
        &mut self,
        block: &Block,
        name: &str,
        mut read: impl FnMut(&mut Self, &Value, &Expr) -> Eval<T>,
    ) -> Eval<Option<Vec<T>>> {
        let Some(elements) = self.elements(block, name)? else { return Ok(None) };
        let read: Vec<Eval<T>> = elements.iter().map(|(value, expr)| read(self, value, expr)).collect();
        read.into_iter().collect::<Eval<Vec<T>>>().map(Some)
    }

    pub(crate) fn strings(&mut self, block: &Block, name: &str) -> Eval<Option<Vec<Spanned<String>>>> {
        self.each(block, name, |decoder, value, expr| {
            let value = decoder.element(name, value, expr)?;
            Ok(Spanned::new(text(&value), expr.span))
        })
    }

    pub(crate) fn parsed_list<T: FromStr<Err = IdError>>(
        &mut self,
        block: &Block,
        name: &str,
    ) -> Eval<Option<Vec<Spanned<T>>>> {
        self.each(block, name, |decoder, value, expr| {
            let value = decoder.element(name, value, expr)?;
            decoder.parse(&text(&value), expr.span, name, expr)
        })
    }

    pub(crate) fn element(&mut self, name: &str, value: &Value, expr: &Expr) -> Eval<Value> {
        if value.items().is_some() {
            let detail = format!("An element of {name} is itself a list.");
            let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail)
                .help("Join lists with concat(a, b), or unfold them with flatten([...]).");
            return Err(self.evaluator.fail(diagnostic, expr, &self.scope));
        }
        self.evaluator.need(value, &Type::String, &format!("An element of {name}"), expr, &self.scope)
    }

    pub(crate) fn principals(
        &mut self,
        block: &Block,
        name: &str,
    ) -> Eval<Option<Vec<Spanned<PrincipalExpr>>>> {
        self.each(block, name, |decoder, value, expr| {
            decoder.principal(value, expr).map(|principal| Spanned::new(principal, expr.span))
        })
    }

    fn principal(&mut self, value: &Value, expr: &Expr) -> Eval<PrincipalExpr> {
        if let Kind::Number(number) = value.kind() {
            return Err(self.number_for_account(number, expr));
        }
        if let Some(text) = value.as_str() {
            return read_principal(text).map_err(|_| {
                let detail = format!("{text:?} is not a principal.");
                let diagnostic =
                    Diagnostic::error(&codes::RAM048, expr.span, detail).help(principal_help(text));
                self.evaluator.fail(diagnostic, expr, &self.scope)
            });
        }
        if value.items().is_some() {
            return self.element("principals", value, expr).and(Err(Failed));
        }
        match convert(value, &Type::Symbol(SymbolKind::Principal)).as_ref().map(Value::as_symbol) {
            Ok(Some(Symbol::Principal(principal))) => Ok(principal.clone()),
            _ => {
                let detail = if value.is_null() {
                    "A principal is null.".to_owned()
                } else {
                    format!("{} is not a principal.", value.type_of().phrase())
                };
                let diagnostic =
                    Diagnostic::error(&codes::RAM048, expr.span, detail).help(principal_help(""));
                Err(self.evaluator.fail(diagnostic, expr, &self.scope))
            }
        }
    }

    /// An account of the organization: `account.LABEL` or 12 digits.
    pub(crate) fn account(&mut self, block: &Block, name: &str) -> Eval<Option<Spanned<AccountId>>> {
        let Some(Found { value, expr }) = self.plain(block, name)? else { return Ok(None) };
        let id = match value.kind() {
            Kind::Number(number) => return Err(self.number_for_account(number, expr)),
            Kind::String(text) => return self.parse(text, expr.span, name, expr).map(Some),
            Kind::Symbol(symbol) => match &**symbol {
                Symbol::Account { id, .. } | Symbol::Principal(PrincipalExpr::Declared { id, .. }) => {
                    id.clone()
                }
                Symbol::Principal(PrincipalExpr::Literal(Principal::Account(id))) => id.clone(),
                other => {
                    let detail = format!("{} is not one account known here.", other.written());
                    let help = "Write account.NAME of an account block, or 12 digits in quotes.";
                    return Err(self.evaluator.report(&codes::RAM045, expr.span, detail, help));
                }
            },
            Kind::Object(_) => {
                let detail = format!(
                    "The argument {name} is one account, and this is all instances of an account block."
                );
                let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail)
                    .help("Choose one: account.NAME[\"key\"].");
                return Err(self.evaluator.fail(diagnostic, expr, &self.scope));
            }
            _ => {
                let detail = format!("The argument {name} is an account, not {}.", value.type_of().phrase());
                let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail)
                    .help("Write account.NAME, or 12 digits in quotes.");
                return Err(self.evaluator.fail(diagnostic, expr, &self.scope));
            }
        };
        Ok(Some(Spanned::new(id, expr.span)))
    }

    fn number_for_account(&mut self, number: &Number, expr: &Expr) -> Failed {
        let digits = number.to_string();
        let detail = format!(
            "An account id is a string of 12 digits; {digits} is a number, and a number has no leading zeros."
        );
        let help = if digits.len() <= 12 && digits.bytes().all(|b| b.is_ascii_digit()) {
            format!("Write \"{digits:0>12}\".")
        } else {
            "Write the 12 digits in quotes.".to_owned()
        };
        let diagnostic = Diagnostic::error(&codes::RAM046, expr.span, detail).help(help);
        self.evaluator.fail(diagnostic, expr, &self.scope)
    }

    /// A map of strings with the place of each value.
    pub(crate) fn string_map(
        &mut self,
        block: &Block,
        name: &str,
    ) -> Eval<Option<BTreeMap<String, Spanned<String>>>> {
        let Some(Found { value, expr }) = self.plain(block, name)? else { return Ok(None) };
        let Some(entries) = value.entries() else {
            let detail =
                format!("The argument {name} is a map of strings, not {}.", value.type_of().phrase());
            let diagnostic = Diagnostic::error(&codes::RAM020, expr.span, detail)
                .help(format!("Write {name} = {{ key = \"value\" }}."));
            return Err(self.evaluator.fail(diagnostic, expr, &self.scope));
        };
        let mut out = BTreeMap::new();
        let mut failed = false;
        for (key, value) in entries {
            let place = written_entry(expr, key).unwrap_or(expr);
            let what = format!("The value of {key:?} in {name}");
            match self.evaluator.need(value, &Type::String, &what, place, &self.scope) {
                Ok(value) => {
                    out.insert(key.to_string(), Spanned::new(text(&value), place.span));
                }
                Err(Failed) => failed = true,
            }
        }
        if failed { Err(Failed) } else { Ok(Some(out)) }
    }
}

/// The expression of an object's attribute where the object is written out.
fn written_entry<'e>(expr: &'e Expr, key: &str) -> Option<&'e Expr> {
    use crate::lang::syntax::ObjectKey;
    let ExprKind::Object(entries) = &expr.bare().kind else { return None };
    entries.iter().find_map(|(written, value)| {
        let same = match written {
            ObjectKey::Bare(name) => &*name.value == key,
            ObjectKey::Computed(expr) => expr.literal_str() == Some(key),
        };
        same.then_some(value)
    })
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("converted to a string").to_owned()
}
