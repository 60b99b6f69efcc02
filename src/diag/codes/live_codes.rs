//! Codes of what was found live.

codes! {
    RAM301 "unmanaged share reaches outside"
        "A share in an account and Region of the stack belongs to no stack, and somebody outside of the organization can use it. \
        ramctl never changes what it does not own.\n\nFind out who made it (CloudTrail, event `CreateResourceShare`). Delete it, or \
        declare it and tag it with the stack's name and the address of the block."
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
        "The share has a managed permission that no `permission` block names and that is not one of AWS's defaults. A type without \
        a block means AWS's default at the time when the first resource came, so this is no difference, but somebody chose it.\n\n\
        Name the permission you want: `permission \"TYPE\" { use = \"NAME\" }`."
    RAM308 "share of another stack"
        "A share in an account and Region of this stack belongs to another stack, by its tag `ramctl:stack`. It is left alone."
    RAM309 "association is under way"
        "RAM has not finished: a principal outside of the organization has yet to accept its invitation, or a resource is still \
        being associated. Invitations expire after 12 hours or 7 days, depending on the resource type."
    RAM310 "a share of this name exists"
        "The plan makes a share, and another one with the same name is there that is not this stack's. RAM allows that, so the plan \
        is right unless the two should be one.\n\nTo take the existing share over instead, tag it with `ramctl:stack` = the stack's \
        name and `ramctl:address` = the address that the plan shows for the block (`share.tgw`, or `share.tgw/KEY` for an instance \
        of `for_each`), and plan again."
}
