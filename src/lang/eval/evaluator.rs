//! The evaluator: dispatch, limits, and reporting.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::suggest;
use crate::diag::{Code, Diagnostic, Span, language as codes};
use crate::lang::eval::references::shown;
use crate::lang::eval::scope::{Known, Names, Root, Scope};
use crate::lang::functions::{StackFiles, find_function};
use crate::lang::memory::{self, Full, Memory};
use crate::lang::syntax::{Expr, ExprKind, Step};
use crate::lang::value::{Type, Value, convert};

/// An expression has no value; the reason is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed;

pub(crate) type Eval<T> = Result<T, Failed>;

/// Bounds of a compilation. Each is generous for a real stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file_bytes: usize,
    /// Sub-expressions that may be evaluated. Each 512 bytes that an expression makes, compares or passes to a function count as one more, so that
    /// the count bounds the time; arithmetic with thousands of digits and regular expressions count by their sizes.
    pub steps: u64,
    /// Bytes of one value; what stands in it twice counts twice.
    pub value_size: usize,
    /// Bytes that the whole compilation may hold at once: the texts of files, their syntax trees, values and what is made on the
    /// way to them. One call of a function, and the parser with one argument or block, may hold as much as is left of it.
    pub memory: usize,
    /// Levels of nesting of a value.
    pub value_depth: usize,
    /// Instances of one `for_each`.
    pub instances: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            steps: 20_000_000,
            value_size: 256 << 20,
            memory: 448 << 20,
            value_depth: 100,
            instances: 200_000,
        }
    }
}

/// Bytes that are gone through in about the time of a step.
const STEP_BYTES: usize = 512;

/// What evaluation may see of the world.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    pub(crate) files: &'a dyn StackFiles,
    pub(crate) plan_timestamp: &'a str,
    pub(crate) limits: Limits,
}

