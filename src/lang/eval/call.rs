//! Function calls.

use std::borrow::Cow;

use crate::diag::suggest;
use crate::diag::{Diagnostic, SourceMap, Span, language as codes};
use crate::lang::eval::evaluator::{Eval, Evaluator, Failed};
use crate::lang::eval::scope::{Names, Scope};
use crate::lang::functions::{self, Body, Function, FunctionError, Marks, Param, TemplateError};
use crate::lang::memory;
use crate::lang::syntax::{Call, Expr, parse_template};
use crate::lang::value::{Entries, Value, convert};

/// Bytes of arguments from which on the room for the result is looked at before the call.
const LARGE: usize = 16 << 20;

/// The name of a function; `core::max` is `max`.
fn function_name(call: &Call) -> &str {
    call.name.value.strip_prefix("core::").unwrap_or(&call.name.value)
}

/// A message without the middle of words that nobody reads: numbers of thousands of digits, whole texts.
fn shortened(message: &str) -> String {
    const LONGEST: usize = 160;
    const KEPT: usize = 60;
    let words = message.split(' ').map(|word| match word.char_indices().nth(LONGEST) {
        None => Cow::Borrowed(word),
        Some(_) => {
            let (end, _) = word.char_indices().nth(KEPT).expect("longer than that");
            let last = word.char_indices().nth_back(5).map_or(word.len(), |(at, _)| at);
            Cow::Owned(format!("{}...{}", &word[..end], &word[last..]))
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

impl Evaluator<'_> {
    #[inline(never)]
    pub(crate) fn call(&mut self, expr: &Expr, call: &Call, scope: &Scope<'_>) -> Eval<Value> {
        let name = function_name(call);
        let Some(function) = functions::find_function(name) else {
            return Err(self.unknown_function(call));
        };
        match function.body {
            Body::Lazy => self.lazy(expr, call, scope),
            Body::Refused { reason, instead } => Err(self.report(
                &codes::RAM022,
                call.name.span,
                format!("{name} is not supported: {reason}"),
                instead,
            )),
            Body::Eager(_) if self.in_template && name == "templatefile" => Err(self.report(
                &codes::RAM022,
                call.name.span,
                "A template file cannot read another one.",
                "Evaluate the inner template first and pass its text as a variable.",
            )),
            Body::Eager(body) => {
                let (args, places) = self.arguments(call, scope)?;
                self.check_count(function, call, args.len())?;
                self.eager(expr, call, function, body, args, &places, scope)
            }
        }
    }

    fn unknown_function(&mut self, call: &Call) -> Failed {
        let name = &*call.name.value;
        let help = match name.split_once("::") {
            Some(("core", _)) => None,
            Some(_) => Some("Functions of providers do not exist here.".to_owned()),
            None => suggest::closest(name, functions::all_functions().map(|function| function.name))
                .map(|near| format!("Did you mean {near}?")),
        };
        let help = help.unwrap_or_else(|| "ramctl functions lists them all.".into());
        self.report(&codes::RAM022, call.name.span, format!("There is no function {name}."), help)
    }

    /// The arguments' values and places; the elements of an expanded one share its place.
    fn arguments<'e>(&mut self, call: &'e Call, scope: &Scope<'_>) -> Eval<(Vec<Value>, Vec<&'e Expr>)> {
        let evaluated: Vec<Eval<Value>> = call.args.iter().map(|arg| self.eval(arg, scope)).collect();
        let mut values: Vec<Value> = evaluated.into_iter().collect::<Eval<_>>()?;
        let mut places: Vec<&Expr> = call.args.iter().collect();
        if !call.expand {
            return Ok((values, places));
        }
        let (last, place) = match (values.pop(), places.pop()) {
            (Some(last), Some(place)) => (last, place),
            _ => {
                let detail = "There is no argument for ... to expand.";
                return Err(self.report(
                    &codes::RAM023,
                    call.name.span,
                    detail,
                    "Remove the ... or add a list before it.",
                ));
            }
        };
        let Some(items) = last.items() else {
            let detail = format!(
                "Only a list, set or tuple can be expanded with ..., not {}.",
                last.type_of().phrase()
            );
            return Err(self.fail(Diagnostic::error(&codes::RAM020, place.span, detail), place, scope));
        };
        for item in items {
            values.push(item.clone().marked(last.is_sensitive()));
            places.push(place);
        }
        Ok((values, places))
    }

    fn check_count(&mut self, function: &Function, call: &Call, given: usize) -> Eval<()> {
        let least = function.params.len();
        if given >= least && (function.variadic.is_some() || given == least) {
            return Ok(());
        }
        let takes = match (least, function.variadic.is_some()) {
            (0, false) => "no arguments".to_owned(),
            (1, false) => "1 argument".to_owned(),
            (count, false) => format!("{count} arguments"),
            (count, true) => format!("at least {count}"),
        };
        let detail = format!("{} takes {takes}; this call has {given}.", function.name);
        // The first argument too many, or the name where one is missing.
        let place = call.args.get(least).filter(|_| given > least).map_or(call.name.span, |arg| arg.span);
        Err(self.report(&codes::RAM023, place, detail, format!("Write {}.", function.signature)))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one call, passed once")]
    fn eager(
        &mut self,
        expr: &Expr,
        call: &Call,
        function: &Function,
        body: fn(&mut functions::Call<'_>) -> Result<Value, FunctionError>,
        args: Vec<Value>,
        places: &[&Expr],
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        // What a function makes is at most about as large as what it is given, or bounded by itself.
        let given = args.iter().map(Value::bytes).fold(0, usize::saturating_add);
        if given > LARGE && self.memory.has_room(given).is_err() {
            return Err(self.exhaust(call.name.span, self.memory.message(), memory::HELP));
        }
        self.work_on(given, call.name.span)?;
        if let ("regex" | "regexall" | "replace", [first, second, ..]) = (function.name, args.as_slice()) {
            // A pattern takes time by its length for each character.
            self.work_on(first.bytes().saturating_mul(second.bytes()) / 16, call.name.span)?;
        }
        let mut converted = Vec::with_capacity(args.len());
        let mut marked = false;
        let mut failed = false;
        for (at, arg) in args.into_iter().enumerate() {
            let Some(param) = function.params.get(at).or(function.variadic.as_ref()) else { continue };
            match self.argument(function, param, arg, places[at], scope) {
                Ok(value) if function.marks == Marks::Own => converted.push(value),
                Ok(value) => {
                    marked |= value.holds_sensitive();
                    converted.push(value.unmarked());
                }
                Err(Failed) => failed = true,
            }
        }
        if failed {
            return Err(Failed);
        }
        let hidden = marked || converted.iter().any(Value::holds_sensitive);
        let world = self.world;
        let room = self.memory.room();
        let (steps_left, memory) = (&mut self.steps_left, &mut self.memory);
        let mut exhausted = None;
        let mut render = |name: &str, text: &str, variables: &Entries| {
            let mut inner = Evaluator::new(world, Names::default());
            inner.in_template = true;
            inner.steps_left = *steps_left;
            inner.memory = memory.clone();
            let result = inner.render(name, text, variables);
            *steps_left = inner.steps_left;
            exhausted = inner.exhausted;
            result
        };
        let mut context =
            functions::Call::new(converted, world.files, world.plan_timestamp, &mut render).with_room(room);
        let result = body(&mut context);
        let has_no_room = context.has_no_room();
        // While the arguments are there: what the result shares with them is no growth.
        let made = result.as_ref().map_or(0, Value::own_bytes);
        if let Some(exhausted) = exhausted {
            return Err(self.exhaust(call.name.span, exhausted.detail, memory::HELP));
        }
        if has_no_room {
            return Err(self.exhaust(call.name.span, self.memory.message(), memory::HELP));
        }
        match result {
            Ok(value) => {
                self.take(made, call.name.span)?;
                Ok(value.marked(marked))
            }
            Err(error) => {
                let place = error.argument.and_then(|at| places.get(at).copied());
                let detail = if hidden {
                    format!("{} failed; the reason is not shown, as an argument is sensitive.", function.name)
                } else {
                    shortened(&error.message)
                };
                let span = place.map_or(call.name.span, |place| place.span);
                let mut diagnostic = Diagnostic::error(&codes::RAM024, span, detail);
                diagnostic.help = error.help.filter(|_| !hidden);
                Err(self.fail(diagnostic, place.unwrap_or(expr), scope))
            }
        }
    }

    fn argument(
        &mut self,
        function: &Function,
        param: &Param,
        value: Value,
        place: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        if value.is_null() {
            if param.nullable {
                return Ok(value);
            }
            let detail = format!("The argument {} of {} is null.", param.name, function.name);
            let diagnostic = Diagnostic::error(&codes::RAM025, place.span, detail)
                .help(format!("Give a value: {}.", function.signature));
            return Err(self.fail(diagnostic, place, scope));
        }
        let converted = convert(&value, &param.accepts.to_type()).map_err(|error| {
            let why = if value.is_sensitive() { error.message } else { error.to_string() };
            let detail = format!("The argument {} of {} does not fit: {why}.", param.name, function.name);
            let diagnostic = Diagnostic::error(&codes::RAM024, place.span, detail)
                .help(format!("Write {}.", function.signature));
            self.fail(diagnostic, place, scope)
        })?;
        if !converted.is_same(&value) {
            self.take(converted.own_bytes(), place.span)?;
        }
        Ok(converted)
    }

    /// `try` and `can`, whose arguments may fail.
    fn lazy(&mut self, expr: &Expr, call: &Call, scope: &Scope<'_>) -> Eval<Value> {
        let name = function_name(call);
        if name == "convert" {
            return self.convert_to(call, scope);
        }
        let count = call.args.len();
        if count == 0 || call.expand || (name == "can" && count != 1) {
            let (takes, form) = match name {
                "can" => ("1 argument", "can(expression)"),
                _ => ("at least 1 argument", "try(expression, fallback)"),
            };
            let detail = match count {
                0 => format!("{name} takes {takes}; this call has none."),
                _ if call.expand => format!("{name} takes expressions, and ... would expand values of one."),
                _ => format!("{name} takes {takes}; this call has {count}."),
            };
            let place = call.args.get(1).filter(|_| !call.expand).map_or(call.name.span, |arg| arg.span);
            return Err(self.report(&codes::RAM023, place, detail, format!("Write {form}.")));
        }
        if name == "can" {
            return Ok(Value::bool(self.peek(&call.args[0], scope).is_some()));
        }
        let mut reasons = Vec::new();
        for arg in &call.args {
            self.quiet += 1;
            let reported = self.diagnostics.len();
            let value = self.eval(arg, scope);
            self.quiet -= 1;
            let mut told = self.diagnostics.split_off(reported);
            match value {
                Ok(value) => return Ok(value),
                Err(Failed) => reasons.extend(told.pop().map(|diagnostic| diagnostic.detail)),
            }
        }
        if self.steps_left == 0 || reasons.is_empty() {
            // Everything it names failed for reasons that are reported at their own places.
            return Err(Failed);
        }
        let detail = format!("No argument of try has a value: {}", reasons.join(" "));
        let diagnostic = Diagnostic::error(&codes::RAM024, expr.span, detail)
            .help("End the call with a constant: try(..., null).");
        Err(self.fail(diagnostic, expr, scope))
    }

    /// `convert(value, type)`, whose second argument is a type.
    fn convert_to(&mut self, call: &Call, scope: &Scope<'_>) -> Eval<Value> {
        let ([value, ty], false) = (call.args.as_slice(), call.expand) else {
            let detail = format!("convert takes 2 arguments; this call has {}.", call.args.len());
            return Err(self.report(&codes::RAM023, call.name.span, detail, "Write convert(value, type)."));
        };
        let ty = self.type_constraint(ty);
        let given = self.eval(value, scope)?;
        let converted = convert(&given, &ty?).map_err(|error| {
            let why = if given.holds_sensitive() { error.message } else { error.to_string() };
            let detail = format!("The value does not convert: {why}.");
            self.fail(Diagnostic::error(&codes::RAM024, value.span, detail), value, scope)
        })?;
        if !converted.is_same(&given) {
            self.take(converted.own_bytes(), value.span)?;
        }
        Ok(converted)
    }

    /// Evaluates a template text with variables alone.
    fn render(&mut self, name: &str, text: &str, variables: &Entries) -> Result<Value, TemplateError> {
        // A byte order mark says how the text is written and is no part of it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        let told = |diagnostics: &[Diagnostic]| {
            let first = diagnostics.first().map_or_else(
                || "it has no value".to_owned(),
                |diagnostic| {
                    let place = sources.place(diagnostic.span.unwrap_or(Span::new(file, 0..0)));
                    format!("{place}: {}", diagnostic.detail)
                },
            );
            TemplateError(first)
        };
        let template = parse_template(file, text, self.world.limits.file_bytes)
            .map_err(|diagnostics| told(&diagnostics))?;
        let bindings: Vec<_> = variables.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        // A template that is one interpolation keeps the type of its value, as in Terraform.
        let place = Span::new(file, 0..0);
        let scope = Scope::of(&bindings);
        self.check_template_names(&template, &scope);
        if !self.diagnostics.is_empty() {
            return Err(told(&self.diagnostics));
        }
        self.template(&template, place, &scope).map_err(|Failed| told(&self.diagnostics))
    }
}
