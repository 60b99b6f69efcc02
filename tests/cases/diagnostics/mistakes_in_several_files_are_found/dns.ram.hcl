share "dns" {
  account    = account.network
  region     = "europe"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals = [account.dev]
}
