# The company's policy on shared resources, over the JSON of a plan (schemas/plan.v1.json).
package main

import rego.v1

# Shares as they are once the plan is carried out.
after contains share if {
	some share in input.shares
	share.after
}

deny contains message if {
	some share in after
	not share.after.tags.team
	message := sprintf("%s has no tag team", [share.address])
}

deny contains message if {
	some share in after
	share.after.allow_external_principals
	not startswith(share.address, "share.public_")
	message := sprintf("%s is open to other organizations and is not named share.public_...", [share.address])
}

# A plan that did not see everything is no proof.
deny contains "the plan is incomplete" if not input.complete

warn contains message if {
	some share in input.shares
	some hazard in share.hazards
	hazard.allowed
	message := sprintf("%s: %s (%s)", [share.address, hazard.summary, hazard.allowed.reason])
}
