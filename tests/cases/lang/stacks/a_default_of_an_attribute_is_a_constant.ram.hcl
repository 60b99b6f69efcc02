ramctl { stack = "net" }
account "a" { id = "111111111111" }
locals {
  d = "x"
}
variable "v" {
  type    = object({ a = optional(string, local.d) })
  default = {}
}
variable "self" {
  type    = object({ a = optional(string, "${var.v.a}") })
  default = { a = "given" }
}
share "s" {
  account    = account.a
  region     = "eu-central-1"
  name       = "x-${var.v.a}"
  resources  = ["arn:aws:ec2:eu-central-1:111111111111:subnet/subnet-1"]
  principals = ["222222222222"]
}
