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
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-2"]
  principals = [account.prod]

  lifecycle {
    ignore_changes = [resources, principals]
  }
}
