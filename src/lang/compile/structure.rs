//! Blocks against their schemas, and sorted by kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::suggest;
use crate::diag::{Diagnostic, Span, language as codes};
use crate::lang::compile::foreign::{Place, Word, block_help, hint};
use crate::lang::compile::schema::{self, LOCALS, Labels, Schema, TOP};
use crate::lang::syntax::{Attribute, Block, Body, is_name};
use crate::model::ResourceType;

/// The blocks of a stack by keyword, each checked against its schema, in source order.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    by_keyword: BTreeMap<&'static str, Vec<Block>>,
    pub(crate) locals: Vec<Attribute>,
    /// Keywords of blocks that are written as arguments, which is reported.
    pub(crate) as_arguments: BTreeSet<&'static str>,
}

impl Blocks {
    pub(crate) fn of(&self, schema: &Schema) -> &[Block] {
        self.by_keyword.get(schema.keyword).map_or(&[], Vec::as_slice)
    }

    /// The one block of a kind that may stand once in a stack.
    pub(crate) fn only(&self, schema: &Schema) -> Option<&Block> {
        self.of(schema).first()
    }
}

/// Sorts the blocks of all files; what fits no schema is reported and, where its kind is unknown, left out.
pub(crate) fn sort(bodies: Vec<Body>, diagnostics: &mut Vec<Diagnostic>) -> Blocks {
    let mut out = Blocks::default();
    for body in bodies {
        for attribute in body.attributes {
            diagnostics.push(outside(&attribute));
            let block = TOP.iter().find(|schema| schema.keyword == &*attribute.name.value);
            out.as_arguments.extend(block.map(|schema| schema.keyword));
        }
        for block in body.blocks {
            if &*block.keyword.value == LOCALS {
                check_locals(&block, diagnostics);
                out.locals.extend(block.body.attributes);
            } else if let Some(schema) = TOP.iter().find(|schema| schema.keyword == &*block.keyword.value) {
                check(&block, schema, diagnostics);
                if block.labels.len() != schema.labels.count() {
                    // It has no address; what it says is not read.
                    continue;
                }
                out.by_keyword.entry(schema.keyword).or_default().push(block);
            } else {
                diagnostics.push(unknown_block(&block));
            }
        }
    }
    duplicates(&out, diagnostics);
    out
}

fn unknown_block(block: &Block) -> Diagnostic {
    let word = &*block.keyword.value;
    Diagnostic::error(&codes::RAM040, block.keyword.span, format!("There is no block {word}."))
        .help(block_help(block))
}

/// An argument outside of any block. `organization = { ... }` means the block.
fn outside(attribute: &Attribute) -> Diagnostic {
    let name = &*attribute.name.value;
    let span = attribute.name.span;
    let labels = TOP.iter().find(|schema| schema.keyword == name).map(|schema| schema.labels);
    match labels.or((name == LOCALS).then_some(Labels::None)) {
        Some(labels) => {
            let form = if labels == Labels::None { "" } else { " \"NAME\"" };
            Diagnostic::error(&codes::RAM041, span, format!("{name} is a block and not an argument."))
                .help(format!("Write {name}{form} {{ ... }}, without the =."))
        }
        None => {
            Diagnostic::error(
                &codes::RAM041,
                span,
                format!("The argument {name} stands outside of any block."),
            )
            .help(hint(Place::Top, Word::argument(attribute)).unwrap_or_else(|| {
                "Values go into locals { ... } or into a *.auto.ramvars.hcl file.".to_owned()
            }))
        }
    }
}

/// Checks labels, arguments and inner blocks of a block, and what is in the inner ones.
fn check(block: &Block, schema: &Schema, diagnostics: &mut Vec<Diagnostic>) {
    check_labels(block, schema, diagnostics);
    for attribute in &block.body.attributes {
        let name = &*attribute.name.value;
        if schema.has_argument(name) {
            continue;
        }
        let keyword = schema.keyword;
        let (detail, help) = if let Some(inner) = schema.inner(name) {
            let label = match inner.labels {
                Labels::None => "",
                Labels::Name => " \"NAME\"",
                Labels::ResourceType => " \"TYPE\"",
            };
            (
                format!("In {keyword}, {name} is a block and not an argument."),
                Some(format!("Write {name}{label} {{ ... }}, without =.")),
            )
        } else {
            let known = schema.arguments().chain(schema.blocks.iter().map(|inner| inner.keyword));
            (
                format!("A block {keyword} has no argument {name}."),
                hint(Place::In(schema), Word::argument(attribute)).or_else(|| suggest::help(name, known)),
            )
        };
        let mut diagnostic = Diagnostic::error(&codes::RAM041, attribute.name.span, detail);
        diagnostic.help = help;
        diagnostics.push(diagnostic);
    }
    for inner in &block.body.blocks {
        let name = &*inner.keyword.value;
        if let Some(inner_schema) = schema.inner(name) {
            check(inner, inner_schema, diagnostics);
            continue;
        }
        let keyword = schema.keyword;
        let (detail, help) = if schema.has_argument(name) {
            (
                format!("In {keyword}, {name} is an argument and not a block."),
                Some(format!("Write {name} = ...")),
            )
        } else {
            let known = schema.blocks.iter().map(|inner| inner.keyword).chain(schema.arguments());
            (
                format!("A block {keyword} has no inner block {name}."),
                hint(Place::In(schema), Word::block(inner)).or_else(|| suggest::help(name, known)),
            )
        };
        let mut diagnostic = Diagnostic::error(&codes::RAM041, inner.keyword.span, detail);
        diagnostic.help = help;
        diagnostics.push(diagnostic);
    }
}

