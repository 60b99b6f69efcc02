//! The blocks `ramctl`, `organization` and `account`.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Span, Spanned, language as codes};
use crate::lang::compile::Compiler;
use crate::lang::compile::decode::Decoder;
use crate::lang::compile::instances::Instance;
use crate::lang::compile::schema;
use crate::lang::declaration::{AccountBlock, AssumeRole, OrganizationBlock, SharingWish, SweepBlock};
use crate::lang::eval::{Eval, Failed, Scope};
use crate::lang::syntax::Block;
use crate::model::{AccountId, Arn, BlockKind, IgnoredTags, Region, StackName};

/// The settings of a stack.
pub(crate) struct Settings {
    pub(crate) stack: Spanned<StackName>,
    /// What the stack was called before.
    pub(crate) formerly: Vec<Spanned<StackName>>,
    pub(crate) regions: Vec<Spanned<Region>>,
    /// Tags of every share and permission, unless its block says otherwise.
    pub(crate) default_tags: BTreeMap<String, Spanned<String>>,
    pub(crate) ignore_tags: IgnoredTags,
}

impl Compiler<'_, '_> {
    pub(crate) fn settings(&mut self, first_place: Option<Span>) -> Eval<Settings> {
        let Some(block) = self.blocks.only(&schema::RAMCTL) else {
            if self.blocks.as_arguments.contains(schema::RAMCTL.keyword) {
                // It is there, and reported for how it is written.
                return Err(Failed);
            }
            let detail = "The stack has no block ramctl, which names it.";
            let mut diagnostic =
                Diagnostic::new(crate::diag::Severity::Error, &codes::RAM049, first_place, detail);
            diagnostic.help = Some("Write ramctl { stack = \"NAME\" }. The name is written on every share as the tag ramctl:stack.".into());
            self.evaluator.diagnostics.push(diagnostic);
            return Err(Failed);
        };
        self.once(block, "ignore_tags");
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let version = decoder.string(block, "required_version");
        let stack = decoder.parsed::<StackName>(block, "stack");
        let stack = match stack {
            Ok(None) => Err(decoder.missing(
                block,
                "stack",
                "Write stack = \"NAME\"; it is written on every share as the tag ramctl:stack.",
            )),
            Ok(Some(stack)) => Ok(stack),
            Err(Failed) => Err(Failed),
        };
        let formerly = decoder.parsed_list::<StackName>(block, "formerly");
        let regions = decoder.regions(block);
        let default_tags = decoder.string_map(block, "default_tags");
        let ignore_tags = match block.body.blocks.first() {
            Some(inner) => ignored_tags(&mut decoder, inner),
            None => Ok(IgnoredTags::default()),
        };
        if let Some(version) = version? {
            self.check_version(&version)?;
        }
        Ok(Settings {
            stack: stack?,
            formerly: formerly?.unwrap_or_default(),
            regions: regions?.unwrap_or_default(),
            default_tags: default_tags?.unwrap_or_default(),
            ignore_tags: ignore_tags?,
        })
    }

    fn check_version(&mut self, wanted: &Spanned<String>) -> Eval<()> {
        let ours = env!("CARGO_PKG_VERSION");
        match version_fits(&wanted.value, ours) {
            Some(true) => Ok(()),
            Some(false) => {
                let detail = format!("The stack asks for ramctl {}, and this is {ours}.", wanted.value);
                Err(self.evaluator.report(
                    &codes::RAM050,
                    wanted.span,
                    detail,
                    "Use another version of ramctl, or change required_version.",
                ))
            }
            None => {
                let detail = format!("{:?} is not a version constraint.", wanted.value);
                Err(self.evaluator.report(
                    &codes::RAM045,
                    wanted.span,
                    detail,
                    "Write \">= 0.1\", \"~> 1.2\", \">= 1.0, < 2.0\".",
                ))
            }
        }
    }

