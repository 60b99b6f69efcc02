ramctl {
  stack   = "x"
  regions = ["us-east-1", "us-eas-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"]
}

account "hub" {
  id      = "222222222222"
  regions = ["eu-cental-1", "eu-west-9", "sa-west-1", "zz-outpost-1", "ue-west-1"]
}

share "a" {
  account    = account.hub
  region     = "ap-sotheast-2"
  resources  = []
  principals = []
}
