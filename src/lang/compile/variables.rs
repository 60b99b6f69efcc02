//! Variables: declarations, values from outside, validation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::suggest;
use crate::diag::{Diagnostic, Severity, SourceMap, Span, language as codes};
use crate::lang::compile::inputs::{InputValues, Inputs};
use crate::lang::compile::schema;
use crate::lang::compile::structure::Blocks;
use crate::lang::compile::values_file::{self, Given};
use crate::lang::eval::{Eval, Evaluator, Failed, Known, Root, Scope, references};
use crate::lang::syntax::{Block, parse_expression};
use crate::lang::value::{Type, Value, convert};

/// A declared variable.
struct Variable<'b> {
    block: &'b Block,
    ty: Type,
    default: Option<Value>,
    sensitive: bool,
    nullable: bool,
}

/// How the text of a value is read.
struct Form {
    ty: Type,
    sensitive: bool,
}

/// Declares the variables and gives each its value.
pub(crate) fn settle(
    blocks: &Blocks,
    evaluator: &mut Evaluator<'_>,
    sources: &mut SourceMap,
    inputs: &Inputs<'_>,
) {
    let mut declared: BTreeMap<&str, Eval<Variable<'_>>> = BTreeMap::new();
    for block in blocks.of(&schema::VARIABLE) {
        let variable = declare(block, evaluator);
        declared.entry(block.label()).or_insert(variable);
    }
    let forms: BTreeMap<&str, Form> = declared
        .iter()
        .map(|(name, variable)| {
            let form = variable.as_ref().map_or(Form { ty: Type::Any, sensitive: true }, |variable| Form {
                ty: variable.ty.clone(),
                sensitive: variable.sensitive,
            });
            (*name, form)
        })
        .collect();
    let given = given_values(&forms, evaluator, sources, inputs);
    for (name, variable) in &declared {
        let value = match variable {
            Ok(variable) => value_of(name, variable, given.get(*name), evaluator),
            Err(Failed) => Err(Failed),
        };
        evaluator.names.set(Root::Var, (*name).into(), value.map_or(Known::Failed, Known::Value));
    }
}

fn declare<'b>(block: &'b Block, evaluator: &mut Evaluator<'_>) -> Eval<Variable<'b>> {
    let ty = match block.attribute("type") {
        Some(attribute) => evaluator.type_constraint(&attribute.value),
        None => Ok(Type::Any),
    };
    let sensitive = flag(block, "sensitive", false, evaluator);
    let nullable = flag(block, "nullable", true, evaluator);
    if let Some(description) = block.attribute("description")
        && let Ok(value) = constant(&description.value, "A description", evaluator)
        && value.as_str().is_none()
    {
        evaluator.report(
            &codes::RAM020,
            description.value.span,
            "A description is a string.",
            "Put it in quotes.",
        );
    }
    let default = match block.attribute("default") {
        Some(attribute) => constant(&attribute.value, "A default", evaluator).map(Some),
        None => Ok(None),
    };
    let (ty, sensitive, nullable, default) = (ty?, sensitive?, nullable?, default?);
    let default = match (default, block.attribute("default")) {
        (Some(value), Some(attribute)) => {
            if value.is_null() && !nullable {
                let help = "Remove the default, or write nullable = true.";
                return Err(evaluator.report(
                    &codes::RAM061,
                    attribute.value.span,
                    "The default is null, and the variable is not nullable.",
                    help,
                ));
            }
            Some(convert(&value, &ty).map_err(|error| {
                let detail = format!("The default does not fit the type {ty}: {error}.");
                evaluator.report(
                    &codes::RAM061,
                    attribute.value.span,
                    detail,
                    "Change the default or the type.",
                )
            })?)
        }
        _ => None,
    };
    Ok(Variable { block, ty, default, sensitive, nullable })
}

fn flag(block: &Block, name: &str, absent: bool, evaluator: &mut Evaluator<'_>) -> Eval<bool> {
    let Some(attribute) = block.attribute(name) else { return Ok(absent) };
    let value = constant(&attribute.value, &format!("The argument {name}"), evaluator)?;
    let value = evaluator.need(
        &value,
        &Type::Bool,
        &format!("The argument {name}"),
        &attribute.value,
        &Scope::EMPTY,
    )?;
    Ok(value.as_bool() == Some(true))
}

