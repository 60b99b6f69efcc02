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
account "dev" { id = "444444444444" }

share "subnets" {
  account    = account.network
  region     = "eu-central-1"
  resources  = [
    tagged("ec2:Subnt", { share = "workloads" }),
    tagged("odb:ExascaleDbStorageVault", { share = "workloads" }),
    tagged("quantum:Foam", { share = "workloads" }),
  ]
  principals = [account.dev]
}
