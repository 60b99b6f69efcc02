//! Rules over the whole stack.

use std::collections::BTreeMap;

use crate::desired::graph::DesiredGraph;
use crate::desired::view::{ShareView, as_written};
use crate::diag::rules::{RAM100, RAM101, RAM108, RAM110, RAM140, RAM198};
use crate::diag::{Diagnostic, Span, Spanned};
use crate::lang::{Declaration, PrincipalExpr, SharingWish};
use crate::model::{AccountId, Address, Principal, StackName};

/// RAM100.
pub(crate) fn accounts_have_one_block(
    declaration: &Declaration,
    _: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let mut blocks: Vec<_> = declaration.accounts.iter().collect();
    // The block that stands first in the files is the one that is kept in the reader's mind.
    blocks.sort_by_key(|(_, block)| block.span);
    let mut first: BTreeMap<&AccountId, (&Address, Span)> = BTreeMap::new();
    for (address, block) in blocks {
        let Some((before, at)) = first.get(&block.id.value) else {
            first.insert(&block.id.value, (address, block.id.span));
            continue;
        };
        let mut finding = Diagnostic::error(
            &RAM100,
            block.id.span,
            format!("{address} and {before} are both account {}.", block.id.value),
        )
        .help("Remove one of the blocks, or correct its id.");
        if *at != block.id.span {
            finding = finding.label(*at, format!("the id of {before}"));
        }
        found.push(finding);
    }
}

/// RAM198.
pub(crate) fn former_names_are_others(
    declaration: &Declaration,
    _: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let stack = &declaration.stack;
    let mut first: BTreeMap<&StackName, Span> = BTreeMap::new();
    for name in &declaration.formerly {
        if name.value == stack.value {
            let detail = format!("{} is the name that the stack has now.", name.value);
            let error = Diagnostic::error(&RAM198, name.span, detail).label(stack.span, "here");
            found.push(error.help("Write the name that the stack had before, or remove the argument."));
        } else if let Some(before) = first.get(&name.value) {
            let detail = format!("{} is listed twice.", name.value);
            let error = Diagnostic::error(&RAM198, name.span, detail).label(*before, "first here");
            found.push(error.help("Remove one of the two."));
        } else {
            first.insert(&name.value, name.span);
        }
    }
}

/// RAM140.
pub(crate) fn units_need_sharing(
    declaration: &Declaration,
    shares: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    let Some(organization) = &declaration.organization else { return };
    if organization.sharing.value != SharingWish::Disabled {
        return;
    }
    for share in shares {
        for view in &share.principals {
            let written = view.written;
            let unit = match &written.value {
                PrincipalExpr::UnitAtPath(_) | PrincipalExpr::UnitById(_) | PrincipalExpr::Organization => {
                    true
                }
                PrincipalExpr::Literal(principal) => principal.needs_organization_sharing(),
                PrincipalExpr::AccountNamed(_) | PrincipalExpr::Declared { .. } => false,
            };
            let account = view.principal.as_ref().and_then(Principal::account);
            let invited = account.filter(|account| *account != share.block.account.value);
            let (detail, help) = match invited {
                _ if unit => (
                    format!(
                        "{} is a principal, and sharing inside the organization is declared off.",
                        as_written(&written.value)
                    ),
                    "List the accounts, or write sharing = \"enabled\" in the organization block.",
                ),
                Some(account) if !share.allows_external() => (
                    format!(
                        "With sharing declared off, RAM takes account {account} for one outside the organization, and {} allows none.",
                        share.block.address
                    ),
                    "Add allow_external_principals = true to the share.",
                ),
                _ => continue,
            };
            found.push(
                Diagnostic::error(&RAM140, written.span, detail)
                    .label(organization.sharing.span, "declared here")
                    .help(help),
            );
        }
    }
}

/// Why no account is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSearch {
    /// The run has credentials for none.
    NoCredentials,
    /// `--no-sweep`.
    Declined,
    /// A snapshot stands in for AWS, and it was taken without.
    Snapshot,
}

