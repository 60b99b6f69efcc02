organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    id = "ou-sbox-workload"
    account "web" { id = "333333333333" }
  }
}
outside "partner" { id = "999999999999" }
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1" {}
resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2" {}
resource "arn:aws:ec2:eu-central-1:222222222222:prefix-list/pl-1" {}
resource "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-1" {}
