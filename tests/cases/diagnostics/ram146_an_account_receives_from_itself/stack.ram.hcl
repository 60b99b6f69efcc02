ramctl { stack = "network" }

account "dev" { id = "444444444444" }

inbound "own" {
  account = account.dev
  region  = "eu-central-1"
  from    = "444444444444"
  action  = "accept"
}
