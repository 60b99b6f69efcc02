//! The stack as a whole: its accounts, and where it looks.

use super::*;
use crate::desired::{NoSearch, check, nowhere_is_looked};
use crate::lang::Declaration;
use crate::model::BlockKind;

#[test]
fn two_blocks_of_one_account_are_found() {
    let mut declaration = stack_of([share("tgw")]);
    let twin = declaration.accounts[&address(BlockKind::Account, "dev", None)].clone();
    declaration.accounts.insert(address(BlockKind::Account, "dev2", None), twin);
    assert_eq!(codes(&check(&declaration)), ["RAM100"]);
}

#[test]
fn a_stack_that_shrank_to_nothing_has_to_be_looked_for_somewhere() {
    let told = |declaration: &Declaration, because| {
        let graph = resolve(declaration, &known(snapshot())).graph.expect("no error of the files");
        nowhere_is_looked(declaration, &graph, because)
    };
    let mut declaration = stack_of([]);
    assert_eq!(codes(&check(&declaration)), [] as [&str; 0], "a fine beginning");
    for (because, help) in [
        (NoSearch::NoCredentials, "assume_role"),
        (NoSearch::Declined, "add regions"),
        (NoSearch::Snapshot, "snapshot again"),
    ] {
        let found = told(&declaration, because).expect("nowhere");
        assert_eq!(found.code.id, "RAM108");
        assert!(found.help.as_deref().is_some_and(|text| text.contains(help)), "{found:?}");
    }

    // Regions alone are no account to look into.
    declaration.regions = vec![at(region("eu-west-1"))];
    declaration.accounts.values_mut().for_each(|block| block.assume_role = None);
    let found = told(&declaration, NoSearch::Declined).expect("nowhere");
    assert!(found.help.as_deref().is_some_and(|help| help.contains("assume_role")), "{found:?}");

    let dev = address(BlockKind::Account, "dev", None);
    declaration.accounts.get_mut(&dev).expect("in the fixture").regions = Some(vec![at(region("eu-west-1"))]);
    assert!(told(&declaration, NoSearch::Declined).is_none());

    // A stack that only turns on sharing has nothing to look for.
    let mut declaration = stack_of([]);
    declaration.accounts.retain(|_, block| block.id.value == id(MANAGEMENT));
    assert!(told(&declaration, NoSearch::Declined).is_none());
}
