# account management (111111111111)
data "aws_iam_policy_document" "ramctl_plan_management" {
  statement {
    sid       = "AssumeRoles"
    actions   = ["sts:AssumeRole"]
    resources = ["arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"]
  }

  statement {
    sid = "ReadOrganization"
    actions = [
      "organizations:DescribeOrganization",
      "organizations:ListAccounts",
      "organizations:ListOrganizationalUnitsForParent",
      "organizations:ListRoots",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ReadTrustedAccess"
    actions   = ["organizations:ListAWSServiceAccessForOrganization"]
    resources = ["*"]
  }

  statement {
    sid       = "ReadServiceLinkedRole"
    actions   = ["iam:GetRole"]
    resources = ["arn:aws:iam::111111111111:role/aws-service-role/ram.amazonaws.com/AWSServiceRoleForResourceAccessManager"]
  }

  statement {
    sid = "ReadShares"
    actions = [
      "ram:GetResourceShareAssociations",
      "ram:GetResourceShares",
      "ram:ListPermissionAssociations",
      "ram:ListPermissions",
      "ram:ListSourceAssociations",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ReadRegions"
    actions   = ["ec2:DescribeRegions"]
    resources = ["*"]
  }

  statement {
    sid     = "ReadPermissions"
    actions = ["ram:GetPermission"]
    resources = [
      "arn:aws:ram:*:111111111111:permission/*",
      "arn:aws:ram::aws:permission/*",
    ]
  }
}

# account network (222222222222)
data "aws_iam_policy_document" "ramctl_plan_network" {
  statement {
    sid = "ReadShares"
    actions = [
      "ram:GetResourceShareAssociations",
      "ram:GetResourceShares",
      "ram:ListPermissionAssociations",
      "ram:ListPermissions",
      "ram:ListSourceAssociations",
    ]
    resources = ["*"]
  }

  statement {
    sid       = "ReadRegions"
    actions   = ["ec2:DescribeRegions"]
    resources = ["*"]
  }

  statement {
    sid     = "ReadPermissions"
    actions = ["ram:GetPermission"]
    resources = [
      "arn:aws:ram:*:222222222222:permission/*",
      "arn:aws:ram::aws:permission/*",
    ]
  }

  statement {
    sid = "ReadUsage"
    actions = [
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeTransitGatewayAttachments",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values = [
        "eu-central-1",
        "us-east-1",
      ]
    }
  }
}
