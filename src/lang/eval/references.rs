//! Which names an expression refers to, without evaluating it.

use std::sync::Arc;

use crate::diag::Span;
use crate::lang::eval::scope::Root;
use crate::lang::syntax::{Expr, ExprKind, ObjectKey, Part, Step, Template};

/// A reference to a name of the stack, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) root: Root,
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
}

/// Every reference to a name of the stack, in source order.
pub(crate) fn references(expr: &Expr) -> Vec<Reference> {
    let mut out = Vec::new();
    walk(expr, &mut Vec::new(), &mut |expr, bound| {
        if let ExprKind::Traversal(base, steps) = &expr.kind
            && let ExprKind::Variable(word) = &base.kind
            && !bound.contains(word)
            && let Some(root) = Root::from_word(word)
            && let Some(Step::Attribute(name)) = steps.first()
        {
            out.push(Reference {
                root,
                name: name.value.clone(),
                span: Span { end: name.span.end, ..base.span },
            });
        }
    });
    out
}

/// Whether an expression speaks of one of some names that a loop binds.
pub(crate) fn mentions(expr: &Expr, names: &[Arc<str>]) -> bool {
    let mut found = false;
    walk(expr, &mut Vec::new(), &mut |expr, bound| {
        if let ExprKind::Variable(word) = &expr.kind {
            found |= names.contains(word) && !bound.contains(word);
        }
    });
    found
}

/// The outermost references inside an expression, bound or not: what a message can show the values of.
pub(crate) fn shown(expr: &Expr) -> Vec<&Expr> {
    let mut out = Vec::new();
    collect_shown(expr, &mut out);
    out
}

fn collect_shown<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    match &expr.kind {
        ExprKind::Variable(_) => out.push(expr),
        ExprKind::Traversal(base, steps) => {
            let plain = steps.iter().all(|step| match step {
                Step::Attribute(_) | Step::LegacyIndex(_) => true,
                Step::Index(index) => matches!(index.kind, ExprKind::Literal(_)),
                Step::AttributeSplat(_) | Step::FullSplat(_) => false,
            });
            if plain && matches!(base.kind, ExprKind::Variable(_)) {
                out.push(expr);
            } else {
                each_child(expr, &mut |child| collect_shown(child, out));
            }
        }
        // Their variables have no value outside of the loop.
        ExprKind::For(for_expr) => collect_shown(&for_expr.collection, out),
        _ => each_child(expr, &mut |child| collect_shown(child, out)),
    }
}

/// Calls `f` with every sub-expression and the names bound around it.
fn walk(expr: &Expr, bound: &mut Vec<Arc<str>>, f: &mut impl FnMut(&Expr, &[Arc<str>])) {
    f(expr, bound);
    match &expr.kind {
        ExprKind::For(for_expr) => {
            walk(&for_expr.collection, bound, f);
            let outside = bound.len();
            bound.extend(for_expr.key_name.iter().map(|name| name.value.clone()));
            bound.push(for_expr.value_name.value.clone());
            for inner in for_expr.key.iter().chain([&for_expr.value]).chain(&for_expr.condition) {
                walk(inner, bound, f);
            }
            bound.truncate(outside);
        }
        ExprKind::Template(template) => walk_template(template, bound, f),
        _ => each_child(expr, &mut |child| walk(child, bound, f)),
    }
}

fn walk_template(template: &Template, bound: &mut Vec<Arc<str>>, f: &mut impl FnMut(&Expr, &[Arc<str>])) {
    for part in &template.parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => walk(expr, bound, f),
            Part::If { condition, yes, no } => {
                walk(condition, bound, f);
                walk_template(yes, bound, f);
                walk_template(no, bound, f);
            }
            Part::For { key_name, value_name, collection, body } => {
                walk(collection, bound, f);
                let outside = bound.len();
                bound.extend(key_name.iter().map(|name| name.value.clone()));
                bound.push(value_name.value.clone());
                walk_template(body, bound, f);
                bound.truncate(outside);
            }
        }
    }
}

fn each_child<'e>(expr: &'e Expr, f: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Variable(_) => {}
        ExprKind::Tuple(items) => items.iter().for_each(f),
        ExprKind::Object(entries) => {
            for (key, value) in entries {
                if let ObjectKey::Computed(key) = key {
                    f(key);
                }
                f(value);
            }
        }
        ExprKind::Template(template) => template_children(template, f),
        ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => f(inner),
        ExprKind::Traversal(base, steps) => {
            f(base);
            for step in steps {
                if let Step::Index(index) = step {
                    f(index);
                }
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(f),
        ExprKind::Binary(left, _, right) => {
            f(left);
            f(right);
        }
        ExprKind::Conditional(conditional) => {
            f(&conditional.condition);
            f(&conditional.yes);
            f(&conditional.no);
        }
        ExprKind::For(for_expr) => {
            f(&for_expr.collection);
            for_expr.key.iter().for_each(&mut *f);
            f(&for_expr.value);
            for_expr.condition.iter().for_each(f);
        }
    }
}

fn template_children<'e>(template: &'e Template, f: &mut dyn FnMut(&'e Expr)) {
    for part in &template.parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => f(expr),
            Part::If { condition, yes, no } => {
                f(condition);
                template_children(yes, f);
                template_children(no, f);
            }
            Part::For { collection, .. } => f(collection),
        }
    }
}
