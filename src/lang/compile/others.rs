//! `permission`, `inbound`, `check` and `safety` blocks.

use std::sync::Arc;

use crate::diag::{Spanned, language as codes};
use crate::lang::checks::{Assertion, CheckBlock, CheckSeverity};
use crate::lang::compile::Compiler;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::instances::Instance;
use crate::lang::compile::plan_paths::plan_paths;
use crate::lang::compile::schema;
use crate::lang::compile::share::required;
use crate::lang::declaration::{InboundAction, InboundBlock, Lifecycle, PermissionBlock, Safety};
use crate::lang::eval::{Eval, Failed, Scope, references};
use crate::lang::syntax::Block;
use crate::lang::value::to_json;
use crate::model::{BlockKind, ResourceType};

impl Compiler<'_, '_> {
    pub(crate) fn permissions(&mut self) -> Vec<PermissionBlock> {
        let mut out = Vec::new();
        for block in self.blocks.of(&schema::PERMISSION) {
            self.once(block, "lifecycle");
            self.once(block, "statement");
            let lifecycle = self.lifecycle(block);
            let Some(lifecycle) = self.evaluator.kept(lifecycle, block.header) else { continue };
            let decoded = self.each_instance(block, BlockKind::Permission, |compiler, instance| {
                compiler.permission(block, instance, &lifecycle)
            });
            out.extend(decoded.into_iter().map(|(_, permission)| permission));
        }
        out
    }

