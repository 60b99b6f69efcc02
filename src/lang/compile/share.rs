//! `share` blocks.

use std::collections::BTreeSet;

use crate::diag::suggest;
use crate::diag::{Spanned, language as codes};
use crate::lang::compile::Compiler;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::instances::Instance;
use crate::lang::compile::resources::Resources;
use crate::lang::compile::schema;
use crate::lang::declaration::{
    ExtraAttribute, IgnorableAttribute, Lifecycle, PermissionUse, ShareBlock, VersionWish,
};
use crate::lang::eval::{Eval, Failed, Scope};
use crate::lang::syntax::{Block, Expr, ExprKind};
use crate::lang::value::{Kind, Symbol};
use crate::model::{BlockKind, ResourceType};

const IGNORABLE: [IgnorableAttribute; 7] = [
    IgnorableAttribute::Name,
    IgnorableAttribute::Tags,
    IgnorableAttribute::Resources,
    IgnorableAttribute::Principals,
    IgnorableAttribute::Permissions,
    IgnorableAttribute::AllowExternalPrincipals,
    IgnorableAttribute::RetainSharing,
];

const EXTRA: [ExtraAttribute; 3] =
    [ExtraAttribute::Principals, ExtraAttribute::Resources, ExtraAttribute::Tags];

impl Compiler<'_, '_> {
    pub(crate) fn shares(&mut self) -> Vec<ShareBlock> {
        let mut out = Vec::new();
        for block in self.blocks.of(&schema::SHARE) {
            self.once(block, "lifecycle");
            let lifecycle = self.lifecycle(block);
            let Some(lifecycle) = self.evaluator.kept(lifecycle, block.header) else { continue };
            let decoded = self.each_instance(block, BlockKind::Share, |compiler, instance| {
                compiler.share(block, instance, &lifecycle)
            });
            out.extend(decoded.into_iter().map(|(_, share)| share));
        }
        out
    }

    fn share(&mut self, block: &Block, instance: &Instance, lifecycle: &Lifecycle) -> Eval<ShareBlock> {
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::of(&instance.bindings) };
        let account = required(decoder.account(block, "account"), |()| {
            decoder.missing(
                block,
                "account",
                "Write account = account.NAME, the account that owns the resources.",
            )
        });
        let region = required(decoder.region(block), |()| {
            decoder.missing(block, "region", "Write region = \"eu-central-1\".")
        });
        let name = decoder.string(block, "name");
        let resources = decoder.resources(block, "resources");
        let principals = decoder.principals(block, "principals");
        let sources = decoder.strings(block, "sources");
        let allow_external_principals = decoder.bool(block, "allow_external_principals");
        let retain = decoder.bool(block, "retain_sharing_on_account_leave_organization");
        let accept_invitations = decoder.bool(block, "accept_invitations");
        let tags = decoder.string_map(block, "tags");
        let expires = expires(&mut decoder, block);
        let permissions: Vec<Eval<PermissionUse>> = block
            .body
            .blocks
            .iter()
            .filter(|inner| &*inner.keyword.value == "permission")
            .map(|inner| permission_use(&mut decoder, inner))
            .collect();
        let Resources { arns, tagged } = resources?;
        Ok(ShareBlock {
            address: instance.address(BlockKind::Share, block.label()),
            span: block.header,
            account: account?,
            region: region?,
            name: name?,
            resources: arns,
            tagged,
            principals: principals?.unwrap_or_default(),
            sources: sources?.unwrap_or_default(),
            permissions: permissions.into_iter().collect::<Eval<_>>()?,
            allow_external_principals: allow_external_principals?,
            retain_sharing_on_account_leave_organization: retain?,
            accept_invitations: accept_invitations?,
            tags: tags?.unwrap_or_default(),
            tags_span: block.attribute("tags").map(|attribute| attribute.value.span),
            expires: expires?,
            lifecycle: lifecycle.clone(),
        })
    }

    /// The `lifecycle` block, which is the same for every instance.
    pub(crate) fn lifecycle(&mut self, block: &Block) -> Eval<Lifecycle> {
        let Some(inner) = block.body.blocks.iter().find(|inner| &*inner.keyword.value == "lifecycle") else {
            return Ok(Lifecycle::default());
        };
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let prevent_destroy = decoder.bool(inner, "prevent_destroy");
        let ignorable = IGNORABLE.map(|attribute| (attribute.as_str(), attribute));
        let ignore_changes = words(&mut decoder, inner, "ignore_changes", &ignorable, Some("all"));
        let extra = EXTRA.map(|attribute| (attribute.as_str(), attribute));
        let keep_extra = words(&mut decoder, inner, "keep_extra", &extra, None);
        let prevent_destroy = prevent_destroy?.is_some_and(|flag| flag.value);
        Ok(Lifecycle { prevent_destroy, ignore_changes: ignore_changes?, keep_extra: keep_extra? })
    }
}

