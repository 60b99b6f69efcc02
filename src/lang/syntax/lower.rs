//! From hcl-edit's tree to the language's own, closing the gaps between that parser and HCL.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::{self as edit, Expression, TraversalOperator};
use hcl_edit::structure::{self, Structure};
use hcl_edit::{Decorated, Ident, Span as _};

use crate::diag::{Diagnostic, FileId, Span, Spanned, language as codes};
use crate::lang::syntax::ast::{
    Attribute, BinaryOp, Block, Body, Call, Conditional, Expr, ExprKind, For, Name, ObjectKey, Step, UnaryOp,
};
use crate::lang::syntax::template::Form;
use crate::lang::value::{Number, Value, nfc};

/// Splats that one reference may chain: each nests the evaluation once more.
const MAX_SPLATS: usize = 16;

pub(crate) struct Lowering<'a> {
    pub(crate) file: FileId,
    /// The whole text of the file.
    pub(crate) text: &'a str,
    /// Where the parsed part starts in the file.
    pub(crate) base: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Lowering<'_> {
    pub(crate) fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        Span::new(self.file, range.start + self.base..range.end + self.base)
    }

    pub(crate) fn name(&self, ident: &Decorated<Ident>) -> Name {
        Spanned::new(nfc(ident.as_str()), self.span(ident.span()))
    }

    pub(crate) fn body(&mut self, body: &structure::Body) -> Body {
        let mut out = Body::default();
        for item in body.iter() {
            match item {
                Structure::Attribute(attribute) => out.attributes.push(Attribute {
                    name: self.name(&attribute.key),
                    value: Arc::new(self.expr(&attribute.value)),
                }),
                Structure::Block(block) => out.blocks.push(self.block(block)),
            }
        }
        out
    }

    fn block(&mut self, block: &structure::Block) -> Block {
        let keyword = self.name(&block.ident);
        let labels: Vec<Name> = block
            .labels
            .iter()
            .map(|label| Spanned::new(nfc(label.as_str()), self.span(label.span())))
            .collect();
        let header_end = labels.last().map_or(keyword.span.end, |label| label.span.end);
        Block {
            header: Span { end: header_end, ..keyword.span },
            body: self.body(&block.body),
            keyword,
            labels,
        }
    }

    pub(crate) fn expr(&mut self, expr: &Expression) -> Expr {
        let span = self.span(expr.span());
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Value::null()),
            Expression::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Expression::Number(_) => self.number(span),
            Expression::String(text) => ExprKind::Literal(Value::string(text.value())),
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => self.object(object),
            Expression::StringTemplate(template) => ExprKind::Template(self.template(template, Form::Quoted)),
            Expression::HeredocTemplate(heredoc) => {
                let form = if self.text[span.range()].starts_with("<<-") { Form::Flush } else { Form::Raw };
                ExprKind::Template(self.template(&heredoc.template, form))
            }
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(Box::new(self.expr(inner.inner()))),
            Expression::Variable(name) => ExprKind::Variable(nfc(name.as_str())),
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new(Conditional {
                condition: self.expr(&conditional.cond_expr),
                yes: self.expr(&conditional.true_expr),
                no: self.expr(&conditional.false_expr),
            })),
            Expression::FuncCall(call) => ExprKind::Call(self.call(call)),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(op) => {
                let operator = match op.operator.value() {
                    edit::UnaryOperator::Neg => UnaryOp::Negate,
                    edit::UnaryOperator::Not => UnaryOp::Not,
                };
                let operator = Spanned::new(operator, self.span(op.operator.span()));
                ExprKind::Unary(operator, Box::new(self.expr(&op.expr)))
            }
            Expression::BinaryOp(op) => {
                let operator = Spanned::new(binary_op(*op.operator.value()), self.span(op.operator.span()));
                ExprKind::Binary(
                    Box::new(self.expr(&op.lhs_expr)),
                    operator,
                    Box::new(self.expr(&op.rhs_expr)),
                )
            }
            Expression::ForExpr(for_expr) => ExprKind::For(Box::new(self.for_expr(for_expr))),
        };
        Expr { span, kind }
    }

    /// Numbers are read from the text again: the parser rounds them to floats.
    fn number(&mut self, span: Span) -> ExprKind {
        let text = &self.text[span.range()];
        let digits = text.trim_start_matches('-').trim_start();
        // A comment between the minus and the digits leaves more than digits.
        let digits = digits.rfind([' ', '\t', '/', '\n']).map_or(digits, |at| &digits[at + 1..]);
        let number = match Number::parse(digits) {
            Some(number) if text.starts_with('-') => number.neg(),
            Some(number) => number,
            None => {
                self.diagnostics.push(
                    Diagnostic::error(
                        &codes::RAM005,
                        span,
                        "This number is larger or longer than ramctl computes with.",
                    )
                    .help("Write a number of at most 4,000 digits, with an exponent of at most 4,000."),
                );
                Number::ZERO
            }
        };
        ExprKind::Literal(Value::number(number))
    }

    fn object(&mut self, object: &edit::Object) -> ExprKind {
        let entries = object
            .iter()
            .map(|(key, value)| {
                let key = match key {
                    edit::ObjectKey::Ident(name) => {
                        let name = self.name(name);
                        if &*name.value == "for" {
                            self.diagnostics.push(
                                Diagnostic::error(&codes::RAM006, name.span, "A key named for looks like a for expression.")
                                    .help("Write the key in quotes: \"for\"."),
                            );
                        }
                        ObjectKey::Bare(name)
                    }
                    // As a key, the word null is a name like any other.
                    edit::ObjectKey::Expression(Expression::Null(word)) => {
                        ObjectKey::Bare(Spanned::new("null".into(), self.span(word.span())))
                    }
                    edit::ObjectKey::Expression(expr) => {
                        let expr = self.expr(expr);
                        if matches!(expr.kind, ExprKind::Traversal(..)) {
                            self.diagnostics.push(
                                Diagnostic::error(&codes::RAM006, expr.span, "It is unclear whether this key is a name or a reference.")
                                    .help("Write (a.b) for the value of a reference, \"a.b\" for a name with a dot."),
                            );
                        }
                        ObjectKey::Computed(expr)
                    }
                };
                (key, self.expr(value.expr()))
            })
            .collect();
        ExprKind::Object(entries)
    }

    fn call(&mut self, call: &edit::FuncCall) -> Call {
        let mut name = self.name(&call.name.name);
        if let Some(first) = call.name.namespace.first() {
            let mut full: Vec<&str> = call.name.namespace.iter().map(|part| part.as_str()).collect();
            full.push(call.name.name.as_str());
            let span = Span { end: name.span.end, ..self.span(first.span()) };
            name = Spanned::new(full.join("::").into(), span);
        }
        Call {
            name,
            args: call.args.iter().map(|arg| self.expr(arg)).collect(),
            expand: call.args.expand_final(),
        }
    }

    fn for_expr(&mut self, for_expr: &edit::ForExpr) -> For {
        For {
            key_name: for_expr.intro.key_var.as_ref().map(|name| self.name(name)),
            value_name: self.name(&for_expr.intro.value_var),
            collection: self.expr(&for_expr.intro.collection_expr),
            key: for_expr.key_expr.as_ref().map(|key| self.expr(key)),
            value: self.expr(&for_expr.value_expr),
            grouping: for_expr.grouping,
            condition: for_expr.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }
    }

    fn traversal(&mut self, traversal: &edit::Traversal) -> ExprKind {
        let mut root = self.expr(&traversal.expr);
        let steps: Vec<Step> = traversal.operators.iter().map(|operator| self.step(operator)).collect();
        self.check_steps(&steps);
        // The steps belong to the number, and the minus stands before both.
        if matches!(traversal.expr, Expression::Number(_))
            && self.text[root.span.range()].starts_with('-')
            && let ExprKind::Literal(value) = &root.kind
            && let Some(number) = value.as_number()
        {
            let minus = Span { end: root.span.start + 1, ..root.span };
            root.kind = ExprKind::Literal(Value::number(number.neg()));
            let end = steps.last().map_or(root.span.end, Step::end);
            let inner =
                Expr { span: Span { end, ..root.span }, kind: ExprKind::Traversal(Box::new(root), steps) };
            return ExprKind::Unary(Spanned::new(UnaryOp::Negate, minus), Box::new(inner));
        }
        ExprKind::Traversal(Box::new(root), steps)
    }

    fn step(&mut self, operator: &Decorated<TraversalOperator>) -> Step {
        let span = self.span(operator.span());
        match operator.value() {
            TraversalOperator::AttrSplat(_) => Step::AttributeSplat(span),
            TraversalOperator::FullSplat(_) => Step::FullSplat(span),
            TraversalOperator::GetAttr(name) => Step::Attribute(self.name(name)),
            TraversalOperator::Index(index) => Step::Index(self.expr(index)),
            TraversalOperator::LegacyIndex(index) => Step::LegacyIndex(Spanned::new(*index.value(), span)),
        }
    }

    /// What the parser accepts and HCL does not.
    fn check_steps(&mut self, steps: &[Step]) {
        for pair in steps.windows(2) {
            match pair {
                [Step::LegacyIndex(a), Step::LegacyIndex(b)] if b.span.start <= a.span.end + 1 => {
                    let detail = format!("{}.{} after a dot reads as one number.", a.value, b.value);
                    self.diagnostics.push(
                        Diagnostic::error(&codes::RAM006, Span { end: b.span.end, ..a.span }, detail)
                            .help(format!("Write [{}][{}].", a.value, b.value)),
                    );
                }
                _ => {}
            }
        }
        let mut in_splat = false;
        for step in steps {
            match step {
                Step::AttributeSplat(span) if in_splat => {
                    let detail = "A splat .* cannot stand inside of another.";
                    self.diagnostics.push(
                        Diagnostic::error(&codes::RAM006, *span, detail)
                            .help("Write [*] for each, or flatten(...)."),
                    );
                }
                Step::AttributeSplat(_) => in_splat = true,
                Step::Attribute(_) | Step::LegacyIndex(_) => {}
                Step::Index(_) | Step::FullSplat(_) => in_splat = false,
            }
        }
        let mut splats = steps.iter().filter_map(|step| match step {
            Step::AttributeSplat(span) | Step::FullSplat(span) => Some(*span),
            _ => None,
        });
        if let Some(span) = splats.nth(MAX_SPLATS) {
            let detail = format!("A reference may chain {MAX_SPLATS} splats.");
            self.diagnostics.push(Diagnostic::error(&codes::RAM004, span, detail));
        }
    }
}

fn binary_op(op: edit::BinaryOperator) -> BinaryOp {
    match op {
        edit::BinaryOperator::Eq => BinaryOp::Equal,
        edit::BinaryOperator::NotEq => BinaryOp::NotEqual,
        edit::BinaryOperator::LessEq => BinaryOp::LessEqual,
        edit::BinaryOperator::GreaterEq => BinaryOp::GreaterEqual,
        edit::BinaryOperator::Less => BinaryOp::Less,
        edit::BinaryOperator::Greater => BinaryOp::Greater,
        edit::BinaryOperator::Plus => BinaryOp::Add,
        edit::BinaryOperator::Minus => BinaryOp::Subtract,
        edit::BinaryOperator::Mul => BinaryOp::Multiply,
        edit::BinaryOperator::Div => BinaryOp::Divide,
        edit::BinaryOperator::Mod => BinaryOp::Remainder,
        edit::BinaryOperator::And => BinaryOp::And,
        edit::BinaryOperator::Or => BinaryOp::Or,
    }
}