    fn permission(
        &mut self,
        block: &Block,
        instance: &Instance,
        lifecycle: &Lifecycle,
    ) -> Eval<PermissionBlock> {
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::of(&instance.bindings) };
        let account = required(decoder.account(block, "account"), |()| {
            decoder.missing(
                block,
                "account",
                "Write account = account.NAME, the account that shares with it.",
            )
        });
        let region = required(decoder.region(block), |()| {
            decoder.missing(
                block,
                "region",
                "Write region = \"eu-central-1\"; a permission exists in one Region.",
            )
        });
        let resource_type = required(decoder.parsed::<ResourceType>(block, "resource_type"), |()| {
            decoder.missing(block, "resource_type", "Write resource_type = \"ec2:IpamPool\".")
        });
        let name = decoder.string(block, "name");
        let tags = decoder.string_map(block, "tags");
        let statement = block.body.blocks.iter().find(|inner| &*inner.keyword.value == "statement");
        let Some(statement) = statement else {
            let detail = "A permission needs a block statement with the actions that it allows.";
            return Err(self.evaluator.report(
                &codes::RAM049,
                block.header,
                detail,
                "Write statement { actions = [\"ec2:...\"] }.",
            ));
        };
        let actions = required(decoder.strings(statement, "actions"), |()| {
            decoder.missing(statement, "actions", "Write actions = [\"ec2:GetIpamPoolAllocations\"].")
        });
        let condition = decoder.value(statement, "condition");
        let condition = condition?.map(|found| Spanned::new(to_json(&found.value), found.expr.span));
        Ok(PermissionBlock {
            address: instance.address(BlockKind::Permission, block.label()),
            span: block.header,
            account: account?,
            region: region?,
            name: name?,
            resource_type: resource_type?,
            actions: actions?,
            condition,
            tags: tags?.unwrap_or_default(),
            tags_span: block.attribute("tags").map(|tags| tags.value.span),
            lifecycle: lifecycle.clone(),
        })
    }

    pub(crate) fn inbound(&mut self) -> Vec<InboundBlock> {
        let mut out = Vec::new();
        for block in self.blocks.of(&schema::INBOUND) {
            let decoded = self.each_instance(block, BlockKind::Inbound, |compiler, instance| {
                compiler.inbound_block(block, instance)
            });
            out.extend(decoded.into_iter().map(|(_, inbound)| inbound));
        }
        out
    }

    fn inbound_block(&mut self, block: &Block, instance: &Instance) -> Eval<InboundBlock> {
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::of(&instance.bindings) };
        let account = required(decoder.account(block, "account"), |()| {
            decoder.missing(
                block,
                "account",
                "Write account = account.NAME, the account that receives the share.",
            )
        });
        let region = required(decoder.region(block), |()| {
            decoder.missing(block, "region", "Write region = \"eu-central-1\".")
        });
        let from = required(decoder.account(block, "from"), |()| {
            decoder.missing(block, "from", "Write from = \"999999999999\", the account that shares.")
        });
        let name = decoder.string(block, "name");
        let words = [("accept", InboundAction::Accept), ("reject", InboundAction::Reject)];
        let action = required(decoder.word(block, "action", &words), |()| {
            decoder.missing(block, "action", "Write action = \"accept\" or action = \"reject\".")
        });
        Ok(InboundBlock {
            address: instance.address(BlockKind::Inbound, block.label()),
            span: block.header,
            account: account?,
            region: region?,
            from: from?,
            name: name?,
            action: action?,
        })
    }

    pub(crate) fn checks(&mut self) -> Vec<CheckBlock> {
        let blocks = self.blocks.of(&schema::CHECK);
        self.each_block(blocks, Self::check)
    }

    fn check(&mut self, block: &Block) -> Eval<CheckBlock> {
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let words = [("error", CheckSeverity::Error), ("warning", CheckSeverity::Warning)];
        let severity = decoder.word(block, "severity", &words);
        let asserts: Vec<&Block> =
            block.body.blocks.iter().filter(|inner| &*inner.keyword.value == "assert").collect();
        if asserts.is_empty() {
            let detail = "A check needs at least one block assert.";
            let help = "Write assert { condition = ... error_message = \"...\" }, each on its own line.";
            return Err(self.evaluator.report(&codes::RAM049, block.header, detail, help));
        }
        let assertions: Vec<Eval<Assertion>> =
            asserts.into_iter().map(|inner| self.assertion(inner)).collect();
        Ok(CheckBlock {
            name: block.label().to_owned(),
            span: block.header,
            severity: severity?.unwrap_or(Spanned::new(CheckSeverity::Error, block.header)),
            assertions: assertions.into_iter().collect::<Eval<_>>()?,
        })
    }

    fn assertion(&mut self, block: &Block) -> Eval<Assertion> {
        let mut part = |name: &str| match block.attribute(name) {
            Some(attribute) => Ok(Arc::clone(&attribute.value)),
            None => {
                let detail = format!("An assert needs the argument {name}.");
                Err(self.evaluator.report(
                    &codes::RAM042,
                    block.header,
                    detail,
                    format!("Write {name} = ..."),
                ))
            }
        };
        let (condition, error_message) = (part("condition"), part("error_message"));
        let (condition, error_message) = (condition?, error_message?);
        // The plan is not there yet, but the stack's own names are.
        let mut failed = false;
        for reference in references(&condition).into_iter().chain(references(&error_message)) {
            if self.evaluator.names.get(reference.root, &reference.name).is_none() {
                self.evaluator.undeclared(reference.root, &reference.name, reference.span);
                failed = true;
            }
        }
        let (taken, told) = (plan_paths(&condition), plan_paths(&error_message));
        failed |= !taken.diagnostics.is_empty() || !told.diagnostics.is_empty();
        self.evaluator.diagnostics.extend(taken.diagnostics.into_iter().chain(told.diagnostics));
        if failed {
            return Err(Failed);
        }
        Ok(Assertion { span: block.header, condition, error_message, parts: taken.parts })
    }

    pub(crate) fn safety(&mut self) -> Eval<Safety> {
        let Some(block) = self.blocks.only(&schema::SAFETY) else { return Ok(Safety::default()) };
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let max_revoked_percent = decoder.whole(block, "max_revoked_percent", 0, 100);
        let max_granted_accounts = decoder.whole(block, "max_granted_accounts", 0, 1_000_000);
        Ok(Safety { max_revoked_percent: max_revoked_percent?, max_granted_accounts: max_granted_accounts? })
    }
}
