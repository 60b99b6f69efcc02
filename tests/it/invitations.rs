//! Invitations on both sides: the real binary against a sandbox whose clock is turned.

use std::time::Duration;

use serde_json::{Value, json};

use crate::run::{Run, allowing_all};
use crate::served;

/// The partner is outside of the organization and lets the management account in.
const SEED: &str = r#"
organization {
  management_account = "management"
  sharing            = "enabled"
  account "management" { id = "111111111111" }
  account "network"    { id = "222222222222" }
  account "dev"        { id = "444444444444" }
}
outside "partner" {
  id = "999999999999"
  role "OrganizationAccountAccessRole" {}
}
settings {
  resources       = "any"
  associate_ms    = 20
  disassociate_ms = 20
}
"#;

const HEAD: &str = r#"
ramctl { stack = "network" }
account "management" { id = "111111111111" }
organization { management_account = account.management }
account "network" {
  id      = "222222222222"
  regions = ["eu-central-1"]
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

/// ramctl has a role in the partner's account.
const PARTNER: &str = r#"
account "partner" {
  id      = "999999999999"
  regions = ["eu-central-1"]
  assume_role { role_name = "OrganizationAccountAccessRole" }
}
"#;

const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701";
const CA: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/0a1b";

/// The hub's share with the partner.
fn hub(resource: &str, more: &str) -> String {
    format!(
        r#"
share "hub" {{
  account                   = account.network
  region                    = "eu-central-1"
  resources                 = ["{resource}"]
  principals                = ["999999999999"]
  allow_external_principals = true
  {more}
}}
"#
    )
}

/// The partner takes or turns down what the hub sends, in a stack of its own.
fn inbound(action: &str, name: &str) -> String {
    format!(
        r#"
ramctl {{ stack = "receiving" }}
account "management" {{ id = "111111111111" }}
{PARTNER}
inbound "hub" {{
  account = account.partner
  region  = "eu-central-1"
  from    = "222222222222"
  name    = "{name}"
  action  = "{action}"
}}
"#
    )
}

/// A sandbox and a stack.
struct World(served::World);

impl World {
    async fn new() -> Self {
        Self(served::World::new(SEED).await)
    }

    fn stack(&self, text: &str) {
        self.0.write("stack.ram.hcl", text);
    }

    async fn run(&self, words: &str, code: i32) -> Run {
        self.0.run(&agreed(words)).await.exits(code)
    }

    async fn json(&self, words: &str, code: i32) -> Value {
        self.run(words, code).await.json()
    }

    async fn advance(&self, hours: i64) {
        self.0.control("POST", "clock", json!({"advance_seconds": hours * 3600})).await;
    }

    async fn no_faults(&self) {
        self.0.set_faults(json!([])).await;
    }

    /// Starts a run and kills it, as hard as can be, once the sandbox has an invitation.
    async fn kill_once_invited(&self, words: &str) {
        let mut child = self.0.spawn(&agreed(words));
        for _ in 0..400 {
            let state = self.0.control("GET", "state", Value::Null).await;
            if state.to_string().contains("\"invitations\":1") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(child.try_wait().expect("a child").is_none(), "it is still at work");
        child.kill().expect("it can be killed");
        child.wait().expect("it has ended");
    }
}

/// The command with every hazard allowed: what becomes of invitations is the matter here, not who agrees to them.
fn agreed(words: &str) -> String {
    let takes_consent = ["plan", "apply", "destroy"].iter().any(|command| words.starts_with(command));
    if takes_consent { allowing_all(words) } else { words.to_owned() }
}

/// Calls of an operation in a document's plan.
fn operations(plan: &Value) -> Vec<&str> {
    let steps = plan["steps"].as_array().expect("a list").iter();
    steps.map(|step| step["operation"].as_str().expect("a text")).collect()
}

/// Pains 10 and 12.
#[tokio::test(flavor = "multi_thread")]
async fn one_apply_associates_and_accepts_and_then_nothing_is_left() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    let plan = world.run("plan", 0).await;
    plan.says(&["accepted by ramctl in partner", "Invitations: 1 to accept."]);
    world.run("apply --auto-approve", 0).await.never_says(&["has yet to accept", "waiting "]);
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
    world.run("drift", 0).await.says(&["No drift."]);
}

/// Pains 1, 2 and 4: RAM forgets the invitation; the share is there, and no plan waits for anything.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_empty_after_ram_has_forgotten_the_invitation() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    world.run("apply --auto-approve", 0).await;
    world.advance(8 * 24).await;
    let began = std::time::Instant::now();
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
    assert!(began.elapsed() < Duration::from_secs(20), "reading never polls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_between_associating_and_accepting_is_finished_by_the_next() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    // Slow enough to be killed while it is at it.
    world
        .0
        .set_faults(json!([{"action": "ram:AcceptResourceShareInvitation", "effect": "slow", "ms": 20000}]))
        .await;
    world.kill_once_invited("apply --auto-approve").await;
    world.no_faults().await;
    let plan = world.json("plan --json", 0).await;
    assert!(!operations(&plan).contains(&"ram:CreateResourceShare"), "{plan:#}");
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
}

/// Pains 5 to 8: the consumer sees the share late. The run that accepted it ends well, and the next finds nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_shows_late_is_no_failure_and_not_made_again() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "accept_invitations = false")));
    world.run("apply --auto-approve", 0).await;
    // From here on an acceptance takes two seconds longer than the run waits.
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    world
        .0
        .set_faults(json!([{"action": "ram:AcceptResourceShareInvitation", "effect": "slow_association", "ms": 8000}]))
        .await;
    let run = world.run("apply --auto-approve --wait-timeout 2", 0).await;
    run.says(&["RAM336", "accepted and not visible yet", "Apply complete"]);
    world.run("plan --detailed-exitcode", 0).await.says(&["RAM336", "No changes"]);
}

