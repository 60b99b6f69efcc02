organization {
  id                 = "o-a1b2c3d4e5"
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network"    { id = "222222222222" }
  ou "Workloads" {
    ou "Prod" {
      account "web" { id = "333333333333" }
    }
    ou "Dev" {
      account "dev" { id = "444444444444" }
      account "hub" { id = "555555555555" }
    }
  }
}

# Lets ramctl in, which accepts there what it sends.
outside "partner" {
  id = "999999999999"
  role "OrganizationAccountAccessRole" {}
}

# Sends shares of its own to the hub.
outside "vendor" { id = "888888888888" }

resource "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-tagged" {
  tags = { share = "everybody" }
}

share "policy" {
  account             = "network"
  region              = "us-east-1"
  resources           = ["arn:aws:acm-pca:us-east-1:222222222222:certificate-authority/by-policy"]
  principals          = ["333333333333"]
  created_from_policy = true
}

settings {
  resources       = "any"
  associate_ms    = 30
  disassociate_ms = 30
}
