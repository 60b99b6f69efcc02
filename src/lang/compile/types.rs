//! Type constraints of variables.

use std::sync::Arc;

use crate::diag::{Diagnostic, language as codes};
use crate::lang::compile::variables::constant;
use crate::lang::eval::{Eval, Evaluator, Failed};
use crate::lang::syntax::{Call, Expr, ExprKind, ObjectKey};
use crate::lang::value::{Field, Presence, SymbolKind, Type, convert};

const KNOWN: [&str; 5] = ["bool", "number", "string", "any", "principal"];

impl Evaluator<'_> {
    /// Reads `map(object({ name = string, size = optional(number, 1) }))`.
    pub(crate) fn type_constraint(&mut self, expr: &Expr) -> Eval<Type> {
        match &expr.kind {
            ExprKind::Parenthesis(inner) => self.type_constraint(inner),
            ExprKind::Variable(word) => self.type_word(word, expr),
            ExprKind::Call(call) => self.type_call(call, expr),
            ExprKind::Literal(value) if value.as_str().is_some() => {
                let word = value.as_str().unwrap_or_default();
                let detail = "A type stands without quotes.";
                Err(self.report(&codes::RAM064, expr.span, detail, format!("Write type = {word}.")))
            }
            _ => Err(self.report(
                &codes::RAM064,
                expr.span,
                "This is not a type.",
                "Write string, list(string), map(object({ name = string })), ...",
            )),
        }
    }

    fn type_word(&mut self, word: &str, expr: &Expr) -> Eval<Type> {
        Ok(match word {
            "bool" => Type::Bool,
            "number" => Type::Number,
            "string" => Type::String,
            "any" => Type::Any,
            "principal" => Type::Symbol(SymbolKind::Principal),
            // As old Terraform has them.
            "list" => Type::list(Type::Any),
            "map" => Type::map(Type::Any),
            "set" | "tuple" | "object" => {
                let help = format!(
                    "Write {word}({}).",
                    match word {
                        "tuple" => "[string, number]",
                        "object" => "{ name = string }",
                        _ => "string",
                    }
                );
                return Err(self.report(
                    &codes::RAM064,
                    expr.span,
                    format!("The type {word} needs to know what is in it."),
                    help,
                ));
            }
            _ => {
                let near = crate::diag::suggest::closest(
                    word,
                    KNOWN.into_iter().chain(["list", "set", "map", "tuple", "object"]),
                );
                let help = near.map_or_else(
                    || {
                        format!(
                            "Known are: {}, list(...), set(...), map(...), tuple([...]), object({{...}}).",
                            KNOWN.join(", ")
                        )
                    },
                    |near| format!("Did you mean {near}?"),
                );
                return Err(self.report(
                    &codes::RAM064,
                    expr.span,
                    format!("There is no type {word}."),
                    help,
                ));
            }
        })
    }

    fn type_call(&mut self, call: &Call, expr: &Expr) -> Eval<Type> {
        let name = &*call.name.value;
        let [argument] = call.args.as_slice() else {
            let detail = if name == "optional" {
                "optional(...) stands inside of object({ ... }).".into()
            } else {
                format!("The type {name}(...) takes one argument.")
            };
            return Err(self.report(
                &codes::RAM064,
                expr.span,
                detail,
                "Write list(string), map(number), object({ name = string }), ...",
            ));
        };
        match (name, &argument.kind) {
            ("list", _) => Ok(Type::list(self.type_constraint(argument)?)),
            ("set", _) => Ok(Type::set(self.type_constraint(argument)?)),
            ("map", _) => Ok(Type::map(self.type_constraint(argument)?)),
            ("tuple", ExprKind::Tuple(items)) => {
                let types: Vec<Eval<Type>> = items.iter().map(|item| self.type_constraint(item)).collect();
                Ok(Type::Tuple(types.into_iter().collect::<Eval<Vec<_>>>()?.into()))
            }
            ("object", ExprKind::Object(entries)) => self.object_type(entries),
            ("tuple", _) => Err(self.report(
                &codes::RAM064,
                argument.span,
                "tuple(...) takes a list of types.",
                "Write tuple([string, number]).",
            )),
            ("object", _) => Err(self.report(
                &codes::RAM064,
                argument.span,
                "object(...) takes attributes with their types.",
                "Write object({ name = string }).",
            )),
            _ => {
                let near = crate::diag::suggest::closest(name, ["list", "set", "map", "tuple", "object"]);
                let help = near.map_or_else(
                    || "Known are: list, set, map, tuple, object.".to_owned(),
                    |near| format!("Did you mean {near}(...)?"),
                );
                Err(self.report(
                    &codes::RAM064,
                    call.name.span,
                    format!("There is no type {name}(...)."),
                    help,
                ))
            }
        }
    }

    fn object_type(&mut self, entries: &[(ObjectKey, Expr)]) -> Eval<Type> {
        let mut fields: Vec<(Arc<str>, Field)> = Vec::new();
        let mut failed = false;
        for (key, value) in entries {
            let name = match key {
                ObjectKey::Bare(name) => Some(name.value.clone()),
                ObjectKey::Computed(expr) => expr.literal_str().map(Into::into),
            };
            let Some(name) = name else {
                self.report(
                    &codes::RAM064,
                    value.span,
                    "The name of an attribute is written as it is.",
                    "Write name = TYPE.",
                );
                failed = true;
                continue;
            };
            match self.field(value) {
                Ok(field) => fields.push((name, field)),
                Err(Failed) => failed = true,
            }
        }
        if failed { Err(Failed) } else { Ok(Type::object(fields)) }
    }

    fn field(&mut self, expr: &Expr) -> Eval<Field> {
        let ExprKind::Call(call) = &expr.kind else { return self.type_constraint(expr).map(Field::required) };
        if &*call.name.value != "optional" {
            return self.type_constraint(expr).map(Field::required);
        }
        match call.args.as_slice() {
            [ty] => Ok(Field { ty: self.type_constraint(ty)?, presence: Presence::Optional }),
            [ty, default] => {
                let ty = self.type_constraint(ty)?;
                let value = constant(default, "The default of an attribute", self)?;
                let value = convert(&value, &ty).map_err(|error| {
                    let detail = format!("The default does not fit the type {ty}: {error}.");
                    self.diagnostics.push(Diagnostic::error(&codes::RAM064, default.span, detail));
                    Failed
                })?;
                Ok(Field { ty, presence: Presence::Default(value) })
            }
            _ => Err(self.report(
                &codes::RAM064,
                expr.span,
                "optional(...) takes a type, and a default.",
                "Write optional(string) or optional(string, \"x\").",
            )),
        }
    }
}