/// Pain 9.
#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_missing_in_the_consumers_account_is_named_with_the_role() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    let denied = |action| json!([{"action": action, "effect": "access_denied", "account": "999999999999"}]);
    world.0.set_faults(denied("ram:GetResourceShareInvitations")).await;
    let role = "arn:aws:iam::999999999999:role/OrganizationAccountAccessRole";
    world.run("plan", 6).await.says(&["ram:GetResourceShareInvitations", role, "access denied", "RAM412"]);
    world.0.set_faults(denied("ram:AcceptResourceShareInvitation")).await;
    world.run("apply --auto-approve", 1).await.says(&["ram:AcceptResourceShareInvitation", role]);
    world.no_faults().await;
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await;
}

/// A stranger's account, in which ramctl has no role.
#[tokio::test(flavor = "multi_thread")]
async fn without_credentials_plan_and_drift_say_who_is_waited_for_and_until_when() {
    for (resource, days) in [(TGW, 7), (CA, 0)] {
        let world = World::new().await;
        world.stack(&format!("{HEAD}{}", hub(resource, "")));
        world.run("plan", 0).await.says(&["no access before 999999999999", "RAM330"]);
        world.run("apply --auto-approve", 0).await;
        for (words, code) in [("plan --detailed-exitcode", 0), ("drift", 0)] {
            let run = world.run(words, code).await;
            run.says(&["waiting for 999999999999 since ", "expires about ", "RAM330"]);
        }
        let plan = world.json("plan --json", 0).await;
        let invitation = &plan["shares"][0]["invitations"][0];
        let time =
            |field: &Value| field.as_str().expect("a time").parse::<jiff::Timestamp>().expect("a time");
        let window = time(&invitation["expires"]["latest"]).duration_since(time(&invitation["since"]));
        assert_eq!(window.as_hours(), if days == 7 { 168 } else { 12 }, "{invitation:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_expired_is_sent_again_with_the_reason() {
    let world = World::new().await;
    world.stack(&format!("{HEAD}{}", hub(CA, "")));
    world.run("apply --auto-approve", 0).await;
    world.advance(13).await;
    world.run("drift", 2).await.says(&["unhealthy", "the last one expired"]);
    world.run("plan --detailed-exitcode", 2).await.says(&["the last one expired; another is sent", "RAM331"]);
    // Who was agreed to once is not asked for again.
    world.0.run("apply --auto-approve").await.exits(0);
    world.run("plan --detailed-exitcode", 0).await.says(&["waiting for 999999999999"]);

    // In an account that ramctl reaches the next one is accepted.
    world.advance(13).await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(CA, "")));
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_was_turned_down_is_not_sent_for_ever() {
    let world = World::new().await;
    let refusing = hub(TGW, "accept_invitations = false");
    world.stack(&format!("{HEAD}{refusing}"));
    world.run("apply --auto-approve", 0).await;
    world.stack(&inbound("reject", "*"));
    world.run("apply --auto-approve", 0).await.says(&["Invitations: 1 to reject."]);
    world.run("plan --detailed-exitcode", 0).await;

    // The sender, with a role in the account, sees that it was turned down, and leaves it at that.
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    for _ in 0..2 {
        world.run("apply --auto-approve", 0).await.says(&[
            "turned the invitation",
            "not sent again",
            "RAM332",
        ]);
    }
    world.run("drift", 2).await.says(&["unhealthy", "RAM332"]);

    // Out and in again is a request to ask once more.
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "").replace("[\"999999999999\"]", "[]")));
    world.run("apply --auto-approve", 0).await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    world.run("apply --auto-approve", 0).await.says(&["the last one was turned down; another is sent"]);
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
}