/// An expression that may not refer to anything.
pub(crate) fn constant(
    expr: &crate::lang::syntax::Expr,
    what: &str,
    evaluator: &mut Evaluator<'_>,
) -> Eval<Value> {
    if let Some(reference) = references(expr).first() {
        let detail = format!(
            "{what} of a variable is a constant and cannot refer to {}.{}.",
            reference.root.as_str(),
            reference.name
        );
        return Err(evaluator.report(&codes::RAM010, reference.span, detail, "Compute the value in locals."));
    }
    evaluator.check_names(expr, &Scope::EMPTY);
    evaluator.eval(expr, &Scope::EMPTY)
}

/// The values that were given, the last one for each name.
fn given_values(
    forms: &BTreeMap<&str, Form>,
    evaluator: &mut Evaluator<'_>,
    sources: &mut SourceMap,
    inputs: &Inputs<'_>,
) -> BTreeMap<String, Eval<Given>> {
    let mut given: BTreeMap<String, Eval<Given>> = BTreeMap::new();
    for values in inputs.values {
        match values {
            InputValues::Environment { name, text } => {
                if let Some(form) = forms.get(name.as_str()) {
                    let value = from_text(&format!("RAMCTL_VAR_{name}"), text, form, evaluator, sources);
                    given.insert(name.clone(), value);
                }
            }
            InputValues::Flag { name, text } => match forms.get(name.as_str()) {
                Some(form) => {
                    let value = from_text(&format!("--var {name}"), text, form, evaluator, sources);
                    given.insert(name.clone(), value);
                }
                None => {
                    let detail = format!("--var {name}: the stack declares no variable {name}.");
                    let mut diagnostic = Diagnostic::new(Severity::Error, &codes::RAM063, None, detail);
                    diagnostic.help = suggest::help(name, forms.keys().copied());
                    evaluator.diagnostics.push(diagnostic);
                }
            },
            InputValues::File(file) => {
                let source = sources.file(*file);
                let read = values_file::read(*file, source, evaluator);
                for (name, value) in read.values {
                    if !forms.contains_key(name.as_str()) {
                        if read.may_have_more {
                            continue;
                        }
                        let span = value.as_ref().map_or_else(|_| None, |value| Some(value.name_span));
                        let detail = format!("The stack declares no variable {name}.");
                        let mut diagnostic = Diagnostic::new(Severity::Warning, &codes::RAM063, span, detail);
                        diagnostic.help = suggest::help(&name, forms.keys().copied());
                        evaluator.diagnostics.push(diagnostic);
                        continue;
                    }
                    given.insert(name, value);
                }
            }
        }
    }
    given
}

/// A value from the environment or the command line: text for a primitive type, an expression for any other.
fn from_text(
    source: &str,
    text: &str,
    form: &Form,
    evaluator: &mut Evaluator<'_>,
    sources: &mut SourceMap,
) -> Eval<Given> {
    // Messages show the line that they are about; the text of a sensitive value is kept out of the sources.
    let shown = if form.sensitive { "(sensitive value)" } else { text };
    let file = sources.add(source, shown);
    let span = Span::new(file, 0..shown.len());
    let ty = &form.ty;
    if ty.is_primitive() || *ty == Type::Any || matches!(ty, Type::Symbol(_)) {
        return Ok(Given { value: Value::string(text), span, name_span: span });
    }
    let reported = evaluator.diagnostics.len();
    let value = match parse_expression(file, text, evaluator.world.limits.file_bytes) {
        Ok(expr) => constant(&expr, "A value", evaluator),
        Err(diagnostics) => {
            evaluator.diagnostics.extend(diagnostics);
            Err(Failed)
        }
    };
    if form.sensitive && evaluator.diagnostics.len() > reported {
        evaluator.diagnostics.truncate(reported);
        let detail = format!(
            "The text of {source} is not an expression; what is wrong is not shown, as the variable is sensitive."
        );
        return Err(evaluator.report(
            &codes::RAM061,
            span,
            detail,
            "Write it as in HCL: [\"a\", \"b\"], { a = 1 }.",
        ));
    }
    Ok(Given { value: value?, span, name_span: span })
}

