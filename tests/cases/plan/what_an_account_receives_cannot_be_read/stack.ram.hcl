ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role {
    role_name = "ramctl"
  }
}
account "dev" {
  id = "444444444444"
  assume_role {
    role_name = "ramctl"
  }
}

inbound "partner" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-*"
  action  = "accept"
}

inbound "experiments" {
  account = account.dev
  region  = "eu-central-1"
  from    = "999999999999"
  name    = "partner-test-*"
  action  = "reject"
}