/// Pains 43, 44 and 49.
#[tokio::test(flavor = "multi_thread")]
async fn inbound_blocks_accept_list_leave_and_say_what_cannot_be_left() {
    for (resource, can_leave) in [(TGW, true), (CA, false)] {
        let world = World::new().await;
        world.stack(&format!("{HEAD}{}", hub(resource, "name = \"hub\"")));
        world.run("apply --auto-approve", 0).await;

        world.stack(&inbound("accept", "other-*"));
        world.run("plan --detailed-exitcode", 0).await.says(&[
            "from 222222222222",
            "no inbound block",
            "RAM333",
        ]);
        world.run("drift", 0).await.says(&["RAM333"]);

        world.stack(&inbound("accept", "h*"));
        world.run("plan --detailed-exitcode", 2).await.says(&["accepted by inbound.hub"]);
        world.run("apply --auto-approve", 0).await;
        world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
        world.advance(8 * 24).await;
        world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);

        if can_leave {
            world.0.run("destroy --auto-approve").await.exits(4).says(&["--allow RAM218@inbound.hub"]);
        }
        world.stack(&inbound("reject", "h*"));
        if can_leave {
            // It could not come back by itself.
            let told = ["the account leaves it, by inbound.hub RAM218", "--allow RAM218@inbound.hub"];
            world.0.run("apply --auto-approve").await.exits(4).says(&told);
            world.run("plan --detailed-exitcode", 2).await.says(&["1 share of others is left"]);
            world.0.run("apply --auto-approve --allow RAM218@inbound.hub").await.exits(0);
            world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
        } else {
            world.run("plan --detailed-exitcode", 0).await.says(&["acm-pca:CertificateAuthority", "RAM334"]);
        }

        // Destroying the stack that accepts: the same, and a second time nothing.
        world.stack(&inbound("accept", "h*"));
        let destroyed = world.run("destroy --auto-approve", 0).await;
        if !can_leave {
            destroyed.says(&["RAM334", "222222222222"]);
        }
        world.run("destroy --auto-approve", 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_is_made_accepted_and_seen_before_the_old_share_goes() {
    let retain = "retain_sharing_on_account_leave_organization = true";
    let world = World::new().await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, "")));
    world.run("apply --auto-approve", 0).await;
    world.stack(&format!("{HEAD}{PARTNER}{}", hub(TGW, retain)));
    let plan = world.json("plan --json", 0).await;
    assert_eq!(
        operations(&plan),
        [
            "ram:CreateResourceShare",
            "ram:TagResource",
            "ram:AcceptResourceShareInvitation",
            "ram:DeleteResourceShare"
        ]
    );
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_that_the_consumer_must_accept_keeps_the_old_share_until_it_did() {
    let retain = "retain_sharing_on_account_leave_organization = true";
    let world = World::new().await;
    world.stack(&format!("{HEAD}{}", hub(TGW, "name = \"hub\"")));
    world.run("apply --auto-approve", 0).await;
    let receiving = inbound("accept", "hub");
    world.stack(&receiving);
    world.run("apply --auto-approve", 0).await;

    let replaced = format!("{HEAD}{}", hub(TGW, &format!("name = \"hub\"\n  {retain}")));
    world.stack(&replaced);
    world.run("apply --auto-approve", 0).await.says(&["stays until 999999999999 accepted", "RAM335"]);
    world.run("plan", 0).await.says(&["NOT CHANGED by this plan", "999999999999", "1 blocked"]);
    world.stack(&receiving);
    world.run("apply --auto-approve", 0).await;
    world.stack(&replaced);
    world.run("apply --auto-approve", 0).await.says(&["1 to delete"]);
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes."]);
}

/// Two calls for each account and Region that receives, and none where nothing can be received.
#[tokio::test(flavor = "multi_thread")]
async fn only_accounts_that_are_invited_are_asked_what_they_receive() {
    let world = World::new().await;
    let calls = async |blocks: String| {
        world.stack(&format!("{HEAD}{blocks}"));
        world.json("plan --json", 0).await["coverage"]["calls"].as_u64().expect("a number")
    };
    let dev = "account \"dev\" {\n  id = \"444444444444\"\n  regions = [\"eu-central-1\"]\n  assume_role { role_name = \"OrganizationAccountAccessRole\" }\n}\n";
    let inside = hub(TGW, "").replace("999999999999", "444444444444");
    let without = calls(format!("{dev}{PARTNER}{}", inside)).await;
    let with = calls(format!("{dev}{PARTNER}{}", hub(TGW, ""))).await;
    assert_eq!(with - without, 2);
    let refusing = calls(format!("{dev}{PARTNER}{}", hub(TGW, "accept_invitations = false"))).await;
    assert_eq!(refusing, without);
}

