ramctl {
  stack = "x"
}

share "first" {
  account = "222222222222"
  lifecycle {
    prevent_destroy = true

  region = "eu-central-1"
}

share "second" {
  account = "222222222222"
  region  = "eu-central-1"
}
