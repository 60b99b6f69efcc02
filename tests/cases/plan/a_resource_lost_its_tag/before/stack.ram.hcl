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

share "subnets" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [tagged("ec2:Subnet", { share = "workloads" })]
  principals = [account.dev]
}
