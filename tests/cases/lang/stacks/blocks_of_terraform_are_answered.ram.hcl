ramctl {
  stack = "x"
}

terraform {
  required_version = ">= 1.5"
}

provider "aws" {
  region = "eu-central-1"
}

resource "aws_ram_resource_share" "core" {
  name = "core"
}

resource "aws_ram_principal_association" "core" {}

resource "aws_ram_resource_association" "core" {}

resource "aws_ram_permission" "read" {}

resource "aws_ram_resource_share_accepter" "in" {}

resource "aws_ram_sharing_with_organization" "this" {}

resource "aws_ec2_transit_gateway" "core" {}

data "aws_organizations_organization" "this" {}

data "aws_subnets" "shared" {}

module "share" {
  source = "./share"
}

output "arn" {
  value = 1
}

organization = {
  sharing = "enabled"
}

account = {}

locals = {}

variable "one" {
  default = 1
  count   = 2
}

share "core" {
  provider        = aws.hub
  count           = 2
  depends_on      = [account.hub]
  permission_arns = []
  resource_arns   = []
  dynamic "permission" {
    for_each = []
  }
  lifecycle {
    create_before_destroy = true
  }
}

check "all" {
  for_each = toset([])
  assert {
    condition     = true
    error_message = "x"
  }
}

locals {
  subnet  = aws_subnet.core.arn
  gateway = data.aws_ec2_transit_gateway.core.arn
}
