//! Golden texts of plans, drift reports and outcomes. `UPDATE_EXPECT=1 cargo test` rewrites them.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use jiff::Timestamp;

use crate::desired::{DesiredGraph, DesiredShare, SharingWish};
use crate::diff::fixture::*;
use crate::drift::report;
use crate::live::{Association, Breadth, LiveState, Sweep, Swept};
use crate::model::{AssociationStatus, Observed, Region};
use crate::org::{OrgView, SharingState};
use crate::plan::{Outcome, Plan, StepId, StepOutcome, StepResult, plan};
use crate::render::{DriftView, OutcomeView, PlanView, Rerun, Styles};

fn planned(graph: &DesiredGraph, live: &LiveState, org: &OrgView) -> Plan {
    plan(&crate::diff::diff(graph, live, org), org)
}

fn shows(plan: &Plan, width: usize, expected: Expect) {
    expected.assert_eq(&PlanView::new(plan, &sources().0, Styles::plain(), width, 51).to_string());
}

/// A share that changes in many ways, one that is made, one that goes, one that stays and one of nobody's.
fn busy() -> (DesiredGraph, LiveState) {
    let old = desired_share("tgw");
    let mut desired = DesiredShare {
        principals: [as_written(ou("d")), as_written(principal("arn:aws:iam::555555555555:role/deploy"))]
            .into(),
        permissions: [as_permission("ReadOnly")].into(),
        ..old.clone()
    };
    desired.resources.insert(tgw(2), Some(tgw_type()));
    let mut changed = live_share(&old, 1);
    changed.principals.insert(principal("999999999999"), associated());
    changed.tags.insert("note".into(), "by hand".into());
    let made = DesiredShare { name: "a brand new one".into(), ..desired_share("made") };
    let stays = desired_share("stays");
    let mut manual = live_share(&desired_share("manual"), 9);
    manual.name = "manual-test".into();
    manual.tags.clear();
    manual.principals.insert(principal("999999999999"), associated());
    let live = live([changed, live_share(&stays, 2), live_share(&desired_share("gone"), 3), manual]);
    (stack([desired, made, stays]), live)
}

