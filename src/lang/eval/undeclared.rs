//! Words and names that nothing declares, found without evaluating: also in `try` and `can`, in an arm that is not taken, in a loop over
//! nothing. A name that is gone must not turn into a fallback.

use std::sync::Arc;

use crate::lang::eval::evaluator::Evaluator;
use crate::lang::eval::scope::{Root, Scope};
use crate::lang::syntax::{Expr, ExprKind, Name, ObjectKey, Part, Step, Template};
use crate::lang::value::Value;

impl Evaluator<'_> {
    /// Reports every word and name in an expression that does not exist. Evaluation does not report them again.
    pub(crate) fn check_names(&mut self, expr: &Expr, scope: &Scope<'_>) {
        self.checking_names = true;
        self.names_in(expr, scope);
        self.checking_names = false;
    }

    /// As [`Self::check_names`], for a template.
    pub(crate) fn check_template_names(&mut self, template: &Template, scope: &Scope<'_>) {
        self.checking_names = true;
        self.names_in_template(template, scope);
        self.checking_names = false;
    }

    fn names_in(&mut self, expr: &Expr, scope: &Scope<'_>) {
        match &expr.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Variable(name) => _ = self.variable(name, expr.span, scope),
            ExprKind::Traversal(base, steps) => {
                let is_reference = matches!(&base.kind, ExprKind::Variable(word) if scope.get(word).is_none()
                    && !self.in_template
                    && (Root::from_word(word).is_some() || &**word == "path"));
                if is_reference {
                    _ = self.reference(base, steps);
                } else {
                    self.names_in(base, scope);
                }
                for step in steps {
                    if let Step::Index(index) = step {
                        self.names_in(index, scope);
                    }
                }
            }
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.names_in(item, scope)),
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    if let ObjectKey::Computed(key) = key {
                        self.names_in(key, scope);
                    }
                    self.names_in(value, scope);
                }
            }
            ExprKind::Template(template) => self.names_in_template(template, scope),
            ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => self.names_in(inner, scope),
            ExprKind::Call(call) => {
                // The second argument of convert is a type.
                let is_convert = matches!(&*call.name.value, "convert" | "core::convert");
                let values = if is_convert { 1 } else { call.args.len() };
                call.args.iter().take(values).for_each(|arg| self.names_in(arg, scope));
            }
            ExprKind::Binary(left, _, right) => {
                self.names_in(left, scope);
                self.names_in(right, scope);
            }
            ExprKind::Conditional(conditional) => {
                for part in [&conditional.condition, &conditional.yes, &conditional.no] {
                    self.names_in(part, scope);
                }
            }
            ExprKind::For(for_expr) => {
                self.names_in(&for_expr.collection, scope);
                let bound = bound(for_expr.key_name.as_ref(), &for_expr.value_name);
                let inner = scope.inside(&bound);
                for part in for_expr.key.iter().chain([&for_expr.value]).chain(&for_expr.condition) {
                    self.names_in(part, &inner);
                }
            }
        }
    }

    fn names_in_template(&mut self, template: &Template, scope: &Scope<'_>) {
        for part in &template.parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(expr) => self.names_in(expr, scope),
                Part::If { condition, yes, no } => {
                    self.names_in(condition, scope);
                    self.names_in_template(yes, scope);
                    self.names_in_template(no, scope);
                }
                Part::For { key_name, value_name, collection, body } => {
                    self.names_in(collection, scope);
                    let bound = bound(key_name.as_ref(), value_name);
                    self.names_in_template(body, &scope.inside(&bound));
                }
            }
        }
    }
}

/// Names that a loop binds; their values do not matter.
fn bound(key_name: Option<&Name>, value_name: &Name) -> Vec<(Arc<str>, Value)> {
    key_name.into_iter().chain([value_name]).map(|name| (name.value.clone(), Value::null())).collect()
}
