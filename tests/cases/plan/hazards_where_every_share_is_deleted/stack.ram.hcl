ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
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
account "prod" { id = "555555555555" }
