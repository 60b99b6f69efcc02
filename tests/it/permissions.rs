//! Customer managed permissions against a sandbox: made, changed past the limit of versions, moved, promoted, deleted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ramctl::apply::Event;
use ramctl::aws::Connector;
use ramctl::diff::{Ownership, PermissionVerdict, Verdict};
use ramctl::live::LivePlace;
use ramctl::plan::{HazardSubject, Plan};
use tokio_util::sync::CancellationToken;

use crate::edge::{ROLE, SEED, connect, place, read_places, start};
use crate::pipeline::{carry_out, carry_out_all, declare, plan_of};

const CA: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
const KIND: &str = "acm-pca:CertificateAuthority";

fn seed(more: &str) -> String {
    format!(
        "{SEED}\nresource \"{CA}\" {{}}\nsettings {{\n  associate_ms = 1\n  disassociate_ms = 1\n}}\n{more}"
    )
    .replace("organization {", "organization {\n  sharing = \"enabled\"")
}

const HEAD: &str = r#"
ramctl {
  stack   = "network"
  regions = ["eu-central-1"]
}
account "network" {
  id = "222222222222"
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

fn permission(actions: &str) -> String {
    format!(
        r#"
permission "ca" {{
  account       = account.network
  region        = "eu-central-1"
  resource_type = "{KIND}"
  statement {{
    actions = [{actions}]
  }}
}}
"#
    )
}

fn share(used: &str, principals: &str) -> String {
    format!(
        r#"
share "ca" {{
  account    = account.network
  region     = "eu-central-1"
  resources  = ["{CA}"]
  principals = [{principals}]
  permission "{KIND}" {{
    {used}
  }}
}}
"#
    )
}

const USED: &str = "use = permission.ca";

async fn live(cloud: &Connector) -> LivePlace {
    let here = place("222222222222", "eu-central-1");
    let live = read_places(cloud, std::slice::from_ref(&here)).await;
    let mut found = live.places[&here].known().expect("read").clone();
    // What is being deleted is listed for a while.
    found.customer_permissions.retain(|row| !row.status.starts_with("DELET"));
    found
}

fn operations(plan: &Plan) -> Vec<&'static str> {
    plan.steps().iter().map(|step| step.step.operation()).collect()
}

/// Applies a stack and looks that nothing is left to do.
async fn settle(cloud: &Connector, text: &str) -> Vec<&'static str> {
    let declaration = declare(&format!("{HEAD}{text}"));
    let plan = plan_of(cloud, &declaration).await;
    carry_out_all(cloud, &plan).await;
    let left = plan_of(cloud, &declaration).await;
    assert!(left.steps().is_empty() && left.is_complete(), "{text}: {:#?}", left.steps());
    operations(&plan)
}

async fn planned(cloud: &Connector, text: &str) -> Plan {
    plan_of(cloud, &declare(&format!("{HEAD}{text}"))).await
}

