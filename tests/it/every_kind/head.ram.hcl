ramctl {
  stack   = "network"
  regions = ["eu-central-1", "us-east-1"]
}

account "management" {
  id = "111111111111"
}

organization {
  management_account = account.management
  sharing            = "enabled"
}

account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}

account "hub" {
  id = "555555555555"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}

account "partner" {
  id      = "999999999999"
  regions = ["eu-central-1"]
  assume_role { role_name = "OrganizationAccountAccessRole" }
}

locals {
  net = "arn:aws:ec2:eu-central-1:222222222222"
  hub = "arn:aws:ec2:eu-central-1:555555555555"
  pca = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority"
}
