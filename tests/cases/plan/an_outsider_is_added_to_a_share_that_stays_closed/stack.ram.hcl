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
account "prod" { id = "555555555555" }

share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = [account.prod, "999999999999"]

  allow_external_principals = true

  lifecycle {
    ignore_changes = [allow_external_principals]
  }
}
