//! What recordings and public reports of AWS teach, held without them.

use ramctl::sandbox::{Clients, Content, Running, Settings, start};
use serde_json::{Value, json};

use crate::sandbox::wire::{send, signed};
use crate::sandbox::{SEED, TGW};

const RULE: &str = "arn:aws:route53resolver:eu-central-1:222222222222:resolver-rule/rslvr-rr-1";
const IMAGE: &str = "arn:aws:imagebuilder:eu-central-1:222222222222:image/testimage/1.0.0/44";
const AUTHORITY: &str = "arn:aws:acm-pca:eu-central-1:222222222222:certificate-authority/ca-1";
const NETWORK: &str = "222222222222";
const PARTNER: &str = "999999999999";

/// A sandbox with sharing on, of the seed and what is added to it, where members join and leave at once.
async fn seeded(more: &str) -> Running {
    let text = SEED
        .replace("\"off\"", "\"enabled\"")
        .replace("associate_ms    = 60000", "associate_ms    = 0\n  empty_pages = \"never\"");
    let text = format!(
        "{text}\nresource \"{RULE}\" {{}}\nresource \"{IMAGE}\" {{}}\nresource \"{AUTHORITY}\" {{}}\n{more}"
    );
    start(Settings::new(Content::Seed { name: "seed".into(), text })).await.expect("the sandbox starts")
}

/// One call of RAM: the status and the answer.
async fn call(running: &Running, account: &str, operation: &str, body: Value) -> (u16, Value) {
    let path = format!("/{}", operation.to_lowercase());
    send(running, "POST", &path, &signed(account), body.to_string().as_bytes()).await
}

