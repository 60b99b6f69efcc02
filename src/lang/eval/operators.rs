//! Operators and conditionals.

use crate::diag::{Diagnostic, Spanned, language as codes};
use crate::lang::eval::evaluator::{Eval, Evaluator};
use crate::lang::eval::scope::Scope;
use crate::lang::syntax::{BinaryOp, Conditional, Expr, UnaryOp};
use crate::lang::value::{Number, NumberError, Type, Value, convert, unify};

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
                let equal = a == b;
                let marked = a.holds_sensitive() || b.holds_sensitive();
                Ok(Value::bool(equal == (operator == BinaryOp::Equal)).marked(marked))
            }
            _ => self.arithmetic(expr, left, operator, right, scope),
        }
    }

    /// `&&` and `||` leave the right side alone where the left one decides.
    fn logic(&mut self, left: &Expr, operator: BinaryOp, right: &Expr, scope: &Scope<'_>) -> Eval<Value> {
        let a = self.eval(left, scope)?;
        let a = self.need(&a, &Type::Bool, &side("left", operator), left, scope)?;
        if a.as_bool() == Some(operator == BinaryOp::Or) {
            return Ok(a);
        }
        let b = self.eval(right, scope)?;
        let b = self.need(&b, &Type::Bool, &side("right", operator), right, scope)?;
        Ok(b.marked(a.is_sensitive()))
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
        let Some(other_value) = self.peek(other, scope) else { return Ok(value.marked(test.is_sensitive())) };
        let (ty, other_ty) = (value.type_of(), other_value.type_of());
        if ty == other_ty || value.is_null() || other_value.is_null() {
            return Ok(value.marked(test.is_sensitive()));
        }
        let common = unify(&[ty.clone(), other_ty.clone()]);
        let Some(converted) = common.and_then(|common| convert(&value, &common).ok()) else {
            let (first, second) = if std::ptr::eq(taken, yes) { (&ty, &other_ty) } else { (&other_ty, &ty) };
            let detail = format!(
                "The result is either {} or {}, and no type fits both.",
                first.phrase(),
                second.phrase()
            );
            let diagnostic =
                Diagnostic::error(&codes::RAM029, yes.span, detail).label(no.span, "the other result").help(
                    "Give both results the same type: the same attributes, or tolist(...), tomap(...), null.",
                );
            return Err(self.fail(diagnostic, condition, scope));
        };
        Ok(converted.marked(test.is_sensitive()))
    }
}

fn side(side: &str, operator: BinaryOp) -> String {
    format!("The {side} side of {}", operator.as_str())
}
