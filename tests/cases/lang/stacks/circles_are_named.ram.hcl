ramctl {
  stack = "x"
}

locals {
  a = local.b
  b = [local.c]
  c = { x = local.a }
  d = local.d
  e = "${local.a}"
}

account "x" {
  id = local.y
}

locals {
  y = account.x.id
}
