ramctl {
  stack = "x"
}

share "s" {
  account = "222222222222"
  region  = "eu-central-1"
}

import {
  to = share.t
  id = "arn:aws:ec2:eu-central-1:222222222222:subnet/x"
}

moved {
  from = share.a
  to   = permission.b
}

moved {
  from = "share.a"
}

removed {
  from = share.s
}

check "c" {
  severity = "fatal"
  assert {
    condition = var.nope
  }
}

check "empty" {}

safety {
  max_revoked_percent = 300
}

inbound "i" {
  account = "222222222222"
  region  = "eu-central-1"
  action  = "accpet"
}

permission "p" {
  account = "222222222222"
}
