terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "3.39.0"
    }
  }
}

variable "endpoint" { type = string }
variable "name" {
  type    = string
  default = "core"
}
variable "gateway" {
  type    = string
  default = "tgw-1"
}

provider "aws" {
  region                  = "eu-central-1"
  access_key              = "222222222222"
  secret_key              = "any"
  skip_metadata_api_check = true
  endpoints {
    ec2           = var.endpoint
    iam           = var.endpoint
    organizations = var.endpoint
    ram           = var.endpoint
    sts           = var.endpoint
  }
}

provider "aws" {
  alias                   = "partner"
  region                  = "eu-central-1"
  access_key              = "999999999999"
  secret_key              = "any"
  skip_metadata_api_check = true
  endpoints {
    ec2           = var.endpoint
    iam           = var.endpoint
    organizations = var.endpoint
    ram           = var.endpoint
    sts           = var.endpoint
  }
}

data "aws_caller_identity" "network" {}
data "aws_organizations_organization" "all" {}

resource "aws_ram_resource_share" "core" {
  name                      = var.name
  allow_external_principals = false
  tags                      = { team = "network" }
}

resource "aws_ram_resource_share" "partner" {
  name                      = "partner"
  allow_external_principals = true
}

locals {
  own = "arn:aws:ec2:eu-central-1:${data.aws_caller_identity.network.account_id}"
}

resource "aws_ram_resource_association" "gateway" {
  resource_arn       = "${local.own}:transit-gateway/${var.gateway}"
  resource_share_arn = aws_ram_resource_share.core.arn
}

resource "aws_ram_resource_association" "prefixes" {
  resource_arn       = "${local.own}:prefix-list/pl-1"
  resource_share_arn = aws_ram_resource_share.core.arn
}

resource "aws_ram_resource_association" "rule" {
  resource_arn       = "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-1"
  resource_share_arn = aws_ram_resource_share.partner.arn
}

resource "aws_ram_principal_association" "account" {
  principal          = "333333333333"
  resource_share_arn = aws_ram_resource_share.core.arn
}

resource "aws_ram_principal_association" "unit" {
  principal          = "arn:aws:organizations::111111111111:ou/${data.aws_organizations_organization.all.id}/ou-sbox-workload"
  resource_share_arn = aws_ram_resource_share.core.arn
}

resource "aws_ram_principal_association" "organization" {
  principal          = data.aws_organizations_organization.all.arn
  resource_share_arn = aws_ram_resource_share.core.arn
}

resource "aws_ram_principal_association" "partner" {
  principal          = "999999999999"
  resource_share_arn = aws_ram_resource_share.partner.arn
}

resource "aws_ram_resource_share_accepter" "partner" {
  provider  = aws.partner
  share_arn = aws_ram_principal_association.partner.resource_share_arn
}

data "aws_ram_resource_share" "core" {
  name           = aws_ram_resource_share.core.name
  resource_owner = "SELF"
}

output "core" { value = data.aws_ram_resource_share.core.arn }
output "received" { value = aws_ram_resource_share_accepter.partner.share_id }
