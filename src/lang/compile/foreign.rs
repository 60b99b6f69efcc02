//! Blocks and arguments of Terraform and CloudFormation, and what to write for them.

use crate::diag::suggest;
use crate::lang::compile::schema::{LOCALS, Labels, Schema, TOP};
use crate::lang::syntax::{Attribute, Block, Name};

const FOR_EACH: &str = "for_each";

/// How values come in that another tool knows.
const VALUES: &str =
    "declare a variable and pass the value in: terraform output -json > net.auto.ramvars.json";

/// Where a word stands that is not known there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'s> {
    /// Outside of any block.
    Top,
    Locals,
    In(&'s Schema),
}

/// A word of another tool, as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'b> {
    name: &'b str,
    /// None: it is an argument.
    labels: Option<&'b [Name]>,
}

impl<'b> Word<'b> {
    pub(crate) fn argument(attribute: &'b Attribute) -> Self {
        Self { name: &attribute.name.value, labels: None }
    }

    pub(crate) fn block(block: &'b Block) -> Self {
        Self { name: &block.keyword.value, labels: Some(&block.labels) }
    }

    fn label(self, at: usize) -> Option<&'b str> {
        self.labels.and_then(|labels| labels.get(at)).map(|label| &*label.value)
    }
}

/// What to write for a block that does not exist.
pub(crate) fn block_help(block: &Block) -> String {
    let word = &*block.keyword.value;
    let known = TOP.iter().map(|schema| schema.keyword).chain([LOCALS]);
    hint(Place::Top, Word::block(block))
        .or_else(|| suggest::help(word, known.clone()))
        .unwrap_or_else(|| format!("Known are: {}.", known.collect::<Vec<_>>().join(", ")))
}

/// What to write for a word that Terraform has wherever it stands.
fn terraform_help(word: Word<'_>) -> Option<String> {
    let kind = word.label(0).unwrap_or_default();
    Some(match word.name {
        "resource" => resource_help(kind, word.label(1).unwrap_or("NAME")),
        "data" => data_help(kind),
        "ephemeral" => format!("Nothing is looked up here: {VALUES}."),
        "terraform" => "The settings of a stack are ramctl { ... } with stack = \"NAME\" and required_version = \">= 0.1\". There is no \
                        backend, because AWS is the only state."
            .to_owned(),
        "backend" | "cloud" => "Delete it: there is no backend, because AWS is the only state.".to_owned(),
        "required_providers" => "Delete it: ramctl has no providers to install.".to_owned(),
        "provider" => "Write account \"NAME\" { ... } for each account, with its id and assume_role { role_name = \"...\" }, and region = \"...\" \
                       in each share."
            .to_owned(),
        "module" => "All *.ram.hcl files of one folder make a stack. Repeat a block with for_each, or make a folder for each stack."
            .to_owned(),
        "output" => "Other tools read what a stack makes from ramctl plan --json. A value for the stack itself goes into locals { ... }."
            .to_owned(),
        "depends_on" => "Delete it: ramctl finds the order from what the blocks refer to.".to_owned(),
        "provisioner" | "connection" => "Nothing runs beside the calls of RAM. Use a step of the pipeline.".to_owned(),
        "precondition" | "postcondition" => "Write a check block with an assert.".to_owned(),
        _ => return None,
    })
}

