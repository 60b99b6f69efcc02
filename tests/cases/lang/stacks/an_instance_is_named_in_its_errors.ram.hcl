ramctl {
  stack = "x"
}

locals {
  regions = { a = "eu-central-1", b = "EU-WEST-1", c = "nowhere", d = null }
}

account "x" {
  for_each = { one = "111111111111", two = "2" }
  id       = each.value
}

share "s" {
  for_each  = local.regions
  account   = "222222222222"
  region    = each.value
  name      = "n-${each.value}"
  resources = [each.value.arn]
}

share "list" {
  for_each = ["a", "b"]
  account  = "222222222222"
  region   = "eu-central-1"
}

share "none" {
  for_each = null
  account  = "222222222222"
  region   = "eu-central-1"
}
