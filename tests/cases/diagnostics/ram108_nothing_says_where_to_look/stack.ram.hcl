ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" { id = "222222222222" }