pub(crate) struct Evaluator<'a> {
    pub(crate) world: World<'a>,
    pub(crate) names: Names,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) steps_left: u64,
    pub(crate) memory: Memory,
    /// Why nothing more is evaluated: a limit of the whole compilation is reached. No `try` and no `can` passes over it.
    pub(crate) exhausted: Option<Diagnostic>,
    /// Inside `try`, `can` or the arm that a conditional does not take: messages need no labels.
    pub(crate) quiet: usize,
    /// Inside a template file: only its variables are known, and it may not read further templates.
    pub(crate) in_template: bool,
    /// Names are looked for, and nothing is evaluated.
    pub(crate) checking_names: bool,
    /// The first part of the stack that is left out because it failed.
    pub(crate) left_out: Option<Span>,
    /// Where an unknown word or name is reported already.
    unknown_names: BTreeSet<Span>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(world: World<'a>, names: Names) -> Self {
        let steps_left = world.limits.steps;
        let memory = Memory::new(world.limits.memory);
        Self {
            world,
            names,
            diagnostics: Vec::new(),
            steps_left,
            memory,
            exhausted: None,
            quiet: 0,
            in_template: false,
            checking_names: false,
            left_out: None,
            unknown_names: BTreeSet::new(),
        }
    }

    /// Everything that was reported.
    pub(crate) fn told(&mut self) -> Vec<Diagnostic> {
        let mut told = std::mem::take(&mut self.diagnostics);
        told.extend(self.exhausted.take());
        told
    }

    /// What a part of the stack came to; a part that failed is noted, so that it cannot be lost without a message.
    pub(crate) fn kept<T>(&mut self, result: Eval<T>, place: Span) -> Option<T> {
        if result.is_err() {
            self.left_out.get_or_insert(place);
        }
        result.ok()
    }

    /// Ends the evaluation of everything.
    pub(crate) fn exhaust(&mut self, span: Span, detail: String, help: &str) -> Failed {
        self.steps_left = 0;
        self.exhausted.get_or_insert_with(|| Diagnostic::error(&codes::RAM004, span, detail).help(help));
        Failed
    }

    /// Counts what is about to be made.
    pub(crate) fn take(&mut self, bytes: usize, span: Span) -> Eval<()> {
        match self.memory.take(bytes) {
            Ok(()) => Ok(()),
            Err(Full) => Err(self.exhaust(span, self.memory.message(), memory::HELP)),
        }
    }

    pub(crate) fn eval(&mut self, expr: &Expr, scope: &Scope<'_>) -> Eval<Value> {
        if self.steps_left == 0 {
            return Err(Failed);
        }
        self.work(1, expr.span)?;
        let before = self.memory.used();
        let value = match &expr.kind {
            ExprKind::Literal(value) => return Ok(value.clone()),
            ExprKind::Parenthesis(inner) => return self.eval(inner, scope),
            ExprKind::Variable(name) => return self.variable(name, expr.span, scope),
            ExprKind::Traversal(base, steps) => return self.traversal(expr, base, steps, scope),
            ExprKind::Tuple(items) => self.tuple(items, scope),
            ExprKind::Object(entries) => self.object(entries, scope),
            ExprKind::Template(template) => self.template(template, expr.span, scope),
            ExprKind::Call(call) => self.call(expr, call, scope),
            ExprKind::Unary(operator, operand) => self.unary(operator, operand, scope),
            ExprKind::Binary(left, operator, right) => self.binary(expr, left, operator.value, right, scope),
            ExprKind::Conditional(conditional) => self.conditional(conditional, scope),
            ExprKind::For(for_expr) => self.for_expr(for_expr, scope),
        };
        self.memory.release_to(before, value.as_ref().map_or(0, Value::bytes));
        let value = value?;
        self.work_on(value.bytes(), expr.span)?;
        self.bounded(value, expr.span)
    }

    /// Counts work that takes as long as so many steps.
    pub(crate) fn work(&mut self, steps: usize, span: Span) -> Eval<()> {
        self.steps_left = self.steps_left.saturating_sub(u64::try_from(steps).unwrap_or(u64::MAX));
        if self.steps_left > 0 {
            return Ok(());
        }
        let detail = format!("Up to here evaluation takes more than {} steps.", self.world.limits.steps);
        Err(self.exhaust(span, detail, "Look for loops over loops; split the stack."))
    }

    /// Counts bytes that are gone through.
    pub(crate) fn work_on(&mut self, bytes: usize, span: Span) -> Eval<()> {
        self.work(bytes / STEP_BYTES, span)
    }

    /// Refuses values that grow without bound.
    fn bounded(&mut self, value: Value, span: Span) -> Eval<Value> {
        let limits = self.world.limits;
        if value.bytes() > limits.value_size {
            let detail = "This value is larger than ramctl works with.";
            return Err(self.report(&codes::RAM004, span, detail, "Split the stack, or narrow the value."));
        }
        if value.depth() > limits.value_depth {
            let detail = format!("This value nests more than {} levels deep.", limits.value_depth);
            return Err(self.report(&codes::RAM004, span, detail, "Flatten the value."));
        }
        Ok(value)
    }

    pub(crate) fn report(
        &mut self,
        code: &'static Code,
        span: Span,
        detail: impl Into<String>,
        help: impl Into<String>,
    ) -> Failed {
        self.diagnostics.push(Diagnostic::error(code, span, detail).help(help));
        Failed
    }

    /// Reports an unknown word or name, unless a walk over the expression has done so.
    fn report_name(
        &mut self,
        code: &'static Code,
        span: Span,
        detail: impl Into<String>,
        help: impl Into<String>,
    ) -> Failed {
        let known = if self.checking_names {
            !self.unknown_names.insert(span)
        } else {
            self.unknown_names.contains(&span)
        };
        if known { Failed } else { self.report(code, span, detail, help) }
    }

    /// Reports, with the values of the references inside an expression.
    pub(crate) fn fail(&mut self, mut diagnostic: Diagnostic, context: &Expr, scope: &Scope<'_>) -> Failed {
        if self.quiet == 0 {
            for reference in shown(context).into_iter().take(5) {
                let already = diagnostic.labels.iter().any(|label| label.span == reference.span);
                if !already && let Some((known, value)) = self.longest_known(reference, scope) {
                    let text = format!("{} is {}", written_reference(&known), brief(&value));
                    diagnostic = diagnostic.label(known.span, text);
                }
            }
        }
        self.diagnostics.push(diagnostic);
        Failed
    }

    /// A reference, or as much of it from the left as has a value.
    fn longest_known(&mut self, reference: &Expr, scope: &Scope<'_>) -> Option<(Expr, Value)> {
        let mut known = reference.clone();
        loop {
            if let Some(value) = self.peek(&known, scope) {
                return Some((known, value));
            }
            let ExprKind::Traversal(base, steps) = &mut known.kind else { return None };
            steps.pop()?;
            let last = steps.last()?;
            known.span.end = last.end().max(base.span.end);
        }
    }

    /// The value of an expression if it has one; reports nothing.
    pub(crate) fn peek(&mut self, expr: &Expr, scope: &Scope<'_>) -> Option<Value> {
        self.quiet += 1;
        let reported = self.diagnostics.len();
        let value = self.eval(expr, scope).ok();
        self.diagnostics.truncate(reported);
        self.quiet -= 1;
        value
    }

    /// Converts a value to what its place needs; null is refused.
    pub(crate) fn need(
        &mut self,
        value: &Value,
        ty: &Type,
        place: &str,
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        if value.is_null() {
            let detail = format!("{place} is null; {} is needed.", ty.phrase());
            let diagnostic = Diagnostic::error(&codes::RAM025, expr.span, detail)
                .help("Give the value, or a fallback with coalesce(...) or a conditional.");
            return Err(self.fail(diagnostic, expr, scope));
        }
        let converted = convert(value, ty).map_err(|error| {
            // The way to the part at fault may lead through sensitive keys.
            let why = if value.is_sensitive() { error.message } else { error.to_string() };
            let detail = format!("{place} does not fit: {why}.");
            self.fail(Diagnostic::error(&codes::RAM020, expr.span, detail), expr, scope)
        })?;
        if !converted.is_same(value) {
            self.take(converted.own_bytes(), expr.span)?;
        }
        Ok(converted)
    }

    /// A word that stands alone.
    pub(crate) fn variable(&mut self, name: &Arc<str>, span: Span, scope: &Scope<'_>) -> Eval<Value> {
        if let Some(value) = scope.get(name) {
            return Ok(value.clone());
        }
        if let Some(root) = Root::from_word(name).filter(|_| !self.in_template) {
            let (what, _) = root.declared_by("x");
            let detail =
                format!("The word {name} alone is no value; it comes before the name of one {what}.");
            return Err(self.report_name(&codes::RAM010, span, detail, format!("Write {name}.NAME.")));
        }
        Err(self.unknown_word(name, span, scope))
    }

    fn traversal(&mut self, expr: &Expr, base: &Expr, steps: &[Step], scope: &Scope<'_>) -> Eval<Value> {
        if let ExprKind::Variable(word) = &base.kind
            && scope.get(word).is_none()
            && !self.in_template
        {
            if Root::from_word(word).is_some() {
                return match self.reference(base, steps)? {
                    Known::Value(value) => self.steps(value, &steps[1..], expr, scope),
                    Known::Failed => Err(Failed),
                };
            }
            if &**word == "path" {
                return self.path(base.span, steps);
            }
        }
        let value = self.eval(base, scope)?;
        self.steps(value, steps, expr, scope)
    }

    /// What `var.NAME` and the like stand for; also whether `path` is followed by what it has.
    pub(crate) fn reference(&mut self, base: &Expr, steps: &[Step]) -> Eval<Known> {
        let ExprKind::Variable(word) = &base.kind else { return Err(Failed) };
        let Some(root) = Root::from_word(word) else { return self.path(base.span, steps).map(Known::Value) };
        let Some(Step::Attribute(name)) = steps.first() else {
            let detail = format!("After {word} comes a dot and a name.");
            return Err(self.report_name(&codes::RAM010, base.span, detail, format!("Write {word}.NAME.")));
        };
        match self.names.get(root, &name.value) {
            Some(known) => Ok(known.clone()),
            None => Err(self.undeclared(root, &name.value, Span { end: name.span.end, ..base.span })),
        }
    }

    /// `path.module`, `path.root` and `path.cwd` all are the stack's folder, from which the file functions read.
    fn path(&mut self, span: Span, steps: &[Step]) -> Eval<Value> {
        if let [Step::Attribute(name)] = steps
            && matches!(&*name.value, "module" | "root" | "cwd")
        {
            return Ok(Value::string("."));
        }
        Err(self.report_name(
            &codes::RAM010,
            span,
            "After path comes module, root or cwd; all three are the stack's folder.",
            "Write path.module.",
        ))
    }

    pub(crate) fn undeclared(&mut self, root: Root, name: &str, span: Span) -> Failed {
        let (what, declaration) = root.declared_by(name);
        let detail = format!("No {what} is named {name}.");
        let near = suggest::closest(name, self.names.names(root));
        let help = match near {
            Some(near) => format!("Did you mean {}.{near}?", root.as_str()),
            None => format!("Declare it: {declaration}"),
        };
        self.report_name(&codes::RAM011, span, detail, help)
    }

    fn unknown_word(&mut self, name: &str, span: Span, scope: &Scope<'_>) -> Failed {
        let bound = scope.names();
        let words = Root::ALL.iter().map(|root| root.as_str()).filter(|_| !self.in_template);
        let near = suggest::closest(name, bound.iter().copied().chain(words).chain(["each", "path"]));
        let help = match (name, near) {
            ("each", _) => "each exists inside a block that has for_each.".to_owned(),
            ("count", _) => {
                "There is no count. Blocks account, inbound, permission and share take for_each with a set or a map; each.key names the instance."
                    .to_owned()
            },
            ("plan", _) => "plan exists inside the assert of a check.".to_owned(),
            ("share" | "inbound" | "check" | "ramctl", _) => {
                "Blocks of this kind have no value to refer to; name what both need in locals.".to_owned()
            }
            (function, _) if find_function(function).is_some() => format!("{name} is a function: write {name}(...)."),
            ("data" | "module" | "resource" | "terraform" | "self", _) => {
                "This word is Terraform's. Pass values in as variables: terraform output -json > net.auto.ramvars.json".to_owned()
            }
            (name, _) if name.starts_with("aws_") => {
                "A resource of Terraform has no value here. Pass values in as variables: terraform output -json > net.auto.ramvars.json".to_owned()
            }
            (_, Some(near)) => format!("Did you mean {near}? A string stands in quotes: \"{name}\"."),
            (_, None) => format!("A string stands in quotes: \"{name}\"."),
        };
        self.report_name(&codes::RAM010, span, format!("Nothing is named {name} here."), help)
    }
}

