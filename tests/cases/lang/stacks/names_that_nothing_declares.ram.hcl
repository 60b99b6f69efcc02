ramctl {
  stack = "x"
}

account "hub" {
  id = "222222222222"
}

variable "subnets" {
  default = []
  validation {
    condition     = try(var.subnet, true)
    error_message = "x"
  }
}

locals {
  production = ["333333333333"]
  renamed    = try(local.prod, [])
  guarded    = can(var.subnetz)
  arm        = true ? 1 : local.missing
  side       = false && local.missing
  loop       = [for x in [] : [x, y, local.missing]]
  index      = local.production[local.missing]
  text       = "%{ if false }${nobody}%{ endif }%{ for x in [] }${account.nobody.id}%{ endfor }"
  key        = { for k in [] : (kay) => permission.nobody }
  alone      = try(local, 1)
  share      = try(share.core, 1)
  each       = try(each.key, 1)
  path       = try(path.nowhere, 1)
  bound      = [for each in [1] : [for local in [each] : local]]
  function   = try(no_such_function(1), 1)
}

share "core" {
  for_each   = try(toset([each.key]), toset(["a", "b"]))
  account    = account.hub
  region     = "eu-central-1"
  resources  = try(var.nothing, [])
  principals = concat(try(local.prod, []), [each.key == "a" ? account.hubb : account.hub])
}

check "stays" {
  assert {
    condition     = try(plan.shares, []) == [] || try(local.limit, true)
    error_message = "x"
  }
}