#[tokio::test]
async fn a_permission_is_made_changed_past_five_versions_and_deleted_after_its_share() {
    let running = start(&seed("")).await;
    let cloud = connect(&running, ROLE).await;
    let both = |actions: &str| format!("{}{}", permission(actions), share(USED, "\"333333333333\""));
    let steps = settle(&cloud, &both("\"acm-pca:GetCertificate\"")).await;
    assert_eq!(steps, ["CreatePermission", "CreateResourceShare", "TagResource"]);
    // Order, one string against a list and the case of an action are no change.
    let other = both("\"ACM-PCA:getcertificate\", \"acm-pca:GetCertificate\"");
    assert!(planned(&cloud, &other).await.steps().is_empty());
    for n in 2..=8 {
        let steps =
            settle(&cloud, &both(&format!("\"acm-pca:GetCertificate\", \"acm-pca:Action{n}\""))).await;
        let expected: &[&str] = if n <= 5 {
            &["CreatePermissionVersion", "AssociateResourceSharePermission", "TagResource", "TagResource"]
        } else {
            &[
                "DeletePermissionVersion",
                "CreatePermissionVersion",
                "AssociateResourceSharePermission",
                "TagResource",
                "TagResource",
            ]
        };
        assert_eq!(steps, expected, "version {n}");
        let found = live(&cloud).await;
        let share = found.shares.values().next().expect("the share is there");
        let attached = share.permissions.values().next().expect("it has a permission");
        assert!(attached.default_version && attached.version == n.to_string(), "{attached:?}");
    }
    // What an older version said is made the default again.
    let steps = settle(&cloud, &both("\"acm-pca:GetCertificate\", \"acm-pca:Action6\"")).await;
    assert_eq!(steps[0], "SetDefaultPermissionVersion");
    // The share takes AWS's permission, then the own one goes.
    let default = "use = \"AWSRAMDefaultPermissionCertificateAuthority\"";
    let steps = settle(&cloud, &share(default, "\"333333333333\"")).await;
    assert_eq!(steps, ["AssociateResourceSharePermission", "TagResource", "DeletePermission"]);
    assert!(live(&cloud).await.customer_permissions.is_empty());
    // And once more from the beginning: the tokens of the first life lead to nothing that is gone.
    settle(&cloud, &both("\"acm-pca:GetCertificate\"")).await;
    let steps = settle(&cloud, "").await;
    assert_eq!(steps, ["DeleteResourceShare", "DeletePermission"]);
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_rotation_of_versions_that_is_stopped_anywhere_is_finished_by_the_next_run() {
    let running = start(&seed("")).await;
    let cloud = connect(&running, ROLE).await;
    let both = |n: usize| {
        let actions = format!("\"acm-pca:GetCertificate\", \"acm-pca:Action{n}\"");
        format!("{}{}", permission(&actions), share(USED, "\"333333333333\""))
    };
    for n in 1..=5 {
        settle(&cloud, &both(n)).await;
    }
    for stop_after in 1..=8 {
        let plan = planned(&cloud, &both(5 + stop_after)).await;
        let (stop, seen) = (CancellationToken::new(), AtomicUsize::new(0));
        carry_out(&cloud, &plan, &stop, |event| {
            let interesting = matches!(event, Event::Started { .. } | Event::Finished { .. });
            if interesting && seen.fetch_add(1, Ordering::Relaxed) + 1 == stop_after {
                stop.cancel();
            }
        })
        .await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        settle(&cloud, &both(5 + stop_after)).await;
        let found = live(&cloud).await;
        let share = found.shares.values().next().expect("the share is there");
        assert!(share.permissions.values().all(|attached| attached.default_version));
        assert_eq!((found.shares.len(), found.customer_permissions.len()), (1, 1));
    }
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_wider_policy_is_a_hazard_and_comes_when_those_that_leave_have_left() {
    let running = start(&seed("")).await;
    let cloud = connect(&running, ROLE).await;
    let narrow = format!("{}{}", permission("\"acm-pca:GetCertificate\""), share(USED, "\"333333333333\""));
    settle(&cloud, &narrow).await;
    let wide = format!("{}{}", permission("\"acm-pca:*\""), share(USED, "\"444444444444\""));
    let plan = planned(&cloud, &wide).await;
    let place =
        |operation: &str| operations(&plan).iter().position(|one| *one == operation).expect("planned");
    assert!(place("DisassociateResourceShare") < place("AssociateResourceSharePermission"));
    assert!(place("CreatePermissionVersion") < place("AssociateResourceSharePermission"));
    // Who takes over from others joins before they leave: with the permission of before, which allows less.
    assert!(place("AssociateResourceShare") < place("DisassociateResourceShare"));
    let hazards = &plan.body().shares[0].hazards;
    let widens = |hazard: &&ramctl::plan::Hazard| {
        hazard.code.id == "RAM217" && matches!(hazard.subject, HazardSubject::Permission(_))
    };
    assert_eq!(hazards.iter().filter(widens).count(), 1, "{hazards:?}");
    settle(&cloud, &wide).await;
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn a_permission_of_another_share_is_not_deleted_and_a_foreign_name_not_taken() {
    let other = format!(
        "permission \"mine\" {{\n account = \"network\"\n region = \"eu-central-1\"\n resource_type = \"{KIND}\"\n \
         policy = \"{{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"acm-pca:GetCertificate\\\"}}\"\n}}\n"
    );
    let running = start(&seed(&other)).await;
    let cloud = connect(&running, ROLE).await;
    let taken =
        permission("\"acm-pca:GetCertificate\"").replace("resource_type", "name = \"mine\"\n  resource_type");
    let plan = planned(&cloud, &taken).await;
    assert!(matches!(plan.body().permissions[0].diff.verdict, PermissionVerdict::NotHad { .. }));
    assert!(plan.steps().is_empty() && !plan.body().refusals.is_empty());
    // Imported, it is the stack's, and released nobody's again.
    let import =
        "import {\n to = permission.ca\n id = \"arn:aws:ram:eu-central-1:222222222222:permission/mine\"\n}\n";
    assert_eq!(settle(&cloud, &format!("{taken}{import}")).await, ["TagResource"]);
    let moved = taken.replace("permission \"ca\"", "permission \"renamed\"");
    let moved = format!("{moved}moved {{\n from = permission.ca\n to = permission.renamed\n}}\n");
    assert_eq!(settle(&cloud, &moved).await, ["TagResource"]);
    let released = "removed {\n from = permission.renamed\n lifecycle {\n destroy = false\n }\n}\n";
    assert_eq!(settle(&cloud, released).await, ["UntagResource"]);
    assert_eq!(live(&cloud).await.customer_permissions.len(), 1);
    running.shutdown().await.expect("the sandbox stops");
}

#[tokio::test]
async fn what_was_made_from_a_policy_is_left_alone_until_it_is_imported_and_then_promoted_in_order() {
    let from_policy = format!(
        "share \"policy\" {{\n account = \"network\"\n region = \"eu-central-1\"\n resources = [\"{CA}\"]\n \
         principals = [\"333333333333\"]\n created_from_policy = true\n}}\n"
    );
    let running = start(&seed(&from_policy)).await;
    let cloud = connect(&running, ROLE).await;
    let plan = planned(&cloud, "").await;
    assert!(plan.steps().is_empty());
    assert_eq!(plan.body().unmanaged[0].ownership, Ownership::FromPolicy);
    let found = live(&cloud).await;
    let arn = found.shares.keys().next().expect("it is listed").clone();
    let source = found.customer_permissions[0].arn.clone();
    let imports = |both: bool| {
        let share = format!("import {{\n to = share.ca\n id = \"{arn}\"\n}}\n");
        let permission = format!("import {{\n to = permission.ca\n id = \"{source}\"\n}}\n");
        if both { format!("{share}{permission}") } else { share }
    };
    // Without a permission that says the same, RAM would refuse.
    let alone = format!(
        "{}{}",
        share("use = \"AWSRAMDefaultPermissionCertificateAuthority\"", "\"333333333333\""),
        imports(false)
    );
    let plan = planned(&cloud, &alone).await;
    assert!(
        matches!(plan.body().shares[0].diff.verdict, Verdict::NotImported { .. }),
        "{:#?}",
        plan.body().shares
    );
    let whole = format!(
        "{}{}{}",
        permission("\"acm-pca:Describe*\""),
        share(USED, "\"333333333333\"")
            .replace("region ", "allow_external_principals = true\n  name = \"policy\"\n  region "),
        imports(true)
    );
    let steps = settle(&cloud, &whole).await;
    let order = |operation: &str| steps.iter().position(|one| *one == operation).expect("planned");
    assert!(order("PromotePermissionCreatedFromPolicy") < order("PromoteResourceShareCreatedFromPolicy"));
    let found = live(&cloud).await;
    assert_eq!(found.shares.keys().collect::<Vec<_>>(), [&arn], "the very share");
    running.shutdown().await.expect("the sandbox stops");
}
