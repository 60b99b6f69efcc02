share "s" {
  region = "eu-central-1"
}
