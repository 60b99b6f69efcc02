# The AWS that `--sandbox` starts from.

organization {
  id                 = "o-policy00001"
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
    }
  }
}

outside "partner" { id = "999999999999" }

resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701" {}

resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f702" {}

resource "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001" {}