fn value_of(
    name: &str,
    variable: &Variable<'_>,
    given: Option<&Eval<Given>>,
    evaluator: &mut Evaluator<'_>,
) -> Eval<Value> {
    let given = match given {
        Some(Ok(given)) => Some(given),
        Some(Err(Failed)) => return Err(Failed),
        None => None,
    };
    let value = match (given, &variable.default) {
        (Some(given), Some(default)) if given.value.is_null() && !variable.nullable => default.clone(),
        (Some(given), _) => {
            if given.value.is_null() && !variable.nullable {
                let detail = format!("The value of var.{name} is null, and the variable is not nullable.");
                return Err(evaluator.report(&codes::RAM061, given.span, detail, "Give a value."));
            }
            convert(&given.value, &variable.ty).map_err(|error| {
                // The way to the part at fault may lead through sensitive keys.
                let place = if variable.sensitive { String::new() } else { error.written_path() };
                let detail = format!(
                    "The value of var.{name} does not fit the type {}: var.{name}{place}: {}.",
                    variable.ty, error.message
                );
                // Not at the value where it is sensitive: messages show the line that they are about.
                let (span, other) = if variable.sensitive {
                    (variable.block.header, None)
                } else {
                    (given.span, Some(variable.block.header))
                };
                let mut diagnostic =
                    Diagnostic::error(&codes::RAM061, span, detail).help("Change the value or the type.");
                if let Some(declared) = other {
                    diagnostic = diagnostic.label(declared, "declared here");
                }
                evaluator.diagnostics.push(diagnostic);
                Failed
            })?
        }
        (None, Some(default)) => default.clone(),
        (None, None) => {
            let detail = format!("var.{name} has no default, and no value was given.");
            let help = format!(
                "Give one with --var {name}=VALUE, RAMCTL_VAR_{name}, a values file, or default = ... in the block."
            );
            return Err(evaluator.report(&codes::RAM060, variable.block.header, detail, help));
        }
    };
    Ok(value.marked(variable.sensitive))
}

/// Evaluates the validations, once every name has its value.
pub(crate) fn validate(blocks: &Blocks, evaluator: &mut Evaluator<'_>) {
    for block in blocks.of(&schema::VARIABLE) {
        for validation in block.body.blocks.iter().filter(|inner| &*inner.keyword.value == "validation") {
            // What is missing or fails is reported by the evaluation itself.
            let holds = run(block, validation, evaluator);
            evaluator.kept(holds, validation.header);
        }
    }
}

fn run(block: &Block, validation: &Block, evaluator: &mut Evaluator<'_>) -> Eval<()> {
    let name = block.label();
    let part = |evaluator: &mut Evaluator<'_>, argument: &str| match validation.attribute(argument) {
        Some(attribute) => Ok(Arc::clone(&attribute.value)),
        None => {
            let detail = format!("A validation needs the argument {argument}.");
            Err(evaluator.report(
                &codes::RAM042,
                validation.header,
                detail,
                format!("Write {argument} = ..."),
            ))
        }
    };
    let (condition, message) = (part(evaluator, "condition"), part(evaluator, "error_message"));
    let (condition, message) = (condition?, message?);
    if !references(&condition).iter().any(|reference| reference.root == Root::Var && &*reference.name == name)
    {
        let detail = format!("The condition says nothing about var.{name}.");
        return Err(evaluator.report(
            &codes::RAM062,
            condition.span,
            detail,
            format!("Refer to var.{name}."),
        ));
    }
    let holds = evaluator.eval(&condition, &Scope::EMPTY)?;
    let holds = evaluator.need(&holds, &Type::Bool, "The condition", &condition, &Scope::EMPTY)?;
    let text = evaluator.eval(&message, &Scope::EMPTY)?;
    let text = evaluator.need(&text, &Type::String, "The error message", &message, &Scope::EMPTY)?;
    if holds.as_bool() == Some(true) {
        return Ok(());
    }
    let told = if text.is_sensitive() {
        "The message is sensitive and not shown."
    } else {
        text.as_str().unwrap_or_default()
    };
    let detail = format!("var.{name} is not accepted: {told}");
    let diagnostic =
        Diagnostic::error(&codes::RAM062, condition.span, detail).label(block.header, "the variable");
    Err(evaluator.fail(diagnostic, &condition, &Scope::EMPTY))
}
