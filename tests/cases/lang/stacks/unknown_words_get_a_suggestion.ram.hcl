ramctl {
  stack = "x"
}

shrae "x" {}

resource "aws_ram_resource_share" "x" {}

share "y" {
  acount   = "222222222222"
  regoin   = "eu-central-1"
  lifecycle = { prevent_destroy = true }
  tags {
    a = "b"
  }
  permissions "ec2:Subnet" { use = "x" }
  count = 2
}

share "1bad" {
  account = "222222222222"
  region  = "eu-central-1"
}

share {}

share "a" "b" {}

organization "x" {
  sharing = "on"
}

top = 1
