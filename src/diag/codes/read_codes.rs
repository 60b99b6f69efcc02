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
        "The share names a unit or an account of the organization by name, and the organization could not be read; or it names \
        resources by tags, and the tags could not be read. The share is neither made, changed nor deleted."
    RAM410 "account and Region not read"
        "What RAM has in this account and Region could not be read, so nothing in it is created, changed or deleted, and the run \
        counts as incomplete (exit code 6)."
    RAM411 "organization not read"
        "The tree of the organization could not be read. Shares that need a name from it are left alone, and who gains and loses \
        access through units is unknown."
    RAM412 "what an account receives was not read"
        "Whether a share was accepted, and which invitations are pending, shows only in the account that receives, and reading it failed \
        there. That is never taken for \"no invitation\": nothing is accepted or rejected in the account, and the run counts as \
        incomplete (exit code 6).\n\nThe role in that account needs `ram:GetResourceShareInvitations` and `ram:GetResourceShares`; \
        `ramctl iam plan --account NAME` prints its policy."
    RAM413 "what accounts have in a resource was not read"
        "The plan takes a subnet or a transit gateway from accounts, and EC2 did not say whether they have anything there. A subnet \
        then counts as used (RAM212). No step depends on the answer, so the run does not count as incomplete for it. To see for \
        yourself, as the owner:\n\n    \
        aws ec2 describe-network-interfaces --include-managed-resources --filters Name=subnet-id,Values=SUBNET --query \
        'NetworkInterfaces[].OwnerId'\n    \
        aws ec2 describe-transit-gateway-attachments --filters Name=transit-gateway-id,Values=GATEWAY --query \
        'TransitGatewayAttachments[].[ResourceOwnerId,State]'\n\nThe role in the account that owns the share needs \
        `ec2:DescribeNetworkInterfaces` for subnets and `ec2:DescribeTransitGatewayAttachments` for transit gateways; \
        `ramctl iam plan --account NAME` prints its policy."
    RAM414 "other Regions were not searched"
        "Beside the accounts and Regions that the files name, a run looks for shares of the stack in all other Regions of its accounts, also of the one that \
        the credentials of the run belong to, where the files name it. \
        For that it lists the Regions that are enabled (`ec2:DescribeRegions`), and in this account it cannot. A share that left the \
        files together with the last block of its Region may still be live there, so the run is incomplete (exit code 6).\n\nGive the role \
        `ec2:DescribeRegions`; `ramctl iam plan --account NAME` prints its policy. `--no-sweep` turns the search off; the report then says \
        that nobody looked."
    RAM415 "account of the organization was not searched"
        "`organization { sweep { role_name = \"NAME\" } }` asks for a search in every active account of the organization: ramctl assumes the role \
        of that name there and asks each enabled Region for shares with the stack's tag. In this account that failed: the role is missing, \
        does not trust the caller, or may not make the calls. That is never taken for \"nothing there\": the run is incomplete (exit code \
        6).\n\nMake the role in every account, for example with a CloudFormation StackSet; `ramctl iam plan --account sweep` prints its policy. \
        Remove the `sweep` block, or use `--no-sweep`, to search only the accounts that the files name."
    RAM419 "sharing in the organization is on and declared off"
        "The stack says `sharing = \"disabled\"`: the organization does not share on purpose, and accounts inside it are invited as those \
        outside are. Somebody turned it on. ramctl leaves it on, because turning it off takes every organization and unit off every share \
        of the organization; `drift` exits with 2.\n\nHave it turned off in the management account (AWS RAM user guide, \"Disabling \
        resource sharing with AWS Organizations\"), or write `sharing = \"required\"`."
    RAM440 "no usable credentials"
        "ramctl found no credentials that reach this account: none at all, expired ones, or ones that belong to another account. \
        What it reads with the wrong credentials would be taken for this account's state, so it stops before the first call.\n\nAn \
        account without an `assume_role` block is reached with the credentials of the process: environment variables, the profile \
        in AWS_PROFILE, single sign-on (`aws sso login`), a web identity token, or the role of the machine. Give every other \
        account an `assume_role` block."
    RAM441 "cannot assume the role"
        "`sts:AssumeRole` on the account's role was refused. AWS gives the same answer for a role that does not exist and for one \
        that does not trust the caller.\n\nCheck in this order: the role's ARN; its trust policy, which must name the caller (and \
        the external id, if it asks for one); the caller's own policy, which must allow sts:AssumeRole on the role; service \
        control policies of the organization. The rest of the stack is planned without this account."
    RAM442 "access denied"
        "The credentials work, but may not make this call. Allow the action that is named to the role that is named. To read an \
        account ramctl needs `ram:Get*` and `ram:List*`; to read the organization `organizations:Describe*`, \
        `organizations:List*` and `iam:GetRole`, in the management account or that of a delegated administrator.\n\nOne denied \
        listing makes the whole account and Region unknown: a share that is read by half cannot be compared."
    RAM443 "throttled"
        "AWS refused calls for their rate until ramctl's retries were used up. ramctl stays under the rates that Organizations \
        publishes; RAM publishes none. Other tools in the account use the same quota: run again, or fewer at a time."
    RAM444 "no answer"
        "The endpoint could not be reached, or did not answer in time. Check the network, the proxy, the spelling of the Region, and \
        whether the Region is enabled for the account. AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_RAM redirect calls: see that they \
        are not left over from something else."
    RAM445 "the service failed"
        "AWS answered with an internal error until ramctl's retries were used up. Run again later."
    RAM446 "unreadable answer"
        "AWS answered something that this version of ramctl does not understand: a row without its share, an id of a new form, a \
        listing that goes round in circles. Leaving such a row out could hide a grant, so the whole account and Region counts as \
        unknown. Update ramctl, or report the message."
    RAM447 "not configured"
        "Nobody said where to read this. The organization is read through the account that `management_account` in the \
        `organization` block names; without that block, units, names of accounts and the state of sharing are unknown."
    RAM448 "reading failed"
        "A call failed for a reason that ramctl has no advice for. The message of AWS is in the output, with the request id that AWS \
        support asks for."
    RAM449 "not in the snapshot"
        "The run reads a snapshot in the place of AWS (`--live FILE`), and the file does not have this account and Region: the stack \
        names a place that it did not name when the snapshot was taken. What is there is unknown, so nothing in it is compared.\n\n\
        Run `ramctl snapshot --out FILE` again with the stack as it is now."
    RAM450 "the Region is not enabled"
        "The credentials work, and the account's endpoint in this Region does not know them (UnrecognizedClientException or \
        InvalidClientTokenId). AWS answers so where the Region is not enabled for the account.\n\nEnable the Region \
        (`aws account enable-region --region-name REGION`, in the account or in the management account). If the files name it, you can \
        remove it from `regions` instead, in the `ramctl` block or in the `account` block. If they do not, the search for the stack's \
        shares found it: the account lists it as enabled, and enabling a Region takes from minutes to hours. `--no-sweep` leaves out \
        that search. The Region counts as not read until then (exit code 6)."
    RAM451 "the endpoint does not know the operation"
        "The answer has no error code of AWS: an HTML page, an empty body, or \"not implemented\". Something else than AWS answered: a \
        proxy, or a stand-in for AWS that does not have the operation. The message names the HTTP status and the endpoint.\n\nSee \
        whether AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_RAM, `endpoint_url` of the profile or HTTPS_PROXY is left over from something else."
    RAM452 "no such name in the organization"
        "A share names an account or a unit that the organization does not have (RAM102, RAM103, RAM104): it was closed, renamed or moved, or the \
        name is misspelled. ramctl leaves that share as it is, compares and changes everything else, and ends with exit code 1. `ramctl \
        destroy` needs no names and is not stopped.\n\nCorrect the name, or remove it from the share."
    RAM453 "the share may be live elsewhere"
        "A share is known by its address, in whichever account and Region it is. The files declare a share that is not in its account and \
        Region, and another account or Region of the stack could not be read or searched. The share may be live there, for example \
        because it was declared there before. A second one would be a write on something unknown, so ramctl does not create the share, \
        and the run is incomplete (exit code 6).\n\nMake the account or Region that is named readable and run again. If it holds \
        nothing of the stack any more, remove it from the files: its `account` block, or the Region from `regions`. The search of Regions \
        that no file names can be turned off with `--no-sweep`; then creating the share needs consent (RAM240)."
    RAM454 "the share is live where the run changes nothing"
        "`--region` or `--account` leaves out the account or Region in which the share is live now. The files declare it in another one, so \
        ramctl would create it there and delete it where it is. A narrowed run changes nothing outside of its part and makes no second \
        share of one address, so it leaves the share as it is and ends as incomplete (exit code 6).\n\nRun again without the flag, or \
        with `--target`, which takes in all accounts and Regions of the address."
    RAM455 "a principal is not in the organization"
        "The organization was read, and a share names a principal that cannot be on it for what the organization is now (RAM105, RAM106, \
        RAM133, RAM139): an account that left the organization or was never in it, a unit of another organization. ramctl leaves that share \
        as it is, compares and changes everything else, and ends with exit code 1. `ramctl destroy` is not stopped.\n\nThe diagnostic \
        names the principal, and what each way out of it costs."
    RAM456 "permission cannot be attached"
        "A `permission` block of a share names a managed permission that RAM cannot put on the share: none of that name is there, its status \
        is not ATTACHABLE (for example DEPRECATED), or its policy has placeholders, @{name}, for which ramctl cannot give values. Where \
        a permission is named, ramctl lists the permissions of AWS in the account and Region (`ram:ListPermissions`), and so finds this \
        before it applies anything. The share is left as it is, everything else is compared and changed, and the run ends with exit \
        code 1.\n\nCorrect the name. `aws ram list-permissions --permission-type AWS_MANAGED --resource-type TYPE` shows what there is."
    RAM457 "the permission has placeholders"
        "The policy of a managed permission has placeholders, @{name}, and each share gives values for them. The API that ramctl is built on \
        does not return those values, so what the permission allows on this share is unknown: it is not called as declared, and the run \
        is incomplete (exit code 6).\n\nUse a permission without placeholders, or keep the share outside of ramctl."
}
