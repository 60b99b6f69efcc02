//! The type of an expression that has no value: because it fails in an arm that is not taken, or because it speaks of the elements of a
//! loop over nothing. HCL goes on with an unknown value of the type that is sure all the same: a template is a string, a sum a number.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::eval::collections::bindings;
use crate::lang::eval::evaluator::Evaluator;
use crate::lang::eval::references::mentions;
use crate::lang::eval::scope::Scope;
use crate::lang::syntax::{BinaryOp, Conditional, Expr, ExprKind, For, ObjectKey, Step, UnaryOp};
use crate::lang::value::{Field, Losses, Type, Value, convert, unify};

/// Functions whose values are numbers, whatever they are given.
const NUMBERS: [&str; 12] =
    ["abs", "ceil", "floor", "index", "length", "log", "max", "min", "parseint", "pow", "signum", "timecmp"];

/// The type that every value of an expression has, told by its form alone.
pub(crate) fn written_type(expr: &Expr) -> Option<Type> {
    match &expr.bare().kind {
        ExprKind::Template(template) if template.sole_interpolation().is_none() => Some(Type::String),
        ExprKind::Unary(operator, _) => Some(match operator.value {
            UnaryOp::Negate => Type::Number,
            UnaryOp::Not => Type::Bool,
        }),
        ExprKind::Binary(_, operator, _) => Some(match operator.value {
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Remainder => Type::Number,
            _ => Type::Bool,
        }),
        _ => None,
    }
}

impl Evaluator<'_> {
    /// The type of an expression as far as it is sure; none where it could be any. `unknown` are names that have no value.
    pub(crate) fn sure_type(&mut self, expr: &Expr, scope: &Scope<'_>, unknown: &[Arc<str>]) -> Option<Type> {
        if let Some(ty) = written_type(expr) {
            return Some(ty);
        }
        if (unknown.is_empty() || !mentions(expr, unknown))
            && let Some(value) = self.peek(expr, scope)
        {
            return Some(value.type_of());
        }
        self.type_without_value(expr, scope, unknown)
    }

    /// As [`Self::sure_type`], for an expression that has failed.
    pub(crate) fn type_without_value(
        &mut self,
        expr: &Expr,
        scope: &Scope<'_>,
        unknown: &[Arc<str>],
    ) -> Option<Type> {
        match &expr.kind {
            ExprKind::Parenthesis(inner) => self.sure_type(inner, scope, unknown),
            ExprKind::Template(template) => match template.sole_interpolation() {
                Some(inner) => self.sure_type(inner, scope, unknown),
                None => Some(Type::String),
            },
            ExprKind::Unary(..) | ExprKind::Binary(..) => written_type(expr),
            ExprKind::Tuple(items) => {
                Some(Type::Tuple(items.iter().map(|item| self.part_type(item, scope, unknown)).collect()))
            }
            ExprKind::Object(entries) => {
                let mut fields = BTreeMap::new();
                for (key, value) in entries {
                    let key = match key {
                        ObjectKey::Bare(name) => name.value.clone(),
                        ObjectKey::Computed(key) => self.sure_key(key, scope, unknown)?,
                    };
                    fields.insert(key, Field::required(self.part_type(value, scope, unknown)));
                }
                Some(Type::Object(Arc::new(fields)))
            }
            ExprKind::Conditional(conditional) => {
                let Conditional { yes, no, .. } = &**conditional;
                let arms = [self.sure_type(yes, scope, unknown)?, self.sure_type(no, scope, unknown)?];
                unify(&arms, Losses::Allowed)
            }
            ExprKind::Traversal(base, steps) => {
                let ty = self.sure_type(base, scope, unknown)?;
                steps.iter().try_fold(ty, |ty, step| self.step_type(&ty, step, scope, unknown))
            }
            ExprKind::For(for_expr) if unknown.is_empty() => self.loop_type(for_expr, scope),
            ExprKind::Call(call) if !unknown.is_empty() && NUMBERS.contains(&&*call.name.value) => {
                Some(Type::Number)
            }
            ExprKind::For(_) | ExprKind::Literal(_) | ExprKind::Variable(_) | ExprKind::Call(_) => None,
        }
    }

    fn part_type(&mut self, expr: &Expr, scope: &Scope<'_>, unknown: &[Arc<str>]) -> Type {
        self.sure_type(expr, scope, unknown).unwrap_or(Type::Any)
    }

    fn sure_key(&mut self, key: &Expr, scope: &Scope<'_>, unknown: &[Arc<str>]) -> Option<Arc<str>> {
        if !unknown.is_empty() && mentions(key, unknown) {
            return None;
        }
        let key = convert(&self.peek(key, scope)?, &Type::String).ok()?;
        Some(key.as_str()?.into())
    }

    fn step_type(&mut self, ty: &Type, step: &Step, scope: &Scope<'_>, unknown: &[Arc<str>]) -> Option<Type> {
        let key = match step {
            Step::Attribute(name) => Value::string(&name.value),
            Step::LegacyIndex(index) => Value::string(index.value.to_string()),
            Step::Index(index) if unknown.is_empty() || !mentions(index, unknown) => {
                self.peek(index, scope)?
            }
            Step::Index(_) | Step::AttributeSplat(_) | Step::FullSplat(_) => return None,
        };
        let found = match ty {
            Type::Object(fields) => {
                let key = convert(&key, &Type::String).ok()?;
                fields.get(key.as_str()?).map(|field| field.ty.clone())
            }
            Type::Tuple(items) => {
                let index = convert(&key, &Type::Number).ok()?;
                items.get(index.as_number()?.to_usize()?).cloned()
            }
            Type::List(element) | Type::Map(element) => Some((**element).clone()),
            _ => None,
        };
        found.filter(|ty| *ty != Type::Any)
    }

    /// A loop whose elements are known and whose result is not.
    fn loop_type(&mut self, for_expr: &For, scope: &Scope<'_>) -> Option<Type> {
        let collection = self.peek(&for_expr.collection, scope)?;
        let reported = self.diagnostics.len();
        let pairs = self.pairs(&collection, &for_expr.collection, scope);
        self.diagnostics.truncate(reported);
        let pairs = pairs.ok()?;
        let mut items = Vec::new();
        let mut fields: BTreeMap<Arc<str>, Field> = BTreeMap::new();
        for (key, value) in pairs {
            let bindings = bindings(for_expr.key_name.as_ref(), &for_expr.value_name, key, value);
            let inner = scope.inside(&bindings);
            if let Some(condition) = &for_expr.condition {
                let test = convert(&self.peek(condition, &inner)?, &Type::Bool).ok()?;
                if !test.as_bool()? {
                    continue;
                }
            }
            let Some(key) = &for_expr.key else {
                items.push(self.part_type(&for_expr.value, &inner, &[]));
                continue;
            };
            if for_expr.grouping {
                return None;
            }
            let key = self.sure_key(key, &inner, &[])?;
            fields.insert(key, Field::required(self.part_type(&for_expr.value, &inner, &[])));
        }
        Some(match for_expr.key {
            None => Type::Tuple(items.into()),
            Some(_) => Type::Object(Arc::new(fields)),
        })
    }
}
