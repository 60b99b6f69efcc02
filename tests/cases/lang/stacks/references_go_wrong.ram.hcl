ramctl {
  stack = "x"
}

account "network" {
  id = "222222222222"
}

variable "region" {
  default = "eu-central-1"
}

locals {
  subnets = { a = 1 }
}

share "s" {
  account    = account.netwrok
  region     = var.regoin
  name       = local.nope
  resources  = [local.subnets.b, lcoal.subnets]
  principals = [acount.x, Workloads, ou("x", "y"), uo("x")]
  tags       = { team = each.key }
}
