//! From the narrowing flags to the part of the stack that they mean.

use std::collections::BTreeSet;

use crate::cli::args::ScopeArgs;
use crate::cli::output::{Chain, Output};
use crate::desired::DesiredGraph;
use crate::diag::suggest;
use crate::diff::{Causes, Diff, Scope, known};
use crate::lang::Declaration;
use crate::model::{AccountId, Address, IdError, Region};

/// A flag that means nothing in this stack.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScopeError {
    #[error(transparent)]
    Form(#[from] IdError),
    #[error("--account {name:?} is neither the label of an `account` block nor 12 digits{}", told(.help))]
    Account { name: String, help: Option<String> },
    #[error("{address} is neither in the files nor in AWS{}", told(.help))]
    Address { address: Address, help: Option<String> },
    #[error("{address} is not in the files, and not in the accounts and Regions that were read; others were not read{}", told(.help))]
    Unread { address: Address, help: Option<String> },
    #[error("no account and Region of the stack is left by --account and --region")]
    Nowhere,
}

fn told(help: &Option<String>) -> String {
    help.as_ref().map(|help| format!(". {help}")).unwrap_or_default()
}

/// What the flags mean. Whether their addresses are there is only seen in what was read.
/// None: a flag means nothing here, and that was said.
pub(crate) fn scope(
    args: &ScopeArgs,
    causes: Causes,
    declaration: &Declaration,
    output: &Output,
) -> Option<Scope> {
    match meant(args, causes, declaration) {
        Ok(scope) => Some(scope),
        Err(error) => {
            output.error(Chain(&error));
            None
        }
    }
}

fn meant(args: &ScopeArgs, causes: Causes, declaration: &Declaration) -> Result<Scope, ScopeError> {
    let ScopeArgs { targets, excluded, accounts, regions } = args;
    let mut ids = BTreeSet::new();
    for name in accounts {
        let labelled = declaration.accounts.iter().filter(|(address, _)| address.label == *name);
        let labelled: Vec<AccountId> = labelled.map(|(_, block)| block.id.value.clone()).collect();
        if labelled.is_empty() {
            ids.insert(AccountId::parse(name).map_err(|_| ScopeError::Account {
                name: name.clone(),
                help: suggest::help(name, declaration.accounts.keys().map(|address| address.label.as_str())),
            })?);
        }
        ids.extend(labelled);
    }
    Ok(Scope {
        targets: targets.iter().map(|text| Address::parse(text)).collect::<Result<_, _>>()?,
        excluded: excluded.iter().map(|text| Address::parse(text)).collect::<Result<_, _>>()?,
        accounts: ids,
        regions: regions.iter().map(|text| Region::parse(text)).collect::<Result<_, _>>()?,
        causes,
    })
}

/// An address of the scope that nothing has, as far as is known. `all`: everywhere was read or searched.
pub(crate) fn unknown_address(
    scope: &Scope,
    graph: &DesiredGraph,
    diff: &Diff,
    all: bool,
) -> Option<ScopeError> {
    let address = scope.unknown(graph, diff).into_iter().next()?.clone();
    let names: Vec<String> = known(graph, diff).into_iter().map(ToString::to_string).collect();
    let help = suggest::help(&address.to_string(), names.iter().map(String::as_str));
    Some(if all { ScopeError::Address { address, help } } else { ScopeError::Unread { address, help } })
}
