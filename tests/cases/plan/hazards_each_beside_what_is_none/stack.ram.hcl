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
account "prod" { id = "555555555555" }

# So much goes on purpose.
safety {
  max_revoked_percent = 100
}

share "ram201_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-201a"]
  principals = [account.dev, "700000000001"]
  allow_external_principals = true
}

share "ram201_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-201b"]
  principals = [account.dev, account.prod]
  allow_external_principals = true
}

share "ram202_ram204_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-202a"]
  principals = [organization()]
}

share "ram202_ram204_pass" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-202b"]
  principals = [account.dev, ou("Workloads/Prod")]
}

share "ram203_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-203a"]
  principals = [account.dev]
}

share "ram203_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-203b"]
  principals = [ou("Workloads/Dev")]
}

share "ram205_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-205a"]
  principals = [account.dev]
  allow_external_principals = true
}

share "ram205_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-205b"]
  principals = [account.dev]
}

share "ram206_takes_over" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-206b"]
  principals = [account.prod]
}

share "ram207_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-207a"]
  principals = [account.dev]
  allow_external_principals = true
}

share "ram207_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-207b"]
  principals = [account.dev]
  allow_external_principals = true
  retain_sharing_on_account_leave_organization = true
  name = "after"
}

share "ram209_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-a"]
  principals = [service("pca-connector-ad.amazonaws.com")]
}

share "ram209_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-b"]
  principals = [service("pca-connector-ad.amazonaws.com")]
  sources    = ["444444444444"]
}

share "ram210_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-210a"]
  principals = [account.dev]
}

share "ram210_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-210b"]
  principals = [account.dev]
}

share "ram211_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = []
  principals = ["666666666661"]
}

share "ram211_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-211c"]
  principals = ["666666666661"]
}

share "ram213_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-213a"]
  principals = [account.dev]
  allow_external_principals = true
  retain_sharing_on_account_leave_organization = true
}

share "ram213_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-213b"]
  principals = [account.dev]
  allow_external_principals = true
}

permission "wider" {
  account       = account.network
  region        = "eu-central-1"
  name          = "wider"
  resource_type = "ec2:IpamPool"
  statement {
    actions = ["ec2:GetIpamPoolAllocations", "ec2:AllocateIpamPoolCidr"]
  }
}

permission "narrower" {
  account       = account.network
  region        = "eu-central-1"
  name          = "narrower"
  resource_type = "ec2:IpamPool"
  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}

share "ram217_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2::222222222222:ipam-pool/ipam-pool-a"]
  principals = [account.dev]
  permission "ec2:IpamPool" {
    use = permission.wider
  }
}

share "ram217_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2::222222222222:ipam-pool/ipam-pool-b"]
  principals = [account.dev]
  permission "ec2:IpamPool" {
    use = permission.narrower
  }
}

inbound "ram218_raised" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-tgw"
  action  = "reject"
}

inbound "ram218_passes" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-dns"
  action  = "reject"
}

removed {
  from = share.ram214_passes
  lifecycle {
    destroy = false
  }
}

import {
  to = share.ram210_raised
  id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000019-0000-0000-0000-000000000000"
}

import {
  to = share.ram210_passes
  id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000020-0000-0000-0000-000000000000"
}
