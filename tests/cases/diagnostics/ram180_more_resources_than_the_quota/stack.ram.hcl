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
  account    = account.network
  region     = "eu-central-1"
  resources  = concat(flatten([for a in range(10) : [for b in range(500) : "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-${a}-${b}"]]), ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-x"])
  principals = [account.dev]
}
