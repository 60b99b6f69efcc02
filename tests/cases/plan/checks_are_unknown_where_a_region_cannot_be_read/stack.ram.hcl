ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role {
    role_name = "ramctl"
  }
}
account "dev" { id = "444444444444" }

share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = [account.dev]
}

check "stays_inside" {
  assert {
    condition     = alltrue([for s in plan.shares : !s.allow_external_principals])
    error_message = "Shares of the network never leave the organization."
  }
}

check "nobody_loses" {
  severity = "warning"
  assert {
    condition     = length(plan.access.lose) == 0
    error_message = "${length(plan.access.lose)} accounts lose access: ${join(", ", plan.access.lose)}."
  }
}
