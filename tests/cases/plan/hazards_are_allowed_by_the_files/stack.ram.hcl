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
account "dev" {
  id = "444444444444"
  assume_role {
    role_name = "ramctl"
  }
}

share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = ["999999999999"]
  allow_external_principals = true

  allow = [
    { code = "RAM201", reason = "contract 4711", until = "2027-03-31" },
    { code = "RAM205", reason = "contract 4711" },
  ]
}

share "all" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2"]
  principals = [organization()]

  allow = [
    { code = "RAM202", reason = "every account routes through it" },
    { code = "RAM204", reason = "the hub is one of them" },
  ]
}

inbound "partner" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  action  = "reject"

  allow = [{ code = "RAM218", reason = "the contract has ended", until = "2027-03-31" }]
}