/// A plain reference as it is written.
fn written_reference(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Variable(name) => name.to_string(),
        ExprKind::Traversal(base, steps) => {
            let mut out = written_reference(base);
            for step in steps {
                match step {
                    Step::Attribute(name) => out.push_str(&format!(".{}", name.value)),
                    Step::LegacyIndex(index) => out.push_str(&format!(".{}", index.value)),
                    Step::Index(index) => match &index.kind {
                        ExprKind::Literal(value) => out.push_str(&format!("[{}]", brief(value))),
                        _ => out.push_str("[...]"),
                    },
                    Step::AttributeSplat(_) => out.push_str(".*"),
                    Step::FullSplat(_) => out.push_str("[*]"),
                }
            }
            out
        }
        _ => "it".into(),
    }
}

/// A value in a few words, for messages.
pub(crate) fn brief(value: &Value) -> String {
    use crate::lang::value::Kind;
    if value.holds_sensitive() {
        return "a sensitive value".into();
    }
    let listed = |names: Vec<String>, count: usize| {
        let more = if count > names.len() { ", ..." } else { "" };
        format!("{}{more}", names.join(", "))
    };
    match value.kind() {
        Kind::Null(_) => "null".into(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => {
            let text = number.to_string();
            if text.len() > 40 { format!("{}...", &text[..40]) } else { text }
        }
        Kind::String(text) if text.chars().count() > 60 => {
            format!("{:?}...", text.chars().take(60).collect::<String>())
        }
        Kind::String(text) => format!("{text:?}"),
        Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
            let items = value.items().unwrap_or_default();
            let ty = match value.kind() {
                Kind::Tuple(_) => "a tuple".to_owned(),
                _ => value.type_of().phrase(),
            };
            match items.len() {
                0 => format!("{ty}, empty"),
                1 => format!("{ty} with 1 element"),
                count => format!("{ty} with {count} elements"),
            }
        }
        Kind::Map(_) | Kind::Object(_) => {
            let entries = value.entries().expect("matched as a mapping");
            let (ty, what) = match value.kind() {
                Kind::Object(_) => ("an object".to_owned(), "attributes"),
                _ => (value.type_of().phrase(), "keys"),
            };
            if entries.is_empty() {
                return format!("{ty}, empty");
            }
            let names = entries.keys().take(6).map(|name| format!("{name:?}")).collect();
            format!("{ty} with {what} {}", listed(names, entries.len()))
        }
        Kind::Symbol(symbol) => symbol.written(),
    }
}
