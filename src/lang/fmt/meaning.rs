//! What a text says, without its layout: the syntax tree written out with no places in it.

use std::fmt::Write;

use crate::diag::{Diagnostic, FileId};
use crate::lang::eval::Limits;
use crate::lang::memory::Memory;
use crate::lang::syntax::{Body, Expr, ExprKind, ObjectKey, Part, Step, Template, parse_body};
use crate::lang::value::{Kind, Value};

/// Equal for two texts that mean the same.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning(String);

/// The meaning of a text, or its syntax errors.
pub(crate) fn meaning(file: FileId, text: &str, max_bytes: usize) -> Result<Meaning, Vec<Diagnostic>> {
    let mut dump = Dump(String::new());
    dump.body(&parse_body(file, text, max_bytes, &mut Memory::new(Limits::default().memory))?);
    Ok(Meaning(dump.0))
}

/// Writes each node as `(KIND PARTS)`, texts quoted.
struct Dump(String);

impl Dump {
    fn node(&mut self, kind: &str, parts: impl FnOnce(&mut Self)) {
        self.0.push('(');
        self.0.push_str(kind);
        parts(self);
        self.0.push(')');
    }

    fn text(&mut self, text: &str) {
        write!(self.0, " {text:?}").expect("writing to a String cannot fail");
    }

    fn body(&mut self, body: &Body) {
        self.node("body", |dump| {
            for attribute in &body.attributes {
                dump.text(&attribute.name.value);
                dump.expr(&attribute.value);
            }
            for block in &body.blocks {
                dump.node("block", |dump| {
                    dump.text(&block.keyword.value);
                    block.labels.iter().for_each(|label| dump.text(&label.value));
                    dump.body(&block.body);
                });
            }
        });
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(value) => self.literal(value),
            ExprKind::Tuple(items) => {
                self.node("tuple", |dump| items.iter().for_each(|item| dump.expr(item)))
            }
            ExprKind::Object(items) => self.node("object", |dump| {
                for (key, value) in items {
                    match key {
                        ObjectKey::Bare(name) => dump.text(&name.value),
                        ObjectKey::Computed(key) => dump.expr(key),
                    }
                    dump.expr(value);
                }
            }),
            ExprKind::Template(template) => self.template(template),
            ExprKind::Parenthesis(inner) => self.node("parenthesis", |dump| dump.expr(inner)),
            ExprKind::Variable(name) => self.text(name),
            ExprKind::Traversal(from, steps) => self.node("traversal", |dump| {
                dump.expr(from);
                steps.iter().for_each(|step| dump.step(step));
            }),
            ExprKind::Call(call) => self.node(if call.expand { "call..." } else { "call" }, |dump| {
                dump.text(&call.name.value);
                call.args.iter().for_each(|arg| dump.expr(arg));
            }),
            ExprKind::Unary(operator, side) => {
                self.node(&format!("{:?}", operator.value), |dump| dump.expr(side));
            }
            ExprKind::Binary(left, operator, right) => self.node(operator.value.as_str(), |dump| {
                dump.expr(left);
                dump.expr(right);
            }),
            ExprKind::Conditional(choice) => self.node("conditional", |dump| {
                dump.expr(&choice.condition);
                dump.expr(&choice.yes);
                dump.expr(&choice.no);
            }),
            ExprKind::For(each) => self.node(if each.grouping { "for..." } else { "for" }, |dump| {
                each.key_name.iter().chain([&each.value_name]).for_each(|name| dump.text(&name.value));
                dump.expr(&each.collection);
                if let Some(key) = &each.key {
                    dump.node("key", |dump| dump.expr(key));
                }
                dump.expr(&each.value);
                if let Some(condition) = &each.condition {
                    dump.node("if", |dump| dump.expr(condition));
                }
            }),
        }
    }

    fn literal(&mut self, value: &Value) {
        match value.kind() {
            Kind::Number(number) => self.node("number", |dump| dump.text(&number.to_string())),
            Kind::String(text) => self.node("string", |dump| dump.text(text)),
            other => self.node(&format!("{other:?}"), |_| {}),
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Attribute(name) => self.node("attribute", |dump| dump.text(&name.value)),
            Step::LegacyIndex(index) => self.node(&format!("legacy {}", index.value), |_| {}),
            Step::Index(index) => self.node("index", |dump| dump.expr(index)),
            Step::AttributeSplat(_) => self.node(".*", |_| {}),
            Step::FullSplat(_) => self.node("[*]", |_| {}),
        }
    }

    fn template(&mut self, template: &Template) {
        self.node("template", |dump| {
            for part in &template.parts {
                match part {
                    Part::Literal(text) => dump.text(text),
                    Part::Interpolation(inner) => dump.node("interpolation", |dump| dump.expr(inner)),
                    Part::If { condition, yes, no } => dump.node("if", |dump| {
                        dump.expr(condition);
                        dump.template(yes);
                        dump.template(no);
                    }),
                    Part::For { key_name, value_name, collection, body } => dump.node("for", |dump| {
                        key_name.iter().chain([value_name]).for_each(|name| dump.text(&name.value));
                        dump.expr(collection);
                        dump.template(body);
                    }),
                }
            }
        });
    }
}
