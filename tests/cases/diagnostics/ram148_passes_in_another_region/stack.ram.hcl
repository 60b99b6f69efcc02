ramctl { stack = "network" }

account "dev" { id = "444444444444" }

account "network" { id = "222222222222" }

share "tgw" {
  account                   = account.network
  region                    = "us-east-1"
  resources                 = ["arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-1"]
  principals                = [account.dev]
  allow_external_principals = true
}

inbound "hub" {
  account = account.dev
  region  = "eu-central-1"
  from    = "222222222222"
  action  = "accept"
}
