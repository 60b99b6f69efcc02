//! Whether a row belongs to what was asked: a reply that was meant for another call must not count as this one's.
//!
//! Each function says why not, in words for a person.

use jiff::Timestamp;

use crate::cloud::{Caller, ShareScope};
use crate::live::{
    AssociationRow, AwsPermissionRow, CustomerPermissionRow, InvitationRow, PermissionRow,
    ReceivedResourceRow, ShareRow, SourceRow,
};
use crate::model::{Arn, AssociationStatus, PermissionArn, ResourceArn, ShareArn, StackName, TAG_STACK};

type Belongs = Result<(), String>;

/// Of the caller's account and Region.
fn here(caller: &Caller, arn: &Arn) -> Belongs {
    of_account(caller, arn)?;
    in_region(caller, arn)
}

fn of_account(caller: &Caller, arn: &Arn) -> Belongs {
    let account = caller.account.as_str();
    if arn.account() == account {
        Ok(())
    } else {
        Err(format!("a row is about {arn}, which is not of account {account}"))
    }
}

/// Of the caller's Region.
fn in_region(caller: &Caller, arn: &Arn) -> Belongs {
    match &caller.region {
        Some(region) if arn.region() != region.as_str() => {
            Err(format!("a row is about {arn}, which is not in {region}"))
        }
        _ => Ok(()),
    }
}

fn in_scope(scope: &ShareScope, share: &ShareArn) -> Belongs {
    match scope {
        ShareScope::One(asked) if asked != share => {
            Err(format!("a row is about {share}, and {asked} was asked for"))
        }
        _ => Ok(()),
    }
}

fn of_own_share(caller: &Caller, scope: &ShareScope, share: &ShareArn) -> Belongs {
    here(caller, share.arn())?;
    in_scope(scope, share)
}

/// A share that the caller's account owns.
pub(crate) fn own_share(caller: &Caller, scope: &ShareScope, row: &ShareRow) -> Result<ShareArn, String> {
    of_own_share(caller, scope, &row.arn)?;
    if row.owner == caller.account {
        Ok(row.arn.clone())
    } else {
        Err(format!("the share {} is said to be of account {}", row.arn, row.owner))
    }
}

/// A share that the caller's account owns and whose tags name the stack.
pub(crate) fn share_of_stack(caller: &Caller, stack: &StackName, row: &ShareRow) -> Result<ShareArn, String> {
    let arn = own_share(caller, &ShareScope::All, row)?;
    match row.tags.get(TAG_STACK) {
        Some(tag) if tag == stack.as_str() => Ok(arn),
        _ => Err(format!("the share {} has no tag of the stack {stack}, which was asked for", row.arn)),
    }
}

/// A share of somebody else.
pub(crate) fn received_share(
    caller: &Caller,
    scope: &ShareScope,
    row: &ShareRow,
) -> Result<ShareArn, String> {
    in_region(caller, row.arn.arn())?;
    in_scope(scope, &row.arn)?;
    if row.owner == caller.account {
        return Err(format!(
            "the share {} is the account's own, and those of others were asked for",
            row.arn
        ));
    }
    if row.arn.arn().account() != row.owner.as_str() {
        return Err(format!("the share {} is said to be of account {}", row.arn, row.owner));
    }
    Ok(row.arn.clone())
}

/// What tells an association from the others. RAM keeps one row for each share and entity (seen in recordings: who returns gets a new
/// time of creation in the same row); rows of those that left may linger beside it, each with its times.
type AssociationKey = (ShareArn, String, Option<(Option<Timestamp>, Option<Timestamp>)>);

pub(crate) fn association(
    caller: &Caller,
    scope: &ShareScope,
    row: &AssociationRow,
) -> Result<AssociationKey, String> {
    of_own_share(caller, scope, &row.share)?;
    let left = (row.status == AssociationStatus::Disassociated).then_some((row.created, row.updated));
    Ok((row.share.clone(), row.entity.clone(), left))
}

pub(crate) fn source(caller: &Caller, scope: &ShareScope, row: &SourceRow) -> Result<AssociationKey, String> {
    of_own_share(caller, scope, &row.share)?;
    let left = (row.status == AssociationStatus::Disassociated).then_some((row.created, row.updated));
    Ok((row.share.clone(), row.source.clone(), left))
}

/// A permission on a share. While one version or permission replaces another, both may be listed.
pub(crate) fn attached_permission(
    caller: &Caller,
    row: &PermissionRow,
) -> Result<(ShareArn, PermissionArn, String), String> {
    here(caller, row.share.arn())?;
    if !row.permission.is_aws_managed() {
        here(caller, row.permission.arn())?;
    }
    Ok((row.share.clone(), row.permission.clone(), row.version.clone()))
}

/// A permission of the account's own. One that was deleted may be listed beside one that was made again under its name.
pub(crate) fn customer_permission(
    caller: &Caller,
    row: &CustomerPermissionRow,
) -> Result<(PermissionArn, String, String), String> {
    here(caller, row.arn.arn())?;
    Ok((row.arn.clone(), row.version.clone(), row.status.clone()))
}

/// A permission of AWS's own, which no account and Region has.
pub(crate) fn aws_permission(row: &AwsPermissionRow) -> Result<(PermissionArn, String), String> {
    if row.arn.is_aws_managed() {
        Ok((row.arn.clone(), row.version.clone()))
    } else {
        Err(format!("{} is not a permission of AWS", row.arn))
    }
}

pub(crate) fn invitation(caller: &Caller, scope: &ShareScope, row: &InvitationRow) -> Result<String, String> {
    in_region(caller, row.share.arn())?;
    in_region(caller, row.arn.arn())?;
    in_scope(scope, &row.share)?;
    Ok(row.arn.to_string())
}

/// A resource on one of the shares that were asked for.
pub(crate) fn received_resource(
    asked: &[ShareArn],
    row: &ReceivedResourceRow,
) -> Result<(ShareArn, ResourceArn), String> {
    if asked.contains(&row.share) {
        Ok((row.share.clone(), row.resource.clone()))
    } else {
        Err(format!("a row is about {}, which was not asked for", row.share))
    }
}

/// A resource found by its tags. Global resources, and some regional ones, have no Region or account in their ARN.
pub(crate) fn found_resource(caller: &Caller, arn: &Arn) -> Result<String, String> {
    if !arn.region().is_empty() {
        in_region(caller, arn)?;
    }
    if !arn.account().is_empty() {
        of_account(caller, arn)?;
    }
    Ok(arn.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::fake::place_at;

    fn caller() -> Caller {
        let place = place_at("222222222222", "eu-central-1");
        Caller { account: place.account, region: Some(place.region), name: "a test".into() }
    }

    #[test]
    fn an_arn_is_of_the_place_or_names_no_place() {
        for (arn, fits) in [
            ("arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1", true),
            ("arn:aws:ec2:eu-central-1:333333333333:subnet/subnet-1", false),
            ("arn:aws:ec2:us-east-1:222222222222:subnet/subnet-1", false),
            ("arn:aws:ec2::222222222222:ipam-pool/pool-1", true),
            ("arn:aws:ec2::333333333333:ipam-pool/pool-1", false),
            ("arn:aws:s3:::bucket", true),
        ] {
            let arn = Arn::parse(arn).expect("an ARN");
            assert_eq!(found_resource(&caller(), &arn).is_ok(), fits, "{arn}");
            let whole = !arn.region().is_empty() && !arn.account().is_empty();
            assert_eq!(here(&caller(), &arn).is_ok(), fits && whole, "{arn}");
        }
    }
}
