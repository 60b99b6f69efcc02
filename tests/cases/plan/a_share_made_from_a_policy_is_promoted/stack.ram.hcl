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

permission "pool" {
  account       = account.network
  region        = "eu-central-1"
  name          = "pool"
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

import {
  to = permission.pool
  id = "arn:aws:ram:eu-central-1:222222222222:permission/CreatedFromPolicy-1"
}

import {
  to = share.pool
  id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000001-0000-0000-0000-000000000000"
}