    pub(crate) fn organization(&mut self) -> Eval<Option<OrganizationBlock>> {
        let Some(block) = self.blocks.only(&schema::ORGANIZATION) else { return Ok(None) };
        self.once(block, "sweep");
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::EMPTY };
        let account = match decoder.account(block, "management_account") {
            Ok(None) => {
                Err(decoder.missing(block, "management_account", "Write management_account = account.NAME."))
            }
            Ok(Some(account)) => Ok(account),
            Err(Failed) => Err(Failed),
        };
        let words = [
            ("enabled", SharingWish::Enabled),
            ("required", SharingWish::Required),
            ("disabled", SharingWish::Disabled),
            ("unmanaged", SharingWish::Unmanaged),
        ];
        let sharing = decoder.word(block, "sharing", &words);
        let sharing = sharing?.unwrap_or(Spanned::new(SharingWish::Required, block.header));
        let sweep = block.body.blocks.iter().find(|inner| &*inner.keyword.value == "sweep");
        let sweep = sweep.map(|inner| sweep_role(&mut decoder, inner)).transpose()?;
        Ok(Some(OrganizationBlock { span: block.header, management_account: account?, sharing, sweep }))
    }

    pub(crate) fn accounts(&mut self) -> Vec<(crate::model::Address, AccountBlock)> {
        let mut out = Vec::new();
        for block in self.blocks.of(&schema::ACCOUNT) {
            self.once(block, "assume_role");
            let decoded = self.each_instance(block, BlockKind::Account, |compiler, instance| {
                compiler.account(block, instance)
            });
            out.extend(decoded);
        }
        out
    }

    fn account(&mut self, block: &Block, instance: &Instance) -> Eval<AccountBlock> {
        let address = instance.address(BlockKind::Account, block.label());
        let id = self.account_ids.get(&address).cloned().ok_or(Failed);
        let mut decoder = Decoder { evaluator: &mut *self.evaluator, scope: Scope::of(&instance.bindings) };
        let regions = decoder.regions(block);
        let role = block.body.blocks.iter().find(|inner| &*inner.keyword.value == "assume_role");
        let role = match (role, &id) {
            (Some(role), Ok(id)) => assume_role(&mut decoder, role, &id.value).map(Some),
            _ => Ok(None),
        };
        Ok(AccountBlock { span: block.header, id: id?, assume_role: role?, regions: regions? })
    }
}

/// Characters and length of names and paths are those of IAM (API reference, `CreateRole`).
fn sweep_role(decoder: &mut Decoder<'_, '_>, block: &Block) -> Eval<SweepBlock> {
    const HELP: &str = "Write role_name = \"NAME\", the role that has this name in every account.";
    let Some(mut name) = decoder.string(block, "role_name")? else {
        return Err(decoder.missing(block, "role_name", HELP));
    };
    name.value = name.value.trim_start_matches('/').to_owned();
    let (path, last) = name.value.rsplit_once('/').unwrap_or(("", &name.value));
    let in_name = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    let in_path = |c: char| c.is_ascii_graphic() && !"*?$".contains(c);
    if !(1..=64).contains(&last.len()) || !last.chars().all(in_name) || !path.chars().all(in_path) {
        let detail = format!("{:?} is not the name of an IAM role.", name.value);
        return Err(decoder.evaluator.report(&codes::RAM045, name.span, detail, HELP));
    }
    Ok(SweepBlock { span: block.header, role_name: name })
}

fn ignored_tags(decoder: &mut Decoder<'_, '_>, block: &Block) -> Eval<IgnoredTags> {
    let (keys, prefixes) = (decoder.strings(block, "keys"), decoder.strings(block, "key_prefixes"));
    let (keys, prefixes) = (keys?, prefixes?);
    if let Some(empty) = prefixes.iter().flatten().find(|prefix| prefix.value.is_empty()) {
        let detail = "An empty prefix stands for all tags.";
        let help = "Write the beginning of the keys that are to be ignored, as in \"map:\".";
        return Err(decoder.evaluator.report(&codes::RAM045, empty.span, detail, help));
    }
    let plain =
        |texts: Option<Vec<Spanned<String>>>| texts.into_iter().flatten().map(|text| text.value).collect();
    Ok(IgnoredTags { keys: plain(keys), key_prefixes: plain(prefixes) })
}

