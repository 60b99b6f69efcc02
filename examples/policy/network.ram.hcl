# A stack that breaks the company's policy in two places. See README.md.

ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
}

organization {
  management_account = account.management
  sharing            = "enabled"
}

account "management" {
  id = "111111111111"
}

account "network" {
  id = "222222222222"
  assume_role {
    role_name = "OrganizationAccountAccessRole"
  }
}

# The stack's own guard: a check sees the plan without OPA.
check "nobody_loses" {
  severity = "warning"
  assert {
    condition     = length(plan.access.lose) == 0
    error_message = "Somebody loses access: ask them first."
  }
}

# Within the policy.
share "dns" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:route53resolver:eu-central-1:${account.network.id}:resolver-rule/rslvr-rr-0c0ffee0c0ffee001"]
  principals = [ou("Workloads")]
  tags       = { team = "network" }
}

# Nobody's: it has no team.
share "transit_gateway" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:${account.network.id}:transit-gateway/tgw-0e1a2b3c4d5e6f701"]
  principals = [ou("Workloads/Prod")]
}

# For a partner, with a reason, which is all that ramctl asks for, and not enough for the policy.
share "partner" {
  account                   = account.network
  region                    = "eu-central-1"
  resources                 = ["arn:aws:ec2:eu-central-1:${account.network.id}:transit-gateway/tgw-0e1a2b3c4d5e6f702"]
  principals                = ["999999999999"]
  allow_external_principals = true
  tags                      = { team = "network" }

  allow = [
    { code = "RAM201", reason = "contract 4711 with the partner", until = "2035-01-01" },
  ]
}
