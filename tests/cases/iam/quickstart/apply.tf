# account management (111111111111)
data "aws_iam_policy_document" "ramctl_apply_management" {
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

  statement {
    sid       = "DeleteShares"
    actions   = ["ram:DeleteResourceShare"]
    resources = ["arn:aws:ram:*:111111111111:resource-share/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid       = "DeletePermissions"
    actions   = ["ram:DeletePermission"]
    resources = ["arn:aws:ram:*:111111111111:permission/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid       = "EnableSharing"
    actions   = ["ram:EnableSharingWithAwsOrganization"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-central-1"]
    }
  }

  statement {
    sid       = "EnableTrustedAccess"
    actions   = ["organizations:EnableAWSServiceAccess"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "organizations:ServicePrincipal"
      values   = ["ram.amazonaws.com"]
    }
  }

  statement {
    sid       = "CreateServiceLinkedRole"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:aws:iam::111111111111:role/aws-service-role/ram.amazonaws.com/AWSServiceRoleForResourceAccessManager"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values   = ["ram.amazonaws.com"]
    }
  }
}

# account network (222222222222)
data "aws_iam_policy_document" "ramctl_apply_network_1" {
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

  statement {
    sid       = "CreateShares"
    actions   = ["ram:CreateResourceShare"]
    resources = ["*"]

    condition {
      test     = "ArnEqualsIfExists"
      variable = "ram:ResourceArn"
      values = [
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60001",
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60002",
        "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701",
        "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b5e1a2b3c4d5e602",
        "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001",
      ]
    }

    condition {
      test     = "Bool"
      variable = "ram:RequestedAllowsExternalPrincipals"
      values   = ["false"]
    }

    condition {
      test     = "BoolIfExists"
      variable = "ram:RetainSharingOnAccountLeaveOrganization"
      values   = ["false"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/ramctl:stack"
      values   = ["network"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values = [
        "eu-central-1",
        "us-east-1",
      ]
    }

    condition {
      test     = "StringEqualsIgnoreCaseIfExists"
      variable = "ram:RequestedResourceType"
      values = [
        "ec2:Subnet",
        "ec2:TransitGateway",
        "route53resolver:ResolverRule",
      ]
    }

    condition {
      test     = "StringLikeIfExists"
      variable = "ram:Principal"
      values = [
        "444444444444",
        "arn:aws:organizations::*:ou/o-*/ou-*",
      ]
    }
  }

  statement {
    sid       = "FillNewShares"
    actions   = ["ram:AssociateResourceShare"]
    resources = ["*"]

    condition {
      test     = "ArnEqualsIfExists"
      variable = "ram:ResourceArn"
      values = [
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60001",
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60002",
        "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701",
        "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b5e1a2b3c4d5e602",
        "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001",
      ]
    }

    condition {
      test     = "BoolIfExists"
      variable = "ram:AllowsExternalPrincipals"
      values   = ["false"]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["true"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values = [
        "eu-central-1",
        "us-east-1",
      ]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "ram:ResourceShareName"
      values = [
        "corp-dns",
        "dev-subnets",
        "transit-gateway-eu-central-1",
        "transit-gateway-us-east-1",
      ]
    }

    condition {
      test     = "StringEqualsIgnoreCaseIfExists"
      variable = "ram:RequestedResourceType"
      values = [
        "ec2:Subnet",
        "ec2:TransitGateway",
        "route53resolver:ResolverRule",
      ]
    }

    condition {
      test     = "StringLikeIfExists"
      variable = "ram:Principal"
      values = [
        "444444444444",
        "arn:aws:organizations::*:ou/o-*/ou-*",
      ]
    }
  }

  statement {
    sid     = "FillShares"
    actions = ["ram:AssociateResourceShare"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "ArnEqualsIfExists"
      variable = "ram:ResourceArn"
      values = [
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60001",
        "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-0a1b2c3d4e5f60002",
        "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701",
        "arn:aws:ec2:us-east-1:222222222222:transit-gateway/tgw-0b5e1a2b3c4d5e602",
        "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-0c0ffee0c0ffee001",
      ]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }

    condition {
      test     = "StringEqualsIgnoreCaseIfExists"
      variable = "ram:RequestedResourceType"
      values = [
        "ec2:Subnet",
        "ec2:TransitGateway",
        "route53resolver:ResolverRule",
      ]
    }

    condition {
      test     = "StringLikeIfExists"
      variable = "ram:Principal"
      values = [
        "444444444444",
        "arn:aws:organizations::*:ou/o-*/ou-*",
      ]
    }
  }

  statement {
    sid = "ChangeShares"
    actions = [
      "ram:DisassociateResourceShare",
      "ram:DisassociateResourceSharePermission",
      "ram:ListResourceSharePermissions",
    ]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "UpdateShares"
    actions = ["ram:UpdateResourceShare"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "BoolIfExists"
      variable = "ram:RequestedAllowsExternalPrincipals"
      values   = ["false"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "TagShares"
    actions = ["ram:TagResource"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:RequestTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "UntagShares"
    actions = ["ram:UntagResource"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "ForAllValues:StringNotEquals"
      variable = "aws:TagKeys"
      values   = ["ramctl:stack"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "AttachPermissions"
    actions = ["ram:AssociateResourceSharePermission"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:resource-share/*",
      "arn:aws:ram:us-east-1:222222222222:resource-share/*",
    ]

    condition {
      test     = "ArnEqualsIfExists"
      variable = "ram:PermissionArn"
      values = [
        "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionResolverRule",
        "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionSubnet",
        "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway",
      ]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "UsePermissions"
    actions = ["ram:AssociateResourceSharePermission"]
    resources = [
      "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionResolverRule",
      "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionSubnet",
      "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway",
    ]
  }
}

data "aws_iam_policy_document" "ramctl_apply_network_2" {
  statement {
    sid = "DescribeSharedTypes"
    actions = [
      "ec2:DescribeSubnets",
      "ec2:DescribeTransitGateways",
      "ec2:DescribeVpcs",
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

  statement {
    sid       = "PutPolicies1"
    actions   = ["route53resolver:PutResolverRulePolicy"]
    resources = ["arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/*"]
  }

  statement {
    sid       = "DeleteShares"
    actions   = ["ram:DeleteResourceShare"]
    resources = ["arn:aws:ram:*:222222222222:resource-share/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid       = "DeletePermissions"
    actions   = ["ram:DeletePermission"]
    resources = ["arn:aws:ram:*:222222222222:permission/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/ramctl:stack"
      values   = ["network"]
    }
  }

  statement {
    sid     = "DetachPermissions"
    actions = ["ram:DisassociateResourceSharePermission"]
    resources = [
      "arn:aws:ram:eu-central-1:222222222222:permission/*",
      "arn:aws:ram:us-east-1:222222222222:permission/*",
      "arn:aws:ram::aws:permission/*",
    ]
  }
}
