share "parts" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.net}:transit-gateway/tgw-a", "${local.net}:transit-gateway/tgw-b", "${local.net}:prefix-list/pl-a"]
  principals = ["333333333333", ou("Workloads/Dev")]
  tags       = { team = "network", old = "yes" }

  permission "ec2:PrefixList" { use = "AWSRAMDefaultPermissionPrefixList" }
}

share "gone" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.net}:subnet/subnet-a"]
  principals = [ou("Workloads/Prod")]
}

share "region" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:network-firewall:eu-central-1:222222222222:firewall-policy/a"]
  principals = ["444444444444"]
}

share "account" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.net}:transit-gateway/tgw-c"]
  principals = ["444444444444"]
}

share "retained" {
  account                   = account.hub
  region                    = "eu-central-1"
  resources                 = ["${local.hub}:transit-gateway/tgw-h"]
  principals                = ["999999999999"]
  allow_external_principals = true
}

share "service" {
  account    = account.network
  region     = "us-east-1"
  resources  = ["arn:aws:acm-pca:us-east-1:222222222222:certificate-authority/ca-s"]
  principals = [service("pca-connector-ad.amazonaws.com")]
  sources    = ["444444444444"]
}

# Changed by hand afterwards, until it has as many versions as RAM keeps.
permission "full" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate", "acm-pca:DescribeCertificateAuthority"]
  }
}

share "full" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.pca}/full"]
  principals = ["333333333333", "444444444444"]
  permission "acm-pca:CertificateAuthority" { use = permission.full }
}

# Somebody makes another version the default.
permission "back" {
  account       = account.network
  region        = "eu-central-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate"]
  }
  tags = { team = "network", old = "yes" }
}

share "back" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["${local.pca}/back"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" { use = permission.back }
}

permission "doomed" {
  account       = account.hub
  region        = "us-east-1"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate"]
  }
}

share "doomed" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:acm-pca:us-east-1:555555555555:certificate-authority/doomed", "arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-d"]
  principals = ["333333333333"]
  permission "acm-pca:CertificateAuthority" { use = permission.doomed }
}

share "released" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-r"]
  principals = ["333333333333"]
}

share "old_name" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-n"]
  principals = ["333333333333"]
}

# One of its principals fails afterwards.
share "mended" {
  account    = account.hub
  region     = "us-east-1"
  resources  = ["arn:aws:ec2:us-east-1:555555555555:transit-gateway/tgw-m"]
  principals = ["333333333333", "444444444444"]
}
