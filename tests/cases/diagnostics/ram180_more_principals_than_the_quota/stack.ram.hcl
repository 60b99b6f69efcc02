ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" { id = "222222222222" }
account "dev" { id = "444444444444" }

share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = concat(flatten([for a in range(10) : [for b in range(500) : format("6%08d%03d", a, b)]]), [account.dev])

  allow_external_principals = true
}
