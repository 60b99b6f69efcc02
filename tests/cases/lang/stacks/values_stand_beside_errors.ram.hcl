ramctl {
  stack = "x"
}

variable "limit" {
  default = 3
}

locals {
  names = ["a", "b"]
  which = 2
  bad   = local.names[local.which]
  worse = local.bad + 1
  sum   = local.names + var.limit
  cond  = var.limit > 2 ? local.names : "none"
}

share "s" {
  account = "222222222222"
  region  = "eu-central-1"
  name    = "x-${local.names}"
}
