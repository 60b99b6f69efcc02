//! Rules that take the organization. None of them speaks where it could not be read.

use crate::desired::places::closed;
use crate::desired::settle::{Organization, no_unit_with};
use crate::desired::view::{PrincipalView, ShareView, as_written};
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM105, RAM106, RAM107, RAM109, RAM133, RAM139};
use crate::lang::{Declaration, PrincipalExpr};
use crate::model::{AccountId, Principal};
use crate::org::{AccountStanding, OrgSnapshot};

/// RAM106 and, for a unit's ARN, RAM102. Names cannot go wrong in this way: they are looked up in the organization.
pub(crate) fn units_are_in_it(
    share: &ShareView<'_>,
    organization: &Organization<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let own = organization.snapshot.arn.id();
    let owner = &share.block.account;
    let mut stranger = false;
    for view in &share.principals {
        let theirs = match &view.principal {
            Some(Principal::Organization(arn)) => arn.id(),
            Some(Principal::OrganizationalUnit(arn)) => arn.organization(),
            _ => continue,
        };
        stranger |= !organization.has(&owner.value);
        let PrincipalExpr::Literal(principal) = &view.written.value else { continue };
        if theirs != own {
            found.push(
                Diagnostic::error(
                    &RAM106,
                    view.written.span,
                    format!(
                        "{principal} is of the organization {theirs}; this stack's organization is {own}."
                    ),
                )
                .help("Write organization() or ou(\"Path/Of/Names\")."),
            );
        } else if let Principal::OrganizationalUnit(arn) = principal
            && !organization.snapshot.units.contains_key(&arn.id())
        {
            found.push(no_unit_with(&arn.id(), view.written));
        }
    }
    if stranger {
        found.push(
            Diagnostic::error(
                &RAM106,
                owner.span,
                format!(
                    "Account {} is not in the organization {own}, so {} cannot be shared with it or its units.",
                    owner.value, share.block.address
                ),
            )
            .help("Check the account, and whether management_account is that of its organization."),
        );
    }
}

/// RAM105.
pub(crate) fn has_all_features(
    share: &ShareView<'_>,
    organization: &Organization<'_>,
    found: &mut Vec<Diagnostic>,
) {
    if organization.snapshot.all_features {
        return;
    }
    let needs = |view: &&PrincipalView<'_>| {
        view.principal.as_ref().is_some_and(Principal::needs_organization_sharing)
    };
    for view in share.principals.iter().filter(needs) {
        found.push(
            Diagnostic::error(
                &RAM105,
                view.written.span,
                format!(
                    "{} has {} as a principal, and the organization has consolidated billing only.",
                    share.block.address, as_written(&view.written.value)
                ),
            )
            .help("Enable all features in the management account, or list the accounts and allow external principals."),
        );
    }
}

/// RAM107.
pub(crate) fn accounts_are_active(
    share: &ShareView<'_>,
    organization: &Organization<'_>,
    found: &mut Vec<Diagnostic>,
) {
    for view in &share.principals {
        let Some(id) = view.principal.as_ref().and_then(Principal::account) else { continue };
        let Some(account) = organization.snapshot.accounts.get(&id) else { continue };
        const COUNTS: &str =
            "It counts as having what the share gives, because it has access once it is active.";
        let (counts, help) = match account.standing {
            AccountStanding::Active => continue,
            AccountStanding::Closed | AccountStanding::PendingClosure => {
                ("Nobody in it has what the share gives.", "Remove the principal.")
            }
            AccountStanding::Suspended => (
                COUNTS,
                "Have the suspension lifted (AWS Support says why it is suspended), or remove the principal.",
            ),
            AccountStanding::PendingActivation | AccountStanding::Inactive => {
                (COUNTS, "Wait until the account is active, or remove the principal.")
            }
        };
        let state = account.standing.told();
        found.push(
            Diagnostic::warning(&RAM107, view.written.span, format!("Account {id} {state}. {counts}"))
                .help(help),
        );
    }
}

