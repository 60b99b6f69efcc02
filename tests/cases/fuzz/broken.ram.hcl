share "x" {
  account = account.
  region = 
  resources = [
    "a
  principals = [ou("x"]

locals {
  a = 1 +
  b = "${
}
