//! From the narrowing flags to the part of the stack that they mean.

use std::collections::BTreeSet;

use crate::cli::args::ScopeArgs;
use crate::cli::output::{Chain, Output};
use crate::desired::DesiredGraph;
use crate::diag::suggest;
use crate::diff::{Causes, Diff, Scope, known};
use crate::lang::Declaration;
use crate::model::{AccountId, Address, IdError, Place, Region};
use crate::plan::listed;
use crate::render::escape;

/// A flag that means nothing in this stack.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScopeError {
    #[error(transparent)]
    Form(#[from] IdError),
    #[error("--account {name:?} is neither the label of an `account` block nor 12 digits{}", told(.help))]
    Account { name: String, help: Option<String> },
    #[error("--account {id}: the stack has nothing in this account{}", told(.help))]
    NoAccount { id: AccountId, help: Option<String> },
    #[error("{address} is neither in the files nor in AWS{}", told(.help))]
    Address { address: Address, help: Option<String> },
    #[error("{address} is not in the files, and not in the accounts and Regions that were read; others were not read{}", told(.help))]
    Unread { address: Address, help: Option<String> },
    #[error("AWS has no Region {name}{}", told(.help))]
    Region { name: String, help: Option<String> },
    #[error("no account and Region of the stack is left by {flags}. {places}")]
    Nowhere { flags: String, places: String },
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
            let id = AccountId::parse(name).map_err(|_| ScopeError::Account {
                name: name.clone(),
                help: suggest::help(name, declaration.accounts.keys().map(|address| address.label.as_str())),
            })?;
            if !may_have(declaration, &id) {
                let known: Vec<&str> =
                    declaration.accounts.values().map(|block| block.id.value.as_str()).collect();
                return Err(ScopeError::NoAccount { help: suggest::help(name, known), id });
            }
            ids.insert(id);
        }
        ids.extend(labelled);
    }
    let regions: BTreeSet<Region> =
        regions.iter().map(|text| Region::parse(text)).collect::<Result<_, _>>()?;
    for region in &regions {
        // As in the files: what AWS may have added since is taken as it is.
        if !region.is_known() && !region.may_come() {
            let name = region.to_string();
            let help = suggest::closest(&name, Region::known()).map(|near| format!("Did you mean {near}?"));
            return Err(ScopeError::Region { name, help });
        }
    }
    Ok(Scope {
        targets: targets.iter().map(|text| Address::parse(text)).collect::<Result<_, _>>()?,
        excluded: excluded.iter().map(|text| Address::parse(text)).collect::<Result<_, _>>()?,
        accounts: ids,
        regions,
        causes,
    })
}

/// Whether the stack may have something in an account: the files name it, or every account of the organization is searched.
fn may_have(declaration: &Declaration, id: &AccountId) -> bool {
    let of_blocks = declaration.accounts.values().map(|block| &block.id);
    let of_shares = declaration.shares.iter().map(|share| &share.account);
    let of_permissions = declaration.permissions.iter().map(|permission| &permission.account);
    let of_inbound = declaration.inbound.iter().map(|block| &block.account);
    let of_organization = declaration.organization.iter().map(|block| &block.management_account);
    let searched = declaration.organization.as_ref().is_some_and(|block| block.sweep.is_some());
    let named = of_blocks.chain(of_shares).chain(of_permissions).chain(of_inbound).chain(of_organization);
    searched || named.into_iter().any(|account| account.value == *id)
}

/// Places of the stack that are named where none of them is left.
const NAMED: usize = 8;

/// That the flags leave nothing of the stack, and what there would be.
pub(crate) fn nowhere(scope: &Scope, graph: &DesiredGraph) -> ScopeError {
    let label = |account: &AccountId| {
        graph
            .account_labels
            .get(account)
            .map_or_else(|| account.to_string(), |label| escape(label).to_string())
    };
    let accounts = scope.accounts.iter().map(|account| format!("--account {}", label(account)));
    let regions = scope.regions.iter().map(|region| format!("--region {region}"));
    let flags: Vec<String> = accounts.chain(regions).collect();
    let received = graph.inbound.values().map(|block| &block.place);
    let all: BTreeSet<&Place> = graph.places.iter().chain(received).collect();
    let named: Vec<String> =
        all.iter().map(|place| format!("{} in {}", label(&place.account), place.region)).collect();
    let flags = match flags.is_empty() {
        true => "the flags".to_owned(),
        false => flags.join(" "),
    };
    ScopeError::Nowhere { flags, places: format!("The stack is in: {}", listed(&named, NAMED)) }
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
