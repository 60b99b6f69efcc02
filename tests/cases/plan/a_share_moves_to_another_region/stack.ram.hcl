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

share "east" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-9"]
  principals = [account.dev]
}
