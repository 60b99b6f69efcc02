//! From files to a [`Declaration`]: parse, sort, compute names, read every block.

mod schema;
mod foreign;
mod hidden;
mod json_keys;
mod structure;
mod inputs;
mod values_file;
mod types;
mod variables;
mod instances;
mod names;
mod undeclared;
mod decode;
mod region;
mod stack;
mod share;
mod others;
mod plan_paths;
mod resources;
mod advice;
mod allow;
mod changes;
mod compiled;
mod merge;
mod complete;

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, FileId, SourceMap, Span, Spanned, language as codes};
use crate::lang::compile::instances::Instance;
use crate::lang::compile::merge::Findings;
use crate::lang::compile::names::AccountIds;
use crate::lang::compile::structure::Blocks;
use crate::lang::declaration::Declaration;
use crate::lang::eval::{Eval, Evaluator, Failed, Names, World};
use crate::lang::memory::Memory;
use crate::lang::syntax::{Block, parse_body};
use crate::model::{Address, BlockKind};

pub use compiled::Compiled;
pub use inputs::{InputValues, Inputs};

/// The instances of each block, by the place of its header.
pub(crate) type Instances = BTreeMap<Span, Eval<Vec<Instance>>>;

/// Compiles the files of a stack.
///
/// Finds every mistake that it can before it gives up: all syntax errors of all files, or else all errors of evaluation, in
/// source order. `sources` gains an entry for each value that came from the environment or the command line.
pub fn compile(sources: &mut SourceMap, stack_files: &[FileId], inputs: &Inputs<'_>) -> Compiled {
    let mut bodies = Vec::with_capacity(stack_files.len());
    let mut diagnostics = Vec::new();
    let mut memory = Memory::new(inputs.limits.memory);
    for file in stack_files {
        match parse_body(*file, &sources.file(*file).text, inputs.limits.file_bytes, &mut memory) {
            Ok(body) => bodies.push(body),
            Err(errors) => diagnostics.extend(errors),
        }
    }
    let is_broken = !diagnostics.is_empty();
    for file in stack_files {
        diagnostics.extend(hidden::check(*file, &sources.file(*file).text));
    }
    if is_broken {
        return Compiled::failed(diagnostics);
    }
    let blocks = structure::sort(bodies, &mut diagnostics);
    let world = World { files: inputs.files, plan_timestamp: inputs.plan_timestamp, limits: inputs.limits };
    let mut evaluator = Evaluator::new(world, Names::default());
    evaluator.diagnostics = diagnostics;
    evaluator.memory = memory;
    let mut instances = Instances::new();
    undeclared::check(&blocks, &mut evaluator);
    variables::settle(&blocks, &mut evaluator, sources, inputs);
    let account_ids = names::settle(&blocks, &mut evaluator, &mut instances);
    variables::validate(&blocks, &mut evaluator);
    let mut findings = Findings::default();
    findings.add(evaluator.diagnostics.drain(..), None);
    let start = stack_files.first().map(|file| Span::new(*file, 0..0));
    let mut compiler =
        Compiler { blocks: &blocks, evaluator: &mut evaluator, account_ids, instances, findings };
    let declaration = compiler.declaration(start, inputs.now());
    let mut findings = std::mem::take(&mut compiler.findings);
    let instances = std::mem::take(&mut compiler.instances);
    findings.add(evaluator.told().into_iter(), None);
    let mut diagnostics = findings.settle();
    let lost = complete::check(declaration.as_ref(), &blocks, &instances, &evaluator, &diagnostics, start);
    diagnostics.extend(lost);
    Compiled::new(declaration, diagnostics, evaluator.names, evaluator.memory)
}

/// Reads blocks, once names have their values.
pub(crate) struct Compiler<'c, 'a> {
    pub(crate) blocks: &'c Blocks,
    pub(crate) evaluator: &'c mut Evaluator<'a>,
    pub(crate) account_ids: AccountIds,
    pub(crate) instances: Instances,
    findings: Findings,
}

