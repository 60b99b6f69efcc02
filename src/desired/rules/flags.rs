//! Settings of a share that exclude one another.

use crate::desired::view::{ShareView, as_written};
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM170, RAM171, RAM172};
use crate::lang::PrincipalExpr;
use crate::model::Principal;

/// RAM170.
pub(crate) fn retaining_needs_external_principals(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    if let Some(span) = share.retains()
        && !share.allows_external()
    {
        let mut finding = Diagnostic::error(
            &RAM170,
            span,
            format!("{} does not allow external principals.", share.block.address),
        )
        .help("Add allow_external_principals = true.");
        if let Some(allow) = &share.block.allow_external_principals {
            finding = finding.label(allow.span, "not allowed here");
        }
        found.push(finding);
    }
}

/// RAM171.
pub(crate) fn retaining_is_for_accounts(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let Some(retain) = share.retains() else { return };
    for view in &share.principals {
        let whole = matches!(
            view.written.value,
            PrincipalExpr::Organization | PrincipalExpr::UnitAtPath(_) | PrincipalExpr::UnitById(_)
        ) || view.principal.as_ref().is_some_and(Principal::needs_organization_sharing);
        if whole {
            found.push(
                Diagnostic::error(
                    &RAM171,
                    view.written.span,
                    format!("{} is no single account.", as_written(&view.written.value)),
                )
                .label(retain, "set here")
                .help("List the accounts, or remove retain_sharing_on_account_leave_organization."),
            );
        }
    }
}

/// RAM172.
pub(crate) fn retaining_is_for_types_that_leave(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let Some(retain) = share.retains() else { return };
    if let Some((resource, facts)) = share.resource_where(|facts| facts.outside_organization == Some(false)) {
        found.push(
            Diagnostic::error(
                &RAM172,
                retain,
                format!(
                    "{} holds {} ({}), which stays inside the organization.",
                    share.block.address,
                    resource.arn.arn().short(),
                    facts.code
                ),
            )
            .label(resource.span, facts.code.to_string())
            .help("Remove the setting, or move the resource into a share of its own."),
        );
    }
}