fn assume_role(decoder: &mut Decoder<'_, '_>, block: &Block, account: &AccountId) -> Eval<AssumeRole> {
    let arn = decoder.string(block, "arn");
    let name = decoder.string(block, "role_name");
    let external_id = decoder.secret(block, "external_id");
    let session_name = decoder.string(block, "session_name");
    let duration = duration(decoder, block);
    let (arn, name) = (arn?, name?);
    let arn = match (arn, name) {
        (Some(arn), None) => role_arn(decoder, &arn)?,
        (None, Some(name)) => {
            let name_part = name.value.trim_start_matches('/');
            format!("arn:aws:iam::{account}:role/{name_part}")
        }
        (Some(_), Some(name)) => {
            let detail = "The role is named twice, by arn and by role_name.";
            return Err(decoder.evaluator.report(&codes::RAM045, name.span, detail, "Keep one of the two."));
        }
        (None, None) => {
            return Err(decoder.missing(
                block,
                "arn",
                "Write arn = \"arn:aws:iam::...:role/NAME\" or role_name = \"NAME\".",
            ));
        }
    };
    Ok(AssumeRole {
        span: block.header,
        arn,
        external_id: external_id?.map(|id| id.value),
        session_name: session_name?.map(|name| name.value),
        duration_seconds: duration?,
    })
}

fn role_arn(decoder: &mut Decoder<'_, '_>, arn: &Spanned<String>) -> Eval<String> {
    let role =
        Arn::parse(&arn.value).is_ok_and(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"));
    if role {
        return Ok(arn.value.clone());
    }
    let detail = format!("{:?} is not the ARN of an IAM role.", arn.value);
    Err(decoder.evaluator.report(&codes::RAM045, arn.span, detail, "Write arn:aws:iam::ACCOUNT:role/NAME."))
}

/// Seconds as a number, or a text such as `1h30m`.
fn duration(decoder: &mut Decoder<'_, '_>, block: &Block) -> Eval<Option<u32>> {
    let Some(text) = decoder.string(block, "duration")? else { return Ok(None) };
    match seconds(&text.value).filter(|seconds| (900..=43_200).contains(seconds)) {
        Some(seconds) => Ok(Some(seconds)),
        None => {
            let detail = format!("{:?} is not a duration from 15 minutes to 12 hours.", text.value);
            Err(decoder.evaluator.report(
                &codes::RAM045,
                text.span,
                detail,
                "Write \"1h\", \"30m\", \"1h30m\", or seconds.",
            ))
        }
    }
}

fn seconds(text: &str) -> Option<u32> {
    if let Ok(plain) = text.parse() {
        return Some(plain);
    }
    let mut total: u32 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

/// Whether a version meets a constraint as Terraform writes them; none where it is no constraint.
fn version_fits(constraint: &str, version: &str) -> Option<bool> {
    let ours = numbers(version)?;
    let mut fits = true;
    for part in constraint.split(',').map(str::trim) {
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, wanted) = (part[..digits].trim(), part[digits..].trim());
        let count = wanted.split('.').count();
        let wanted = numbers(wanted)?;
        fits &= match operator {
            "" | "=" => ours == wanted,
            "!=" => ours != wanted,
            ">" => ours > wanted,
            ">=" => ours >= wanted,
            "<" => ours < wanted,
            "<=" => ours <= wanted,
            // The last given number may grow, those before it may not.
            "~>" => ours >= wanted && ours[..count.saturating_sub(1)] == wanted[..count.saturating_sub(1)],
            _ => return None,
        };
    }
    Some(fits)
}

fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut out = [0; 3];
    let parts: Vec<&str> = version.split('.').collect();
    if parts.len() > 3 {
        return None;
    }
    for (slot, part) in out.iter_mut().zip(parts) {
        *slot = part.parse().ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_constraints_are_read_as_terraform_reads_them() {
        for (constraint, version, fits) in [
            (">= 0.1", "0.1.0", Some(true)),
            ("~> 1.2", "1.9.0", Some(true)),
            ("~> 1.2", "2.0.0", Some(false)),
            ("~> 1.2.3", "1.3.0", Some(false)),
            (">= 1.0, < 2.0", "1.5.0", Some(true)),
            ("!= 1.5.0", "1.5.0", Some(false)),
            ("latest", "1.5.0", None),
        ] {
            assert_eq!(version_fits(constraint, version), fits, "{constraint} {version}");
        }
    }

    #[test]
    fn durations_are_seconds_or_hours_and_minutes() {
        for (text, expected) in
            [("3600", Some(3600)), ("1h30m", Some(5400)), ("", None), ("1d", None), ("h", None)]
        {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