impl Compiler<'_, '_> {
    fn declaration(&mut self, start: Option<Span>, now: jiff::Timestamp) -> Option<Declaration> {
        let settings = self.settings(start);
        let organization = self.organization();
        let accounts = self.accounts();
        let permissions = self.permissions();
        let shares = self.shares();
        let inbound = self.inbound();
        let checks = self.checks();
        let safety = self.safety();
        let acknowledgements = self.acknowledgements();
        let (imports, moved, removed) = (self.imports(), self.moved(), self.removed());
        let settings = settings.ok()?;
        let mut declaration = Declaration {
            stack: settings.stack,
            formerly: settings.formerly,
            regions: settings.regions,
            ignore_tags: settings.ignore_tags,
            organization: organization.ok()?,
            accounts: accounts.into_iter().collect(),
            permissions,
            shares,
            inbound,
            checks,
            safety: safety.ok()?,
            acknowledgements,
            imports,
            moved,
            removed,
            now,
        };
        settle_partition(&mut declaration);
        add_tags(&mut declaration, &settings.default_tags);
        Some(declaration)
    }

    /// Reads every instance of a block; what is reported about one names it.
    fn each_instance<T>(
        &mut self,
        block: &Block,
        kind: BlockKind,
        mut read: impl FnMut(&mut Self, &Instance) -> Eval<T>,
    ) -> Vec<(Address, T)> {
        // Out of the table while they are read, so that none of them is copied.
        let found = match self.instances.remove(&block.header) {
            Some(found) => found,
            None => self.evaluator.instances(block),
        };
        self.findings.add(self.evaluator.diagnostics.drain(..), None);
        let mut out = Vec::new();
        match &found {
            Err(Failed) => {
                self.evaluator.kept(Err::<(), _>(Failed), block.header);
            }
            Ok(instances) => {
                out.reserve_exact(instances.len());
                for instance in instances {
                    let address = instance.address(kind, block.label());
                    let result = read(self, instance);
                    let named = instance.key.is_some().then_some(&address);
                    self.findings.add(self.evaluator.diagnostics.drain(..), named);
                    if let Some(value) = self.evaluator.kept(result, block.header) {
                        out.push((address, value));
                    }
                }
            }
        }
        self.instances.insert(block.header, found);
        out
    }

    /// Reads blocks that have no instances.
    fn each_block<T>(&mut self, blocks: &[Block], read: fn(&mut Self, &Block) -> Eval<T>) -> Vec<T> {
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            let result = read(self, block);
            out.extend(self.evaluator.kept(result, block.header));
        }
        out
    }

    /// Reports inner blocks that may stand once and stand twice.
    fn once(&mut self, block: &Block, keyword: &str) {
        let mut inner = block.body.blocks.iter().filter(|inner| &*inner.keyword.value == keyword);
        let Some(first) = inner.next() else { return };
        for second in inner {
            let detail = format!("A block {} has one inner block {keyword}.", block.keyword.value);
            self.evaluator.diagnostics.push(
                Diagnostic::error(&codes::RAM044, second.header, detail)
                    .label(first.header, "first here")
                    .help(match keyword {
                        "statement" => {
                            "A permission of RAM has one statement. Merge the two where they have the same condition; otherwise \
                             write two permission blocks and name one of them for each share."
                        }
                        _ => "Merge the two.",
                    }),
            );
        }
    }
}

/// Gives every share and permission the stack's default tags; a tag of its own block wins.
fn add_tags(declaration: &mut Declaration, tags: &BTreeMap<String, Spanned<String>>) {
    let shares = declaration.shares.iter_mut().map(|share| &mut share.tags);
    let permissions = declaration.permissions.iter_mut().map(|permission| &mut permission.tags);
    for own in shares.chain(permissions) {
        for (key, value) in tags {
            own.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// `role_name` was completed with the partition `aws`; a stack in another partition shows by its Regions.
fn settle_partition(declaration: &mut Declaration) {
    let regions = declaration.regions.iter().chain(declaration.shares.iter().map(|share| &share.region));
    let Some(partition) = regions.map(|region| region.value.partition()).next() else { return };
    if partition.as_str() == "aws" {
        return;
    }
    for account in declaration.accounts.values_mut() {
        if let Some(role) = &mut account.assume_role
            && let Some(rest) = role.arn.strip_prefix("arn:aws:iam:")
        {
            role.arn = format!("arn:{}:iam:{rest}", partition.as_str());
        }
    }
}
