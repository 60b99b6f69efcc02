ramctl {
  stack = "x"
}

ramctl {
  stack = "y"
}

locals {
  a = 1
}

locals {
  a = 2
}

share "s" {
  account = "222222222222"
  region  = "eu-central-1"
}

share "s" {
  account = "222222222222"
  region  = "eu-central-1"
  lifecycle {}
  lifecycle {}
}

variable "v" { default = 1 }
variable "v" { default = 2 }