#[test]
fn a_plan_shows_what_changes_and_who_gains_and_loses() {
    let (graph, live) = busy();
    shows(
        &planned(&graph, &live, &org()),
        160,
        expect![[r#"
            network  eu-central-1
            - share.gone  "gone"
                00000003 is deleted: no block declares it
                - principal  account dev-1       333333333333           no account loses tgw-1
                - resource   ec2:TransitGateway  transit-gateway/tgw-1  no account loses it
            + share.made  "a brand new one"  shares.ram.hcl:3
                share made beside one like it  RAM223
                to take over the one that is there, add this block:
                    import {
                      to = share.made
                      id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000009"
                    }
                + principal  account dev-1       333333333333           no account gains tgw-1
                + resource   ec2:TransitGateway  transit-gateway/tgw-1  no account gains it
                ! share      00000009            manual-test            holds the same for the same principals and is in no stack; a second one is made  RAM223
            ~ share.tgw   "tgw"              shares.ram.hcl:3
                ~ permission  ec2:TransitGateway  AWSRAMDefaultPermissionTransitGateway -> ReadOnly
                      which actions change is unknown: ram:GetPermission: not configured. arn:aws:ram::aws:permission/ReadOnly was not read in this run; for 2 accounts and
                      1 role  RAM217
                + resource    ec2:TransitGateway  transit-gateway/tgw-2
                      2 accounts and 1 role gain it
                - principal   account dev-1       333333333333
                      no account loses tgw-1
                - principal   outside account     999999999999
                      no account loses tgw-1  drift
                + principal   ou Workloads/Dev    ou-ab12-0000000d
                      2 accounts gain 2 resources
                + principal   role deploy         arn:aws:iam::555555555555:role/deploy
                      1 role gains 2 resources
                - tag         note = "by hand"
                      drift
            ? "manual-test"  00000009  in no stack, shared outside the organization; 1 resource, 2 principals  RAM301

            INTERRUPTED: access is gone between two steps
            ! share.tgw
                  share.tgw gets another permission, so who leaves it leaves before others join: 333333333333 is without tgw-1 in between, and until the next apply if
                  joining fails.  RAM350

            HAZARDS: nothing is applied before each is allowed
            ! RAM223  share.made                      share made beside one like it
            ! RAM217  share.tgw   ec2:TransitGateway  principals may do more
            If that is what you want, add --allow RAM223@share.made --allow RAM217@share.tgw

            Plan: 1 to create, 1 to update, 1 to delete. Access: 2 accounts and 1 role gain, 0 accounts lose. 1 unchanged. 2 hazards need consent. 1 unmanaged.
            INCOMPLETE: read 1 of 1 account, 2 of 2 Regions, 51 calls. What was not read was not compared and is not changed. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn a_narrow_terminal_gets_effects_on_lines_of_their_own() {
    let (graph, live) = busy();
    shows(
        &planned(&graph, &live, &org()),
        80,
        expect![[r#"
            network  eu-central-1
            - share.gone  "gone"
                00000003 is deleted: no block declares it
                - principal  account dev-1       333333333333
                      no account loses tgw-1
                - resource   ec2:TransitGateway  transit-gateway/tgw-1
                      no account loses it
            + share.made  "a brand new one"  shares.ram.hcl:3
                share made beside one like it  RAM223
                to take over the one that is there, add this block:
                    import {
                      to = share.made
                      id = "arn:aws:ram:eu-central-1:222222222222:resource-share/00000009"
                    }
                + principal  account dev-1       333333333333
                      no account gains tgw-1
                + resource   ec2:TransitGateway  transit-gateway/tgw-1
                      no account gains it
                ! share      00000009            manual-test
                      holds the same for the same principals and is in no stack; a second
                      one is made  RAM223
            ~ share.tgw   "tgw"              shares.ram.hcl:3
                ~ permission  ec2:TransitGateway  AWSRAMDefaultPermissionTransitGateway -> ReadOnly
                      which actions change is unknown: ram:GetPermission: not configured.
                      arn:aws:ram::aws:permission/ReadOnly was not read in this run; for 2
                      accounts and 1 role  RAM217
                + resource    ec2:TransitGateway  transit-gateway/tgw-2
                      2 accounts and 1 role gain it
                - principal   account dev-1       333333333333
                      no account loses tgw-1
                - principal   outside account     999999999999
                      no account loses tgw-1  drift
                + principal   ou Workloads/Dev    ou-ab12-0000000d
                      2 accounts gain 2 resources
                + principal   role deploy         arn:aws:iam::555555555555:role/deploy
                      1 role gains 2 resources
                - tag         note = "by hand"
                      drift
            ? "manual-test"  00000009
                  in no stack, shared outside the organization; 1 resource, 2 principals  RAM301

            INTERRUPTED: access is gone between two steps
            ! share.tgw
                  share.tgw gets another permission, so who leaves it leaves before others
                  join: 333333333333 is without tgw-1 in between, and until the next apply
                  if joining fails.  RAM350

            HAZARDS: nothing is applied before each is allowed
            ! RAM223  share.made                      share made beside one like it
            ! RAM217  share.tgw   ec2:TransitGateway  principals may do more
            If that is what you want, add --allow RAM223@share.made --allow RAM217@share.tgw

            Plan: 1 to create, 1 to update, 1 to delete.
            Access: 2 accounts and 1 role gain, 0 accounts lose. 1 unchanged.
            2 hazards need consent. 1 unmanaged.
            INCOMPLETE: read 1 of 1 account, 2 of 2 Regions, 51 calls.
            What was not read was not compared and is not changed.
            Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn nothing_to_do_is_said_in_so_many_words() {
    let share = desired_share("tgw");
    let plan = planned(&stack([share.clone()]), &live([live_share(&share, 1)]), &org());
    shows(
        &plan,
        100,
        expect![[r#"
            No changes in the Regions that the files name.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn what_was_not_read_is_told_loudly_and_the_rest_is_planned() {
    let mut there = desired_share("there");
    there.place = place(HUB, "us-east-1");
    let unit = DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("unit") };
    let here = desired_share("here");
    let without = |share: &DesiredShare| DesiredShare { principals: BTreeMap::new(), ..share.clone() };
    let mut live = live([live_share(&without(&here), 1), live_share(&without(&unit), 2)]);
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    let graph = stack([there, unit, here]);
    shows(
        &planned(&graph, &live, &unread_org()),
        100,
        expect![[r#"
            network  eu-central-1
            ~ share.here  "here"  shares.ram.hcl:3
                + principal  account dev-1  333333333333  1 account gains tgw-1
            ! share.unit  "unit"  shares.ram.hcl:3
                NOT CHANGED by this plan: whether sharing inside the organization is on could not be read  RAM408
                + principal  ou Workloads/Dev  ou-ab12-0000000d  no account gains tgw-1

            network  us-east-1
            ? share.there  "there"  shares.ram.hcl:3
                not read, so not changed  RAM410

            NOT READ
            ? the organization: who is behind a unit is not known  RAM411
            ? sharing inside the organization: whether it is on is not known, so nothing that needs it is written  RAM407
            ? network  us-east-1: not compared, nothing in it is changed  RAM410
                sts:AssumeRole as arn:aws:iam::222222222222:role/ramctl: cannot assume the role
                AccessDenied: not authorized to perform sts:AssumeRole
                to do: let your credentials assume arn:aws:iam::222222222222:role/ramctl; its trust policy and their `sts:AssumeRole` both count

            Plan: 0 to create, 1 to update, 0 to delete. Access: 1 account gains, 0 lose. 1 unknown. 1 blocked.
            INCOMPLETE: read 1 of 1 account, 1 of 2 Regions, 51 calls.
            What was not read was not compared and is not changed. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn a_share_that_may_be_live_elsewhere_is_not_created() {
    let mut live = live([]);
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    shows(
        &planned(&stack([desired_share("tgw")]), &live, &org()),
        100,
        expect![[r#"
        network  eu-central-1
        ? share.tgw  "tgw"  shares.ram.hcl:3
            NOT CREATED: share.tgw may be live in 222222222222 us-east-1, not read: cannot assume the role. AccessDenied: not authorized to perform sts:AssumeRole  RAM453
            to do: make it readable and run again, or remove it from the files if it holds nothing of the stack

        NOT READ
        ? network  us-east-1: not compared, nothing in it is changed  RAM410
            sts:AssumeRole as arn:aws:iam::222222222222:role/ramctl: cannot assume the role
            AccessDenied: not authorized to perform sts:AssumeRole
            to do: let your credentials assume arn:aws:iam::222222222222:role/ramctl; its trust policy and their `sts:AssumeRole` both count

        No changes in what was read. 1 unknown.
        INCOMPLETE: read 1 of 1 account, 1 of 2 Regions, 51 calls.
        What was not read was not compared and is not changed. Other Regions and accounts were not searched.
    "#]],
    );
}

#[test]
fn nothing_to_do_in_what_was_read_is_not_called_a_match() {
    let share = desired_share("tgw");
    let mut live = live([live_share(&share, 1)]);
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    shows(
        &planned(&stack([share]), &live, &org()),
        100,
        expect![[r#"
            NOT READ
            ? network  us-east-1: not compared, nothing in it is changed  RAM410
                sts:AssumeRole as arn:aws:iam::222222222222:role/ramctl: cannot assume the role
                AccessDenied: not authorized to perform sts:AssumeRole
                to do: let your credentials assume arn:aws:iam::222222222222:role/ramctl; its trust policy and their `sts:AssumeRole` both count

            No changes in what was read.
            INCOMPLETE: read 1 of 1 account, 1 of 2 Regions, 51 calls.
            What was not read was not compared and is not changed. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn turning_sharing_on_is_part_of_the_plan() {
    let unit = DesiredShare { principals: [as_written(ou("i"))].into(), ..desired_share("unit") };
    let graph = stack([unit]);
    shows(
        &planned(&graph, &live([]), &org_with(SharingState::Disabled)),
        100,
        expect![[r#"
            organization
            + sharing inside the organization is off and is turned on, from management

            network  eu-central-1
            + share.unit  "unit"  shares.ram.hcl:3
                owner inside its own principals  RAM204
                to keep them out, attach this to the account as a service control policy, or to its users and roles:
                    {
                      "Version": "2012-10-17",
                      "Statement": [{
                        "Effect": "Deny",
                        "Action": ["ec2:*"],
                        "Resource": ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"],
                        "Condition": { "ArnNotLike": { "aws:PrincipalArn": ["arn:aws:iam::222222222222:role/ROLE-THAT-MAY"] } }
                      }]
                    }
                + principal  ou Infra            ou-ab12-0000000i
                      no account gains tgw-1
                + resource   ec2:TransitGateway  transit-gateway/tgw-1
                      no account gains it
                ! owner      ou Infra            222222222222
                      is in it: RAM's policy lets in all users and roles of the owner  RAM204

            HAZARDS: nothing is applied before each is allowed
            ! RAM204  share.unit  owner inside its own principals
            If that is what you want, add --allow RAM204@share.unit

            Plan: 1 to create, 0 to update, 0 to delete. Sharing inside the organization is turned on.
            Access: no account gains or loses. 1 hazard needs consent.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
    shows(
        &planned(&graph, &live([]), &org_with(SharingState::HalfEnabled)),
        100,
        expect![[r#"
            organization
            ~ sharing inside the organization is half on; RAM's missing service-linked role is made, nobody loses access  RAM401

            network  eu-central-1
            + share.unit  "unit"  shares.ram.hcl:3
                owner inside its own principals  RAM204
                to keep them out, attach this to the account as a service control policy, or to its users and roles:
                    {
                      "Version": "2012-10-17",
                      "Statement": [{
                        "Effect": "Deny",
                        "Action": ["ec2:*"],
                        "Resource": ["arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1"],
                        "Condition": { "ArnNotLike": { "aws:PrincipalArn": ["arn:aws:iam::222222222222:role/ROLE-THAT-MAY"] } }
                      }]
                    }
                + principal  ou Infra            ou-ab12-0000000i
                      no account gains tgw-1
                + resource   ec2:TransitGateway  transit-gateway/tgw-1
                      no account gains it
                ! owner      ou Infra            222222222222
                      is in it: RAM's policy lets in all users and roles of the owner  RAM204

            HAZARDS: nothing is applied before each is allowed
            ! RAM204  share.unit  owner inside its own principals
            If that is what you want, add --allow RAM204@share.unit

            Plan: 1 to create, 0 to update, 0 to delete. Sharing inside the organization is turned on.
            Access: no account gains or loses. 1 hazard needs consent.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn a_refused_plan_says_why() {
    let mut graph =
        stack([DesiredShare { principals: [as_written(ou("d"))].into(), ..desired_share("unit") }]);
    graph.sharing.as_mut().unwrap().wish = SharingWish::Required;
    shows(
        &planned(&graph, &live([]), &org_with(SharingState::Disabled)),
        100,
        expect![[r#"
            organization
            ! sharing inside the organization is off

            network  eu-central-1
            ! share.unit  "unit"  shares.ram.hcl:3
                NOT CHANGED by this plan: sharing inside the organization is off  RAM408
                + principal  ou Workloads/Dev    ou-ab12-0000000d       no account gains tgw-1
                + resource   ec2:TransitGateway  transit-gateway/tgw-1  no account gains it

            REFUSED: sharing inside the organization is required and is off  RAM403

            Plan: 0 to create, 0 to update, 0 to delete. Access: no account gains or loses. 1 blocked.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
    let mut share = desired_share("tgw");
    let live = live([live_share(&share, 1)]);
    share.lifecycle.prevent_destroy = true;
    share.retain_sharing = true;
    shows(
        &planned(&stack([share]), &live, &org()),
        100,
        expect![[r#"
            network  eu-central-1
            ± share.tgw  "tgw"  shares.ram.hcl:3
                replaced because retain_sharing_on_account_leave_organization is set when a share is made  RAM207
                00000001 stays until 333333333333 accepted the new one and goes with the apply after that  RAM335
                access stays when an account leaves the organization  RAM213
                + principal   account dev-1       333333333333
                      keeps the share that is there
                + resource    ec2:TransitGateway  transit-gateway/tgw-1
                      as before
                  invitation  333333333333
                      nothing of the new share before 333333333333 accepts it  RAM330

            HAZARDS: nothing is applied before each is allowed
            ! RAM207  share.tgw  share is replaced
            ! RAM213  share.tgw  access stays when an account leaves the organization
            If that is what you want, add --allow RAM207@share.tgw --allow RAM213@share.tgw

            REFUSED: share.tgw is protected by prevent_destroy  RAM220

            Plan: 0 to create, 0 to update, 1 to replace, 0 to delete. Access: no account gains or loses.
            1 invitation has to be accepted by others. 2 hazards need consent.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn states_of_associations_are_told_and_repairs_planned() {
    let mut share = desired_share("tgw");
    share.principals.extend([
        as_written(principal("999999999999")),
        as_written(ou("p")),
        as_written(ou("d")),
    ]);
    let mut found = live_share(&share, 1);
    let set = |status: AssociationStatus, message: Option<&str>, external| {
        let mut out = association(status);
        out.status_message = message.map(str::to_owned);
        out.external = external;
        out
    };
    let lately = Some(jiff::Timestamp::from_second(1_999_000).unwrap());
    let waiting = set(AssociationStatus::Associating, None, true);
    found.principals.insert(
        principal("999999999999"),
        crate::live::Association { created: lately, updated: lately, ..waiting },
    );
    found.principals.insert(ou("p"), set(AssociationStatus::Failed, Some("unit \u{1b}[31mnot found"), false));
    found.principals.insert(ou("d"), set(AssociationStatus::Suspended, Some("quota"), false));
    let attached = found.permissions.get_mut(&tgw_type()).unwrap();
    attached.default_version = false;
    shows(
        &planned(&stack([share]), &live([found]), &org()),
        120,
        expect![[r#"
            network  eu-central-1
            ~ share.tgw  "tgw"  shares.ram.hcl:3
                ~ principal   ou Workloads/Prod            ou-ab12-0000000p
                      FAILED: unit \u{1b}[31mnot found; removed and added again
                  invitation  999999999999
                      waiting for 999999999999 since 1970-01-24 03:16 UTC, expires about 1970-01-31 03:16 UTC  RAM330
                ! principal   ou-ab12-0000000d
                      SUSPENDED: quota  RAM304
                  permission  ec2:TransitGateway v1 -> v2  AWSRAMDefaultPermissionTransitGateway
                      outdated: +ec2:AWSRAMDefaultPermissionTransitGatewayMore  RAM306

            Plan: 0 to create, 1 to update, 0 to delete. Access: 1 account gains, 0 lose. 1 invitation has to be accepted by others.
            1 unhealthy.
            Read 1 of 1 account, 2 of 2 Regions, 51 calls. Other Regions and accounts were not searched.
        "#]],
    );
}

#[test]
fn a_big_share_is_listed_in_part_and_counted() {
    let mut share = desired_share("big");
    share.resources = (0..250).map(|n| (tgw(n), Some(tgw_type()))).collect();
    let text =
        PlanView::new(&planned(&stack([share]), &live([]), &org()), &sources().0, Styles::plain(), 200, 1)
            .to_string();
    assert_eq!(text.lines().filter(|line| line.contains("+ resource")).count(), 21);
    assert!(text.contains("and 230 more"), "{text}");
}

#[test]
fn hostile_names_stay_on_their_line() {
    let hostile = "\u{1b}[2K\rNo changes. AWS matches the configuration.\n\u{202e}evil";
    let mut manual = live_share(&desired_share("manual"), 9);
    manual.name = hostile.into();
    manual.tags.clear();
    let mut changed = live_share(&desired_share("tgw"), 1);
    changed.name = hostile.into();
    changed.tags.insert(hostile.into(), hostile.into());
    let (graph, live) = (stack([desired_share("tgw")]), live([manual, changed]));
    let plan = planned(&graph, &live, &org());
    let drift = report(&crate::diff::diff(&graph, &live, &org()));
    for text in [
        PlanView::new(&plan, &sources().0, Styles::plain(), 100, 1).to_string(),
        DriftView::new(&drift, &sources().0, Styles::plain(), 100, 1).to_string(),
    ] {
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("No changes")), "{text}");
    }
}

#[test]
fn no_line_ends_in_spaces_and_colours_change_no_text() {
    let (graph, live) = busy();
    let plan = planned(&graph, &live, &org());
    let (sources, _) = sources();
    let plain = PlanView::new(&plan, &sources, Styles::plain(), 120, 1).to_string();
    assert!(plain.lines().all(|line| line.trim_end() == line), "{plain}");
    let coloured = PlanView::new(&plan, &sources, Styles::coloured(), 120, 1).to_string();
    assert_ne!(coloured, plain);
    let mut text = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        text.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    text.push_str(rest);
    assert_eq!(text, plain);
}

#[test]
fn a_drift_report_tells_a_changed_aws_from_a_changed_configuration() {
    let (graph, live) = busy();
    let report = report(&crate::diff::diff(&graph, &live, &org()));
    let view = DriftView::new(&report, &sources().0, Styles::plain(), 160, 12).to_string();
    expect![[r#"
        network  eu-central-1
        - share.gone  "gone"
            surplus: no block declares it
        + share.made  "a brand new one"  shares.ram.hcl:3
            missing
            ! share  00000009  manual-test  holds the same for the same principals and is in no stack; a second one is made  RAM223
        ~ share.tgw  "tgw"  shares.ram.hcl:3
            modified: AWS and the configuration were changed since the last apply
            ~ permission  ec2:TransitGateway  AWSRAMDefaultPermissionTransitGateway -> ReadOnly
                  which actions change is unknown: ram:GetPermission: not configured. arn:aws:ram::aws:permission/ReadOnly was not read in this run  pending
            + resource    ec2:TransitGateway  transit-gateway/tgw-2
                  pending
            - principal   account dev-1       333333333333
                  pending
            - principal   outside account     999999999999
                  drift
            + principal   ou Workloads/Dev    ou-ab12-0000000d
                  pending
            + principal   role deploy         arn:aws:iam::555555555555:role/deploy
                  pending
            - tag         note = "by hand"
                  drift
        ? "manual-test"  00000009  in no stack, shared outside the organization; 1 resource, 2 principals  RAM301

        Drift. 1 in sync, 1 modified, 1 missing, 1 surplus, 1 unmanaged.
        INCOMPLETE: read 1 of 1 account, 2 of 2 Regions, 12 calls. What was not read was not compared and is not changed. Other Regions and accounts were not searched.
    "#]].assert_eq(&view);
}

#[test]
fn a_drift_report_of_a_dark_place_is_incomplete() {
    let share = desired_share("tgw");
    let mut live = live([live_share(&share, 1)]);
    live.places.insert(place(HUB, "us-east-1"), Observed::Unknown(gap()));
    let report = report(&crate::diff::diff(&stack([share]), &live, &org()));
    expect![[r#"
        NOT READ
        ? network  us-east-1: not compared, nothing in it is changed  RAM410
            sts:AssumeRole as arn:aws:iam::222222222222:role/ramctl: cannot assume the role
            AccessDenied: not authorized to perform sts:AssumeRole
            to do: let your credentials assume arn:aws:iam::222222222222:role/ramctl; its trust policy and their `sts:AssumeRole` both count

        No drift in what was read. 1 in sync.
        INCOMPLETE: read 1 of 1 account, 1 of 2 Regions, 12 calls.
        What was not read was not compared and is not changed. Other Regions and accounts were not searched.
    "#]].assert_eq(&DriftView::new(&report, &sources().0, Styles::plain(), 100, 12).to_string());
}

#[test]
fn an_outcome_says_what_was_not_done_and_how_to_go_on() {
    let shares = [
        desired_share("a"),
        desired_share("b"),
        DesiredShare { resources: (0..120).map(|n| (tgw(n), None)).collect(), ..desired_share("c") },
    ];
    let plan = planned(&stack(shares), &live([]), &org());
    let done = |waiting_for| StepResult::Done { share: None, waiting_for };
    let failed = StepResult::Failed {
        code: "AccessDeniedException".into(),
        message: "not authorized to perform ram:CreateResourceShare".into(),
        help: Some("allow ram:CreateResourceShare to the role".into()),
        maybe_done: false,
    };
    let results = [
        done(vec![principal("999999999999")]),
        done(Vec::new()),
        failed,
        StepResult::Skipped { because_of: StepId(2) },
        done(Vec::new()),
        StepResult::Failed {
            code: "timeout".into(),
            message: "no answer in 60 s".into(),
            help: None,
            maybe_done: true,
        },
        StepResult::Skipped { because_of: StepId(5) },
        StepResult::NotStarted,
    ];
    assert!(results.len() >= plan.steps().len());
    let steps = plan.steps().iter().zip(results);
    let outcome = Outcome {
        steps: steps.map(|(step, result)| StepOutcome { id: step.id, result }).collect(),
        interrupted: false,
    };
    expect![[r#"
        waiting CreateResourceShare share.a  network  eu-central-1
            999999999999 has yet to accept its invitation  RAM309
        failed  CreateResourceShare share.b  network  eu-central-1
            AccessDeniedException: not authorized to perform ram:CreateResourceShare
            to do: allow ram:CreateResourceShare to the role
        skipped TagResource share.b  network  eu-central-1
            because this failed: CreateResourceShare share.b  network  eu-central-1
        failed  AssociateResourceShare share.c  network  eu-central-1
            timeout: no answer in 60 s
            The call may have taken effect, wholly or in part.
        skipped AssociateResourceShare share.c  network  eu-central-1
            because this failed: AssociateResourceShare share.c  network  eu-central-1
        not started TagResource share.c  network  eu-central-1

        Apply incomplete: 3 of 8 steps done, 2 failed, 2 skipped, 1 not started. What is done stays done.
        Run apply again to go on from here.
    "#]]
    .assert_eq(&OutcomeView::new(&plan, &outcome, Styles::plain(), 100).to_string());
    let view = OutcomeView::new(&plan, &outcome, Styles::plain(), 100);
    let told = view.clone().rerun(Rerun::NewPlan).to_string();
    assert!(told.contains("Make a new plan to go on from here: this one is out of date."), "{told}");
    assert!(!told.contains("apply again"), "{told}");
    // Of a plan of which nothing was done nothing is out of date.
    let untouched = Outcome {
        steps: plan
            .steps()
            .iter()
            .map(|step| StepOutcome { id: step.id, result: StepResult::NotStarted })
            .collect(),
        interrupted: true,
    };
    let view = OutcomeView::new(&plan, &untouched, Styles::plain(), 100);
    assert!(view.rerun(Rerun::NewPlan).to_string().contains("Run apply again to go on from here."));
    let many = Outcome {
        steps: vec![StepOutcome {
            id: StepId(0),
            result: done((0..250).map(|n| principal(&format!("{}", 700_000_000_000_u64 + n))).collect()),
        }],
        interrupted: false,
    };
    let told = OutcomeView::new(&plan, &many, Styles::plain(), 100).to_string();
    assert!(told.lines().count() < 10 && told.contains("250 principals have yet to accept"), "{told}");
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("700000000009 and 240 more"), "{told}");
    let all = Outcome {
        steps: plan
            .steps()
            .iter()
            .map(|step| StepOutcome { id: step.id, result: done(Vec::new()) })
            .collect(),
        interrupted: false,
    };
    expect![[r#"
        Apply complete: 8 of 8 steps done.
    "#]]
    .assert_eq(&OutcomeView::new(&plan, &all, Styles::plain(), 100).to_string());
}

#[test]
fn times_are_told_to_the_minute() {
    let desired = desired_share("tgw");
    let mut share = live_share(&desired, 1);
    let at = Timestamp::new(1_000_000, 123_456_789).expect("a time");
    let waiting = Association {
        status: AssociationStatus::Associating,
        status_message: None,
        external: false,
        created: Some(at),
        updated: Some(at),
    };
    share.resources.values_mut().for_each(|on| *on = waiting.clone());
    let graph = DesiredGraph { now: at, ..stack([desired]) };
    let plan = planned(&graph, &live([share]), &org());
    let told = PlanView::new(&plan, &sources().0, Styles::plain(), 160, 51).to_string();
    assert!(told.contains("ASSOCIATING since 1970-01-12 13:46 UTC"), "{told}");
    assert!(!told.contains("123456789"), "{told}");
}

#[test]
fn a_search_of_nothing_is_not_counted() {
    let swept = |regions: &[(&str, &[&str])]| {
        let region = |name: &&str| Region::parse(name).expect("valid");
        let regions = regions.iter().map(|(id, all)| (account(id), all.iter().map(region).collect()));
        let regions = regions.collect();
        let mut live = live([]);
        live.sweep = Sweep::Done(Swept { breadth: Breadth::All, regions, ..Swept::default() });
        let plan = planned(&stack([]), &live, &org());
        PlanView::new(&plan, &sources().0, Styles::plain(), 160, 51).to_string()
    };
    for (regions, says) in [
        (&[][..], "Searched no other Region for shares of this stack; other accounts were not searched."),
        (&[("222222222222", &[][..])], "Searched no other Region of 1 account for shares of this stack;"),
        (&[("222222222222", &["us-east-1"][..])], "Searched 1 other Region of 1 account for shares"),
    ] {
        let told = swept(regions);
        assert!(told.contains(says) && !told.contains("Searched 0"), "{says:?} in {told}");
    }
}

#[test]
fn what_failed_for_one_reason_is_told_once() {
    const LABELS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let plan = planned(&stack(LABELS.map(desired_share)), &live([]), &org());
    let failed = StepResult::Failed {
        code: "AccessDeniedException".into(),
        message: "User: arn:aws:sts::222222222222:assumed-role/ramctl/ramctl is not authorized to perform: ram:CreateResourceShare"
            .into(),
        help: Some("allow ram:CreateResourceShare to the role".into()),
        maybe_done: false,
    };
    let creates = plan.steps().iter().filter(|step| step.step.operation() == "CreateResourceShare");
    let steps = creates.map(|step| StepOutcome { id: step.id, result: failed.clone() });
    let outcome = Outcome { steps: steps.collect(), interrupted: false };
    expect![[r#"
        failed  CreateResourceShare share.a  network  eu-central-1
        failed  CreateResourceShare share.b  network  eu-central-1
        failed  CreateResourceShare share.c  network  eu-central-1
        failed  CreateResourceShare share.d  network  eu-central-1
        failed  CreateResourceShare share.e  network  eu-central-1
        failed  CreateResourceShare share.f  network  eu-central-1
        failed  CreateResourceShare share.g  network  eu-central-1
        failed  CreateResourceShare share.h  network  eu-central-1
        failed  CreateResourceShare share.i  network  eu-central-1
        failed  CreateResourceShare share.j  network  eu-central-1
        failed  and 2 more
            AccessDeniedException: User:
            arn:aws:sts::222222222222:assumed-role/ramctl/ramctl is not authorized to
            perform: ram:CreateResourceShare
            to do: allow ram:CreateResourceShare to the role

        Apply incomplete: 0 of 24 steps done, 12 failed. What is done stays done.
        Run apply again to go on from here.
    "#]]
    .assert_eq(&OutcomeView::new(&plan, &outcome, Styles::plain(), 80).to_string());
}
