//! Every expression of a stack, walked for names that do not exist, before anything is evaluated.

use crate::lang::compile::schema::{self, Schema, TOP};
use crate::lang::compile::structure::Blocks;
use crate::lang::eval::{Evaluator, Known, Root, Scope};
use crate::lang::syntax::Block;
use crate::lang::value::Value;

/// Declares the names of a stack, and reports what refers to none of them.
pub(crate) fn check(blocks: &Blocks, evaluator: &mut Evaluator<'_>) {
    let labelled = [
        (Root::Var, &schema::VARIABLE),
        (Root::Account, &schema::ACCOUNT),
        (Root::Permission, &schema::PERMISSION),
    ];
    for (root, schema) in labelled {
        for block in blocks.of(schema) {
            evaluator.names.set(root, block.label().into(), Known::Failed);
        }
    }
    for local in &blocks.locals {
        evaluator.names.set(Root::Local, local.name.value.clone(), Known::Failed);
    }
    for local in &blocks.locals {
        evaluator.check_names(&local.value, &Scope::EMPTY);
    }
    for schema in TOP {
        for block in blocks.of(schema) {
            let each = [("each".into(), Value::null())];
            let scope = if block.attribute("for_each").is_some() { Scope::of(&each) } else { Scope::EMPTY };
            in_block(block, schema, &scope, evaluator);
        }
    }
}

fn in_block(block: &Block, schema: &Schema, scope: &Scope<'_>, evaluator: &mut Evaluator<'_>) {
    for attribute in &block.body.attributes {
        let name = &*attribute.name.value;
        // What a block does not have is reported as such.
        if !schema.attributes.contains(&name) || !holds_value(schema.keyword, name) {
            continue;
        }
        let scope = if name == "for_each" { &Scope::EMPTY } else { scope };
        evaluator.check_names(&attribute.value, scope);
    }
    for inner in &block.body.blocks {
        let Some(inner_schema) = schema::inner(schema, &inner.keyword.value) else { continue };
        let plan = [("plan".into(), Value::null())];
        let scope = if inner_schema.keyword == "assert" { &scope.inside(&plan) } else { scope };
        in_block(inner, inner_schema, scope, evaluator);
    }
}

/// Whether an argument is an expression; else it is a type, an address or a list of arguments' names.
fn holds_value(keyword: &str, name: &str) -> bool {
    !matches!(
        (keyword, name),
        ("variable", "type")
            | ("import" | "moved" | "removed", "to" | "from")
            | ("lifecycle", "ignore_changes" | "keep_extra")
    )
}