async fn ok(running: &Running, account: &str, operation: &str, body: Value) -> Value {
    let (status, answer) = call(running, account, operation, body).await;
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

/// The code and the message of a refusal.
async fn refused(running: &Running, account: &str, operation: &str, body: Value) -> (String, String) {
    let (status, answer) = call(running, account, operation, body).await;
    assert_ne!(status, 200, "{operation}: {answer}");
    (answer["__type"].as_str().unwrap().to_owned(), answer["message"].as_str().unwrap().to_owned())
}

async fn create(running: &Running, body: Value) -> String {
    let answer = ok(running, NETWORK, "CreateResourceShare", body).await;
    answer["resourceShare"]["resourceShareArn"].as_str().unwrap().to_owned()
}

async fn advance(running: &Running, seconds: i64) {
    let body = json!({"advance_seconds": seconds}).to_string();
    assert_eq!(send(running, "POST", "/_sandbox/clock", "", body.as_bytes()).await.0, 200);
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn answers_to_changes_name_neither_the_share_nor_times() {
    let running = seeded("").await;
    let share = create(&running, json!({"name": "s"})).await;
    for operation in ["AssociateResourceShare", "DisassociateResourceShare"] {
        let body = json!({"resourceShareArn": share, "principals": ["333333333333"], "resourceArns": [TGW]});
        let answer = ok(&running, NETWORK, operation, body).await;
        for row in answer["resourceShareAssociations"].as_array().unwrap() {
            assert_eq!(
                members(row),
                ["associatedEntity", "associationType", "external", "resourceShareArn", "status"],
                "{operation}"
            );
        }
    }
}

#[tokio::test]
async fn listings_come_in_another_order_each_time_and_share_ids_need_not_be_uuids() {
    let running = seeded("").await;
    for n in 0..40 {
        create(&running, json!({"name": format!("s{n}")})).await;
    }
    let list = async || {
        let answer = ok(&running, NETWORK, "GetResourceShares", json!({"resourceOwner": "SELF"})).await;
        let rows = answer["resourceShares"].as_array().unwrap();
        rows.iter().map(|row| row["resourceShareArn"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (mut first, mut second) = (list().await, list().await);
    assert_ne!(first, second);
    let version = |arn: &String| arn.rsplit('/').next().unwrap().as_bytes()[14];
    assert!(first.iter().any(|arn| version(arn) != b'4'), "one of forty has another version: {first:?}");
    first.sort();
    second.sort();
    assert_eq!(first, second);
}

#[tokio::test]
async fn tags_are_absent_where_a_share_has_none_but_a_new_share_has_a_list() {
    let running = seeded("").await;
    let created = ok(&running, NETWORK, "CreateResourceShare", json!({"name": " blank first"})).await;
    assert_eq!(created["resourceShare"]["tags"], json!([]));
    assert!(created["resourceShare"].get("featureSet").is_none());
    let share = &created["resourceShare"]["resourceShareArn"];
    let updated =
        ok(&running, NETWORK, "UpdateResourceShare", json!({"resourceShareArn": share, "name": "other"}))
            .await;
    assert!(updated["resourceShare"].get("tags").is_none(), "{updated}");
    let listed = ok(&running, NETWORK, "GetResourceShares", json!({"resourceOwner": "SELF"})).await;
    assert!(listed["resourceShares"][0].get("tags").is_none(), "{listed}");
}

#[tokio::test]
async fn a_principal_that_returns_is_one_row_that_began_anew() {
    let running = seeded("").await;
    let share = create(&running, json!({"name": "s", "principals": ["333333333333"]})).await;
    let change = json!({"resourceShareArn": share, "principals": ["333333333333"]});
    let list = json!({"associationType": "PRINCIPAL", "resourceShareArns": [share]});
    let before = ok(&running, NETWORK, "GetResourceShareAssociations", list.clone()).await;
    ok(&running, NETWORK, "DisassociateResourceShare", change.clone()).await;
    advance(&running, 60).await;
    let gone = ok(&running, NETWORK, "GetResourceShareAssociations", list.clone()).await;
    assert_eq!(gone["resourceShareAssociations"][0]["status"], "DISASSOCIATED");
    ok(&running, NETWORK, "AssociateResourceShare", change).await;
    let after = ok(&running, NETWORK, "GetResourceShareAssociations", list.clone()).await;
    let rows = after["resourceShareAssociations"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["status"]), (1, &json!("ASSOCIATED")));
    let created = |answer: &Value| answer["resourceShareAssociations"][0]["creationTime"].as_f64().unwrap();
    assert!(created(&after) >= created(&before) + 60.0, "{before} {after}");
    let mut both = list;
    both["associationStatus"] = "ASSOCIATED".into();
    let refused = refused(&running, NETWORK, "GetResourceShareAssociations", both).await;
    assert_eq!(refused.0, "InvalidParameterException");
}

#[tokio::test]
async fn members_settle_as_fast_as_was_recorded_where_the_seed_says_so() {
    let text = SEED.replace("settings {", "settings {\n  timing = \"recorded\"");
    let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
    let share = create(&running, json!({"name": "s", "resourceArns": [TGW], "principals": [NETWORK]})).await;
    advance(&running, 4).await;
    for kind in ["PRINCIPAL", "RESOURCE"] {
        let list = json!({"associationType": kind, "associationStatus": "ASSOCIATED"});
        let answer = ok(&running, NETWORK, "GetResourceShareAssociations", list).await;
        let row = &answer["resourceShareAssociations"][0];
        assert_eq!(row["resourceShareArn"], share.as_str());
        let took = row["lastUpdatedTime"].as_f64().unwrap() - row["creationTime"].as_f64().unwrap();
        let (least, most) = if kind == "PRINCIPAL" { (1.3, 3.4) } else { (0.4, 0.7) };
        assert!((least - 0.001..=most + 0.001).contains(&took), "{kind} took {took}");
    }
}

#[tokio::test]
async fn what_a_consumer_left_is_unknown_to_an_owner_who_takes_it_off() {
    let running = seeded("").await;
    let share = create(&running, json!({"name": "s", "resourceArns": [RULE], "principals": [PARTNER]})).await;
    let invitations = ok(&running, PARTNER, "GetResourceShareInvitations", json!({})).await;
    let invitation = &invitations["resourceShareInvitations"][0];
    assert!(invitation.get("receiverArn").is_none(), "an account was invited, no role: {invitation}");
    let accept = json!({"resourceShareInvitationArn": invitation["resourceShareInvitationArn"]});
    ok(&running, PARTNER, "AcceptResourceShareInvitation", accept).await;
    advance(&running, 1).await;
    let off = json!({"resourceShareArn": share, "principals": [PARTNER]});
    ok(&running, PARTNER, "DisassociateResourceShare", off.clone()).await;
    for _ in 0..2 {
        assert_eq!(
            refused(&running, NETWORK, "DisassociateResourceShare", off.clone()).await.0,
            "UnknownResourceException"
        );
        advance(&running, 60).await;
    }
    // What the owner took off is another matter.
    let other = create(&running, json!({"name": "t", "principals": ["333333333333"]})).await;
    let off = json!({"resourceShareArn": other, "principals": ["333333333333"]});
    ok(&running, NETWORK, "DisassociateResourceShare", off.clone()).await;
    assert_eq!(
        refused(&running, NETWORK, "DisassociateResourceShare", off).await.0,
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn a_role_that_is_invited_is_named_and_so_are_permissions_of_others() {
    let role = format!("arn:aws:iam::{PARTNER}:role/reader");
    let running = seeded(
        r#"
permission "mine" {
  account       = "network"
  region        = "eu-central-1"
  resource_type = "imagebuilder:Image"
  policy        = "{\"Effect\":\"Allow\",\"Action\":[\"imagebuilder:GetImage\"]}"
}
published = { AWSRAMDefaultPermissionSubnet = 3 }
"#,
    )
    .await;
    let mine = "arn:aws:ram:eu-central-1:222222222222:permission/mine";
    let share = create(
        &running,
        json!({"name": "s", "resourceArns": [IMAGE], "principals": [role, "333333333333"], "permissionArns": [mine]}),
    )
    .await;
    let invitations = ok(&running, PARTNER, "GetResourceShareInvitations", json!({})).await;
    assert_eq!(invitations["resourceShareInvitations"][0]["receiverArn"], role);
    let seen = async |account: &str, operation: &str, owner: &str| {
        let answer = ok(&running, account, operation, json!({"resourceOwner": owner})).await;
        let rows = answer["permissions"].as_array().unwrap();
        let rows = rows.iter().filter(|row| row["arn"] == mine);
        rows.map(|row| row.get("resourceOwner").cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let web = "333333333333";
    assert_eq!(seen(NETWORK, "ListPermissions", "SELF").await, [json!("SELF")]);
    assert_eq!(seen(NETWORK, "ListPermissions", "OTHER-ACCOUNTS").await, Vec::<Value>::new());
    assert_eq!(seen(web, "ListPermissions", "OTHER-ACCOUNTS").await, [json!("OTHER-ACCOUNTS")]);
    assert_eq!(seen(web, "ListPermissions", "SELF").await, Vec::<Value>::new());
    assert_eq!(seen(NETWORK, "ListPermissionAssociations", "SELF").await.len(), 1);
    assert_eq!(seen(NETWORK, "ListPermissionAssociations", "OTHER-ACCOUNTS").await.len(), 0);
    assert_eq!(seen(web, "ListPermissionAssociations", "OTHER-ACCOUNTS").await.len(), 1);
    let of_share =
        ok(&running, web, "ListResourceSharePermissions", json!({"resourceShareArn": share})).await;
    let row = &of_share["permissions"][0];
    assert_eq!((&row["status"], &row["resourceOwner"]), (&json!("ASSOCIATED"), &json!("OTHER-ACCOUNTS")));
    let subnet = json!({"permissionArn": "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionSubnet"});
    let found = ok(&running, NETWORK, "GetPermission", subnet.clone()).await;
    assert_eq!(found["permission"]["version"], "3");
    let versions = ok(&running, NETWORK, "ListPermissionVersions", subnet).await;
    assert_eq!(versions["permissions"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn refusals_have_the_texts_that_were_seen_on_aws() {
    let running = seeded("").await;
    let create =
        |code: &str, policy: &str| json!({"name": "p", "resourceType": code, "policyTemplate": policy});
    let good = r#"{"Effect": "Allow", "Action": "appsync:SourceGraphQL"}"#;
    let made = ok(&running, NETWORK, "CreatePermission", create("appsync:Apis", good)).await;
    let arn = made["permission"]["arn"].as_str().unwrap();
    let share = self::create(&running, json!({"name": "s"})).await;
    let other =
        |code: &str, policy: &str| json!({"name": "q", "resourceType": code, "policyTemplate": policy});
    let both = |what: &str, value: Value| json!({"resourceArn": arn, "resourceShareArn": share, what: value});
    let only_one = "Only one of resourceArn or resourceShareArn may be specified";
    let invalid = "InvalidParameterException";
    for (operation, body, code, message) in [
        (
            "CreatePermission",
            create("appsync:apis", good),
            "PermissionAlreadyExistsException",
            format!("The permission {arn} already exists."),
        ),
        (
            "CreatePermission",
            other("ec2:Instance", good),
            invalid,
            "Invalid resource type: ec2:Instance".into(),
        ),
        (
            "CreatePermission",
            other("appsync:Apis", r#"{"Effect": "Allow", "action": "appsync:SourceGraphQL"}"#),
            "InvalidPolicyException",
            "InvalidPolicy: Invalid policy format.".into(),
        ),
        (
            "CreatePermission",
            other("appsync:Apis", r#"{"Effect": "Deny", "Action": "appsync:SourceGraphQL"}"#),
            "InvalidPolicyException",
            "InvalidPolicy: Only the Allow effect is supported".into(),
        ),
        (
            "CreatePermission",
            other(
                "appsync:Apis",
                r#"{"Effect": "Allow", "Action": "appsync:SourceGraphQL", "Resource": "*"}"#,
            ),
            "InvalidPolicyException",
            "InvalidPolicy: Only effect, action, and condition blocks can exist in permission policy".into(),
        ),
        (
            "ListPermissions",
            json!({"permissionType": "XYZ"}),
            invalid,
            "XYZ is not a valid scope. Must be one of: ALL, AWS, LOCAL.".into(),
        ),
        ("TagResource", both("tags", json!([{"key": "a", "value": "b"}])), invalid, only_one.into()),
        ("UntagResource", both("tagKeys", json!(["a"])), invalid, only_one.into()),
    ] {
        assert_eq!(
            refused(&running, NETWORK, operation, body.clone()).await,
            (code.to_owned(), message),
            "{operation} {body}"
        );
    }
    for (one, other) in [("AWS", "AWS_MANAGED"), ("LOCAL", "CUSTOMER_MANAGED")] {
        let count = async |scope: &str| {
            let answer = ok(&running, NETWORK, "ListPermissions", json!({"permissionType": scope})).await;
            answer["permissions"].as_array().unwrap().len()
        };
        let found = count(one).await;
        assert!(found > 0 && found == count(other).await, "{one} {other}");
    }
}

/// The statements of a resource's policy, without what all of them have.
async fn policy(running: &Running, arn: &str) -> Value {
    let answer = ok(running, NETWORK, "GetResourcePolicies", json!({"resourceArns": [arn]})).await;
    serde_json::from_str(answer["policies"][0].as_str().unwrap_or("null")).unwrap()
}

#[tokio::test]
async fn policies_are_written_as_the_user_guide_shows_them() {
    // The examples of the user guide, for an account, a role and an organization.
    let org = "arn:aws:organizations::111111111111:organization/o-sandbox0001";
    let role = "arn:aws:iam::333333333333:role/reader";
    for (principal, written, condition) in [
        ("333333333333", json!({"AWS": "arn:aws:iam::333333333333:root"}), None),
        (role, json!({"AWS": role}), None),
        (org, json!("*"), Some(json!({"StringEquals": {"aws:PrincipalOrgID": "o-sandbox0001"}}))),
    ] {
        let running = seeded("").await;
        create(&running, json!({"name": "s", "resourceArns": [IMAGE], "principals": [principal]})).await;
        let mut statement = json!({
            "Effect": "Allow",
            "Principal": written,
            "Action": ["imagebuilder:GetImage", "imagebuilder:ListImages"],
            "Resource": IMAGE,
        });
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        assert_eq!(policy(&running, IMAGE).await, json!({"Version": "2012-10-17", "Statement": [statement]}));
    }
    let running = seeded("").await;
    create(&running, json!({"name": "s", "resourceArns": [IMAGE], "principals": ["333333333333", role]}))
        .await;
    let both = policy(&running, IMAGE).await;
    assert_eq!(both["Statement"][0]["Principal"], json!({"AWS": ["arn:aws:iam::333333333333:root", role]}));
}

#[tokio::test]
async fn the_policy_of_a_subnet_is_written_as_recorded() {
    let running = seeded("").await;
    let subnet = "arn:aws:ec2:eu-central-1:222222222222:subnet/subnet-1";
    create(&running, json!({"name": "s", "resourceArns": [subnet]})).await;
    assert_eq!(
        policy(&running, subnet).await,
        json!({"Version": "2008-10-17", "Statement": [{
            "Sid": "RamStatement1",
            "Effect": "Allow",
            "Principal": {"AWS": []},
            "Action": ["ec2:RunInstances", "ec2:CreateNetworkInterface", "ec2:DescribeSubnets"],
            "Resource": subnet,
        }]})
    );
}

#[tokio::test]
async fn each_kind_of_source_has_a_condition_key_of_its_own() {
    let running = seeded("").await;
    let sources = json!(["333333333333", "arn:aws:s3:::bucket", "o-sandbox0001", "o-sandbox0001/r-sbox/*"]);
    let body = json!({"name": "s", "resourceArns": [AUTHORITY], "principals": ["pca-connector-ad.amazonaws.com"], "sources": sources});
    create(&running, body).await;
    let statements = policy(&running, AUTHORITY).await["Statement"].as_array().unwrap_or(&Vec::new()).clone();
    let conditions: Vec<&Value> = statements.iter().map(|statement| &statement["Condition"]).collect();
    assert_eq!(
        conditions,
        [
            &json!({"StringEquals": {"aws:SourceAccount": ["222222222222", "333333333333"]}}),
            &json!({"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::bucket"]}}),
            &json!({"StringEquals": {"aws:SourceOrgID": ["o-sandbox0001"]}}),
            &json!({"ForAnyValue:StringLike": {"aws:SourceOrgPaths": ["o-sandbox0001/r-sbox/*"]}}),
        ]
    );
}

#[tokio::test]
async fn a_share_of_the_seed_waits_for_an_outsider_to_accept() {
    let running = seeded(&format!(
        "share \"offered\" {{\n account = \"network\"\n region = \"eu-central-1\"\n resources = [\"{TGW}\"]\n \
         principals = [\"{PARTNER}\", \"web\"]\n}}\n"
    ))
    .await;
    let list = json!({"associationType": "PRINCIPAL"});
    let rows = ok(&running, NETWORK, "GetResourceShareAssociations", list).await;
    let mut rows: Vec<(String, String)> = rows["resourceShareAssociations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["associatedEntity"].as_str().unwrap().into(), row["status"].as_str().unwrap().into()))
        .collect();
    rows.sort();
    assert_eq!(
        rows,
        [
            ("333333333333".to_owned(), "ASSOCIATED".to_owned()),
            (PARTNER.to_owned(), "ASSOCIATING".to_owned())
        ]
    );
    let received = async || {
        let answer =
            ok(&running, PARTNER, "GetResourceShares", json!({"resourceOwner": "OTHER-ACCOUNTS"})).await;
        answer["resourceShares"].as_array().unwrap().len()
    };
    assert_eq!(received().await, 0);
    let invitations = ok(&running, PARTNER, "GetResourceShareInvitations", json!({})).await;
    let invitation = &invitations["resourceShareInvitations"][0]["resourceShareInvitationArn"];
    ok(&running, PARTNER, "AcceptResourceShareInvitation", json!({"resourceShareInvitationArn": invitation}))
        .await;
    advance(&running, 1).await;
    assert_eq!(received().await, 1);
}

#[tokio::test]
async fn a_share_gives_the_values_of_its_permissions_template_parameters() {
    let running = seeded("").await;
    let permission = json!({
        "name": "team",
        "resourceType": "imagebuilder:Image",
        "policyTemplate": json!({
            "Effect": "Allow",
            "Action": ["imagebuilder:GetImage"],
            "Condition": {"StringEquals": {"aws:PrincipalTag/team": "@{team}", "aws:PrincipalTag/stage": "@{stages}"}},
        }).to_string(),
        "permissionTemplateParameters": [
            {"name": "team", "type": "STRING", "description": "which team"},
            {"name": "stages", "type": "STRING_LIST"},
        ],
    });
    let (status, made) = call(&running, NETWORK, "CreatePermission", permission).await;
    assert_eq!(status, 200, "{made}");
    let arn = made["permission"]["arn"].clone();
    assert_eq!(
        made["permission"]["permissionTemplateParameters"][0],
        json!({"name": "team", "type": "STRING", "description": "which team"})
    );
    let values = |team: &str| json!([{"name": "team", "values": [team]}, {"name": "stages", "values": ["dev", "prod"]}]);
    let body = |parameters: Value| {
        json!({"name": "s", "resourceArns": [IMAGE], "principals": ["333333333333"], "permissionArns": [arn],
               "permissionTemplateParameters": parameters})
    };
    for parameters in [
        json!([]),
        json!([{"permissionArn": arn}]),
        json!([{"permissionArn": "arn:aws:ram::aws:permission/x", "permissionTemplateParameters": values("net")}]),
    ] {
        let refused = refused(&running, NETWORK, "CreateResourceShare", body(parameters)).await;
        assert_eq!(refused.0, "InvalidParameterException", "{}", refused.1);
    }
    let given = json!([{"permissionArn": arn, "permissionTemplateParameters": values("net")}]);
    let share = create(&running, body(given)).await;
    let condition = |team: &str| json!({"StringEquals": {"aws:PrincipalTag/team": team, "aws:PrincipalTag/stage": ["dev", "prod"]}});
    assert_eq!(policy(&running, IMAGE).await["Statement"][0]["Condition"], condition("net"));
    let attached = ok(&running, NETWORK, "ListPermissionAssociations", json!({"permissionArn": arn})).await;
    assert_eq!(
        attached["permissions"][0]["permissionTemplateParameters"][0],
        json!({"name": "team", "type": "STRING", "description": "which team", "values": ["net"]})
    );
    let attach = |parameters: Value| json!({"resourceShareArn": share, "permissionArn": arn, "replace": true, "permissionTemplateParameters": parameters});
    let without = refused(&running, NETWORK, "AssociateResourceSharePermission", attach(Value::Null)).await;
    assert!(without.1.contains("stages, team"), "{without:?}");
    ok(&running, NETWORK, "AssociateResourceSharePermission", attach(values("data"))).await;
    assert_eq!(policy(&running, IMAGE).await["Statement"][0]["Condition"], condition("data"));

    let get = |parameters: Value| json!({"permissionArn": arn, "permissionTemplateParameters": parameters});
    let written = ok(&running, NETWORK, "GetPermission", get(Value::Null)).await;
    assert!(written["permission"]["permission"].as_str().unwrap().contains("@{team}"), "{written}");
    let rendered = ok(&running, NETWORK, "GetPermission", get(values("sec"))).await;
    let text = rendered["permission"]["permission"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(text).unwrap()["Condition"], condition("sec"));
    let one = json!([{"name": "team", "values": ["sec"]}]);
    let two = json!([{"name": "team", "values": ["a", "b"]}, {"name": "stages", "values": ["dev"]}]);
    let twice = json!([{"name": "team", "values": ["a"]}, {"name": "team", "values": ["a"]}]);
    for wrong in [one.clone(), two, twice, json!([{"name": "x", "values": ["a"]}])] {
        let refused = refused(&running, NETWORK, "GetPermission", get(wrong)).await;
        assert_eq!(refused.0, "InvalidParameterException", "{}", refused.1);
    }
    let mut without = get(values("sec"));
    without["permissionArn"] = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway".into();
    let refused_without = refused(&running, NETWORK, "GetPermission", without).await;
    assert_eq!(refused_without.0, "InvalidParameterException", "{}", refused_without.1);

    let replace = |parameters: Value| json!({"fromPermissionArn": arn, "toPermissionArn": arn, "permissionTemplateParameters": parameters});
    for wrong in [Value::Null, one] {
        let refused = refused(&running, NETWORK, "ReplacePermissionAssociations", replace(wrong)).await;
        assert_eq!(refused.0, "InvalidParameterException", "{}", refused.1);
    }
    ok(&running, NETWORK, "ReplacePermissionAssociations", replace(values("ops"))).await;
    advance(&running, 60).await;
    assert_eq!(policy(&running, IMAGE).await["Statement"][0]["Condition"], condition("ops"));
}

#[tokio::test]
async fn a_served_sandbox_begins_no_listing_with_an_empty_page_and_ramctls_own_does() {
    for (clients, empty) in [(Clients::Any, false), (Clients::Ramctl, true)] {
        let content = Content::Seed { name: "seed".into(), text: SEED.into() };
        let running = start(Settings { clients, ..Settings::new(content) }).await.unwrap();
        let share = create(&running, json!({"name": "s", "resourceArns": [TGW]})).await;
        let list = json!({"associationType": "RESOURCE", "resourceShareArns": [share], "resourceArn": TGW});
        let answer = ok(&running, NETWORK, "GetResourceShareAssociations", list).await;
        let rows = answer["resourceShareAssociations"].as_array().unwrap();
        assert_eq!((rows.is_empty(), answer["nextToken"].is_string()), (empty, empty), "{clients:?}");
    }
}

#[tokio::test]
async fn a_partition_has_arns_and_regions_of_its_own() {
    for (partition, region) in [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        let tgw = format!("arn:{partition}:ec2:{region}:222222222222:transit-gateway/tgw-1");
        let text = format!(
            r#"
partition = "{partition}"
organization {{
  management_account = "management"
  sharing            = "enabled"
  account "management" {{ id = "111111111111" }}
  account "network" {{ id = "222222222222" }}
  account "web" {{ id = "333333333333" }}
}}
resource "{tgw}" {{}}
settings {{
  associate_ms = 0
}}
share "seeded" {{
  account    = "network"
  region     = "{region}"
  resources  = ["{tgw}"]
  principals = ["organization", "web"]
}}
"#
        );
        let running = start(Settings::new(Content::Seed { name: "seed".into(), text })).await.unwrap();
        let scope = |account: &str, region: &str| signed(account).replace("eu-central-1", region);
        let call = async |account: &str, region: &str, operation: &str, body: Value| {
            let path = format!("/{operation}");
            send(&running, "POST", &path, &scope(account, region), body.to_string().as_bytes()).await
        };
        // What `sandbox serve` tells a shell.
        let home = call(
            "111111111111",
            running.home_region(),
            "getresourceshares",
            json!({"resourceOwner": "SELF"}),
        );
        assert_eq!(home.await.0, 200);
        let elsewhere =
            call(NETWORK, "eu-central-1", "getresourceshares", json!({"resourceOwner": "SELF"})).await;
        assert_eq!((elsewhere.0, &elsewhere.1["__type"]), (403, &json!("UnrecognizedClientException")));
        let (_, shares) = call(NETWORK, region, "getresourceshares", json!({"resourceOwner": "SELF"})).await;
        let share = shares["resourceShares"][0]["resourceShareArn"].as_str().unwrap().to_owned();
        assert!(
            share.starts_with(&format!("arn:{partition}:ram:{region}:222222222222:resource-share/")),
            "{share}"
        );
        let (_, received) =
            call("333333333333", region, "getresourceshares", json!({"resourceOwner": "OTHER-ACCOUNTS"}))
                .await;
        assert_eq!(received["resourceShares"][0]["resourceShareArn"], share.as_str());
        let (_, permissions) = call(NETWORK, region, "listpermissionassociations", json!({})).await;
        let permission = format!("arn:{partition}:ram::aws:permission/AWSRAMDefaultPermissionTransitGateway");
        assert_eq!(permissions["permissions"][0]["arn"], permission);
        let other = json!({"resourceShareArn": share, "permissionArn": permission.replace(partition, "aws"), "replace": true});
        assert_eq!(
            call(NETWORK, region, "associateresourcesharepermission", other).await.1["__type"],
            "UnknownResourceException"
        );
        let other = json!({"resourceShareArn": share, "resourceArns": [tgw.replace(partition, "aws")]});
        assert_eq!(
            call(NETWORK, region, "associateresourceshare", other).await.1["__type"],
            "MalformedArnException"
        );
        let (_, policies) =
            call(NETWORK, region, "getresourcepolicies", json!({"resourceArns": [tgw]})).await;
        let root = format!("arn:{partition}:iam::333333333333:root");
        assert!(policies["policies"][0].as_str().unwrap().contains(&root), "{policies}");
        let headers = format!(
            "{}X-Amz-Target: AWSOrganizationsV20161128.DescribeOrganization\r\n",
            scope("111111111111", region)
        );
        let (_, org) = send(&running, "POST", "/", &headers, b"{}").await;
        assert_eq!(
            org["Organization"]["Arn"],
            format!("arn:{partition}:organizations::111111111111:organization/o-sandbox0001")
        );
        let assume = |account: &str| {
            format!(
                "Action=AssumeRole&Version=2011-06-15&RoleSessionName=session&RoleArn=\
                 arn%3A{partition}%3Aiam%3A%3A{account}%3Arole%2FOrganizationAccountAccessRole"
            )
        };
        let headers = scope("111111111111", region);
        let status = send(&running, "POST", "/", &headers, assume("333333333333").as_bytes()).await.0;
        assert_eq!(status, 200, "a role of the partition is assumed");
    }
}
