ramctl {
  stack = "network"
}

organization {
  management_account = account.management
}

account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role {
    role_name = "ramctl"
  }
}
account "dev" { id = "444444444444" }

permission "read" {
  account       = account.network
  region        = "eu-central-1"
  name          = "read"
  resource_type = "sagemaker:Pipeline"
  statement {
    actions = ["sagemaker:DescribePipeline", "sagemaker:ListPipelineExecutions"]
  }
}

permission "start" {
  account       = account.network
  region        = "eu-central-1"
  name          = "start"
  resource_type = "sagemaker:Pipeline"
  statement {
    actions = ["sagemaker:DescribePipeline", "sagemaker:ListPipelineExecutions", "sagemaker:StartPipelineExecution"]
  }
}

share "read" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:sagemaker:eu-central-1:222222222222:pipeline/train"]
  principals = [account.dev]

  permission "sagemaker:Pipeline" {
    use = permission.read
  }
}

share "start" {
  account    = account.network
  region     = "eu-central-1"
  resources  = ["arn:aws:sagemaker:eu-central-1:222222222222:pipeline/train"]
  principals = [account.dev]

  permission "sagemaker:Pipeline" {
    use = permission.start
  }
}
