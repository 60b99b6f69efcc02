//! Errors of AWS decoded: what they mean and what to do.

use crate::cloud::error::{CloudError, ErrorKind};
use crate::model::{Denial, DenialReason};

/// Advice for one failed call; none where the message of AWS says it all.
pub(crate) fn help(error: &CloudError) -> Option<String> {
    let says = |part: &str| error.message.to_ascii_lowercase().contains(part);
    let code = error.code.as_str();
    Some(match error.kind {
        ErrorKind::CredentialsUnavailable => format!(
            "ramctl found no valid credentials for account {}. Log in (`aws sso login`, or set AWS_PROFILE), or give the \
             account an assume_role block.",
            error.caller.account
        ),
        ErrorKind::WrongAccount => format!(
            "Give account {} an assume_role block, or run ramctl with credentials of that account.",
            error.caller.account
        ),
        ErrorKind::CannotAssumeRole => format!(
            "Check that {} exists, that its trust policy names the credentials that ramctl runs with (and the external_id, \
             if it asks for one), and that those credentials may call sts:AssumeRole on it.",
            error.caller.name
        ),
        ErrorKind::AccessDenied => {
            let denial = Denial::of(&error.message);
            let mut text = denial.remedy(error.action, &error.caller.name);
            text.replace_range(..1, &text[..1].to_ascii_uppercase());
            text.push_str(&format!(" (account {})", error.caller.account));
            let checked = denial.action.as_deref().unwrap_or(error.action);
            if denial.reason == DenialReason::Unsaid
                && checked == error.action
                && matches!(checked, "ram:CreateResourceShare" | "ram:AssociateResourceShare")
            {
                text.push_str(
                    ". A share with content needs ram:CreateResourceShare and ram:AssociateResourceShare, and the policy action \
                     of each shared service (for example ec2:PutResourcePolicy)",
                );
            }
            text.push('.');
            text
        }
        ErrorKind::Throttled => {
            "Something else uses the same request quota. Run again; fewer parallel runs against this account help.".to_owned()
        }
        ErrorKind::OrganizationSharing if says("not in your aws organization") => {
            "The principal is outside the organization, or sharing inside the organization is off, which makes every account \
             an outsider. To share outside, set allow_external_principals = true on the share."
                .to_owned()
        }
        ErrorKind::OrganizationSharing => {
            "RAM gives this one error for several causes: the resource type can be shared inside the organization only and a \
             principal is outside; sharing in the organization is off or half on; or it was turned on moments ago. \
             Run apply again in a few minutes; if it stays so, check that the stack has organization { sharing = \"enabled\" } \
             and that the principal is in the organization."
                .to_owned()
        }
        ErrorKind::NoOrganization => {
            format!("Account {} is in no organization; remove the organization block or create one.", error.caller.account)
        }
        ErrorKind::InvalidState => {
            "Another change of this share was still under way. Run again once its associations are settled.".to_owned()
        }
        ErrorKind::InvalidRequest if code.starts_with("TagPolicyViolation") => {
            if says("reserved") {
                "A tag key is reserved (such as aws:). Rename the tag.".to_owned()
            } else {
                "A tag policy of the organization does not allow a tag of the share as it is written: correct its key or value. `aws \
                 organizations describe-effective-policy --policy-type TAG_POLICY`, called in this account, prints the policy."
                    .to_owned()
            }
        }
        ErrorKind::InvalidRequest if error.action == "ram:EnableSharingWithAwsOrganization" => {
            "Only the management account of an organization with all features may enable sharing: check management_account in the \
             organization block."
                .to_owned()
        }
        ErrorKind::InvalidRequest if code.starts_with("MalformedArn") => {
            "RAM does not take this ARN: it is mistyped, or RAM cannot share this type of resource.".to_owned()
        }
        ErrorKind::NotFound
            if code.starts_with("UnknownResource") && error.action.ends_with("PermissionVersion") =>
        {
            "The permission or its version was deleted, or is in another Region or account.".to_owned()
        }
        ErrorKind::InvalidRequest if code.starts_with("UnmatchedPolicyPermission") => {
            "RAM promotes a share only where a customer managed permission says exactly what its own permission says. Plan again: \
             the plan promotes the permission first (RAM326)."
                .to_owned()
        }
        ErrorKind::NotFound if code.starts_with("UnknownResource") => {
            "The share was deleted, or is in another Region or account.".to_owned()
        }
        ErrorKind::NotFound if code.starts_with("ResourceArnNotFound") => {
            "The resource was deleted while it was shared.".to_owned()
        }
        ErrorKind::LimitExceeded if code.starts_with("Permission") => {
            "A quota of RAM is reached: five versions of a permission, 10 customer managed permissions of one resource type, 1,500 in \
             all. Delete what is not used, or ask for a higher quota."
                .to_owned()
        }
        ErrorKind::LimitExceeded => {
            "A quota of RAM is reached (25,000 shares and associations per Region, 5,000 associations per share, 50 tags). Split the \
             share or ask for a higher quota."
                .to_owned()
        }
        ErrorKind::Unreachable | ErrorKind::Timeout => {
            let place = error.caller.region.as_ref().map_or_else(String::new, |region| format!(" for {region}"));
            format!("No answer from the endpoint{place}: check the network, the proxy and the spelling of the Region.")
        }
        ErrorKind::Service => "AWS failed to answer. Run again later.".to_owned(),
        ErrorKind::Unreadable if error.message.starts_with("HTTP ") => {
            "Something else than AWS answered: a proxy, or what AWS_ENDPOINT_URL names.".to_owned()
        }
        ErrorKind::Unreadable => {
            "AWS answered something that this version of ramctl does not understand. Update ramctl, or report it.".to_owned()
        }
        ErrorKind::RegionNotEnabled => {
            let region = error.caller.region.as_ref().map_or_else(|| "the Region".to_owned(), ToString::to_string);
            format!(
                "The credentials work elsewhere, so {region} is not enabled for account {}. Enable it, \
                 or leave it out: remove it from `regions` if the files name it, otherwise use `--no-sweep`.",
                error.caller.account
            )
        }
        ErrorKind::Unsupported => {
            "Something else than AWS answered. See whether AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_RAM or a proxy is left over from \
             something else."
                .to_owned()
        }
        ErrorKind::LeftSandbox => {
            "A sandbox is in use, so ramctl calls nothing but loopback. This call has no loopback endpoint: report it as a bug."
                .to_owned()
        }
        ErrorKind::NotFound
        | ErrorKind::AlreadyDone
        | ErrorKind::PageSize
        | ErrorKind::InvalidRequest
        | ErrorKind::Conflict
        | ErrorKind::Other => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::cloud::{Caller, ErrorKind};
    use crate::model::AccountId;

    #[test]
    fn denied_access_names_the_action_the_caller_and_the_account() {
        let caller = Caller {
            account: AccountId::parse("222222222222").expect("valid"),
            region: None,
            name: "arn:aws:iam::222222222222:role/ramctl".into(),
        };
        let error = caller.error(ErrorKind::AccessDenied, "ram:GetResourceShares", "not authorized");
        assert_eq!(
            error.help().as_deref(),
            Some(
                "Allow ram:GetResourceShares to arn:aws:iam::222222222222:role/ramctl (account 222222222222)."
            )
        );
        let message = "User: arn:aws:sts::222222222222:assumed-role/ramctl/x is not authorized to perform: \
                       ec2:DescribeSubnets on resource: * because no identity-based policy allows it";
        let error = caller.error(ErrorKind::AccessDenied, "ram:CreateResourceShare", message);
        assert_eq!(
            error.help().as_deref(),
            Some(
                "Allow ec2:DescribeSubnets to arn:aws:iam::222222222222:role/ramctl (account 222222222222)."
            ),
            "the action that is missing, which is not the one that was called"
        );
    }
}
