ramctl {
  stack = "x"
}

account "bare" {
  id = 012345678901
}

account "long" {
  id = "1234567890123"
}

account "dashes" {
  id = "1234-5678-9012"
}

share "s" {
  account    = 222222222222
  region     = "eu-central-1a"
  principals = [333333333333, "4444", "Workloads/Prod", null, ["555555555555"]]
}
