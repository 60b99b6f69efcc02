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
account "dev" { id = "444444444444" }

permission "pool" {
  account       = account.network
  region        = "eu-central-1"
  name          = "authority"
  resource_type = "acm-pca:CertificateAuthority"
  statement {
    actions = ["acm-pca:GetCertificate"]
  }
}

share "pool" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1"]
  principals = [account.dev]

  permission "acm-pca:CertificateAuthority" {
    use = permission.pool
  }
}
