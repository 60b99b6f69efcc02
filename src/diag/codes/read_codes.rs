//! Codes of reading AWS and of the organization's bootstrap.

codes! {
    RAM401 "sharing in the organization is half-enabled"
        "Organizations trusts RAM (`ram.amazonaws.com` has trusted access), but the service-linked role \
        AWSServiceRoleForResourceAccessManager is missing. That happens when somebody turned trusted access on in Organizations \
        instead of in RAM. RAM then answers that units and accounts of the organization do not exist.\n\n\
        AWS's documented repair turns trusted access off first, which takes every organization and unit off every share. ramctl \
        makes the missing role instead, which takes nothing from anybody: write `sharing = \"enabled\"`, or run \
        `aws iam create-service-linked-role --aws-service-name ram.amazonaws.com` in the management account."
    RAM402 "left-over role of RAM"
        "The service-linked role of RAM exists but trusted access is off: sharing was on once. It counts as off, and turning it on \
        uses the role that is there."
    RAM403 "sharing in the organization is off"
        "The stack says `sharing = \"required\"`: somebody else turns it on, and nothing is done until then.\n\nWrite \
        `sharing = \"enabled\"` to let ramctl turn it on, or run `aws ram enable-sharing-with-aws-organization` in the management \
        account. It covers all accounts and Regions."
    RAM404 "not the management account"
        "Sharing inside the organization is turned on in its management account, and `management_account` of the `organization` \
        block is a member.\n\nName the management account there, with a role in it that ramctl may assume."
    RAM405 "organization without all features"
        "The organization has consolidated billing only. RAM shares with units and the organization only where all features are on \
        (Organizations, \"Enabling all features\"; every member account must agree, so it takes days)."
    RAM406 "account is in no organization"
        "The account that `management_account` names is in no organization, so there is nothing to share inside of.\n\nRemove the \
        `organization` block and share with account ids and `allow_external_principals = true`, or create an organization."
    RAM407 "cannot tell whether sharing is on"
        "Whether RAM shares inside the organization could not be read, so ramctl neither turns it on nor makes shares that need \
        it.\n\nThe role in the management account needs `organizations:DescribeOrganization`, \
        `organizations:ListAWSServiceAccessForOrganization` and `iam:GetRole` on AWSServiceRoleForResourceAccessManager. Write \
        `sharing = \"unmanaged\"` to leave sharing to somebody else."
    RAM408 "share waits for sharing in the organization"
        "The share gains the organization or a unit as principal, which works only while RAM shares inside the organization. It is \
        left as it is until that is on."
    RAM409 "share could not be settled"
        "The share names a unit or an account of the organization by name, and the organization could not be read. The share is \
        neither made, changed nor deleted."
    RAM410 "account and Region not read"
        "What RAM has in this account and Region could not be read, so nothing in it is created, changed or deleted, and the run \
        counts as incomplete (exit code 6)."
    RAM411 "organization not read"
        "The tree of the organization could not be read. Shares that need a name from it are left alone, and who gains and loses \
        access through units is unknown."
}
