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

# The organization may have this account or not: the block does not say.
account "partner" { id = "999999999999" }

share "partner" {
  account                   = account.network
  region                    = "eu-central-1"
  resources                 = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"]
  principals                = [account.partner, "444444444444"]
  allow_external_principals = true
}

share "allowed" {
  account                   = account.network
  region                    = "eu-central-1"
  resources                 = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2"]
  principals                = [account.partner]
  allow_external_principals = true
  allow                     = [{ code = "RAM225", reason = "contract 4711" }]
}

# RAM refuses outside principals here.
share "ram225_passes" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-3"]
  principals = ["444444444444"]
}
