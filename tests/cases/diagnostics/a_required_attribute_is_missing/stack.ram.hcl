ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" { id = "222222222222" }
account "dev" { id = "444444444444" }

share "tgw" {
  account = account.network
}
