//! China and GovCloud: Regions, ARNs, roles and managed permissions of their own.

use crate::run::{APPLY, PLAN};
use crate::served::World;

const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network" { id = "222222222222" }
  ou "Workloads" {
    account "web" { id = "333333333333" }
  }
}
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

const STACK: &str = r#"
ramctl { stack = "network" }
organization {
  management_account = account.management
  sharing            = "required"
}
account "management" { id = "111111111111" }
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
share "it" {
  account    = account.network
  region     = "REGION"
  resources  = ["arn:PARTITION:ec2:REGION:222222222222:subnet/subnet-1"]
  principals = [ou("Workloads"), "333333333333"]
  permission "ec2:Subnet" { use = "AWSRAMDefaultPermissionSubnet" }
}
"#;

#[tokio::test]
async fn a_stack_lives_in_another_partition_as_in_this_one() {
    for (partition, region) in [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        let world = World::sweeping(&format!("partition = \"{partition}\"\n{SEED}")).await;
        let files = STACK.replace("PARTITION", partition).replace("REGION", region);
        world.write("stack.ram.hcl", &files);
        world.run(&APPLY).await.exits(0).says(&["Searched 3 other Regions of 2 accounts"]);
        world.run(&PLAN).await.exits(0).says(&["AWS matches the configuration."]);
        let iam = world.run("iam apply").await.exits(0);
        assert!(iam.holds(&format!("arn:{partition}:ram:{region}:222222222222:")), "{iam}");
        assert!(!iam.holds("arn:aws:"), "{iam}");
        world.run("destroy --auto-approve").await.exits(0);
    }
}
