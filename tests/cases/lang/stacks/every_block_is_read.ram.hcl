ramctl {
  stack            = "network"
  required_version = ">= 0.1"
  regions          = ["eu-west-1"]
}

organization {
  management_account = account.management
  sharing            = "enabled"
}

account "management" { id = "111111111111" }

account "network" {
  id      = local.ids.network
  regions = ["eu-central-1"]
  assume_role {
    role_name   = "ramctl"
    external_id = var.external_id
    duration    = "1h"
  }
}

account "team" {
  for_each = { a = "333333333333", b = "444444444444" }
  id       = each.value
}

variable "external_id" {
  sensitive = true
  default   = "hush"
}

variable "shares" {
  type = map(object({
    tgw    = string
    to     = optional(list(string), ["Workloads/Prod"])
    public = optional(bool)
  }))
  default = {
    eu-central-1 = { tgw = "tgw-1" }
    us-east-1    = { tgw = "tgw-2", to = ["Workloads/Dev", "Workloads/Test"], public = true }
  }
}

locals {
  # In any order.
  arn = "arn:aws:ec2:%s:${local.ids.network}:transit-gateway/%s"
  ids = { network = "222222222222" }
}

permission "read" {
  for_each      = { x = 1 }
  account       = account.network
  region        = "eu-central-1"
  resource_type = "ec2:IpamPool"
  statement {
    actions   = ["ec2:GetIpamPoolAllocations"]
    condition = { StringEquals = { "aws:PrincipalTag/team" = "net" } }
  }
}

share "tgw" {
  for_each   = var.shares
  account    = account.network
  region     = each.key
  name       = "tgw-${each.key}"
  resources  = ["arn:aws:ec2:${each.key}:${account.network.id}:transit-gateway/${each.value.tgw}"]
  principals = [for path in each.value.to : ou(path)]

  permission "ec2:TransitGateway" { use = "AWSRAMDefaultPermissionTransitGateway" }
  allow_external_principals = each.value.public
  tags                      = { team = "network", Region = each.key }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}

share "everybody" {
  account = "222222222222"
  region  = "eu-central-1"
  principals = [
    organization(), account.team["a"], account("sandbox-7"), ou("ou-ab12-9xyz1234"), "555555555555",
    "arn:aws:iam::555555555555:role/deploy", "arn:aws:iam::666666666666:root",
  ]
  sources = ["777777777777"]
  permission "ec2:IpamPool" { use = permission.read["x"] }
  expires = "2027-03-31T00:00:00Z"
}

inbound "partner" {
  account = account.network
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-*"
  action  = "accept"
}

check "inside" {
  severity = "warning"
  assert {
    condition     = length(plan.access.gain) == 0
    error_message = "Shares stay inside."
  }
}

safety {
  max_revoked_percent = 30
}

import {
  to = share.everybody
  id = "arn:aws:ram:eu-central-1:222222222222:resource-share/7ab63972-b505-7e2a-420d-6f5d3EXAMPLE"
}

moved {
  from = share.a
  to   = share.tgw["us-east-1"]
}

removed {
  from = share.gone
  lifecycle {
    destroy = false
  }
}
