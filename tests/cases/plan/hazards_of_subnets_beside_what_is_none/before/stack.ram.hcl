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
account "prod" { id = "555555555555" }

share "ram212_raised" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-a"]
  principals = [account.dev, account.prod]
}

share "ram212_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-b"]
  principals = [account.dev, ou("Workloads/Dev")]
}
