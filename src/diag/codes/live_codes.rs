//! Codes of what was found live.

codes! {
    RAM301 "unmanaged share reaches outside"
        "A share in an account and Region of the stack belongs to no stack, and somebody outside of the organization can use it. \
        ramctl never changes what it does not own.\n\nFind out who made it (CloudTrail, event `CreateResourceShare`). Delete it, or \
        declare it and adopt it: `import { to = share.NAME id = \"ARN\" }`."
    RAM302 "unmanaged share"
        "A share in an account and Region of the stack belongs to no stack. ramctl reports it and never changes it. Some AWS \
        services make shares of their own."
    RAM303 "share made from a resource policy"
        "Somebody attached a policy to a resource without RAM, and RAM shows it as a share with the feature set CREATED_FROM_POLICY. \
        Such a share cannot be changed through RAM until it is promoted."
    RAM304 "association is unhealthy"
        "A principal or resource is on the share but in a state that gives no access, such as SUSPENDED. RAM says in the status \
        message why. ramctl repairs FAILED associations by taking them off and putting them on again, and leaves other states \
        alone."
    RAM305 "two shares with one address"
        "Two live shares bear the tags of one block: a run was cut short or two ran at once, or somebody copied the tags. The share \
        that is complete and oldest stays; the others are deleted, after the one that stays gives what they gave."
    RAM306 "permission is behind its default version"
        "AWS or you published a newer version of the managed permission; shares keep the version that they had until they are moved \
        to the new one. This is told, not changed."
    RAM307 "permission not declared"
        "The share has a managed permission that no `permission` block names and that is not one of AWS's defaults. It stays as it is \
        and goes on giving what it gives. That is so also where the block was there and has been removed: a type without a block means \
        that ramctl leaves the permission of that type alone, not that AWS's default comes back.\n\nName the permission you want. For \
        AWS's default write its name: `permission \"ec2:TransitGateway\" { use = \"AWSRAMDefaultPermissionTransitGateway\" }`."
    RAM308 "share of another stack"
        "A share in an account and Region of this stack belongs to another stack, by its tag `ramctl:stack`. It is left alone."
    RAM309 "association is under way"
        "RAM has not finished: a principal outside of the organization has yet to accept its invitation, or a resource is still \
        being associated. Invitations expire after 12 hours or 7 days, depending on the resource type."
    RAM310 "a share of this name exists"
        "The plan makes a share, and another one with the same name is there that is not this stack's. RAM allows that, so the plan \
        is right unless the two should be one.\n\nTo take the existing share over instead, write \
        `import { to = share.NAME id = \"ARN\" }` and plan again."
    RAM311 "the share to import is not there"
        "The account and Region of the share were read in full, and no share has the ARN that the import block names. A share that was \
        deleted can be listed for some hours and never comes back.\n\nCorrect the ARN, or remove the import block to let ramctl make \
        a new share."
    RAM312 "the share cannot be imported"
        "A share is adopted in place, by tags, so it has to be one that RAM can change to what the block says. RAM changes nothing on a \
        share that was made from a resource policy (feature set CREATED_FROM_POLICY) before it is promoted, mends no FAILED share, \
        and sets `retain_sharing_on_account_leave_organization` only when a share is made. ramctl does not delete somebody else's \
        share to make one of its own in its place.\n\nWrite the block so that it fits the share, or remove the import block."
    RAM313 "the import is of a share or for a block that is taken"
        "The block has a share already, or the share belongs to another block of this stack. Once an import is carried out its block has \
        no effect, so it may stay; this one asks for something else.\n\nRemove the import block. To give a share of this stack to \
        another block write `moved { from = share.OLD to = share.NEW }`."
    RAM314 "the share expires"
        "The block gives the share a time, `expires`. Until then this is only told; the first apply after it deletes the share. Nothing \
        happens by itself: a share that expired and is still there shows as drift."
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
}
