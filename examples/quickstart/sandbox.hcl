# The AWS that `--sandbox` starts from: an organization, its accounts, and the resources that the stack shares.
# ramctl reads it only where the state folder (.ramctl/sandbox) is empty; delete that folder to start again.

organization {
  id                 = "o-quickstart1"
  management_account = "management"
  sharing            = "off" # nobody has turned on sharing with the organization yet

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

# A company that the organization works with, and not a part of it.
outside "partner" { id = "999999999999" }

resource "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701" {
  tags = { Name = "core" }
}

resource "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b5e1a2b3c4d5e602" {
  tags = { Name = "core" }
}

resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60001" {
  tags = { Name = "dev-a" }
}

resource "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60002" {
  tags = { Name = "dev-b" }
}

resource "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001" {
  tags = { Name = "corp.example.com" }
}
