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
  lifecycle {
    ignore_changes = [name, tags]
  }
  statement {
    actions = ["ec2:GetIpamPoolAllocations"]
  }
}