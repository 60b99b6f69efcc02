//! `import`, `moved` and `removed`: blocks about blocks.

use crate::diag::{Spanned, language as codes};
use crate::lang::compile::Compiler;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::schema;
use crate::lang::compile::share::required;
use crate::lang::declaration::{ImportBlock, ImportId, MovedBlock, RemovedAction, RemovedBlock};
use crate::lang::eval::{Eval, Scope};
use crate::lang::syntax::{Block, Expr, ExprKind, Step};
use crate::model::{Address, BlockKind, PermissionArn, ShareArn};

impl Compiler<'_, '_> {
    pub(crate) fn imports(&mut self) -> Vec<ImportBlock> {
        let blocks = self.blocks.of(&schema::IMPORT);
        self.each_block(blocks, Self::import)
    }

    fn import(&mut self, block: &Block) -> Eval<ImportBlock> {
        let to = self.address(block, "to");
        let is_permission = matches!(&to, Ok(to) if to.value.kind == BlockKind::Permission);
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let (id, form) = if is_permission {
            let id = decoder.parsed::<PermissionArn>(block, "id");
            (id.map(|id| id.map(|id| Spanned::new(ImportId::Permission(id.value), id.span))), "permission")
        } else {
            let id = decoder.parsed::<ShareArn>(block, "id");
            (id.map(|id| id.map(|id| Spanned::new(ImportId::Share(id.value), id.span))), "resource-share")
        };
        let id = required(id, |()| {
            decoder.missing(block, "id", &format!("Write id = \"arn:aws:ram:...:{form}/...\"."))
        });
        let to = to?;
        if !self.declares(&to.value) {
            let detail = format!("The stack declares no {}.", to.value);
            let (keyword, label) = (to.value.kind.as_str(), &to.value.label);
            return Err(self.evaluator.report(
                &codes::RAM011,
                to.span,
                detail,
                format!("Write the block {keyword} {label:?} {{ ... }} first."),
            ));
        }
        Ok(ImportBlock { span: block.header, to, id: id? })
    }

    pub(crate) fn moved(&mut self) -> Vec<MovedBlock> {
        let blocks = self.blocks.of(&schema::MOVED);
        self.each_block(blocks, Self::moved_block)
    }

    fn moved_block(&mut self, block: &Block) -> Eval<MovedBlock> {
        let (from, to) = (self.address(block, "from"), self.address(block, "to"));
        let (from, to) = (from?, to?);
        if from.value.kind != to.value.kind || from.value == to.value {
            let detail = format!("{} cannot become {}.", from.value, to.value);
            return Err(self.evaluator.report(
                &codes::RAM070,
                to.span,
                detail,
                "Name two addresses of one kind of block.",
            ));
        }
        Ok(MovedBlock { span: block.header, from, to })
    }

    pub(crate) fn removed(&mut self) -> Vec<RemovedBlock> {
        let blocks = self.blocks.of(&schema::REMOVED);
        self.each_block(blocks, Self::removed_block)
    }

    fn removed_block(&mut self, block: &Block) -> Eval<RemovedBlock> {
        self.once(block, "lifecycle");
        let from = self.address(block, "from");
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let destroy = match block.body.blocks.first() {
            Some(lifecycle) => decoder.bool(lifecycle, "destroy")?.is_none_or(|destroy| destroy.value),
            None => true,
        };
        let from = from?;
        if self.declares(&from.value) {
            let detail = format!("{} is still declared.", from.value);
            return Err(self.evaluator.report(
                &codes::RAM070,
                from.span,
                detail,
                "Remove the block, or this one.",
            ));
        }
        let action = if destroy { RemovedAction::Destroy } else { RemovedAction::Release };
        Ok(RemovedBlock { span: block.header, from, action })
    }

    fn declares(&self, address: &Address) -> bool {
        let schema = match address.kind {
            BlockKind::Share => &schema::SHARE,
            BlockKind::Permission => &schema::PERMISSION,
            BlockKind::Account => &schema::ACCOUNT,
            BlockKind::Inbound => &schema::INBOUND,
        };
        let blocks = self.blocks.of(schema);
        let Some(block) = blocks.iter().find(|block| block.label() == address.label) else { return false };
        match self.instances.get(&block.header) {
            Some(Ok(instances)) => instances.iter().any(|instance| instance.key == address.key),
            // Its for_each has a mistake that is reported already.
            _ => true,
        }
    }

    /// An address, written and not computed.
    fn address(&mut self, block: &Block, name: &str) -> Eval<Spanned<Address>> {
        let Some(attribute) = block.attribute(name) else {
            let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
            return Err(decoder.missing(block, name, &format!("Write {name} = share.NAME.")));
        };
        let expr = &*attribute.value;
        match written_address(expr) {
            Some(address) => Ok(Spanned::new(address, expr.span)),
            None => {
                let detail = format!("The argument {name} is an address of this stack.");
                Err(self.evaluator.report(
                    &codes::RAM070,
                    expr.span,
                    detail,
                    "Write share.NAME or share.NAME[\"key\"].",
                ))
            }
        }
    }
}

fn written_address(expr: &Expr) -> Option<Address> {
    let ExprKind::Traversal(base, steps) = &expr.bare().kind else { return None };
    let ExprKind::Variable(word) = &base.kind else { return None };
    let kind = match &**word {
        "share" => BlockKind::Share,
        "permission" => BlockKind::Permission,
        _ => return None,
    };
    let (label, key) = match steps.as_slice() {
        [Step::Attribute(label)] => (label, None),
        [Step::Attribute(label), Step::Index(key)] => (label, Some(key.literal_str()?.to_owned())),
        _ => return None,
    };
    Some(Address { kind, label: label.value.to_string(), key })
}
