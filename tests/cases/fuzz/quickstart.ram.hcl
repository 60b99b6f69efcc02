# What the network team shares with the rest of the company.
# Try it with no AWS account: ramctl plan --sandbox examples/quickstart

ramctl {
  stack = "network" # the owner, written on every share as the tag ramctl:stack
}

# Sharing inside the organization. ramctl turns it on where it is off, and never turns it off.
organization {
  management_account = account.management
  sharing            = "enabled"
}

account "management" {
  id = "111111111111"
}

account "network" {
  id = "222222222222"
  assume_role {
    role_name = "OrganizationAccountAccessRole"
  }
}

account "dev" {
  id = "444444444444"
}

variable "transit_gateways" {
  description = "The transit gateway of each Region."
  type        = map(string)
  default = {
    "eu-central-1" = "tgw-0e1a2b3c4d5e6f701"
    "us-east-1"    = "tgw-0b5e1a2b3c4d5e602"
  }
}

locals {
  subnets = ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"]
}

# One share per Region, for every account in an organizational unit: today's and tomorrow's.
share "transit_gateway" {
  for_each = var.transit_gateways

  account    = account.network
  region     = each.key
  resources  = ["arn:aws:ec2:${each.key}:${account.network.id}:transit-gateway/${each.value}"]
  principals = [ou("Workloads/Prod")]

  tags = { team = "network" }
}

# Two subnets for one account.
share "dev_subnets" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [for id in local.subnets : "arn:aws:ec2:eu-central-1:${account.network.id}:subnet/${id}"]
  principals = [account.dev]
}

# A resolver rule, with the permission named instead of left to AWS's default.
share "corp_dns" {
  account    = account.network
  region     = "eu-central-1"
  name       = "corp-dns"
  resources  = ["arn:aws:route53resolver:eu-central-1:${account.network.id}:resolver-rule/rslvr-rr-0c0ffee0c0ffee001"]
  principals = [account.dev, ou("Workloads/Prod")]

  permission "route53resolver:ResolverRule" {
    use = "AWSRAMDefaultPermissionResolverRule"
  }
}
