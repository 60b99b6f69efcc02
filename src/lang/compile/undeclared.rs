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
    let each = [("each".into(), Value::null())];
    for schema in TOP {
        for block in blocks.of(schema) {
            let scope = if block.attribute("for_each").is_some() { Scope::of(&each) } else { Scope::EMPTY };
            in_block(block, schema, &scope, evaluator);
        }
    }
}

fn in_block(block: &Block, schema: &Schema, scope: &Scope<'_>, evaluator: &mut Evaluator<'_>) {
    for attribute in &block.body.attributes {
        let name = &*attribute.name.value;
        // A word is no expression, and what a block does not have is reported as such.
        if !schema.values.contains(&name) {
            continue;
        }
        let scope = if name == "for_each" { &Scope::EMPTY } else { scope };
        evaluator.check_names(&attribute.value, scope);
    }
    for inner in &block.body.blocks {
        let Some(inner_schema) = schema.inner(&inner.keyword.value) else { continue };
        if inner_schema.keyword == "assert" {
            let plan = [("plan".into(), Value::null())];
            in_block(inner, inner_schema, &scope.inside(&plan), evaluator);
        } else {
            in_block(inner, inner_schema, scope, evaluator);
        }
    }
}
