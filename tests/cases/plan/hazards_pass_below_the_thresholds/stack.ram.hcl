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
  principals = ["700000000000", "700000000001", "700000000002", "700000000003", "700000000004", "700000000005", ou("Workloads")]
  allow_external_principals = true
}

# Three of ten go, and four accounts gain: as many as may.
safety {
  max_revoked_percent  = 30
  max_granted_accounts = 4
}
