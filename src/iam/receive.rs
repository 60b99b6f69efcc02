//! What accounts that receive shares are asked: to look at invitations, to accept and reject them, and to leave.

use std::collections::BTreeSet;

use crate::desired::reached;
use crate::iam::policy::Statement;
use crate::iam::read::in_regions;
use crate::iam::scope::Scope;
use crate::lang::{Declaration, InboundAction, InboundBlock, PrincipalExpr, ShareBlock, SharingWish};
use crate::model::{AccountId, Region};

/// The shares of the stack for which ramctl may have to accept in an account, as far as the files tell: whether an invitation is sent
/// hangs on the organization.
fn invited<'a>(declaration: &'a Declaration, account: &AccountId) -> Vec<&'a ShareBlock> {
    if !reached(declaration).contains(account) {
        return Vec::new();
    }
    let inside_is_sure = declaration.organization.as_ref().is_some_and(|block| match block.sharing.value {
        SharingWish::Enabled | SharingWish::Required => true,
        // Inside an organization that does not share, RAM invites everybody.
        SharingWish::Disabled | SharingWish::Unmanaged => false,
    });
    let names_it = |principal: &PrincipalExpr| match principal {
        PrincipalExpr::Literal(principal) => principal.account().as_ref() == Some(account),
        PrincipalExpr::Declared { address: _, id } => id == account,
        // Whose name it is shows only in the organization.
        PrincipalExpr::AccountNamed(_) => true,
        PrincipalExpr::UnitAtPath(_) | PrincipalExpr::UnitById(_) | PrincipalExpr::Organization => false,
    };
    declaration
        .shares
        .iter()
        .filter(|share| share.account.value != *account)
        .filter(|share| share.accept_invitations.as_ref().is_none_or(|accept| accept.value))
        .filter(|share| {
            !inside_is_sure
                || share.allow_external_principals.as_ref().is_some_and(|allow| allow.value)
                || share.retain_sharing_on_account_leave_organization.as_ref().is_some_and(|on| on.value)
        })
        .filter(|share| share.principals.iter().any(|principal| names_it(&principal.value)))
        .collect()
}

fn blocks<'a>(declaration: &'a Declaration, account: &AccountId) -> Vec<&'a InboundBlock> {
    declaration.inbound.iter().filter(|block| block.account.value == *account).collect()
}

/// The accounts that look at what they receive.
pub(crate) fn receivers(declaration: &Declaration) -> BTreeSet<AccountId> {
    let of_blocks = declaration.inbound.iter().map(|block| block.account.value.clone());
    let of_shares =
        reached(declaration).into_iter().filter(|account| !invited(declaration, account).is_empty());
    of_blocks.chain(of_shares).collect()
}

/// Both sides of what is received: the Regions, and who sends.
struct Receives<'a> {
    shares: Vec<&'a ShareBlock>,
    blocks: Vec<&'a InboundBlock>,
}

impl<'a> Receives<'a> {
    fn of(scope: &Scope<'a>) -> Self {
        Self {
            shares: invited(scope.declaration, scope.account),
            blocks: blocks(scope.declaration, scope.account),
        }
    }

    fn regions(&self) -> BTreeSet<Region> {
        let shares = self.shares.iter().map(|share| share.region.value.clone());
        shares.chain(self.blocks.iter().map(|block| block.region.value.clone())).collect()
    }
}

pub(crate) fn read_statements(scope: &Scope<'_>) -> Vec<Statement> {
    let receives = Receives::of(scope);
    let regions = receives.regions();
    let mut out = Vec::new();
    if regions.is_empty() {
        return out;
    }
    out.push(in_regions(Statement::new("ReadInvitations", &["ram:GetResourceShareInvitations"]), &regions));
    // What the account sees is read by the action that reads its own shares, which it has in every Region.
    if !receives.blocks.is_empty() {
        let of_blocks = receives.blocks.iter().map(|block| &block.region.value);
        let of_blocks: BTreeSet<&Region> = of_blocks.collect();
        out.push(in_regions(Statement::new("ReadReceivedResources", &["ram:ListResources"]), of_blocks));
    }
    out
}

pub(crate) fn write_statements(scope: &Scope<'_>) -> Vec<Statement> {
    let Receives { shares, blocks } = Receives::of(scope);
    let of =
        |action| blocks.iter().copied().filter(move |block: &&InboundBlock| block.action.value == action);
    let accepts = shares.iter().map(|share| (&share.region.value, &share.account.value));
    let accepts =
        accepts.chain(of(InboundAction::Accept).map(|block| (&block.region.value, &block.from.value)));
    let rejects = of(InboundAction::Reject).map(|block| (&block.region.value, &block.from.value));
    let mut out = Vec::new();
    out.extend(answer("AcceptInvitations", "ram:AcceptResourceShareInvitation", accepts));
    out.extend(answer("RejectInvitations", "ram:RejectResourceShareInvitation", rejects));
    if !blocks.is_empty() {
        let from = blocks.iter().map(|block| {
            let (region, sender) = (&block.region.value, &block.from.value);
            format!("arn:{}:ram:{region}:{sender}:resource-share/*", region.partition().as_str())
        });
        // Only itself, and only from shares of those that blocks speak of.
        out.push(
            Statement::new("LeaveShares", &["ram:DisassociateResourceShare"])
                .on(from.collect::<BTreeSet<_>>())
                .only("StringEquals", "ram:Principal", [scope.account.to_string()]),
        );
    }
    out
}

/// Answering invitations of these senders in these Regions. Invitations have ids that nobody knows beforehand; who sent them is a
/// condition key (service authorization reference, `ram:ShareOwnerAccountId`).
fn answer<'a>(
    sid: &str,
    action: &str,
    from: impl Iterator<Item = (&'a Region, &'a AccountId)>,
) -> Option<Statement> {
    let (mut invitations, mut senders) = (BTreeSet::new(), BTreeSet::new());
    for (region, sender) in from {
        let partition = region.partition().as_str();
        invitations.insert(format!("arn:{partition}:ram:{region}:*:resource-share-invitation/*"));
        senders.insert(sender.to_string());
    }
    let statement = Statement::new(sid, &[action]).on(invitations);
    (!senders.is_empty()).then(|| statement.only("StringEquals", "ram:ShareOwnerAccountId", senders))
}