fn resource_help(kind: &str, label: &str) -> String {
    match kind {
        "aws_ram_resource_share" => format!(
            "Write share \"{label}\" {{ ... }} with account = account.NAME and region = \"...\"; name, allow_external_principals and tags stay, \
             permission_arns become permission \"TYPE\" {{ use = \"ARN\" }} blocks, and the associations become resources = [...] and \
             principals = [...]. To adopt the share, add import {{ ... }} with to = share.{label} and id = its ARN."
        ),
        "aws_ram_principal_association" => {
            "Write its principal into principals = [...] of the share that resource_share_arn names.".to_owned()
        }
        "aws_ram_resource_association" => {
            "Write its resource_arn into resources = [...] of the share that resource_share_arn names.".to_owned()
        }
        "aws_ram_resource_share_associations_exclusive" => {
            "Write its resource_arns into resources = [...], its principals into principals = [...] and its sources into sources = [...] of \
             the share. A share is always compared as a whole."
                .to_owned()
        }
        "aws_ram_permission" => format!(
            "Write permission \"{label}\" {{ ... }} with account and region; name, resource_type and tags stay, and policy_template becomes \
             statement {{ actions = [...]  condition = {{ ... }} }} blocks."
        ),
        "aws_ram_resource_share_accepter" => format!(
            "Write inbound \"{label}\" {{ ... }} with account = account.NAME (who receives), region, from = \"111111111111\" (who sends) and \
             action = \"accept\"; it takes the place of share_arn."
        ),
        "aws_ram_sharing_with_organization" => "Write organization { sharing = \"enabled\" }.".to_owned(),
        kind if kind.starts_with("aws_ram") => {
            "Shares are share \"NAME\" { ... }, managed permissions are permission \"NAME\" { ... }.".to_owned()
        }
        _ => format!("ramctl manages AWS RAM alone. Keep the resource in Terraform; for its ARN {VALUES}."),
    }
}

fn data_help(kind: &str) -> String {
    match kind {
        "aws_organizations_organization" | "aws_organizations_organizational_units"
        | "aws_organizations_organizational_unit" | "aws_organizations_organizational_unit_descendant_accounts" => {
            "Name the organization and its units: organization(), ou(\"Path/Of/Names\"), account(\"name\").".to_owned()
        }
        "aws_caller_identity" | "aws_region" | "aws_partition" => {
            "Name the account and the Region: account \"NAME\" { id = \"111111111111\" } and region = \"...\".".to_owned()
        }
        "aws_ram_resource_share" => {
            "Shares of this stack are blocks; what others share with an account is accepted with an inbound block.".to_owned()
        }
        _ => format!(
            "Find resources by their tags, tagged(\"ec2:Subnet\", {{ share = \"yes\" }}), or {VALUES}."
        ),
    }
}

/// What to write for a word of Terraform in a place that does not know it.
pub(crate) fn hint(place: Place<'_>, word: Word<'_>) -> Option<String> {
    let schema = match place {
        Place::In(schema) => schema,
        Place::Top => return outside(word).or_else(|| terraform_help(word)),
        // Any name stands in locals, so that only what looks like a block of Terraform is one.
        Place::Locals if word.name == "dynamic" => return Some(GENERATED_LIST.into()),
        Place::Locals => {
            return word.labels.filter(|labels| !labels.is_empty()).and_then(|_| terraform_help(word));
        }
    };
    of_block(schema, word).or_else(|| repetition(schema, word.name)).or_else(|| terraform_help(word))
}

const GENERATED_LIST: &str = "Blocks are not generated here. Write a list: [for x in list : x].";

/// What repeats and orders blocks in Terraform, outside of any.
fn outside(word: Word<'_>) -> Option<String> {
    let repeated = || {
        let keywords: Vec<&str> =
            TOP.iter().filter(|schema| schema.has_argument(FOR_EACH)).map(|schema| schema.keyword).collect();
        keywords.join(", ")
    };
    Some(match word.name {
        "dynamic" => {
            match word.label(0).and_then(|label| TOP.iter().find(|schema| schema.keyword == label)) {
                Some(schema) if schema.has_argument(FOR_EACH) => {
                    format!(
                        "Write {} \"NAME\" {{ ... }} with for_each = toset([...]) or a map in it.",
                        schema.keyword
                    )
                }
                _ => format!("Blocks are not generated. These take for_each: {}.", repeated()),
            }
        }
        "count" | FOR_EACH => {
            format!("Write for_each = toset([...]) or a map in the block that it repeats: {}.", repeated())
        }
        "lifecycle" => "Write it in the share, permission or removed block that it is about.".to_owned(),
        _ => return None,
    })
}

