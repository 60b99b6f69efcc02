# What the tables of expressions may refer to.

ramctl {
  stack = "tables"
}

account "network" {
  id = "222222222222"
}

account "team" {
  for_each = { a = "333333333333", b = "444444444444" }
  id       = each.value
}

variable "names" {
  type    = list(string)
  default = ["ada", "bob"]
}

variable "ports" {
  type    = map(number)
  default = { http = 80, https = 443 }
}

variable "secret" {
  sensitive = true
  default   = "hush"
}

locals {
  nothing = null
  subnets = {
    a = { id = "subnet-a", zone = 1 }
    b = { id = "subnet-b", zone = 2 }
  }
  tags       = local.tomap_free
  tomap_free = { team = "net" }
}
