//! The stack as a whole: its accounts, and where it looks.

use super::*;
use crate::desired::check;
use crate::model::BlockKind;

#[test]
fn two_blocks_of_one_account_are_found() {
    let mut declaration = stack_of([share("tgw")]);
    let twin = declaration.accounts[&address(BlockKind::Account, "dev", None)].clone();
    declaration.accounts.insert(address(BlockKind::Account, "dev2", None), twin);
    assert_eq!(codes(&check(&declaration)), ["RAM100"]);
}

#[test]
fn a_stack_that_shrank_to_nothing_has_to_say_where_to_look() {
    let mut declaration = stack_of([]);
    assert_eq!(codes(&check(&declaration)), [] as [&str; 0], "a fine beginning");
    assert_eq!(codes(&resolve(&declaration, &known(snapshot())).diagnostics), ["RAM108"]);

    // Regions alone are no account to look into.
    declaration.regions = vec![at(region("eu-west-1"))];
    declaration.accounts.values_mut().for_each(|block| block.assume_role = None);
    let diagnostics = resolve(&declaration, &known(snapshot())).diagnostics;
    assert_eq!(codes(&diagnostics), ["RAM108"]);
    assert!(!diagnostics[0].detail.contains("no Regions"), "{}", diagnostics[0].detail);
    assert!(diagnostics[0].help.as_deref().is_some_and(|help| help.contains("assume_role")));

    let dev = address(BlockKind::Account, "dev", None);
    declaration.accounts.get_mut(&dev).expect("in the fixture").regions = Some(vec![at(region("eu-west-1"))]);
    assert!(resolve(&declaration, &known(snapshot())).graph.is_some());

    // A stack that only turns on sharing has nothing to look for.
    let mut declaration = stack_of([]);
    declaration.accounts.retain(|_, block| block.id.value == id(MANAGEMENT));
    assert!(resolve(&declaration, &known(snapshot())).graph.is_some());
}
