variable "a" {
  type = map(object({ x = optional(list(string), ["d"]), y = tuple([number, bool]) }))
  default = { k = { y = [1, true] } }
  validation {
    condition     = length(var.a) > 0
    error_message = "Empty: ${length(var.a)}."
  }
}
variable "secret" {
  type      = string
  sensitive = true
  nullable  = false
  default   = "hush"
}
locals {
  c = local.d
  d = try(jsondecode("{\"a\":[1,2.5,null]}").a[5], can(regex("(?P<n>a+)", "baa")), "x")
  e = cidrsubnets("10.0.0.0/8", 4, 8)
  f = formatdate("YYYY-MM-DD", plantimestamp())
}
