ramctl {
  stack = "x
}

locals {
  a = [1, 2
  b = 3
}

share "s" {
  region = = "eu"
  account = account.a
  tags = { a = 1 b = 2 }
  name = 'x'
  x y
}

account "a" { id = "111111111111" regions = [] }
