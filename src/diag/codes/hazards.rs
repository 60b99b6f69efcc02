//! Codes of hazards, changes that need consent, and RAM220, which no consent lifts.

use crate::diag::codes::Code;

/// The hazards in order: the codes that `--allow` and `allow` take.
pub fn hazard_codes() -> impl Iterator<Item = &'static Code> {
    ALL.iter().copied().filter(|code| **code != RAM220)
}

codes! {
    RAM201 "principal outside the organization"
        "The plan lets somebody use resources who is not in your organization, or adds resources for one who is on the share already. What is shared with an outside account is out of \
        reach of your service control policies, and the account must accept an invitation before it sees the share.\n\n\
        Make sure that the account id is the one you mean. Where the organization could not be read, see RAM225."
    RAM202 "shared with the whole organization"
        "Every account of the organization can use the resources, also accounts that join later, and the accounts that you keep for \
        tests or for people who left.\n\nName the organizational units that need it instead, with `ou(\"Path/Of/Unit\")`."
    RAM203 "access is lost"
        "A principal, a resource or a source leaves a share, or a permission allows less, and no other share that was read gives the same. So \
        accounts, roles, users or services lose the use of resources, or some of the actions on them. What they built on them may break. A service \
        that gets its first `sources` may act for nobody else from then on.\n\nAsk the owners of the accounts that the plan lists. What was put on the \
        share by hand, while the files stayed as they were applied, is removed without this hazard: the files never \
        granted it. For subnets that they use see RAM212. What they have attached to a transit gateway is in the plan; it stays attached, and \
        works, but they see the gateway no more (Amazon VPC Transit Gateways guide, \"Unshare a transit gateway\")."
    RAM204 "owner inside its own principals"
        "The share names the organization or a unit that the sharing account itself is in. The policy that RAM writes on the \
        resource then has `\"Principal\": \"*\"` with a condition, and lets in every user and role of the sharing account, without \
        any identity policy of their own; only an explicit Deny stops them (AWS RAM user guide, \"Terms and concepts for AWS RAM\", section \
        \"Implications of using \"Principal\": \"*\" in a resource-based policy\").\n\nA plan that brings this about, or adds a resource to \
        such a share, asks for consent, and prints the policy with the Deny to paste. An account that was moved into the unit later is in it with no change \
        of the files: plan and drift then name the account and the unit, and the plan prints the policy, until the files allow it. Name units without the account, or write, as a service control \
        policy for the account:\n\n    \
        {\n      \"Version\": \"2012-10-17\",\n      \"Statement\": [{\n        \"Effect\": \"Deny\",\n        \"Action\": [\"SERVICE:*\"],\n        \
        \"Resource\": [\"ARN-OF-THE-RESOURCE\"],\n        \
        \"Condition\": { \"ArnNotLike\": { \"aws:PrincipalArn\": [\"arn:aws:iam::ACCOUNT:role/ROLE-THAT-MAY\"] } }\n      }]\n    }\n\nService \
        control policies do not hold in the management account: attach the policy to its users and roles."
    RAM205 "share opened to outside principals"
        "`allow_external_principals` becomes true. From then on whoever may change the share can add accounts outside of the \
        organization.\n\nLeave it false unless the share has such a principal now. A new share that is made with one asks for RAM201 alone, or for RAM225 where membership is unknown."
    RAM206 "share is deleted"
        "The share goes, and accounts lose at once what only it gave them.\n\nAsk the owners of the accounts that the plan lists. \
        `ramctl destroy` does not ask for this code, but for RAM222 where its files do not declare the share. Nor does a share whose `expires` is \
        over."
    RAM207 "share is replaced"
        "RAM cannot change this in place, so a new share is made before the old one is deleted. The share gets a new ARN; \
        principals outside of the organization must accept a new invitation and have no access until they do."
    RAM208 "every share of the stack is deleted"
        "The plan deletes all that the stack owns. If you did not ask for that, look for an empty folder, a `for_each` over an empty \
        set, or a stack name that was changed: shares are found by the stack's name in their tags.\n\nTo delete them all on purpose, \
        `ramctl destroy` does not ask for this code."
    RAM209 "service principal without sources"
        "An AWS service is let in for requests on behalf of anybody. `sources` names the accounts or resources on whose behalf the \
        service may come (the confused deputy problem).\n\nAdd `sources = [...]` to the share."
    RAM210 "share taken over from another stack"
        "An `import` block names a share, or a permission, that has the tag of another stack. With the import it has this stack's, and is brought to \
        the form that this stack declares. The other stack finds no share of its own any more and makes a new one, unless its block is \
        gone by then.\n\nIn the other stack write a `removed` block with `from = share.NAME` and `lifecycle { destroy = false }` in place of the block, \
        and apply that first."
    RAM211 "share loses its last resource"
        "The share stays and has nothing on it any more: every principal on it loses what it gave. A search by tags that finds \
        nothing looks like this, and so does a `for` expression over a list that came out empty.\n\nCheck what the plan removes. If \
        the share is not needed any more, remove its block."
    RAM212 "subnet taken from accounts that may use it"
        "Accounts lose a shared subnet. What they run in it keeps running, but they can put nothing new into it, what AWS manages for \
        them there (load balancers, scaling groups, databases) may break, and the subnet and its VPC cannot be deleted before their \
        network interfaces are gone (Amazon VPC user guide, \"Share your VPC subnets\").\n\nWhere a plan takes a subnet from accounts, \
        ramctl asks EC2 in the account that owns the share for the network interfaces in it. The plan says which of the accounts have \
        how many. Where none of them has any, there is no such hazard, and the loss counts as any other (RAM203, or RAM206 for a whole \
        share). Where EC2 gives no answer, the hazard is raised and the plan says why; `ramctl iam plan` prints the right that it \
        takes. To see for yourself, as the owner:\n\n    \
        aws ec2 describe-network-interfaces --include-managed-resources --filters Name=subnet-id,Values=SUBNET --query \
        'NetworkInterfaces[].OwnerId'\n\nAn interface that comes between plan and apply is not seen. The hazard is raised also for what \
        was put on the share by hand, and takes the place of RAM203 there."
    RAM213 "access stays when an account leaves the organization"
        "`retain_sharing_on_account_leave_organization` becomes true: an account that leaves the organization, or is taken over, keeps \
        what the share gives it. Without it RAM ends the access when the account leaves.\n\nRAM sets this when a share is made and \
        never again, so taking it back later replaces the share (RAM207)."
    RAM214 "share was there before ramctl and is deleted"
        "The share was imported: somebody made it by other means, and an `import` block made it the stack's. With it goes what others \
        may count on and no file of this stack tells.\n\nramctl knows by the tag `ramctl:imported`, which it writes on import. To let \
        the share go and keep it, write a `removed` block with `from = share.NAME` and `lifecycle { destroy = false }`. The hazard is raised in \
        `ramctl destroy` too."
    RAM215 "more is revoked than the threshold allows"
        "The plan takes off more of the stack's principals and resources than `safety { max_revoked_percent = ... }` allows: 30 percent \
        where nothing is written, once the stack has 10 of them. A file that was emptied by mistake looks like this.\n\nCounted are \
        the principals and resources on the stack's shares in the places that were read, each as often as it is on a share. \
        `ramctl destroy` does not ask for this code."
    RAM216 "more accounts gain access than the threshold allows"
        "More accounts gain the use of something than `safety { max_granted_accounts = ... }` allows. Units are expanded to their \
        accounts; an account that is reached in two ways counts once. Where nobody can see which accounts are behind a principal, \
        that counts as too many.\n\nWithout that setting there is no such limit; sharing with the whole organization is RAM202."
    RAM217 "principals may do more"
        "A share gets a permission, or a version of one, that allows what the one before it did not: an action more, or a condition \
        less. Everybody on the share may do it from then on. The plan names the actions with a plus sign. Where a policy could not be \
        read, ramctl takes it that more is allowed.\n\nTake the action out of the `permission` block, or name a narrower permission. A \
        version that AWS published is taken only where `version = \"latest\"` says so."
    RAM218 "share of another account is left"
        "An account of the stack leaves a share that somebody else sent it, and loses at once what only that share gave it. To come back \
        it needs a new invitation, which only the owner of the share can send: this stack cannot undo it.\n\nThat is so where an \
        `inbound` block says `reject` of a share that is in already, and where `ramctl destroy` leaves what the blocks accept; \
        `destroy` asks for this code too. To keep the share, narrow the block's `name`, or take the block out: a block that is gone \
        leaves everything in. An invitation that was never accepted is turned down without this hazard."
    RAM219 "two shares of one address"
        "Two live shares have the tags of one block, each with a record that proves it to be the block's, and neither was made to take \
        the place of the other. Two first runs at the same time leave that, and so does somebody who makes such a record. ramctl keeps \
        one share for a block: the one that needs no replacement, was applied in full, and is the oldest. The plan names both, and says \
        which of them goes.\n\nLook at both before you agree: who is on the one that goes, and who made it (CloudTrail, event \
        `CreateResourceShare`). To keep the other one, take the tags `ramctl:*` off the one that you do not want. `ramctl destroy` asks \
        for this code too. What a replacement that was cut short leaves behind is no such case, and goes unasked."
    RAM220 "share is protected"
        "The plan would delete or replace a share whose block has `lifecycle { prevent_destroy = true }`, so it is not carried \
        out.\n\nTake the protection away if the share is really to go, or undo the change that makes it go. Changes of the account, \
        the Region and `retain_sharing_on_account_leave_organization` replace a share."
    RAM221 "share made beside one that has its tags"
        "The block has no share that proves to be its own, so the plan makes one. But a live share has the block's tags, and its record, \
        the tag `ramctl:applied`, does not fit it: the tags were copied from another share, or they were edited by hand, or ramctl 0.1 wrote \
        them, whose records named no ARN. ramctl writes nothing to such a share. If it is the block's after all, its principals have \
        everything twice.\n\nThe plan names the share and what is wrong with its record. If it is the block's, take it over with \
        an `import` block with `to = share.NAME` and `id = \"ARN\"`, which also gives it a record that fits. If it is not, take the tags `ramctl:*` off it, or \
        agree to have a share made beside it."
    RAM222 "what these files do not declare is destroyed"
        "`ramctl destroy` deletes all that has the name of the stack, and these files have no block for this share or permission. So \
        they may be those of another folder with the same stack name, of another branch, or with other values: what they do not declare \
        may be in use. The hazard is also raised for a share that the files declare, where `lifecycle { keep_extra }` keeps what others put on it: that goes with \
        the share, and the plan lists it.\n\nCompare the address with the files that you meant to destroy. Agree to the code if it is left over from \
        blocks that are gone. What the files declare is destroyed without this code."
    RAM223 "share made beside one like it"
        "The block has no share, so the plan makes one. But a live share of no stack, in the same account and Region, has the block's name, or holds all \
        its resources for all its principals. Somebody made it by hand, another tool took the ramctl tags off it, or a run that was \
        cut short a moment ago made it and RAM does not show its tags yet. With two shares, taking somebody off one leaves it what the \
        other one gives.\n\nThe plan names the share. If it is the block's, take it over with an `import` block with `to = share.NAME` \
        and `id = \"ARN\"`. If a run was cut short, plan again in a minute. If there are to be two, agree to that."
    RAM225 "membership of a principal is unknown"
        "The plan puts a principal on a share with `allow_external_principals`, and the organization could not be read, or no `organization` \
        block says where to read it. So nobody knows whether the account is inside the organization. If it is outside, this is RAM201: what \
        is shared with it is out of reach of your service control policies. An `account` block in the files says nothing about that: it \
        gives an id a name.\n\nMake the organization readable (the plan says under NOT READ what failed) and plan again: the plan then asks \
        for RAM201 where an account is outside, and for nothing where it is inside. Agree to this code if you know the account. A share \
        without `allow_external_principals` does not ask: RAM refuses outside principals there."
    RAM230 "share made beside one of another stack"
        "The block has no share, so the plan makes one. But a share of another stack, in the same account and Region, has the block's address and its \
        name or one of its resources, or it holds all of its resources for all its principals. So the plan makes a copy: taking somebody off one of the two \
        leaves it what the other one gives. That is so after the stack got another name, and where blocks go from one stack to another and the \
        other one has not let go of them.\n\nIf the stack had the other name before, write that, and the next apply takes over all its shares and \
        permissions in place, with no gap in access:\n\n    ramctl {\n      stack    = \"hub\"\n      formerly = [\"network\"]\n    }\n\nTo take over single shares of a \
        stack that stays, write an `import` block for each (RAM210), and take their blocks out of the other stack with `removed` blocks that have \
        `lifecycle { destroy = false }`. Agree to the code if there are to be two shares."
    RAM231 "what bears a former name of the stack is deleted"
        "`formerly` says which names this stack had before, so shares and permissions with such a name count as its own. This one would be deleted, and no apply \
        from these files has taken it over yet: no block declares it, or the whole stack is destroyed. If a stack of that name is still \
        there, perhaps in another folder, it is that stack's.\n\nCompare the address with the files of the former stack. If it belongs to a stack that goes on, take the \
        name out of `formerly`, and take over single shares with `import` blocks. Agree to the code if the stack of that name is gone."
    RAM240 "share made without a search for it"
        "A share is known by its address, in whichever account and Region it is. The block has no share where the files look, and `--no-sweep` \
        (or `RAMCTL_NO_SWEEP`) turns off the search of all other Regions and accounts. If the block was declared in another Region or account \
        before, its share is still live there, and the plan makes a second one. `regions`, of the stack or of an `account` block, says where else ramctl looks: \
        a share in one of these Regions is found. It does not say that there is nothing in the others, so the code is asked for with it too.\n\nPlan without \
        `--no-sweep`: the share is then moved. Agree to the code if the address is new, or if you know that nothing of it is left elsewhere."
    RAM241 "access is interrupted"
        "The share is to take no outside principals any more, and an account of the organization is on it as an outside one: it accepted an invitation while \
        sharing inside the organization was off. RAM keeps counting it as outside and refuses to close the share. So the plan takes the account off and puts \
        it on again at once, before the share is closed. In between, for seconds, the account has no access, and none until the next apply if putting it on \
        fails.\n\nAgree to it at a time when that does no harm, or leave `allow_external_principals = true` on the share."
}
