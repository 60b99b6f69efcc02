//! Operators and conditionals.

use crate::diag::{Diagnostic, Spanned, language as codes};
use crate::lang::eval::differences::no_common_type;
use crate::lang::eval::evaluator::{Eval, Evaluator, Failed};
use crate::lang::eval::scope::Scope;
use crate::lang::eval::shape::written_type;
use crate::lang::syntax::{BinaryOp, Conditional, Expr, ExprKind, UnaryOp};
use crate::lang::value::{Losses, Number, NumberError, Type, Value, convert, unify};

impl Evaluator<'_> {
    #[inline(never)]
    pub(crate) fn unary(
        &mut self,
        operator: &Spanned<UnaryOp>,
        operand: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        let value = self.eval(operand, scope)?;
        let (ty, place) = match operator.value {
            UnaryOp::Negate => (Type::Number, "The operand of -"),
            UnaryOp::Not => (Type::Bool, "The operand of !"),
        };
        let value = self.need(&value, &ty, place, operand, scope)?;
        let result = match (value.as_number(), value.as_bool()) {
            (Some(number), _) => Value::number(number.neg()),
            (_, flag) => Value::bool(!flag.expect("converted to a bool")),
        };
        Ok(result.marked(value.is_sensitive()))
    }

    #[inline(never)]
    pub(crate) fn binary(
        &mut self,
        expr: &Expr,
        left: &Expr,
        operator: BinaryOp,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        match operator {
            BinaryOp::And | BinaryOp::Or => self.logic(left, operator, right, scope),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                // Both sides, so that the mistakes of both are told.
                let (a, b) = (self.eval(left, scope), self.eval(right, scope));
                let (a, b) = (a?, b?);
                self.work_on(a.bytes().saturating_add(b.bytes()), expr.span)?;
                let equal = (a.is_null() && b.is_null()) || a == b;
                let marked = a.holds_sensitive() || b.holds_sensitive();
                Ok(Value::bool(equal == (operator == BinaryOp::Equal)).marked(marked))
            }
            _ => self.arithmetic(expr, left, operator, right, scope),
        }
    }

    /// Where one side of `&&` or `||` decides, the mistakes in the other do not count, unless it is no bool. A null decides `&&`, as in
    /// HCL since 2.24.
    fn logic(&mut self, left: &Expr, operator: BinaryOp, right: &Expr, scope: &Scope<'_>) -> Eval<Value> {
        let or = operator == BinaryOp::Or;
        let reported = self.diagnostics.len();
        let a = self.eval(left, scope);
        let b = self.eval(right, scope);
        let (a, b) = match (a, b) {
            (Err(Failed), Err(Failed)) => return Err(Failed),
            sides => sides,
        };
        let wrong = self.diagnostics.len();
        let mut operand = |value: Eval<Value>, place: &str, expr: &Expr| match value {
            // No bool comes of it, whatever is mended.
            Err(Failed)
                if written_type(expr) == Some(Type::Number)
                    || matches!(expr.bare().kind, ExprKind::Tuple(_)) =>
            {
                Err(Failed)
            }
            Err(Failed) => Ok(None),
            Ok(value) if value.is_null() && convert(&value, &Type::Bool).is_ok() => Ok(Some(value)),
            Ok(value) if value.is_null() => {
                let detail = format!(
                    "{} does not fit: {} is needed, not {}.",
                    side(place, operator),
                    Type::Bool.phrase(),
                    value.type_of().phrase()
                );
                Err(self.fail(Diagnostic::error(&codes::RAM020, expr.span, detail), expr, scope))
            }
            Ok(value) => self.need(&value, &Type::Bool, &side(place, operator), expr, scope).map(Some),
        };
        let (a, b) = (operand(a, "left", left), operand(b, "right", right));
        if self.diagnostics.len() > wrong {
            return Err(Failed);
        }
        let (a, b) = (a?, b?);
        let marked = [&a, &b].into_iter().flatten().any(Value::is_sensitive);
        let decides = |side: &Option<Value>| {
            side.as_ref().is_some_and(|value| match value.as_bool() {
                Some(flag) => flag == or,
                None => !or,
            })
        };
        if decides(&a) || decides(&b) {
            self.diagnostics.truncate(reported);
            return Ok(Value::bool(or).marked(marked));
        }
        let (a, b) = (a.ok_or(Failed)?, b.ok_or(Failed)?);
        for (value, place, expr) in [(a, "left", left), (b, "right", right)] {
            self.need(&value, &Type::Bool, &side(place, operator), expr, scope)?;
        }
        Ok(Value::bool(!or).marked(marked))
    }

    fn arithmetic(
        &mut self,
        expr: &Expr,
        left: &Expr,
        operator: BinaryOp,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Eval<Value> {
        let (a, b) = (self.eval(left, scope), self.eval(right, scope));
        let (a, b) = (a?, b?);
        let a = self.need(&a, &Type::Number, &side("left", operator), left, scope);
        let b = self.need(&b, &Type::Number, &side("right", operator), right, scope);
        let (a, b) = (a?, b?);
        let marked = a.is_sensitive() || b.is_sensitive();
        let (x, y) = (a.as_number().expect("a number"), b.as_number().expect("a number"));
        // Numbers of thousands of digits take time by the square of their lengths.
        let length = x.heap_bytes().saturating_add(y.heap_bytes());
        self.work_on(length.saturating_mul(length), expr.span)?;
        let result: Result<Number, NumberError> = match operator {
            BinaryOp::Less => return Ok(Value::bool(x < y).marked(marked)),
            BinaryOp::LessEqual => return Ok(Value::bool(x <= y).marked(marked)),
            BinaryOp::Greater => return Ok(Value::bool(x > y).marked(marked)),
            BinaryOp::GreaterEqual => return Ok(Value::bool(x >= y).marked(marked)),
            BinaryOp::Add => x.add(y),
            BinaryOp::Subtract => x.sub(y),
            BinaryOp::Multiply => x.mul(y),
            BinaryOp::Divide => x.div(y),
            BinaryOp::Remainder => x.rem(y),
            BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::And | BinaryOp::Or => {
                unreachable!("handled before")
            }
        };
        match result {
            Ok(number) => Ok(Value::number(number).marked(marked)),
            Err(error @ NumberError::DivisionByZero) => {
                let diagnostic =
                    Diagnostic::error(&codes::RAM026, right.span, format!("The divisor is zero: {error}."));
                Err(self.fail(diagnostic, right, scope))
            }
            Err(error @ NumberError::TooLarge) => {
                let diagnostic = Diagnostic::error(&codes::RAM005, expr.span, format!("Here {error}."));
                Err(self.fail(diagnostic, expr, scope))
            }
        }
    }

    /// Both arms are evaluated for their types; only the mistakes of the one that is taken count.
    #[inline(never)]
    pub(crate) fn conditional(&mut self, conditional: &Conditional, scope: &Scope<'_>) -> Eval<Value> {
        let Conditional { condition, yes, no } = conditional;
        let test = self.eval(condition, scope)?;
        let test = self.need(&test, &Type::Bool, "The condition", condition, scope)?;
        let (taken, other) = if test.as_bool() == Some(true) { (yes, no) } else { (no, yes) };
        let value = self.eval(taken, scope)?;
        let other_value = self.peek(other, scope);
        // The value tells which arm was taken, and so the mark of the other one.
        let marked = test.is_sensitive() || other_value.as_ref().is_some_and(Value::is_sensitive);
        let other_ty = match &other_value {
            Some(other_value) => other_value.type_of(),
            // Its mistake does not count, its type does as far as it is sure.
            None => self.type_without_value(other, scope, &[]).unwrap_or(Type::Any),
        };
        let ty = value.type_of();
        if ty == other_ty || other_ty == Type::Any {
            return Ok(value.marked(marked));
        }
        let bytes = value.bytes().saturating_add(other_value.as_ref().map_or(0, Value::bytes));
        self.work_on(bytes, condition.span)?;
        let common = unify(&[ty.clone(), other_ty.clone()], Losses::Allowed);
        let Some(converted) = common.and_then(|common| convert(&value, &common).ok()) else {
            let (first, second) = if std::ptr::eq(taken, yes) { (&ty, &other_ty) } else { (&other_ty, &ty) };
            return Err(self.fail(no_common_type(yes, no, first, second), condition, scope));
        };
        Ok(converted.marked(marked))
    }
}

fn side(side: &str, operator: BinaryOp) -> String {
    format!("The {side} side of {}", operator.as_str())
}
