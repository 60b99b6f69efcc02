//! Codes of what was found live.

codes! {
    RAM301 "unmanaged share reaches outside"
        "A share in an account and Region of the stack belongs to no stack, and somebody outside of the organization can use it. \
        ramctl never changes what it does not own.\n\nFind out who made it (CloudTrail, event `CreateResourceShare`). Delete it, or \
        declare it and adopt it: an `import` block with `to = share.NAME` and `id = \"ARN\"`."
    RAM302 "unmanaged share"
        "A share in an account and Region of the stack belongs to no stack. ramctl reports it and never changes it. Some AWS \
        services make shares of their own."
    RAM303 "share made from a resource policy"
        "Somebody attached a policy to a resource without RAM, and RAM shows it as a share with the feature set CREATED_FROM_POLICY. \
        Such a share cannot be changed through RAM until it is promoted, which an `import` block asks for. Nothing else touches it."
    RAM304 "association is unhealthy"
        "A principal or resource is on the share but in a state that gives no access, such as SUSPENDED. RAM says in the status \
        message why. ramctl repairs FAILED associations by taking them off and putting them on again, and leaves other states \
        alone."
    RAM305 "two shares with one address"
        "Two live shares have the tags of one block, because a run that replaced one by the other was cut short: the record of the \
        successor names the share that it takes the place of. The one that fits the block better stays; the other is deleted, after the \
        one that stays gives what it gave. Shares that are not linked so are RAM219."
    RAM306 "permission is behind its default version"
        "AWS or you published a newer version of the managed permission; shares keep the version that they had until they are moved \
        to the new one. A share follows a customer managed permission by itself. For one of AWS's ramctl reports this and does not change it, with the \
        actions that moving would add (+) and remove (-), until the share asks for it: \
        `permission \"TYPE\" { use = \"NAME\" version = \"latest\" }`."
    RAM307 "permission not declared"
        "The share has a managed permission that no `permission` block names and that is not AWS's default for its type. A type without a \
        block has AWS's default, or what ramctl found on the share when it first applied: only that stays, and this says so. Any other \
        permission was attached by hand, or its block was removed; the plan goes back to AWS's default. Where AWS's default is not known, or \
        the record of the last apply is of an earlier build and does not say what was found, ramctl changes nothing, and `drift` exits with 2. \
        When the last resource of the type leaves the share, the permission leaves with it.\n\nName the permission you want. For \
        AWS's default write its name: `permission \"ec2:TransitGateway\" { use = \"AWSRAMDefaultPermissionTransitGateway\" }`."
    RAM308 "share of another stack"
        "A share in an account and Region of this stack belongs to another stack, by its tag `ramctl:stack`. It is left alone."
    RAM309 "association is under way"
        "RAM has not finished: a principal has yet to accept its invitation, or a principal, a resource or a source is still \
        being associated or taken off. Invitations expire after 12 hours or 7 days, depending on the resource type."
    RAM310 "a share of this name exists"
        "The plan makes a share, and another stack has one with the same name there, or RAM made one of a resource policy. RAM allows that, so the plan \
        is right unless the two should be one.\n\nTo take the existing share over instead, write \
        an `import` block with `to = share.NAME` and `id = \"ARN\"` and plan again."
    RAM311 "the share to import is not there"
        "The account and Region of the share were read in full, and no share has the ARN that the import block names. A share that was \
        deleted can be listed for some hours and never comes back. If the import was carried out before, and RAM still lists the share as deleted with the block's tags, the block \
        gets a new share. Otherwise the block is left alone, everything else is planned and applied, and the run ends with 1.\n\nCorrect the ARN, or remove the import block to let ramctl make \
        a new share."
    RAM312 "the share cannot be imported"
        "A share is adopted in place, by tags, so it has to be one that RAM can change to what the block says. RAM mends no \
        FAILED share, changes nothing on one that is being promoted, and sets `retain_sharing_on_account_leave_organization` only when a share is made. ramctl does not delete somebody else's \
        share to make one of its own in its place.\n\nWrite the block so that it fits the share, or remove the import block."
    RAM313 "the import is of a share or for a block that is taken"
        "The block has a share already, or the share belongs to another block of this stack. Once an import is applied its block has \
        no effect, so it may stay; this one asks for something else.\n\nRemove the import block. To give a share of this stack to \
        another block write a `moved` block with `from = share.OLD` and `to = share.NEW`."
    RAM314 "the share expires"
        "The block gives the share a time, `expires`. Until then this is only told; the first apply after it deletes the share. Nothing \
        happens by itself: a share that expired and is still there shows as drift."
    RAM315 "share has this stack's tags without proof"
        "A share in an account and Region of the stack has its tag `ramctl:stack`, and its record, the tag `ramctl:applied`, does not fit. \
        The record is bound to stack, address and the ARN of the share: it fits neither a share that the tags were copied to, nor one whose \
        tags were edited by hand. Records of ramctl 0.1 were bound to nothing and fit nowhere. ramctl does not count such a share as the \
        stack's, and neither changes nor deletes it.\n\nFind out who tagged it (CloudTrail, event `TagResource`). If it is not the \
        stack's, take the tags `ramctl:*` off it. If it is, take it over: an `import` block with `to = share.NAME` and `id = \"ARN\"`."
    RAM320 "permission not compared"
        "A customer managed permission of the stack is there, and what it allows could not be read or cannot be compared: the call was \
        refused, or the policy has placeholders, @{name}, for which each share gives a value of its own. It is not changed, no share \
        with it is given anything new, and the run counts as incomplete.\n\nAllow `ram:GetPermission` and \
        `ram:ListPermissionVersions`. A permission with placeholders is not for ramctl to keep: take its block out and release it with \
        a `removed` block with `from = permission.NAME` and `lifecycle { destroy = false }`."
    RAM321 "no version of a permission can go"
        "RAM keeps five versions of a customer managed permission. To make another one, ramctl deletes the oldest that is not the default, \
        once no share has it: it moves shares of its own to the default version first, where that gives nobody anything that he does not \
        have before or after. Here every version is on a share that is not this stack's, or that such a move would widen, or that a narrowed run leaves \
        out.\n\nMove one of \
        the shares that the plan names to the default version: \
        `aws ram associate-resource-share-permission --replace --resource-share-arn ARN --permission-arn ARN`."
    RAM322 "permission is in use"
        "No block declares the permission any more, so it is to be deleted, and RAM deletes none that a share has. A share of this stack \
        that has resources of its type keeps it where no `permission` block of the share names another one: an unset permission is never \
        changed.\n\nName AWS's default in the share, as in \
        `permission \"ec2:IpamPool\" { use = \"AWSRAMDefaultPermissionsIpamPool\" }`, or take the share that is not this \
        stack's off it. To keep the permission write a `removed` block with `from = permission.NAME` and `lifecycle { destroy = false }`."
    RAM323 "the name of a permission is taken"
        "RAM knows a customer managed permission by its name, and in this account and Region the name is that of another one: of no stack, of \
        another stack, of another block, or one that RAM made from a resource policy.\n\nTo take it over write \
        an `import` block with `to = permission.NAME` and `id = \"ARN\"`; to give it to another block of this stack \
        a `moved` block with `from = permission.OLD` and `to = permission.NEW`. Otherwise give the block another name."
    RAM324 "the type of a permission cannot change"
        "A customer managed permission is for one resource type as long as it lives, and a second one cannot have the same name. So a block \
        with another type needs another name: ramctl then makes the new one, moves the shares, and deletes the old one."
    RAM325 "the permission cannot be imported"
        "A permission is adopted as it is: its name and type cannot change, so they have to be those of the block. One that RAM made from a \
        resource policy (feature set CREATED_FROM_POLICY) is promoted under the name of the block, and keeps its policy, because its \
        share is promoted only where a permission says exactly the same.\n\nWrite the block so that it fits; change it once it is \
        applied. Or remove the import block."
    RAM326 "the share's permission has to be imported too"
        "RAM made both the share and its permission from a resource policy. It promotes the share only where a customer managed permission \
        says exactly what the permission from the policy says, and ramctl makes or promotes none that no block declares.\n\nWrite a \
        `permission` block that allows the same, with an `import` block with `to = permission.NAME` and `id = \"ARN\"` for the one that was made from \
        the policy."
    RAM327 "permission has this stack's tags without proof"
        "As RAM315, for a customer managed permission: it has the tag `ramctl:stack` of this stack, and its record does not fit its ARN. \
        It is not the stack's, and is neither changed nor deleted. A block of its name cannot have it before it is imported.\n\nIf it is \
        the stack's, write an `import` block with `to = permission.NAME` and `id = \"ARN\"`. If it is not, take the tags `ramctl:*` off it."
    RAM330 "invitation to be accepted"
        "A principal outside of the organization, inside of one in which sharing is off, or on a share that keeps accounts which leave \
        (`retain_sharing_on_account_leave_organization`) is sent an invitation, and has no access before somebody in its account accepts \
        it, in the Region of the share. It can be accepted for 7 days where every resource type on the share is one of the fourteen that \
        RAM began with, and for 12 hours otherwise; RAM tells the sender neither when it was sent nor when it ends, so the times are \
        reckoned from the association.\n\nramctl accepts by itself in accounts of the stack that it has credentials for, unless the share says \
        `accept_invitations = false`. Elsewhere somebody has to run `aws ram get-resource-share-invitations` and \
        `aws ram accept-resource-share-invitation`."
    RAM331 "invitation is sent again"
        "The invitation before was not accepted in time, and RAM took the principal off the share or will; it cannot be accepted any \
        more. The plan takes the principal off where it still stands and puts it on again, which sends another.\n\nWhere ramctl has no \
        credentials for the account it cannot tell an invitation that was turned down from a principal that was removed by hand, or that \
        left: the row of the share says only how long it lasted. Where that is shorter than the window, the plan says so. Take the \
        principal out of the share if the account does not want it."
    RAM332 "invitation was turned down"
        "The account rejected the invitation, which ramctl sees because it has credentials for it. It is not sent again by itself: a \
        scheduled apply would ask for ever.\n\nTake the principal out of the share. To ask once more, change the share's principals: \
        take it out, apply, put it back and apply."
    RAM333 "invitation that no block speaks of"
        "Somebody invites an account of the stack to a share, in a place for which the stack has `inbound` blocks, and none of them matches \
        sender and name. Nothing happens by itself: it gives no access before it is accepted, and ends.\n\nWrite an `inbound` block with \
        `action = \"accept\"` or `\"reject\"`. Names of shares are chosen by the sender: trust the account, not the name."
    RAM334 "the account cannot leave the share"
        "An `inbound` block rejects a share that was accepted before, or the stack is destroyed. RAM lets an account leave what it received \
        for itself alone, and only where every resource type on the share is one of the fourteen that RAM began with; what comes through \
        the organization it cannot leave at all. The account stays a member until the owner takes it off.\n\nAsk the owner to remove the \
        principal. What the share gives can be denied with an identity policy or a service control policy meanwhile."
    RAM335 "the old share stays for who has yet to accept"
        "A share that takes the place of another needs new invitations. The old one stays while an account that uses it has yet to accept \
        the new one and ramctl cannot accept for it, so that nobody loses access between the two. What the files drop meanwhile is taken off \
        both. The first apply after the acceptance deletes the old one.\n\nAsk the accounts that are named. To end it without them, take their principals out of the share."
    RAM336 "accepted and not visible yet"
        "The invitation was accepted, and AWS does not show the share to the account that accepted it, or still shows the association as \
        under way. That can take from seconds to hours. Nothing is to be done; the next plan looks again."
    RAM337 "invitation that is not needed any more"
        "RAM invited an account of the organization, because sharing inside the organization was off or still being turned on, or because the \
        account joined later. By now RAM takes it in without asking, but an invitation that was sent stays: the account has no access before \
        somebody accepts it. The plan takes the principal off and puts it on again. Nobody loses anything: it had nothing yet."
    RAM345 "association is stuck"
        "AWS has been associating or disassociating a principal, a resource or a source for over an hour, where it takes seconds. ramctl \
        cannot mend that: RAM takes nothing off a share while something on it is ASSOCIATING, and what is DISASSOCIATING is on its way \
        already. Other changes of the share are likely to be refused until it ends.\n\nLook at the resource itself: one that was deleted \
        or is failing keeps an association from ending. If nothing is wrong with it, ask AWS support, with the ARN of the share; or let \
        another block of the stack share the same resources, and remove this one."
    RAM346 "over RAM's quota of the Region"
        "By default RAM allows 25,000 shares in an account and Region, and as many resources and principals on all of them together. The \
        plan would bring the account over that. The quotas can be raised, which ramctl cannot see, so this is a warning; where they were \
        not, RAM refuses what comes last.\n\nHave the quota raised (Service Quotas, AWS Resource Access Manager), name a unit instead of \
        its accounts, or remove shares that nobody needs."
    RAM347 "it is not known who made a difference"
        "The files of this share changed since the last apply, and something is on it that the files do not ask for. The record of the last \
        apply, the tag `ramctl:applied`, has 256 characters: it holds digests of what was applied and a filter over its members. On a share \
        with very many members, or with a record of an earlier build, that may not be enough to tell whether the files asked for a member \
        before. Such a member counts as added by hand: it is drift, and it is removed without consent.\n\nApply the plan; from then \
        on the record is up to date."
    RAM348 "left alone by lifecycle"
        "The share is not as its block says, and `lifecycle` leaves that alone. What `ignore_changes` names is neither added nor removed: \
        also what the files add there does not come about. With `keep_extra` everything that is declared comes about, and what others put on \
        the share stays. Both are counted in every report, and whoever has access by them counts where access is worked out. A share that is made \
        in another account or Region takes principals and tags over; its resources and permissions are those of its block."
    RAM349 "an outside principal stays on a share that is to be closed"
        "The block says `allow_external_principals = false`, and `lifecycle` leaves a principal outside the organization on the share. RAM \
        refuses to close a share that has one, so nothing on it is changed.\n\nRemove the principal from the share, take `principals` out of \
        `ignore_changes` and `keep_extra`, or write `allow_external_principals = true`."
    RAM350 "access is interrupted"
        "A resource goes from one share to another, for the same accounts. ramctl gives before it takes, so that nobody is without it in between. Here that \
        is not possible: the shares trade in a circle, and each of them must take before it gives, or somebody would have more than before and after \
        together. Within one share it is not possible where its permission gives way to one that allows more and less at the same time. So the accounts that the message names are without the resource between two steps of the same run, and until the next apply if the \
        second step fails.\n\nTo keep their access all the time, apply twice: once with what the other share gets, and again without what the \
        first one has."
    RAM351 "what a permission allows is not known"
        "Somebody has a resource through two permissions, or through one in the place of another. Who gains and loses by that is told by their \
        actions and conditions, and one of the policies could not be read, has placeholders, or is not in the snapshot. So the two count as \
        different: whoever has one of them in the place of the other is told as gaining and as losing, although it may be neither. More is told than is \
        so, and never less; hazards are raised accordingly. No step depends on it.\n\nLet the role of the plan call ram:GetPermission (`ramctl iam plan` prints the \
        right) and plan again, or take the snapshot again."
    RAM361 "blocked share differs"
        "A name or a search in the block leads nowhere or could not be read (RAM409), so ramctl changes nothing on the share. What else the block says is \
        compared all the same: the plan and the drift report show what is on the share and not in the block, and the reverse. For a principal that the \
        block does not declare, the record of the last apply tells whether the files may have asked for it under the name that leads nowhere now; what \
        they never asked for is drift.\n\nCorrect the name or make the organization readable: the next apply then also settles the differences."
    RAM362 "unit of the organization was made again"
        "A unit that is on the share is no longer in the organization, and the files name one that is not on the share. AWS knows units by their ids: one that \
        is deleted and made again under its name has another id, and what was shared with the first is not shared with the second. The plan takes off the \
        one and puts on the other.\n\nSee whether the unit that the files name is the one you mean, and whether the accounts were moved into it."
    RAM363 "principal counts as outside and is inside"
        "The account accepted an invitation while sharing inside the organization was off, so RAM holds its association for that of a stranger. Sharing is on \
        now, and the files close the share for strangers (`allow_external_principals = false`), which RAM refuses while the share has one. The plan takes the \
        account off and puts it on again, which needs no invitation any more; RAM241 asks for consent to the gap."
    RAM370 "an outside principal is added to a share that stays closed"
        "The block names a principal outside the organization, and `lifecycle { ignore_changes = [allow_external_principals] }` (or `all`) keeps the flag as it is in AWS: \
        false. RAM refuses an outside principal on such a share, so nothing on it is changed, and the run ends with 1.\n\nTake `allow_external_principals` out of \
        `ignore_changes`; opening the share is a hazard then (RAM205). Or remove the principal."
}
