//! Who may be on a share, as far as it can be told without the organization.

use std::collections::BTreeMap;

use crate::catalog::TypeFacts;
use crate::desired::view::{PrincipalView, ShareView, as_written};
use crate::diag::rules::{RAM126, RAM131, RAM132, RAM134, RAM135, RAM136, RAM137, RAM138};
use crate::diag::{Code, Diagnostic};
use crate::model::{AccountId, Arn, OrgId, Principal};

/// RAM131.
pub(crate) fn listed_once(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&Principal, &PrincipalView<'_>> = BTreeMap::new();
    for view in &share.principals {
        let Some(principal) = &view.principal else { continue };
        let Some(before) = first.get(principal) else {
            first.insert(principal, view);
            continue;
        };
        let mut finding = Diagnostic::warning(
            &RAM131,
            view.written.span,
            format!("{} is a principal of {} already.", as_written(&view.written.value), share.block.address),
        )
        .help("Remove it.");
        if before.written.span != view.written.span {
            finding = finding.label(before.written.span, "first here");
        }
        found.push(finding);
    }
}

/// RAM132.
pub(crate) fn do_not_include_the_owner(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let owner = &share.block.account;
    for view in &share.principals {
        if let Some(Principal::Account(account)) = &view.principal
            && *account == owner.value
        {
            found.push(
                Diagnostic::error(
                    &RAM132,
                    view.written.span,
                    format!("Account {account} owns {}.", share.block.address),
                )
                .label(owner.span, "the sharing account")
                .help("Remove the principal."),
            );
        }
    }
}

/// RAM126.
pub(crate) fn are_in_the_partition(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let partition = share.partition().as_str();
    for view in &share.principals {
        let arn = match &view.principal {
            Some(Principal::Organization(arn)) => arn.arn(),
            Some(Principal::OrganizationalUnit(arn)) => arn.arn(),
            Some(Principal::Role(arn) | Principal::User(arn)) => arn,
            Some(Principal::Account(_) | Principal::Service(_) | Principal::Other(_)) | None => continue,
        };
        if arn.partition() != partition {
            found.push(
                Diagnostic::error(
                    &RAM126,
                    view.written.span,
                    format!(
                        "{arn} is in the partition {}; {} is in {}, which is in {partition}.",
                        arn.partition(),
                        share.block.address,
                        share.block.region.value
                    ),
                )
                .label(share.block.region.span, format!("a Region of the partition {partition}"))
                .help("Share with principals of the same partition."),
            );
        }
    }
}

/// RAM134.
pub(crate) fn roles_and_users_only_where_allowed(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    only_where_allowed(
        share,
        &RAM134,
        |principal| matches!(principal, Principal::Role(_) | Principal::User(_)),
        |facts| facts.iam_principals == Some(false),
        |principal| match principal.account() {
            Some(account) => format!(
                "Share with account {account} and write the role into an identity policy there, or move the resource into a share \
                 of its own."
            ),
            None => "Share with the account, or move the resource into a share of its own.".to_owned(),
        },
        found,
    );
}

/// RAM135.
pub(crate) fn services_only_where_allowed(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    only_where_allowed(
        share,
        &RAM135,
        |principal| matches!(principal, Principal::Service(_)),
        |facts| facts.service_principals == Some(false),
        |_| "Remove the service, or move the resource into a share without it.".to_owned(),
        found,
    );
}

/// One finding per principal of a kind that some type on the share forbids, with the first such resource.
fn only_where_allowed(
    share: &ShareView<'_>,
    code: &'static Code,
    kind: impl Fn(&Principal) -> bool,
    forbids: impl Fn(&TypeFacts) -> bool,
    help: impl Fn(&Principal) -> String,
    found: &mut Vec<Diagnostic>,
) {
    let Some((resource, facts)) = share.resource_where(forbids) else { return };
    for view in &share.principals {
        if let Some(principal) = view.principal.as_ref().filter(|principal| kind(principal)) {
            found.push(
                Diagnostic::error(
                    code,
                    view.written.span,
                    format!(
                        "{principal} is a principal of {}, which holds {} ({}).",
                        share.block.address,
                        resource.arn.arn().short(),
                        facts.code
                    ),
                )
                .label(resource.span, facts.code.to_string())
                .help(help(principal)),
            );
        }
    }
}

/// RAM136.
pub(crate) fn services_stand_alone(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let is_service = |view: &&PrincipalView<'_>| matches!(view.principal, Some(Principal::Service(_)));
    let service = share.principals.iter().find(is_service);
    let other = share.principals.iter().find(|view| !is_service(view));
    if let (Some(service), Some(other)) = (service, other) {
        found.push(
            Diagnostic::error(
                &RAM136,
                service.written.span,
                format!(
                    "{} has {} and {} as principals.",
                    share.block.address,
                    as_written(&service.written.value),
                    as_written(&other.written.value)
                ),
            )
            .label(other.written.span, "not a service")
            .help("Write one share for services and one for the other principals, with the same resources."),
        );
    }
}

/// RAM137.
pub(crate) fn sources_only_with_services(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let has_service =
        share.principals.iter().any(|view| matches!(view.principal, Some(Principal::Service(_))));
    if let Some(source) = share.block.sources.first()
        && !has_service
    {
        found.push(
            Diagnostic::error(
                &RAM137,
                source.span,
                format!("{} has sources, and no service among its principals.", share.block.address),
            )
            .help("Remove sources, or add service(\"name.amazonaws.com\") to the principals."),
        );
    }
}

/// RAM138.
pub(crate) fn sources_have_a_form(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for source in &share.block.sources {
        let text = source.value.as_str();
        let is_path = text.split_once('/').is_some_and(|(org, rest)| {
            OrgId::parse(org).is_ok() && rest.starts_with("r-") && !rest.contains(char::is_whitespace)
        });
        let valid = AccountId::parse(text).is_ok()
            || Arn::parse(text).is_ok()
            || OrgId::parse(text).is_ok()
            || is_path;
        if !valid {
            found.push(
                Diagnostic::error(&RAM138, source.span, format!("{text:?} is not a source."))
                    .help("Use a 12-digit account id, an ARN, an organization id or an organization path."),
            );
        }
    }
}