/// The value of a required argument; `missing` reports its absence.
pub(crate) fn required<T>(found: Eval<Option<T>>, missing: impl FnOnce(()) -> Failed) -> Eval<T> {
    match found {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(missing(())),
        Err(Failed) => Err(Failed),
    }
}

/// `[tags, name]`: words and not references.
fn words<T: Copy + Ord>(
    decoder: &mut Decoder<'_, '_>,
    block: &Block,
    argument: &str,
    known: &[(&'static str, T)],
    all: Option<&'static str>,
) -> Eval<BTreeSet<T>> {
    let Some(attribute) = block.attribute(argument) else { return Ok(BTreeSet::new()) };
    let expr = &attribute.value;
    let words: Vec<(&str, &Expr)> = match &expr.bare().kind {
        ExprKind::Tuple(items) => items.iter().map(|item| (written_word(item), item)).collect(),
        _ => vec![(written_word(expr), expr)],
    };
    let mut out = BTreeSet::new();
    let mut failed = false;
    for (word, place) in words {
        if all == Some(word) {
            out.extend(known.iter().map(|(_, attribute)| *attribute));
        } else if let Some((_, attribute)) = known.iter().find(|(name, _)| *name == word) {
            out.insert(*attribute);
        } else {
            let help =
                suggest::help(word, known.iter().map(|(name, _)| *name).chain(all)).unwrap_or_default();
            let detail = if word.is_empty() {
                format!("{argument} lists names of arguments.")
            } else {
                format!("{argument} cannot name {word}.")
            };
            decoder.evaluator.report(&codes::RAM045, place.span, detail, help);
            failed = true;
        }
    }
    if failed { Err(Failed) } else { Ok(out) }
}

fn written_word(expr: &Expr) -> &str {
    match &expr.kind {
        ExprKind::Variable(word) => word,
        _ => expr.literal_str().unwrap_or_default(),
    }
}

fn permission_use(decoder: &mut Decoder<'_, '_>, block: &Block) -> Eval<PermissionUse> {
    let label = block.labels.first().ok_or(Failed)?;
    let resource_type = ResourceType::parse(&label.value).map_err(|_| Failed)?;
    let resource_type = Spanned::new(resource_type, label.span);
    let used = decoder.value(block, "use")?;
    let symbol = used.as_ref().and_then(|found| match found.value.kind() {
        Kind::Symbol(symbol) => match &**symbol {
            Symbol::Permission(address) => Some(Spanned::new(address.clone(), found.expr.span)),
            _ => None,
        },
        _ => None,
    });
    let (permission, declared) = match symbol {
        Some(address) => (Spanned::new(address.value.to_string(), address.span), Some(address.value)),
        None => {
            let name = required(decoder.string(block, "use"), |()| {
                decoder.missing(block, "use", "Write use = \"NAME OR ARN\" of a managed permission, or leave the block out for AWS's default.")
            });
            (name?, None)
        }
    };
    let version = decoder.word(block, "version", &[("latest", VersionWish::Latest)])?;
    let version = version.map_or(VersionWish::Unsaid, |version| version.value);
    Ok(PermissionUse { span: block.header, resource_type, permission, declared, version })
}

fn expires(decoder: &mut Decoder<'_, '_>, block: &Block) -> Eval<Option<Spanned<jiff::Timestamp>>> {
    let Some(text) = decoder.string(block, "expires")? else { return Ok(None) };
    match text.value.parse::<jiff::Timestamp>() {
        Ok(time) => Ok(Some(Spanned::new(time, text.span))),
        Err(_) => {
            let detail = format!("{:?} is not a time.", text.value);
            Err(decoder.evaluator.report(
                &codes::RAM045,
                text.span,
                detail,
                "Write RFC 3339: \"2027-03-31T00:00:00Z\".",
            ))
        }
    }
}
