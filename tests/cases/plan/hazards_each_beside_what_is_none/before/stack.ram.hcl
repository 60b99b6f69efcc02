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

share "ram201_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-201a"]
  principals = [account.dev]
  allow_external_principals = true
}

share "ram201_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-201b"]
  principals = [account.dev]
  allow_external_principals = true
}

share "ram202_ram204_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-202a"]
  principals = [account.dev]
}

share "ram202_ram204_pass" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-202b"]
  principals = [account.dev]
}

share "ram203_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-203a"]
  principals = [account.dev, "666666666661"]
}

share "ram203_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-203b"]
  principals = [account.dev, ou("Workloads/Dev")]
}

share "ram205_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-205a"]
  principals = [account.dev]
}

share "ram205_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-205b"]
  principals = [account.dev]
  allow_external_principals = true
}

share "ram206_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-206a"]
  principals = ["666666666662"]
}

share "ram206_passes" {
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
  retain_sharing_on_account_leave_organization = true
}

share "ram207_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-207b"]
  principals = [account.dev]
  allow_external_principals = true
  retain_sharing_on_account_leave_organization = true
  name = "before"
}

share "ram211_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-211a"]
  principals = ["666666666661"]
}

share "ram211_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-211b"]
  principals = ["666666666661"]
}

share "ram214_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-214a"]
  principals = ["666666666662"]
}

share "ram214_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-214b"]
  principals = ["666666666662"]
}

permission "wider" {
  account       = account.network
  region        = "eu-central-1"
  name          = "wider"
  resource_type = "ec2:IpamPool"
  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}

permission "narrower" {
  account       = account.network
  region        = "eu-central-1"
  name          = "narrower"
  resource_type = "ec2:IpamPool"
  statement {
    actions = ["ec2:GetIpamPoolAllocations", "ec2:AllocateIpamPoolCidr"]
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
