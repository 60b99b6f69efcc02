ramctl { stack = "network" }

account "dev" { id = "444444444444" }

inbound "partner" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-*-?[ab]{1,2}"
  action  = "accept"
}