/// RAM108, for a run that searches no account: refused where a plan is made, and not by `validate`. Files without shares are a fine beginning,
/// but to say that nothing is to be done, or that nothing has drifted, somebody has to have looked.
pub fn nowhere_is_looked(
    declaration: &Declaration,
    graph: &DesiredGraph,
    because: NoSearch,
) -> Option<Diagnostic> {
    let management = declaration.organization.as_ref().map(|block| &block.management_account.value);
    let only_management = declaration.accounts.values().all(|block| Some(&block.id.value) == management);
    if only_management || !graph.inbound.is_empty() || !graph.places.is_empty() {
        return None;
    }
    let stack = &declaration.stack.value;
    let why = match because {
        NoSearch::NoCredentials => {
            "ramctl has credentials for none of them that could be searched: they have no assume_role block, and the credentials of this \
             run belong to none of them"
        }
        NoSearch::Declined => {
            "the files name no place to read, and --no-sweep turns off the search of the others"
        }
        NoSearch::Snapshot => {
            "the files name no place to read, and the snapshot was taken without a search of the others"
        }
    };
    let help = match because {
        NoSearch::NoCredentials => {
            "Add assume_role to the account blocks, or run with the credentials of one of the accounts."
        }
        NoSearch::Snapshot => "Take the snapshot again without --no-sweep.",
        NoSearch::Declined if declaration.regions.is_empty() => {
            "Run without --no-sweep, or add regions = [\"eu-central-1\"] to the ramctl block, with every Region where the stack has ever had \
             shares."
        }
        NoSearch::Declined => {
            "Run without --no-sweep, or add assume_role to the account blocks. In the block of the account that the credentials of the run \
             belong to, write regions = [\"eu-central-1\"]."
        }
    };
    let detail = format!(
        "The stack {stack} has accounts and no share, and {why}. So what it once shared would be looked for nowhere."
    );
    Some(Diagnostic::error(&RAM108, declaration.stack.span, detail).help(help))
}

/// RAM110.
pub(crate) fn names_are_distinct(_: &Declaration, shares: &[ShareView<'_>], found: &mut Vec<Diagnostic>) {
    let span = |share: &ShareView<'_>| share.block.name.as_ref().map_or(share.block.span, |name| name.span);
    let mut sorted: Vec<&ShareView<'_>> = shares.iter().collect();
    sorted.sort_by_key(|share| (span(share), &share.block.address));
    let mut first: BTreeMap<_, &ShareView<'_>> = BTreeMap::new();
    for share in sorted {
        let (account, region) = (&share.block.account.value, &share.block.region.value);
        let Some(before) = first.get(&(account, region, &share.name)) else {
            first.insert((account, region, &share.name), share);
            continue;
        };
        let mut finding = Diagnostic::error(
            &RAM110,
            span(share),
            format!(
                "{} and {} are both named {:?} in account {account}, {region}.",
                share.block.address, before.block.address, share.name
            ),
        );
        let is_instance =
            share.block.address.key.is_some() && share.block.address.label == before.block.address.label;
        finding = finding.help(if is_instance {
            format!("Build the key into the name: name = \"{}-${{each.key}}\".", share.block.address.label)
        } else {
            "Give one of them another name.".to_owned()
        });
        if span(before) != span(share) {
            finding = finding.label(span(before), format!("the name of {}", before.block.address));
        }
        found.push(finding);
    }
}

/// RAM101: an error where something must be looked up, a warning where a complete ARN is given. One of each for the stack: they
/// have one cause.
pub(crate) fn units_and_names_have_an_organization(
    declaration: &Declaration,
    shares: &[ShareView<'_>],
    found: &mut Vec<Diagnostic>,
) {
    if declaration.organization.is_some() {
        return;
    }
    let principals = || shares.iter().flat_map(|share| &share.principals).map(|view| view.written);
    let mut looked_up: Vec<_> = principals()
        .filter(|written| match &written.value {
            PrincipalExpr::AccountNamed(_)
            | PrincipalExpr::UnitAtPath(_)
            | PrincipalExpr::UnitById(_)
            | PrincipalExpr::Organization => true,
            PrincipalExpr::Literal(_) | PrincipalExpr::Declared { .. } => false,
        })
        .collect();
    let mut complete: Vec<_> = principals()
        .filter(|written| match &written.value {
            PrincipalExpr::Literal(principal) => principal.needs_organization_sharing(),
            _ => false,
        })
        .collect();
    let written = |all: &mut Vec<&Spanned<PrincipalExpr>>| {
        all.sort_by_key(|written| written.span);
        let (first, more) = all.split_first()?;
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        Some((first.span, format!("{}{more}", as_written(&first.value))))
    };
    const HELP: &str = "Add organization { management_account = account.LABEL }.";
    if let Some((span, what)) = written(&mut looked_up) {
        let verb = if looked_up.len() == 1 { "is" } else { "are" };
        let detail = format!("{what} {verb} looked up in the organization.");
        found.push(Diagnostic::error(&RAM101, span, detail).help(HELP));
    }
    if let Some((span, what)) = written(&mut complete) {
        let detail = format!(
            "Nothing says where the organization can be read, so the plan cannot show which accounts are behind {what}."
        );
        found.push(Diagnostic::warning(&RAM101, span, detail).help(HELP));
    }
}
