//! Blocks and arguments of Terraform and CloudFormation, and what to write for them.

use crate::diag::suggest;
use crate::lang::compile::schema::{LOCALS, TOP};
use crate::lang::syntax::Block;

/// How values come in that another tool knows.
const VALUES: &str =
    "declare a variable and pass the value in: terraform output -json > net.auto.ramvars.json";

/// What to write for a block that does not exist.
pub(crate) fn block_help(block: &Block) -> String {
    let word = &*block.keyword.value;
    let kind = block.labels.first().map_or("", |label| &*label.value);
    let label = block.labels.get(1).map_or("NAME", |label| &*label.value);
    match word {
        "resource" => resource_help(kind, label),
        "data" => data_help(kind),
        "ephemeral" => format!("Nothing is looked up here: {VALUES}."),
        "terraform" => "The settings of a stack are ramctl { ... } with stack = \"NAME\" and required_version = \">= 0.1\". There is no \
                        backend, because AWS is the only state."
            .to_owned(),
        "provider" => "Write account \"NAME\" { ... } for each account, with its id and assume_role { role_name = \"...\" }, and region = \"...\" \
                       in each share."
            .to_owned(),
        "module" => "All *.ram.hcl files of one folder make a stack. Repeat a block with for_each, or make a folder for each stack."
            .to_owned(),
        "output" => "Other tools read what a stack makes from ramctl plan --json. A value for the stack itself goes into locals { ... }."
            .to_owned(),
        _ => {
            let known = TOP.iter().map(|schema| schema.keyword).chain([LOCALS]);
            suggest::help(word, known.clone())
                .unwrap_or_else(|| format!("Known are: {}.", known.collect::<Vec<_>>().join(", ")))
        }
    }
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

/// What to write for an argument or inner block that does not exist.
pub(crate) fn hint(keyword: &str, name: &str) -> Option<String> {
    let repeats = matches!(keyword, "share" | "permission" | "account" | "inbound");
    Some(match (keyword, name) {
        ("share" | "permission" | "inbound", "provider") => {
            "Write account = account.NAME and region = \"...\".".into()
        }
        ("share", "resource_arns" | "resource_arn") => "Write resources = [...].".into(),
        ("share", "principal") => "Write principals = [...].".into(),
        ("share", "permission_arns" | "permissions") => {
            "Write permission \"TYPE\" { use = ... } for each resource type.".into()
        }
        ("share" | "permission", "tag") => "Write tags = { ... }.".into(),
        ("permission", "policy_template") => {
            "Write statement { actions = [...]  condition = { ... } }, each argument on its own line.".into()
        }
        ("inbound", "share_arn" | "receiver_account_id" | "sender_account_id") => {
            "Write account = account.NAME for who receives, and from = \"111111111111\" for who sends.".into()
        }
        (_, "count") if repeats => {
            "Write for_each = toset([\"a\", \"b\"]), or a map; each.key names the instance. For one or none: for_each = condition ? toset([\"one\"]) : toset([])."
                .into()
        }
        (_, "for_each" | "count") => format!("A block {keyword} stands for one thing and is not repeated."),
        (_, "depends_on") => "Delete it: ramctl finds the order from what the blocks refer to.".into(),
        ("share", "dynamic") => {
            "Inner blocks are not generated. Write a permission block for each resource type; resources and principals are lists, for which [for ...] works.".into()
        }
        (_, "dynamic") => "Inner blocks are not generated. Write them out, or put for_each on the outer block.".into(),
        (_, "provisioner" | "connection") => "Nothing runs beside the calls of RAM. Use a step of the pipeline.".into(),
        ("lifecycle", "create_before_destroy") => {
            "Delete it: a share that must be replaced is always made before the old one is deleted.".into()
        }
        ("lifecycle", "precondition" | "postcondition") => "Write a check block with an assert.".into(),
        _ => return None,
    })
}
