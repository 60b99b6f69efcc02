//! The paths of `plan` in an assertion: that they lead somewhere, and which parts of the plan they start at.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Diagnostic, Span, language as codes, suggest};
use crate::lang::plan_shape::{PLAN, Shape};
use crate::lang::syntax::{Expr, ExprKind, Part, Step, Template};

/// What an expression takes from the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlanPaths {
    /// `shares`, `access`...; all of them where the plan is taken as a whole.
    pub(crate) parts: BTreeSet<&'static str>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Looks at an expression without evaluating it. What `try` and `can` guard may lead nowhere.
pub(crate) fn plan_paths(expr: &Expr) -> PlanPaths {
    let mut walk = Walk { bound: vec![("plan".into(), Some(PLAN))], guarded: 0, out: PlanPaths::default() };
    walk.shape(expr);
    walk.out
}

struct Walk {
    /// Names with the forms of their values, where those are known. The last of a name counts.
    bound: Vec<(Arc<str>, Option<Shape>)>,
    /// How many `try` and `can` stand around.
    guarded: usize,
    out: PlanPaths,
}

impl Walk {
    /// The form of an expression's value, where that is known.
    fn shape(&mut self, expr: &Expr) -> Option<Shape> {
        match &expr.kind {
            ExprKind::Literal(_) => None,
            ExprKind::Variable(name) => {
                let shape = self.of(name);
                if shape == Some(PLAN) {
                    self.out.parts.extend(PLAN.names());
                }
                shape
            }
            ExprKind::Parenthesis(inner) => self.shape(inner),
            ExprKind::Traversal(base, steps) => self.traversal(base, steps),
            ExprKind::For(inner) => {
                let element = self.shape(&inner.collection).and_then(Shape::element);
                let outside = self.bound.len();
                self.bound.extend(inner.key_name.iter().map(|name| (name.value.clone(), None)));
                self.bound.push((inner.value_name.value.clone(), element));
                for part in inner.key.iter().chain([&inner.value]).chain(&inner.condition) {
                    self.shape(part);
                }
                self.bound.truncate(outside);
                None
            }
            ExprKind::Call(call) => {
                let guards = usize::from(matches!(&*call.name.value, "try" | "can"));
                self.guarded += guards;
                call.args.iter().for_each(|arg| _ = self.shape(arg));
                self.guarded -= guards;
                None
            }
            ExprKind::Conditional(inner) => {
                self.shape(&inner.condition);
                let (yes, no) = (self.shape(&inner.yes), self.shape(&inner.no));
                yes.filter(|shape| Some(*shape) == no)
            }
            ExprKind::Template(template) => {
                self.template(template);
                None
            }
            ExprKind::Tuple(items) => {
                items.iter().for_each(|item| _ = self.shape(item));
                None
            }
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    if let crate::lang::syntax::ObjectKey::Computed(key) = key {
                        self.shape(key);
                    }
                    self.shape(value);
                }
                None
            }
            ExprKind::Unary(_, inner) => {
                self.shape(inner);
                None
            }
            ExprKind::Binary(left, _, right) => {
                self.shape(left);
                self.shape(right);
                None
            }
        }
    }

    fn of(&self, name: &str) -> Option<Shape> {
        self.bound.iter().rev().find(|(bound, _)| &**bound == name).and_then(|(_, shape)| *shape)
    }

    fn traversal(&mut self, base: &Expr, steps: &[Step]) -> Option<Shape> {
        let is_plan = matches!(&base.kind, ExprKind::Variable(name) if self.of(name) == Some(PLAN));
        let mut shape = match (&base.kind, steps.first()) {
            // One part of the plan, and not the plan.
            (ExprKind::Variable(_), Some(Step::Attribute(name))) if is_plan => {
                let names = PLAN.names();
                self.out.parts.extend(names.iter().find(|known| **known == &*name.value));
                Some(PLAN)
            }
            _ => self.shape(base),
        };
        // Behind a splat the steps are those of each item; the result is a list of theirs.
        let mut splat = false;
        for step in steps {
            shape = match step {
                Step::Attribute(name) => self.attribute(shape?, &name.value, name.span),
                Step::LegacyIndex(_) => shape.and_then(Shape::element),
                Step::Index(key) => {
                    self.shape(key);
                    match (shape, key.literal_str()) {
                        (Some(object @ Shape::Object(_)), Some(name)) => {
                            self.attribute(object, name, key.span)
                        }
                        (shape, _) => shape.and_then(Shape::element),
                    }
                }
                Step::AttributeSplat(_) | Step::FullSplat(_) => {
                    splat = true;
                    shape.and_then(Shape::element)
                }
            };
        }
        shape.filter(|_| !splat)
    }

    fn attribute(&mut self, shape: Shape, name: &str, span: Span) -> Option<Shape> {
        let found = shape.attribute(name);
        if found.is_none() && self.guarded == 0 {
            let known = shape.names();
            let (detail, help) = match shape {
                Shape::Object(_) => {
                    let all = format!("Known are: {}.", known.join(", "));
                    (
                        format!("The plan has no attribute {name} here."),
                        suggest::closest(name, known).map_or(all, |near| format!("Did you mean {near}?")),
                    )
                }
                Shape::List(_) => (
                    format!("This is a list, which has no attribute {name}."),
                    format!("Take it of every element: [for x in ... : x.{name}]."),
                ),
                Shape::Leaf | Shape::Map(_) => {
                    (format!("This value has no attribute {name}."), "Take the attribute away.".to_owned())
                }
            };
            self.out.diagnostics.push(Diagnostic::error(&codes::RAM021, span, detail).help(help));
        }
        found
    }

    fn template(&mut self, template: &Template) {
        for part in &template.parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(expr) => _ = self.shape(expr),
                Part::If { condition, yes, no } => {
                    self.shape(condition);
                    self.template(yes);
                    self.template(no);
                }
                Part::For { key_name, value_name, collection, body } => {
                    let element = self.shape(collection).and_then(Shape::element);
                    let outside = self.bound.len();
                    self.bound.extend(key_name.iter().map(|name| (name.value.clone(), None)));
                    self.bound.push((value_name.value.clone(), element));
                    self.template(body);
                    self.bound.truncate(outside);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;
    use crate::lang::syntax::parse_expression;

    fn paths(text: &str) -> (Vec<&'static str>, Vec<String>) {
        let mut sources = SourceMap::default();
        let file = sources.add("check", text);
        let expr = parse_expression(file, text, 10_000).expect("it parses");
        let PlanPaths { parts, diagnostics } = plan_paths(&expr);
        (parts.into_iter().collect(), diagnostics.into_iter().map(|found| found.detail).collect())
    }

    #[test]
    fn paths_that_lead_somewhere_are_followed_through_loops_and_splats() {
        for (text, parts) in [
            ("alltrue([for s in plan.shares : !s.allow_external_principals])", &["shares"] as &[_]),
            ("[for s in plan.shares : s.tags.team if s.tags[\"a\"] == \"b\"]", &["shares"]),
            ("length(plan.changes[*].access.lose) + length(plan.access.gain)", &["access", "changes"]),
            ("plan.changes[0].parts[0].subject", &["changes"]),
            ("[for c in plan.changes : [for p in c.parts : p.cause]]", &["changes"]),
            ("\"%{ for s in plan.shares }${s.name}%{ endfor }\"", &["shares"]),
            ("can(plan.shares[0].nonsense)", &["shares"]),
            ("[for plan in [1] : plan.nonsense]", &[]),
            ("jsonencode(plan)", &["access", "changes", "organization", "purpose", "shares", "stack"]),
        ] {
            assert_eq!(paths(text), (parts.to_vec(), Vec::new()), "{text}");
        }
    }

    #[test]
    fn paths_that_lead_nowhere_are_told() {
        for text in [
            "plan.share",
            "plan.shares.name",
            "[for s in plan.shares : s.principal]",
            "plan.changes[*].acces",
            "[for s in plan.shares : s.name.x]",
            "plan[\"nonsense\"]",
            "\"%{ for s in plan.shares }${s.nam}%{ endfor }\"",
        ] {
            assert_eq!(paths(text).1.len(), 1, "{text}");
        }
    }
}
