ramctl {
  stack = "x"
}

share "s" {
  account    = "222222222222"
  region     = "eu-central-1"
  name       = share.t.name
  resources  = ["tgw-0abc", "arn:aws:ec2"]
  principals = [organization, plan.x, ramctl.stack, count.index]
  expires    = "tomorrow"
  tags       = ["a"]
}
