share "parts" {
  account                   = account.network
  region                    = "eu-central-1"
  name                      = "renamed"
  resources                 = ["${local.net}:transit-gateway/tgw-b", "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rr-a"]
  principals                = ["444444444444", ou("Workloads/Dev"), "999999999999"]
  tags                      = { team = "platform" }
  allow_external_principals = true

  permission "route53resolver:ResolverRule" { use = "AWSRAMDefaultPermissionResolverRule" }
}

share "region" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:network-firewall:us-east-1:222222222222:firewall-policy/a"]
  principals = ["444444444444"]
}

share "account" {
  account    = account.hub
  region     = "eu-central-1"
  resources  = ["${local.hub}:transit-gateway/tgw-c"]
  principals = ["444444444444"]
}

share "retained" {
  account                   = account.hub
  region                    = "eu-central-1"
  resources                 = ["${local.hub}:transit-gateway/tgw-h"]
  principals                = ["999999999999"]
  allow_external_principals = true

  retain_sharing_on_account_leave_organization = true
}

share "service" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:acm-pca:us-east-1:222222222222:certificate-authority/ca-s"]
  principals = [service("pca-connector-ad.amazonaws.com")]
  sources    = ["333333333333"]
}

# Wider in one way and narrower in another, while one account leaves and a unit joins.
permission "full" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate", "acm-pca:IssueCertificate"]
  }
}

share "full" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.pca}/full"]
  principals = ["333333333333", ou("Workloads/Prod")]
  permission "acm-pca:CertificateAuthority" { use = permission.full }
}

permission "back" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate"]
  }
  tags = { team = "platform" }
}

share "back" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.pca}/back"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" { use = permission.back }
}

# The last resource of its type leaves, and the permission goes with it.
share "doomed" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-d"]
  principals = ["333333333333"]
}

removed {
  from = share.released
  lifecycle { destroy = false }
}

share "new_name" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-n"]
  principals = ["333333333333"]
}

moved {
  from = share.old_name
  to   = share.new_name
}

share "mended" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-m"]
  principals = ["333333333333", "444444444444"]
}

# New: what bears a tag, for everybody.
share "tagged" {
  account    = account.network
  region     = "us-east-1"
  resources  = [tagged("ec2:TransitGateway", { share = "everybody" })]
  principals = [organization()]
}

# New, with a permission of its own.
permission "fresh" {
  account       = account.hub
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate"]
  }
}

share "fresh" {
  account    = account.hub
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:555555555555:certificate-authority/fresh"]
  principals = [ou("Workloads/Prod")]
  permission "acm-pca:CertificateAuthority" { use = permission.fresh }
}

# What RAM made from a policy becomes the stack's.
permission "policy" {
  account       = account.network
  region        = "us-east-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:Describe*"]
  }
}

share "policy" {
  account                   = account.network
  region                    = "us-east-1"
  name                      = "policy"
  resources                 = ["arn:aws:acm-pca:us-east-1:222222222222:certificate-authority/by-policy"]
  principals                = ["333333333333"]
  allow_external_principals = true
  permission "acm-pca:CertificateAuthority" { use = permission.policy }
}

import {
  to = permission.policy
  id = "PERMISSION_OF_POLICY"
}

import {
  to = share.policy
  id = "SHARE_OF_POLICY"
}

# What the vendor sends.
inbound "tools" {
  account = account.hub
  region  = "eu-central-1"
  from    = "888888888888"
  name    = "tools-*"
  action  = "accept"
}

inbound "games" {
  account = account.hub
  region  = "eu-central-1"
  from    = "888888888888"
  name    = "games-*"
  action  = "reject"
}