/// The policies that ramctl prints for an account that receives are enough, and each action in them is needed.
#[tokio::test(flavor = "multi_thread")]
async fn the_printed_policies_of_the_consumer_suffice_and_nothing_in_them_is_idle() {
    let text = format!("{HEAD}{PARTNER}{}", hub(TGW, ""));
    let first = World::new().await;
    first.stack(&text);
    let plan = first.json("iam plan --account partner", 0).await;
    let apply = first.json("iam apply --account partner", 0).await;
    let seeded = |policy: &Value| {
        let line = "  role \"OrganizationAccountAccessRole\" {}";
        let text = serde_json::to_string(&policy.to_string()).expect("a text");
        let text = text.replace("${", "$${");
        let role = format!("  role \"OrganizationAccountAccessRole\" {{\n    policy = {text}\n  }}");
        assert!(SEED.contains(line));
        SEED.replace(line, &role)
    };
    let world = World(served::World::new(&seeded(&apply)).await);
    world.stack(&text);
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await;

    // The plan policy looks and changes nothing.
    let world = World(served::World::new(&seeded(&plan)).await);
    world.stack(&text);
    world.run("plan", 0).await;
    world.run("apply --auto-approve", 1).await.says(&["ram:AcceptResourceShareInvitation"]);

    let sids = |policy: &Value| -> Vec<String> {
        let statements = policy["Statement"].as_array().expect("a list").iter();
        statements.map(|statement| statement["Sid"].as_str().expect("a text").to_owned()).collect()
    };
    assert!(sids(&apply).contains(&"AcceptInvitations".to_owned()), "{apply:#}");
    for (sid, code) in [("ReadInvitations", 6), ("AcceptInvitations", 1)] {
        let mut less = apply.clone();
        less["Statement"].as_array_mut().expect("a list").retain(|statement| statement["Sid"] != sid);
        let world = World(served::World::new(&seeded(&less)).await);
        world.stack(&text);
        let run = world.run("apply --auto-approve", code).await;
        run.says(&[if sid == "ReadInvitations" {
            "ram:GetResourceShareInvitations"
        } else {
            "ram:AcceptResourceShareInvitation"
        }]);
    }
}

/// The blocks that every stack here has, with what is wished of sharing inside the organization.
fn sharing(wish: &str) -> String {
    let plain = "organization { management_account = account.management }";
    assert!(HEAD.contains(plain));
    let wishing =
        format!("organization {{\n  management_account = account.management\n  sharing = \"{wish}\"\n}}");
    HEAD.replace(plain, &wishing)
}

/// dev is in the organization, and the share is open to strangers.
fn open_to_dev() -> String {
    hub(TGW, "").replace("999999999999", "444444444444")
}

/// RAM takes time until it knows that sharing is on. Who joins an open share meanwhile is invited like a stranger.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_that_turns_sharing_on_leaves_no_account_of_the_organization_with_an_invitation() {
    let seed = SEED.replace("sharing            = \"enabled\"", "sharing            = \"off\"");
    let seed =
        seed.replace("associate_ms    = 20\n  dis", "onboarding_ms = 5000\n  associate_ms    = 20\n  dis");
    let world = World(served::World::new(&seed).await);
    assert!(seed.contains("onboarding_ms") && seed.contains("\"off\""));
    world.stack(&format!("{}{}", sharing("enabled"), open_to_dev()));
    let run = world.run("apply --auto-approve", 0).await;
    run.says(&["AWS took 444444444444 for an account outside the organization", "Apply complete"])
        .never_says(&["has yet to accept"]);
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes. AWS matches"]);
    world.run("drift", 0).await.says(&["No drift."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_of_before_sharing_was_on_is_not_left_to_be_accepted() {
    let seed = SEED.replace("sharing            = \"enabled\"", "sharing            = \"off\"");
    let world = World(served::World::new(&seed).await);
    world.stack(&format!("{}{}", sharing("unmanaged"), open_to_dev()));
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await.says(&["waiting for 444444444444"]);

    world.stack(&format!("{}{}", sharing("enabled"), open_to_dev()));
    world.run("plan --detailed-exitcode", 2).await.says(&[
        "removed and added again",
        "sent while AWS took the account for a stranger; as one of the organization 444444444444 needs none",
        "RAM337",
    ]);
    world.run("apply --auto-approve", 0).await;
    world.run("plan --detailed-exitcode", 0).await.says(&["No changes. AWS matches"]);
    world.run("drift", 0).await.says(&["No drift."]);
}
