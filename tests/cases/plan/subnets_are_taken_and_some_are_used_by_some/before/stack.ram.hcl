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
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1", "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-2", "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-3", "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-4"]
  principals = [ou("Workloads/Dev"), "555555555555"]
}

share "more" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-3"]
  principals = ["666666666661"]
}
