//! Codes of RAM's rules that a configuration breaks.
//!
//! RAM100-109 accounts and the organization, 110-119 names, 120-129 resources, 130-149 principals, 150-159 permissions,
//! 160-169 tags, 170-179 settings of a share, 180-189 quotas, 190 what is not carried out yet, 191-199 identity and time.

codes! {
    RAM100 "two account blocks have one id"
"Each account block stands for one AWS account, with the role through which ramctl reaches it. Two blocks with one id would leave open which role is used.

Keep one of the blocks and let the references name it. If the id was copied from another block, correct it."

    RAM101 "the stack has no organization block"
"ou(...), account(\"name\") and organization() are looked up in AWS Organizations, and only an organization block says in which account that is done. A share with the organization or a unit as principal also needs sharing inside the organization, which the same block takes care of.

Write

    organization {
      management_account = account.management
      sharing            = \"enabled\"
    }

management_account may also be a delegated administrator that can read the organization; then sharing has to be \"required\" or \"unmanaged\".

For a unit or an organization given by its complete ARN this is a warning: RAM accepts the ARN, but ramctl cannot say which accounts are behind it."

    RAM102 "no such organizational unit"
"ou(\"A/B\") names a unit by its path from the root: B, which stands directly under A, which stands directly under the root. Names are compared exactly, with case. The root itself is no unit; organization() stands for all accounts.

ou(\"ou-ab12-9xyz1234\") names a unit by its id, and goes on naming it after a renaming.

The organization was read in this run, so the unit really was not there at that time."

    RAM103 "no account has this name"
"account(\"name\") names an account by its name in AWS Organizations, compared exactly, with case. A block of this stack is account.label, without quotes and parentheses. An account outside the organization has no name there: give its 12-digit id.

The organization was read in this run, so the account really was not there at that time."

    RAM104 "the name stands for several"
"AWS Organizations does not keep account names unique, and a unit's name may contain a slash and so read like a path. ramctl does not choose between candidates: whoever may rename an account could otherwise choose who gets access.

Give the id instead."

    RAM105 "the organization does not have all features"
"RAM shares with an organization and its units only where the organization has all features enabled. This one has consolidated billing only.

Enable all features in the AWS Organizations console of the management account (every member has to agree), or share with single accounts and set allow_external_principals = true."

    RAM106 "the principal is in another organization"
"RAM shares with the own organization and its units only. The organization id inside this ARN is not the one of the organization that was read.

Give the ARN of the own organization or unit, or better organization() and ou(\"Path/Of/Names\"), which cannot go wrong in this way. Accounts of another organization can be given one by one, with allow_external_principals = true."

    RAM107 "the account is not active"
"AWS Organizations says that the account of the principal is closed, being closed, suspended or not yet set up. RAM cannot add it to a share, and drops the associations of closed accounts after about 90 days.

Who is in a closed account, or in one that is being closed, can use nothing, so such an account counts neither among those that gain access nor among those that lose it. One that is suspended or not yet set up counts: it has access as soon as it is active.

Remove the principal, or wait until the account is active."

    RAM108 "nothing says where to look"
"ramctl keeps no list of what it made. It finds a stack's shares by looking into the accounts and Regions that its files name, and by a search in all other Regions of the accounts that it has credentials for: those with `assume_role`, and the one that the credentials of the run belong to. A stack that has accounts and no shares, and of which no account can be searched, would be looked for nowhere, and \"no changes\" would mean nothing: shares that it once made may still give access.

Give the account blocks `assume_role`, and run without `--no-sweep`. With `--no-sweep`, list the Regions in which the stack has ever had shares:

    ramctl {
      stack   = \"network\"
      regions = [\"eu-central-1\", \"us-east-1\"]
    }

The Regions of the ramctl block are read in accounts that own a share, a permission or an `assume_role`; for the account that the credentials of the run belong to, write `regions` in its account block."

    RAM109 "account block for an account that is not active"
"The files say how ramctl reads this account (`assume_role` or `regions`), and AWS Organizations says that it is closed, being closed, suspended or not yet set up. ramctl cannot read such an account. If no share, permission or inbound block is in it, the run leaves the account out and is complete without it. If there is such a block, the account counts as not read (exit code 6).

If the account is closed, remove its account block and the blocks that are in it."

    RAM110 "two shares have one name"
"RAM itself lets several shares of an account and Region bear one name, but people and consumers tell shares by their names, so a stack may not. Names that were not given are made from the address: label and for_each key, with a hyphen for every character that a share name may not have.

Give one of the shares another name. In a block with for_each, build the key into it: name = \"tgw-${each.key}\"."

    RAM111 "the share has no usable name"
"A share name has 1 to 255 characters, none of them a control character.

Without a name attribute ramctl makes one from the address."

    RAM112 "unusual characters in a share name"
"RAM's console allows letters, digits, spaces, periods and hyphens in the name of a share, and live shares have underscores too. The API documents no pattern, so ramctl sends the name as it is; RAM may refuse it when the plan is applied.

Write a hyphen or an underscore in place of the character."

    RAM120 "the resource is listed twice"
"A resource is on a share once. A second mention is without effect and often means that another resource was meant.

Remove it. In a list that is put together from several, write distinct(concat(...))."

    RAM121 "the resource belongs to another account"
"Only the account that owns a resource can share it: the account in the ARN has to be the share's account. A resource that was shared with the account cannot be shared on.

Move the resource into a share whose account is its owner, or correct the ARN."

    RAM122 "the resource is in another Region"
"A share lives in one Region and holds resources of that Region.

Write one share per Region; with for_each over the Regions they stay one block."

    RAM123 "a global resource is shared outside us-east-1"
"Resources of global services are shared in us-east-1, where they may stand together with resources of that Region.

Set region = \"us-east-1\", or give the global resource a share of its own there."

    RAM124 "RAM cannot share this kind of resource"
"Not everything in AWS is shared through RAM: machine images, hosted zones and others have ways of their own. The help says which.

The list of what RAM shares is in the RAM user guide, Shareable AWS resources, and as data in schemas/resource-types.json."

    RAM125 "a resource type that ramctl does not know"
"RAM gains resource types all the time, so a type that is missing from ramctl's catalog is not refused. What ramctl cannot do for it is check the rules of the type before the plan is applied: whether it can leave the organization, whether it takes roles, users or services as principals, and in which Region it is shared.

Check the ARN or the type code for a typing error. If it is right, the plan goes on."

    RAM126 "the ARN is of another partition"
"The commercial Regions, China, GovCloud, the European Sovereign Cloud and the isolated Regions are separate partitions, and nothing is shared between them. The second field of an ARN is the partition: aws, aws-cn, aws-us-gov, aws-eusc and so on. It has to be the one of the share's Region."

    RAM127 "the type cannot be searched by tags"
"tagged(...) asks the Resource Groups Tagging API for resources of one type, and that API names types by their ARNs. The catalog has to know the type and the form of its ARNs.

Correct the type, which is written as RAM writes it (ec2:Subnet), or list the resources by their ARNs."

    RAM128 "nothing has the tags"
"A search by tags found nothing in the account and Region of its share. That may be right, for a share that waits for its first resource. It is also what a misspelt tag looks like, a tag that is in another account or Region, and a type that the tagging API does not support. A share that would lose its last resource by this needs consent, RAM211.

Check key and value, which are case-sensitive: aws resourcegroupstaggingapi get-resources --tag-filters Key=...,Values=..."

    RAM129 "tagged resources of another account"
"A search by tags also found resources that belong to another account: whoever a resource is shared with can put tags of their own on it. Only the owner can share a resource, so these are left out.

Write a share for the account that owns them if they are to be shared."

    RAM131 "the principal is listed twice"
"Two ways of writing one principal, such as account.dev and its 12 digits, name it once. The second mention is without effect.

Remove one of them."

    RAM132 "the owner is a principal of its own share"
"The account that shares a resource has it already. As a principal it gains something that is easily missed: RAM writes a resource policy that names the account, and in the owner's own account such a policy grants access without any identity policy.

Remove the principal. If another account was meant, correct the id."

    RAM133 "this type is only shared inside the organization"
"RAM shares some types, such as subnets, only inside the organization, whatever allow_external_principals says. The principal is outside of it.

Remove the principal, or move the resource into a share without it."

    RAM134 "this type cannot be shared with roles and users"
"For this type RAM takes accounts, units and the organization as principals, and no IAM roles or users.

Share with the role's account and let an identity policy in that account say which roles may use the resource; or move the resource into a share of its own."

    RAM135 "this type cannot be shared with services"
"Only a few types can be shared with service principals, such as private certificate authorities with their connectors.

Remove the service, or move the resource into a share without it."

    RAM136 "a service principal stands beside other principals"
"A share with a service principal can have service principals only.

Write two shares with the same resources: one for the services, one for the rest."

    RAM137 "sources without a service principal"
"sources narrows down for whom a service may act. It has no effect on other principals, and RAM takes it only on shares with service principals.

Remove sources, or write the service as principal: service(\"name.amazonaws.com\")."

    RAM138 "not a source"
"A source is a 12-digit account id, an ARN, an organization id (o-...) or an organization path (o-.../r-.../ou-.../)."

    RAM139 "the principal is outside the organization"
"The share does not allow external principals, which is ramctl's default, and the account of this principal is not in the organization that was read. RAM would refuse it.

ramctl leaves the share as it is and goes on with the others (exit code 1).

Check the id. If the account left the organization, there are two ways. Remove the principal from the files: the account loses what the share gives it. Or write allow_external_principals = true on the share: the account keeps its access or gets an invitation, the organization's service control policies do not hold in it, and from then on accounts outside the organization can be added to the share. The plan asks for consent to that: RAM205 where the share was closed before, RAM201 where the principal is new on it."

    RAM140 "the share needs sharing inside the organization, which is declared off"
"The stack says `sharing = \"disabled\"` in its organization block. RAM shares with units and the organization only where sharing inside the organization is on; where it is off, RAM takes every other account for one outside the organization, sends it an invitation, and needs `allow_external_principals = true` on the share.

List accounts in place of units and allow external principals, or write `sharing = \"enabled\"`."

    RAM145 "the name is no pattern"
"name of an inbound block is a pattern over the names of shares: * stands for any characters, ? for one, [a-z] for one of a set, {a,b} for one of several. Case counts. This one does not close, or has an empty set.

Write the character itself as \\* or \\[ where it is meant."

    RAM146 "an account receives from itself"
"An inbound block says what the account takes from another one. What the account owns it can use without a share.

Write the account that shares as from."

    RAM147 "an inbound block decides over nothing"
"Where several inbound blocks match a share, one that rejects counts before one that accepts, in whatever order they stand: an exception can be written, and never lets in more than is written. Here a block that rejects has no name, or the same one, so nothing is left for the block that accepts.

Remove one of them, or give the block that rejects a narrower name."

    RAM148 "an inbound block for a sender of the same stack"
"The sender shares in this stack and Region, so the share has a block of its own. ramctl accepts its invitations by itself in accounts that it has credentials for (accept_invitations, true unless set otherwise); a second block about them can only contradict that.

Remove the inbound block, or set accept_invitations = false in the share."

    RAM150 "two permissions for one resource type"
"A share has exactly one permission per resource type. Resources of one type that need different permissions belong on different shares, and so do principals that need different rights: a resource may be on several shares, and each gives its own principals its own permission.

Remove one of the blocks, or split the resources (or the principals) over two shares."

    RAM151 "the permission is for another resource type"
"Each managed permission is made for one resource type, and RAM refuses to attach it for another.

Correct the type in the block's label or the permission."

    RAM152 "this type takes no customer managed permission"
"For this type RAM knows only permissions that AWS manages.

Use one of AWS's permissions, or leave the block out for AWS's default."

    RAM153 "not a permission"
"use is the ARN of a permission, or a name of 1 to 36 letters, digits, hyphens, underscores and periods (AWS's own names, which begin with AWSRAM, may be longer). A name that begins with AWSRAM is one of AWS's permissions; any other is a customer managed permission of the share's account and Region."

    RAM154 "the permission is in another account or Region"
"A customer managed permission works in the account and Region that it was made in. The same definition has to be made again for every other account and Region.

Give the permission by its name: ramctl completes it with the account and Region of the share."

    RAM155 "a permission without a resource of its type"
"The share has no resource of the type that this permission is for, so the permission gives nobody anything. Often it is the type in the label that is wrong.

If resources of the type follow later, the warning goes away then."

    RAM156 "a name that a permission cannot have"
"A customer managed permission has a name of 1 to 36 letters, digits, hyphens, underscores and periods. Names that begin with AWSRAM are those of AWS's own permissions, and a share that names one means AWS's.

Give the block a name, or shorten its label."

    RAM157 "actions that a permission cannot have"
"A permission allows at least one action, each written as a service, a colon and a name, in which * and ? stand for other characters. RAM takes only actions of the resource type's own service, and tells when the plan is applied if it does not know one.

Write statement { actions = [\"ec2:GetIpamPoolAllocations\"] }."

    RAM158 "a condition key that RAM sets itself"
"In the policy that RAM writes for a resource, it fills in who the principals are and on whose behalf a service comes: aws:PrincipalAccount, aws:PrincipalOrgID, aws:PrincipalOrgPaths, aws:SourceAccount, aws:SourceArn, aws:SourceOrgID and aws:SourceOrgPaths. A permission may not speak of them, nor of tags whose keys begin with aws:.

Say who may use the share with its principals and sources."

    RAM159 "a condition that RAM refuses"
"The condition of a customer managed permission has operators, in them keys, in them values. RAM takes single operators without a negation: no StringNotEquals and the like, no ForAllValues: and ForAnyValue:.

Say what is allowed."

    RAM160 "too many tags"
"AWS allows 50 tags on a share. ramctl writes up to four of its own (ramctl:stack, ramctl:address, ramctl:applied, and ramctl:imported on a share that was imported), so a stack has 46."

    RAM161 "a reserved tag key"
"Keys that begin with aws: belong to AWS, keys that begin with ramctl: to ramctl, which knows its shares by them.

Rename the key."

    RAM162 "a tag that AWS refuses"
"A tag key has 1 to 128 characters, a value 0 to 256, none of them a control character."

    RAM163 "two permissions with one name"
"RAM knows a customer managed permission by its name: in one account and Region there is one permission of a name, and a second one is refused.

Give one of the blocks another name."

    RAM164 "an attribute that a permission cannot ignore"
"A permission has a policy, and it has tags. With ignore_changes = [tags] changes of the tags that were made elsewhere are left alone, and with keep_extra = [tags] tags that others added stay; the policy is what the block is for, and name and type of a permission cannot change.

Write ignore_changes = [tags] or keep_extra = [tags], or take it out."

    RAM165 "a placeholder in a condition"
"RAM lets a permission have placeholders, @{name}, for which each share gives a value. This version of ramctl cannot give such values, so it does not make such a permission; one that somebody else made is reported as unreadable.

Write the value itself. With for_each one block makes a permission for each value."

    RAM170 "retained sharing without external principals"
"retain_sharing_on_account_leave_organization keeps an account on the share that leaves the organization. It is then outside the organization, so RAM takes the setting only together with allow_external_principals = true.

Add allow_external_principals = true, or remove the setting."

    RAM171 "retained sharing is for single accounts"
"With retain_sharing_on_account_leave_organization RAM takes accounts one by one as principals, each of which gets an invitation; not the organization and no unit.

List the accounts, or remove the setting. To do both, write two shares with the same resources."

    RAM172 "retained sharing of a type that stays inside the organization"
"The type cannot be shared outside the organization, so there is nothing to retain for an account that has left it.

Remove the setting, or move the resource into a share of its own."

    RAM180 "more than RAM's quota"
"By default RAM allows 5,000 resources and 5,000 principals on a share. The quotas can be raised for an account, which ramctl cannot see, so this is a warning; applying fails where they were not.

Split the share, or name a unit instead of its accounts."

    RAM181 "more permissions of one type than RAM's quota"
"By default RAM allows 10 customer managed permissions for one resource type in an account and Region, and 1,500 in all. The quotas can be raised for an account, which ramctl cannot see, so this is a warning; applying fails where they were not.

Let several shares use one permission."

    RAM191 "the share to import is in another place"
"A share is imported where it is: the account and the Region in its ARN have to be those of the block that is to have it. RAM cannot move a share. A block that has no share yet is left as it is, everything else is planned and applied, and the run ends with 1. If the block has its share, the import was carried out before: the import block has no effect any more, may stay, and this is a warning.

Correct the ARN, or the block's account and region. To move a share, import it into a block that fits, and apply. Then change the account or Region: the plan shows the replacement."

    RAM192 "two imports contradict each other"
"One share has one block, and one block has one share. Two import blocks name the same share, or the same block.

Remove one of them."

    RAM193 "the moves contradict each other"
"A moved block says where the share of a block is declared now. Followed from any address, such blocks lead to one address at most and never back: share.a cannot become both share.b and share.c, two blocks cannot both become share.b, and a ring leads nowhere.

Keep the moved blocks that say what happened, and remove the rest. A chain (a to b, b to c) is fine."

    RAM194 "a moved block is still declared"
"A `moved` block with `from = share.a` and `to = share.b` means that what was declared as share.a is share.b now. If share.a is declared as well, it would get a new share while its old one goes to share.b, which is hardly what was meant.

Rename the block that is still there, or remove the moved block."

    RAM195 "a removed block is still spoken of"
"removed { from = share.a } says what becomes of a share whose block is gone. The block, or one of its instances, is still declared, or a second block says something else about the same address.

Remove the block that is still declared, or this one."

    RAM196 "the share has expired"
"The time that expires names is over. The next apply deletes the share if it is there, and does not make it if it is not; lifecycle { prevent_destroy = true } keeps even an expired share.

Remove the block, or give it a later time."

    RAM197 "an allow has ended"
"The time that until gives an element of an allow list is over, so it allows nothing: a plan with that hazard asks for consent again.

Take the element out, or give it a later until, with a reason that still holds."

    RAM198 "a former name of the stack is none"
"formerly lists the names that the stack had before. Shares and permissions whose tag ramctl:stack has one of them are this stack's own, and the next apply writes the name that it has now on them. The name that it has now is no former one, and a name is listed once.

Only this stack may have had the name. If another stack still has it, both claim the same shares, and each plan undoes what the other one did. To take over single shares of another stack, write import blocks instead.

    ramctl {
      stack    = \"hub\"
      formerly = [\"network\"]
    }"
}