/// What to write in one kind of block.
fn of_block(schema: &Schema, word: Word<'_>) -> Option<String> {
    Some(match (schema.keyword, word.name) {
        ("account", "provider") => {
            "Delete it: the block stands in the place of a provider. assume_role { role_name = \"...\" } says how to get into the account.".into()
        }
        ("organization", "provider") => "Write management_account = account.NAME.".into(),
        ("import" | "moved" | "removed", "provider") => {
            "Delete it: the account and the Region are those of the block that it names.".into()
        }
        (_, "provider") if schema.has_argument("account") => {
            "Write account = account.NAME and region = \"...\".".into()
        }
        ("variable", "ephemeral") => "Write sensitive = true: the value is not shown.".into(),
        ("share", "resource_arns" | "resource_arn") => "Write resources = [...].".into(),
        ("share", "resource") if word.label(0).is_none() => "Write resources = [...].".into(),
        ("share", "principal") => "Write principals = [...].".into(),
        ("share", "permission_arns" | "permissions") => {
            "Write permission \"TYPE\" { use = ... } for each resource type.".into()
        }
        ("share" | "permission", "tag") if schema.has_argument("tags") => "Write tags = { ... }.".into(),
        ("permission", "policy_template") if schema.inner("statement").is_some() => {
            "Write statement { actions = [...]  condition = { ... } }, each argument on its own line.".into()
        }
        ("inbound", "share_arn" | "receiver_account_id" | "sender_account_id") => {
            "Write account = account.NAME for who receives, and from = \"111111111111\" for who sends.".into()
        }
        ("lifecycle", "create_before_destroy") => {
            "Delete it: a share that must be replaced is always made before the old one is deleted.".into()
        }
        _ => return None,
    })
}

