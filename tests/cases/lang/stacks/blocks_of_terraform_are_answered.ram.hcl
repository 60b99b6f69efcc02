ramctl {
  stack    = "x"
  provider = aws
  backend "s3" {}
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

count = 2

provider = "aws"

depends_on = []

module = {}

output = 1

dynamic "share" {}

lifecycle {}

import {
  to       = share.core
  id       = "arn:aws:ram:eu-central-1:111111111111:resource-share/1"
  provider = aws.hub
  for_each = {}
}

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
  resource "aws_subnet" "x" {}
  data "aws_caller_identity" "x" {}
  output "arn" {}
  resource = []
  permission "ec2:Subnet" {
    count      = 1
    depends_on = []
    dynamic "x" {}
    module "x" {}
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
  resource "aws_ram_permission" "x" {}
  dynamic "x" {}
  subnet  = aws_subnet.core.arn
  gateway = data.aws_ec2_transit_gateway.core.arn
}
