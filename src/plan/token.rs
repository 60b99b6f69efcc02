//! Idempotency tokens of the calls that would make a second thing if they were repeated.
//!
//! A token depends on the stack, the address and what tells this life of the thing from an earlier one. It does not depend on the
//! configuration or on times, so two runs that want different things send the same token with different parameters, and AWS refuses
//! the slower one.

use std::fmt;

use uuid::Uuid;

use crate::model::{Address, PermissionArn, ShareArn, StackName};

const NAMESPACE: Uuid = Uuid::from_u128(0x5d3c_9a1e_7b42_5f06_9c8e_2a61_d04f_b713);

/// A fixed sequence of tokens. A run sends the first; if that one belongs to an earlier life of the thing, it sends the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tokens {
    first: Uuid,
}

impl Tokens {
    /// For `CreateResourceShare`. `replaced` is the share whose place the new one takes.
    pub(crate) fn of_share(stack: &StackName, address: &Address, replaced: Option<&ShareArn>) -> Self {
        let replaced = replaced.map_or("", ShareArn::as_str);
        Self::of(stack, "CreateResourceShare", &[&address.to_string(), replaced])
    }

    /// For `CreatePermission`.
    pub(crate) fn of_permission(stack: &StackName, address: &Address, arn: &PermissionArn) -> Self {
        Self::of(stack, "CreatePermission", &[&address.to_string(), arn.as_str()])
    }

    /// For `CreatePermissionVersion`. `highest` is the highest version number that is live: RAM never gives a number twice.
    pub(crate) fn of_version(stack: &StackName, arn: &PermissionArn, highest: u32) -> Self {
        Self::of(stack, "CreatePermissionVersion", &[arn.as_str(), &highest.to_string()])
    }

    /// For `PromotePermissionCreatedFromPolicy`.
    pub(crate) fn of_promotion(
        stack: &StackName,
        address: &Address,
        from: &PermissionArn,
        becomes: &PermissionArn,
    ) -> Self {
        let facts = [&*address.to_string(), from.as_str(), becomes.as_str()];
        Self::of(stack, "PromotePermissionCreatedFromPolicy", &facts)
    }

    fn of(stack: &StackName, operation: &str, facts: &[&str]) -> Self {
        let mut name = Vec::new();
        for fact in [stack.as_str(), operation].iter().chain(facts) {
            // Each fact with its length: no two lists of facts look alike.
            name.extend(fact.len().to_be_bytes());
            name.extend(fact.as_bytes());
        }
        Self { first: Uuid::new_v5(&NAMESPACE, &name) }
    }

    /// Reads the first token as it is printed.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().map(|first| Self { first })
    }

    /// The n-th token, from 0.
    pub fn nth(self, n: usize) -> Uuid {
        if n == 0 { self.first } else { Uuid::new_v5(&self.first, n.to_string().as_bytes()) }
    }
}

/// The first token.
impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::diff::fixture::{address, hub, share_arn};

    fn stack(name: &str) -> StackName {
        StackName::parse(name).unwrap()
    }

    #[test]
    fn each_operation_address_stack_and_life_has_a_sequence_of_its_own() {
        let arn = |name: &str| {
            PermissionArn::parse(&format!("arn:aws:ram:eu-central-1:222222222222:permission/{name}")).unwrap()
        };
        let (net, a, b) = (stack("network"), address("a"), address("b"));
        let all = [
            Tokens::of_share(&net, &a, None),
            Tokens::of_share(&net, &b, None),
            Tokens::of_share(&stack("other"), &a, None),
            Tokens::of_share(&net, &a, Some(&share_arn(&hub(), 1))),
            Tokens::of_share(&net, &a, Some(&share_arn(&hub(), 2))),
            Tokens::of_permission(&net, &a, &arn("x")),
            Tokens::of_permission(&net, &a, &arn("y")),
            Tokens::of_version(&net, &arn("x"), 1),
            Tokens::of_version(&net, &arn("x"), 2),
            Tokens::of_promotion(&net, &a, &arn("x"), &arn("y")),
        ];
        let tokens: BTreeSet<Uuid> = all.iter().flat_map(|one| (0..64).map(|n| one.nth(n))).collect();
        assert_eq!(tokens.len(), all.len() * 64);
        assert_eq!(all[0], Tokens::of_share(&net, &a, None));
        assert_eq!(Tokens::parse(&all[0].to_string()), Some(all[0]));
    }
}
