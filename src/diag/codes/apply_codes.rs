//! Codes of applying a plan.

codes! {
    RAM501 "AWS could not do what it accepted"
"RAM takes a request to make a share or an association, answers at once, and works on it afterwards. This time the work ended in \
FAILED, with a message of its own that the outcome shows. Common causes: the resource cannot be shared (a default subnet, a \
resource that was deleted), a type that can be shared inside the organization only meets a principal outside it, or a service \
quota is reached.

Remove the cause and plan again. A failed association stays on the share until somebody takes it off: ramctl plans to remove it \
and to associate it again. A failed share is deleted and made again."

    RAM502 "AWS took longer than the deadline"
"The call went through, but its effect did not show in time, so the steps that depend on it were not started. Nothing is lost: AWS \
goes on with it. Plan again after a while: what has settled is no longer a difference, and the rest is planned as before.

An account principal that stays ASSOCIATING usually waits for somebody to accept its invitation; ramctl tells these apart and does \
not wait for them. A unit or an organization that stays ASSOCIATING points at sharing inside the organization being half \
enabled."

    RAM503 "stopped on request"
"The run was asked to stop (Ctrl-C, SIGTERM or SIGHUP). Calls that were under way were let through, no new ones were made, and steps that had not \
started are listed as such. The live state is the record of what was done: plan again to see what is left."

    RAM504 "AWS accepted the request and did something else"
"After making a share ramctl reads it back. A setting differs from what was asked for: an organization policy or the service itself \
overrode it, or this endpoint does not know the setting. The share is left as it is, and the steps that depend on it were not \
started, because a share that lets in external principals, or keeps them, is not what was reviewed. Plan again to see the \
difference."

    RAM505 "the share is deleted again and again"
"RAM remembers the token of a request and answers a repeated one with the share that it made the first time. If that share was \
deleted since, ramctl makes it again with the next token. AWS knows 64 tokens of this share, so something in the account deletes it \
or changes its tags again and again: look in CloudTrail for DeleteResourceShare and TagResource in the Region of the share."

    RAM506 "not started because a step before it failed"
"Steps of a plan depend on each other: a share is made before principals join it, sharing in the organization is enabled before a unit \
can be a principal. When a step fails, what depends on it is left out, and everything else is applied. Fix the failure and \
plan again: the new plan has what is left."

    RAM507 "the call may have taken effect"
"The request was sent and no good answer came back: the connection broke, the call timed out, or the service failed. It may have \
been carried out or not. A call that makes something has a token, so that AWS does not make it twice; every other call has the same \
effect if it is repeated. Plan again: the live state shows which it was."

    RAM508 "the permission is deleted again and again"
"RAM remembers the token of a request and answers a repeated one with the permission or version that it made the first time. If that \
was deleted since, ramctl makes it again with the next token. AWS knows 64 tokens of this one, so something in the account deletes it \
again and again: look in CloudTrail for DeletePermission and DeletePermissionVersion in the Region of the permission."

    RAM510 "AWS changed since the plan was made"
"A plan is bound to what it was made from: the live shares that it changes, the accounts behind their principals, whether sharing \
inside the organization is on, and what accounts have in what they lose. ramctl reads just that again before it carries out a saved \
plan, after the answer to its question, and, with --auto-approve, if the plan is older than five seconds. Something is no longer as \
it was. What was reviewed is not what would come out, so nothing is done. If somebody can be asked, the plan is made again and shown; \
otherwise the exit code is 5.

Make a new plan, look at what is different, and apply that plan."

    RAM511 "the plan was applied already, in whole or in part"
"AWS shows the effect of steps of this plan: it was applied before, perhaps by a run that was cut short, or another run is faster. \
Make a new plan: it has what is left, and nothing if all was done.

What else changed is told beside it, as RAM510. Another run with the same files leaves the same traces as this plan."

    RAM512 "this is not the plan that was agreed to"
"apply was given the fingerprint of a plan that somebody looked at, and the plan that came out now has another one: the \
configuration, the live shares, the organization or the flags are different. Nothing is done and the exit code is 5.

Look at the plan that is printed. If it is right, pass its fingerprint."

    RAM513 "the facts of the plan could not be read again"
"A plan that is saved, or that waited for an answer, is applied only if AWS is as it was, and that could not be seen: a role cannot \
be assumed, a call is denied, or AWS does not answer. Nothing is done and the exit code is 6.

The accounts are reached through the roles that the plan names. Run apply where they can be assumed."

    RAM514 "no invitation that could be accepted"
"The account that receives was asked for a pending invitation to the share, from the account that shares, and had none until the \
deadline; nor does it see the share. Either RAM shows it late, or somebody in the account turned it down or let it expire.

Plan again. What shows by then is accepted; what was turned down, or expired, the plan says."

    RAM515 "another run was faster"
"Two runs of one stack were at work at the same time, and the other run made this share, permission or version first, or changed it \
before this run was done with it. ramctl does not make a second one.

`ramctl apply` without a saved plan plans again by itself, up to three times, and judges hazards and consent again. `ramctl apply FILE` \
exits with 5: make a new plan. To avoid this, let one run of a stack finish before the next starts."

    RAM516 "share made by two runs at once"
"At its end a run that made shares lists the shares of its stack once more. Another run of the same stack has made a share for the same block at the same time, and RAM did not recognize the client token that both runs sent. Both shares are live, and both have the \
principals and resources that their run gave them. The run exits with 1.

Run `ramctl plan`. It names both shares and the one that it would delete (RAM219). To avoid this, let one run of a stack finish before \
the next starts."

    RAM517 "share changed while the run was under way"
"RAM cannot be asked to change a share only if it is as the plan found it. At its end a run lists what is on the shares to which it gave something. \
One of them has a principal, a resource, a source or a permission that is not in the plan: another run of the stack, or a hand, added it \
after the plan was made. What both gave comes together on the share, so somebody may have access that no plan said. Or a principal or a resource that \
the plan left on the share is there no more: then somebody has lost access that no plan of this run took. The run exits with 1 and takes nothing back.

Let other runs of the stack end, then run `ramctl plan`: it shows what is on the share and not in the files, and `ramctl apply` takes it off, unless `lifecycle` keeps it. \
To avoid this, let one run of a stack finish before the next starts; most CI systems call that a concurrency group."
}
