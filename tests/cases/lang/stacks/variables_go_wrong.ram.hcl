ramctl {
  stack = "x"
}

variable "needed" {}

variable "typed" {
  type    = list(number)
  default = ["a"]
}

variable "quoted" {
  type = "string"
}

variable "odd" {
  type = lsit(string)
}

variable "refers" {
  default = var.needed
}

variable "short" {
  default = "ab"
  validation {
    condition     = var.short == "abc"
    error_message = "It must be abc."
  }
  validation {
    condition     = true
    error_message = "x"
  }
}

variable "null" {
  nullable = false
  default  = null
}

variable "secret" {
  sensitive = true
  default   = "hush"
}

share "s" {
  account = "222222222222"
  region  = "eu-central-1"
  name    = "x-${var.secret}"
  tags    = { a = var.secret }
}