fn check_labels(block: &Block, schema: &Schema, diagnostics: &mut Vec<Diagnostic>) {
    let keyword = schema.keyword;
    let wanted = schema.labels.count();
    if block.labels.len() != wanted {
        let (detail, form) = match schema.labels {
            Labels::None => (format!("A block {keyword} has no label."), format!("{keyword} {{ ... }}")),
            Labels::Name => (
                format!("A block {keyword} has one label, its name."),
                format!("{keyword} \"NAME\" {{ ... }}"),
            ),
            Labels::ResourceType => (
                format!("A block {keyword} in a share has one label, the resource type that it is for."),
                format!("{keyword} \"ec2:Subnet\" {{ ... }}"),
            ),
        };
        let place = block.labels.get(wanted).map_or(block.keyword.span, |label| label.span);
        diagnostics.push(Diagnostic::error(&codes::RAM043, place, detail).help(format!("Write {form}.")));
        return;
    }
    let Some(label) = block.labels.first() else { return };
    let text = &*label.value;
    match schema.labels {
        Labels::None => {}
        Labels::Name if is_name(text) => {}
        Labels::Name => diagnostics.push(
            Diagnostic::error(&codes::RAM043, label.span, format!("{text:?} cannot be referred to by name."))
                .help("A name has letters, digits, _ and -, and does not start with a digit."),
        ),
        Labels::ResourceType => {
            if let Err(error) = ResourceType::parse(text) {
                diagnostics.push(
                    Diagnostic::error(&codes::RAM043, label.span, format!("{error}."))
                        .help("Write the type as RAM does: ec2:TransitGateway, ec2:Subnet."),
                );
            }
        }
    }
}

fn check_locals(block: &Block, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(label) = block.labels.first() {
        diagnostics.push(
            Diagnostic::error(&codes::RAM043, label.span, "A block locals has no label.")
                .help("Write locals { ... }."),
        );
    }
    for inner in &block.body.blocks {
        let name = &inner.keyword.value;
        diagnostics.push(
            Diagnostic::error(
                &codes::RAM041,
                inner.keyword.span,
                format!("In locals, {name} is a block; only values stand there."),
            )
            .help(
                hint(Place::Locals, Word::block(inner))
                    .unwrap_or_else(|| format!("Write {name} = {{ ... }}.")),
            ),
        );
    }
}

fn duplicates(blocks: &Blocks, diagnostics: &mut Vec<Diagnostic>) {
    for schema in [&schema::RAMCTL, &schema::ORGANIZATION, &schema::SAFETY] {
        let [first, rest @ ..] = blocks.of(schema) else { continue };
        for block in rest {
            let detail = format!("A stack has one block {}.", schema.keyword);
            diagnostics.push(
                Diagnostic::error(&codes::RAM044, block.header, detail)
                    .label(first.header, "first here")
                    .help("Merge the two."),
            );
        }
    }
    for schema in TOP.iter().filter(|schema| schema.labels == Labels::Name) {
        let named =
            blocks.of(schema).iter().filter_map(|block| Some((&*block.labels.first()?.value, block.header)));
        repeated(
            named,
            |name, span, first| {
                let keyword = schema.keyword;
                Diagnostic::error(&codes::RAM044, span, format!("There are two blocks {keyword} {name:?}."))
                    .label(first, "first here")
                    .help("Give one of them another name.")
            },
            diagnostics,
        );
    }
    let locals = blocks.locals.iter().map(|attribute| (&*attribute.name.value, attribute.name.span));
    repeated(
        locals,
        |name, span, first| {
            Diagnostic::error(&codes::RAM044, span, format!("The local value {name} is declared twice."))
                .label(first, "first here")
                .help("Give one of them another name.")
        },
        diagnostics,
    );
}

fn repeated<'n>(
    named: impl Iterator<Item = (&'n str, Span)>,
    report: impl Fn(&str, Span, Span) -> Diagnostic,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for (name, span) in named {
        match seen.get(name) {
            Some(first) => diagnostics.push(report(name, span, *first)),
            None => {
                seen.insert(name, span);
            }
        }
    }
}

impl Block {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.body.attributes.iter().find(|attribute| &*attribute.name.value == name)
    }

    /// The name of a labelled block; empty where the label is missing, which is reported.
    pub(crate) fn label(&self) -> &str {
        self.labels.first().map_or("", |label| &label.value)
    }
}