/// What to write for that which repeats a block in Terraform. Where the block takes `for_each`, that is what is advised.
fn repetition(schema: &Schema, word: &str) -> Option<String> {
    let keyword = schema.keyword;
    let takes_for_each = schema.has_argument(FOR_EACH);
    Some(match word {
        "count" if takes_for_each => {
            "Write for_each = toset([\"a\", \"b\"]), or a map; each.key names the instance. For one or none: for_each = condition ? toset([\"one\"]) : toset([])."
                .into()
        }
        "count" | FOR_EACH => match (schema.labels, keyword) {
            (Labels::ResourceType, _) => {
                format!("A block {keyword} in a share is not repeated. Write one for each resource type.")
            }
            (_, "statement" | "assert" | "validation" | "check" | "variable" | "import" | "moved" | "removed") => {
                format!("A block {keyword} stands for one thing and is not repeated. Write one for each.")
            }
            _ => format!("A block {keyword} stands for one thing and is not repeated."),
        },
        "dynamic" if keyword == "share" => {
            "Inner blocks are not generated. Write a permission block for each resource type; resources and principals are lists, for which [for ...] works.".into()
        }
        "dynamic" if schema.blocks.is_empty() => format!("Delete it: a block {keyword} has no inner blocks."),
        "dynamic" if takes_for_each => {
            format!("Inner blocks are not generated. Write them out, or put for_each on the block {keyword}.")
        }
        "dynamic" => "Inner blocks are not generated. Write them out.".into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::diag::SourceMap;
    use crate::lang::compile::schema::{LOCALS, Labels, Schema, TOP};
    use crate::lang::compile::structure::sort;
    use crate::lang::memory::Memory;
    use crate::lang::syntax::{BLOCKS, parse_body};

    #[test]
    fn the_syntax_knows_the_blocks_of_the_schema() {
        let of_schema = TOP.iter().map(|schema| (schema.keyword, schema.has_argument("for_each")));
        let mut all: Vec<(&str, bool)> = of_schema.chain([(LOCALS, false)]).collect();
        all.sort_unstable();
        assert_eq!(all, BLOCKS);
    }

    /// All details and helps that are told about a text.
    fn told(text: &str) -> String {
        let mut sources = SourceMap::default();
        let file = sources.add("x", text);
        let mut diagnostics = Vec::new();
        match parse_body(file, text, 100_000, &mut Memory::new(10_000_000)) {
            Ok(body) => drop(sort(vec![body], &mut diagnostics)),
            Err(errors) => diagnostics = errors,
        }
        let help = |help: &Option<String>| help.clone().unwrap_or_else(|| "(no help)".to_owned());
        diagnostics.iter().map(|found| format!("{} {}\n", found.detail, help(&found.help))).collect()
    }

    /// A text with a line inside each kind of block, and the kind.
    fn everywhere(line: &str) -> Vec<(String, String, &'static Schema)> {
        fn walk(
            schema: &'static Schema,
            path: &str,
            line: &str,
            out: &mut Vec<(String, String, &'static Schema)>,
        ) {
            let label = match schema.labels {
                Labels::None => "",
                Labels::Name => " \"x\"",
                Labels::ResourceType => " \"ec2:Subnet\"",
            };
            let path = if path.is_empty() {
                schema.keyword.to_owned()
            } else {
                format!("{path}.{}", schema.keyword)
            };
            out.push((path.clone(), format!("{}{label} {{\n{line}\n}}\n", schema.keyword), schema));
            for inner in schema.blocks {
                let from = out.len();
                walk(inner, &path, line, out);
                for (_, text, _) in &mut out[from..] {
                    *text = format!("{}{label} {{\n{text}}}\n", schema.keyword);
                }
            }
        }
        let mut out = Vec::new();
        TOP.iter().for_each(|schema| walk(schema, "", line, &mut out));
        out
    }

    const WORDS: [&str; 15] = [
        "count = 2",
        "for_each = toset([])",
        "provider = aws.hub",
        "depends_on = [x]",
        "dynamic \"x\" {}",
        "resource \"aws_subnet\" \"x\" {}",
        "data \"aws_region\" \"x\" {}",
        "data = 1",
        "module \"x\" {}",
        "module = {}",
        "output \"x\" {}",
        "output = 1",
        "terraform {}",
        "provider \"aws\" {}",
        "provisioner \"local-exec\" {}",
    ];

    #[test]
    fn the_words_of_terraform_are_answered_in_every_block_and_outside_of_all() {
        for line in WORDS {
            let mut texts = everywhere(line);
            texts.push(("the top".to_owned(), format!("{line}\n"), TOP[0]));
            for (place, text, schema) in texts {
                let said = told(&text);
                if place != "the top" && line.starts_with("for_each") && schema.has_argument("for_each") {
                    assert_eq!(said, "", "{text}");
                    continue;
                }
                for vague in ["(no help)", "Known are", "Did you mean", "Values go into"] {
                    assert!(!said.is_empty() && !said.contains(vague), "{line} in {place}: {said}");
                }
            }
        }
    }

    #[test]
    fn for_each_is_advised_where_the_block_takes_it_alone() {
        for line in ["count = 2", "dynamic \"x\" {}"] {
            for (place, text, schema) in everywhere(line) {
                let said = told(&text);
                if said.contains("for_each") {
                    assert!(schema.has_argument("for_each"), "{line} in {place}: {said}");
                }
            }
        }
        for schema in TOP.iter().filter(|schema| schema.labels == Labels::Name) {
            let said = told(&format!("{} \"x${{1}}\" {{\n}}\n", schema.keyword));
            assert_eq!(said.contains("for_each"), schema.has_argument("for_each"), "{said}");
        }
    }

    #[test]
    fn a_block_without_braces_is_no_argument_without_an_equals_sign() {
        for keyword in TOP.iter().map(|schema| schema.keyword).chain([LOCALS]) {
            let said = told(&format!("{keyword} \"x\"\n"));
            assert!(said.starts_with("Expected \"{\""), "{said}");
        }
    }

    #[test]
    fn every_argument_without_an_equals_sign_is_told_to_have_one() {
        for value in ["\"eu-${x}\"", "\"a\",", "account.x", "ou(\"x\")", "[1]", "3", "-1", "a ? b : c"] {
            for (place, text, schema) in everywhere("") {
                for name in schema.arguments() {
                    let text = text.replacen("{\n\n", &format!("{{\n  {name} {value}\n"), 1);
                    let said = told(&text);
                    let write = format!("An \"=\" is missing after {name}. Write {name} = ");
                    assert!(said.starts_with(&write), "{place} {text}: {said}");
                }
            }
        }
    }

    #[test]
    fn values_in_locals_may_have_the_names_of_blocks() {
        assert_eq!(told("locals {\n  data = 1\n  module = 2\n  count = 3\n}\n"), "");
        assert!(
            told("locals {\n  resource \"aws_ram_permission\" \"x\" {}\n}\n").contains("permission \"x\"")
        );
    }
}
