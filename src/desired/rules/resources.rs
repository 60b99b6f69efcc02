//! What may be on a share, and in which account and Region.

use std::collections::BTreeMap;

use crate::catalog::{Kind, RegionScope};
use crate::desired::view::{ResourceView, ShareView};
use crate::diag::Diagnostic;
use crate::diag::rules::{RAM120, RAM121, RAM122, RAM123, RAM124, RAM125, RAM126};
use crate::model::{Partition, ResourceArn};

/// RAM120.
pub(crate) fn listed_once(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&ResourceArn, &ResourceView<'_>> = BTreeMap::new();
    for resource in &share.resources {
        let Some(before) = first.get(resource.arn) else {
            first.insert(resource.arn, resource);
            continue;
        };
        let mut finding = Diagnostic::error(
            &RAM120,
            resource.span,
            format!("{} is on {} already.", resource.arn, share.block.address),
        )
        .help("Remove it, or write distinct(...) around a list that is put together from several.");
        if before.span != resource.span {
            finding = finding.label(before.span, "first here");
        }
        found.push(finding);
    }
}

/// RAM121: only the owner shares.
pub(crate) fn belong_to_the_account(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let account = &share.block.account;
    for resource in &share.resources {
        if let Some(owner) = resource.arn.arn().account_id().filter(|owner| *owner != account.value) {
            found.push(
                Diagnostic::error(
                    &RAM121,
                    resource.span,
                    format!(
                        "{} belongs to account {owner}; {} is in account {}.",
                        resource.arn.arn().short(),
                        share.block.address,
                        account.value
                    ),
                )
                .label(account.span, format!("the share's account is {}", account.value))
                .help(format!("Move the resource to a share of account {owner}, or correct the ARN.")),
            );
        }
    }
}

/// RAM122: the Region field, where the ARN has one.
pub(crate) fn are_in_the_region(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let region = &share.block.region;
    for resource in &share.resources {
        let arn = resource.arn.arn();
        if !arn.region().is_empty() && arn.region() != region.value.as_str() {
            found.push(
                Diagnostic::error(
                    &RAM122,
                    resource.span,
                    format!(
                        "{} is in {}; {} is in {}.",
                        arn.short(),
                        arn.region(),
                        share.block.address,
                        region.value
                    ),
                )
                .label(region.span, format!("the share's Region is {}", region.value))
                .help(format!("Move the resource to a share in {}, or correct the ARN.", arn.region())),
            );
        }
    }
}

/// RAM123: "global resources only in us-east-1". Not every ARN without a Region is global (IPAM pools are not), so this asks the
/// catalog; and it is known for the commercial partition alone.
pub(crate) fn global_ones_are_in_us_east_1(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let region = &share.block.region;
    if share.partition() != Partition::Aws || region.value.as_str() == "us-east-1" {
        return;
    }
    for resource in &share.resources {
        if let Kind::Type(facts) = resource.kind
            && facts.region_scope == Some(RegionScope::Global)
        {
            found.push(
                Diagnostic::error(
                    &RAM123,
                    resource.span,
                    format!(
                        "{} is a global resource ({}); {} is in {}.",
                        resource.arn.arn().short(),
                        facts.code,
                        share.block.address,
                        region.value
                    ),
                )
                .label(region.span, format!("the share's Region is {}", region.value))
                .help("Give the resource a share with region = \"us-east-1\"."),
            );
        }
    }
}

/// RAM126.
pub(crate) fn are_in_the_partition(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let partition = share.partition().as_str();
    for resource in &share.resources {
        let arn = resource.arn.arn();
        if arn.partition() != partition {
            found.push(
                Diagnostic::error(
                    &RAM126,
                    resource.span,
                    format!(
                        "{} is in the partition {}; {} is in {}, which is in {partition}.",
                        arn.short(),
                        arn.partition(),
                        share.block.address,
                        share.block.region.value
                    ),
                )
                .label(share.block.region.span, format!("a Region of the partition {partition}"))
                .help(format!("Correct the beginning of the ARN: \"arn:{partition}:...\".")),
            );
        }
    }
}

/// RAM124, and RAM125 for what the table does not list.
pub(crate) fn can_be_shared(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    for resource in &share.resources {
        let Kind::NotInTable(entry) = resource.kind else { continue };
        let name = resource.arn.arn().short();
        found.push(
            match entry.shareable {
                Some(false) => Diagnostic::error(
                    &RAM124,
                    resource.span,
                    format!("{name} is {}, which RAM does not share.", entry.what),
                ),
                Some(true) | None => Diagnostic::warning(
                    &RAM125,
                    resource.span,
                    format!("{name} is {}, which is not in RAM's table of shareable resources.", entry.what),
                ),
            }
            .help(&*entry.instead),
        );
    }
}

/// RAM125: once per kind of ARN, because a type that RAM has just gained would otherwise fill the screen.
pub(crate) fn have_a_known_type(share: &ShareView<'_>, found: &mut Vec<Diagnostic>) {
    let mut kinds: BTreeMap<(&str, &str), (&ResourceView<'_>, usize)> = BTreeMap::new();
    for resource in share.resources.iter().filter(|resource| resource.kind == Kind::Unknown) {
        let arn = resource.arn.arn();
        let kind = arn.resource().split(['/', ':']).next().unwrap_or_default();
        kinds.entry((arn.service(), kind)).or_insert((resource, 0)).1 += 1;
    }
    for ((service, _), (resource, count)) in kinds {
        let more = if count > 1 { format!(" and {} more like it", count - 1) } else { String::new() };
        found.push(
            Diagnostic::warning(
                &RAM125,
                resource.span,
                format!("The catalog does not know what {}{more} is ({service}).", resource.arn),
            )
            .help(
                "Check the ARN. If it is right, go on: RAM decides when the plan is applied, and ramctl cannot check the type's \
                 rules before.",
            ),
        );
    }
}
