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

share "old" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2"]
  principals = [account.dev]
}

permission "pool" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"

  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}

share "pool" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2::222222222222:ipam-pool/ipam-pool-1"]
  principals = [account.dev]

  permission "ec2:IpamPool" {
    use = permission.pool
  }
}
