ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" { id = "222222222222" }
account "dev" { id = "444444444444" }

permission "read" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"
  name          = "ipam_read.v2"
  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}

permission "a_label_that_is_longer_than_any_name_may_be_in_ram" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"
  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}