ramctl {
  stack    = "hub"
  formerly = ["network", "hub", "network"]
}

account "network" { id = "222222222222" }
account "dev" { id = "444444444444" }

share "tgw" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = [account.dev]
}