/// RAM109. The account is left out of what is read only where no block of the stack is in it.
pub(crate) fn accounts_that_are_read_are_open(
    declaration: &Declaration,
    organization: &OrgSnapshot,
    found: &mut Vec<Diagnostic>,
) {
    for block in declaration.accounts.values() {
        let id = &block.id.value;
        let reached = block.assume_role.is_some() || block.regions.is_some();
        let Some(account) = organization.accounts.get(id).filter(|_| reached) else { continue };
        if account.standing.is_active() {
            continue;
        }
        let state = account.standing.told();
        let detail = format!("Account {id} {state}, so ramctl cannot read it.");
        let finding = Diagnostic::warning(&RAM109, block.id.span, detail);
        found.push(if closed(declaration, organization).contains(id) {
            finding.help(if account.standing.is_closed() {
                "Remove its account block. The run leaves the account out, and is complete without it."
            } else {
                "The run leaves the account out, and is complete without it. If it is not coming back, remove its account block."
            })
        } else {
            finding.help(
                "Remove the share, permission and inbound blocks that are in this account: they can neither be read nor changed, and the run is \
                 incomplete.",
            )
        });
    }
}

/// The account of a principal that is a stranger to the share's owner.
fn stranger(
    share: &ShareView<'_>,
    view: &PrincipalView<'_>,
    organization: &Organization<'_>,
) -> Option<AccountId> {
    let account = view.principal.as_ref().and_then(Principal::account)?;
    let inside = organization.has(&account) && organization.has(&share.block.account.value);
    (!inside).then_some(account)
}

/// RAM139. Types that never leave the organization have RAM133, whose way out is another.
pub(crate) fn strangers_only_where_allowed(
    share: &ShareView<'_>,
    organization: &Organization<'_>,
    found: &mut Vec<Diagnostic>,
) {
    if share.allows_external()
        || share.resource_where(|facts| facts.outside_organization == Some(false)).is_some()
    {
        return;
    }
    let owner = &share.block.account.value;
    for view in &share.principals {
        let Some(account) = stranger(share, view, organization) else { continue };
        if account == *owner {
            continue;
        }
        let id = organization.snapshot.arn.id();
        let detail = if organization.has(owner) {
            format!("Account {account} is not in the organization {id}.")
        } else {
            format!(
                "The sharing account {owner} is not in the organization {id}, so RAM takes account {account} for one outside it."
            )
        };
        let mut finding = Diagnostic::error(&RAM139, view.written.span, detail)
            .help(
                "Check the id. If the account left the organization, there are two ways. Remove the principal: the account loses what the share \
                 gives it. Or write allow_external_principals = true on the share: the account keeps its access or is invited again, \
                 service control policies of the organization do not hold in it, from then on accounts outside the organization can be added \
                 to this share, and the plan asks for consent to that (RAM205, or RAM201 where the principal is new on the share).",
            );
        if let Some(allow) = &share.block.allow_external_principals {
            finding = finding.label(allow.span, "not allowed here");
        }
        found.push(finding);
    }
}

/// RAM133.
pub(crate) fn types_that_stay_inside_stay(
    share: &ShareView<'_>,
    organization: &Organization<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Some((resource, facts)) = share.resource_where(|facts| facts.outside_organization == Some(false))
    else {
        return;
    };
    for view in &share.principals {
        if let Some(account) = stranger(share, view, organization)
            && account != share.block.account.value
        {
            found.push(
                Diagnostic::error(
                    &RAM133,
                    view.written.span,
                    format!(
                        "Account {account} is outside the organization {}; {} holds {} ({}).",
                        organization.snapshot.arn.id(),
                        share.block.address,
                        resource.arn.arn().short(),
                        facts.code
                    ),
                )
                .label(resource.span, facts.code.to_string())
                .help("Remove the principal, or move the resource into a share without it."),
            );
        }
    }
}
