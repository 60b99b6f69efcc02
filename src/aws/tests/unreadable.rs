//! Replies of success that say nothing, too much, or something about somebody else: none of them counts as an empty listing.

use super::*;
use crate::cloud::{self, AssociationKind, CloudError, IamRead, NewShare, TagRead};
use crate::model::PermissionArn;
use crate::org::ParentId;

const PERMISSION: &str = "arn:aws:ram:eu-central-1:222222222222:permission/mine";

/// Everything in account 222222222222, answered alike but for who asks.
async fn aws_that(status: u16, body: &str) -> (Server, Connector) {
    let body = body.to_owned();
    let server = Server::start(move |request: &Request, _| match request.operation.as_str() {
        "Action=GetCallerIdentity" => (200, identity("222222222222")),
        _ => (status, body.clone()),
    })
    .await;
    let connector = Connector::new(sandbox(&server.url)).await.expect("valid settings");
    (server, connector)
}

/// What each listing and each question about one thing says, by the name of its action.
async fn readings(cloud: &Connector) -> Vec<CloudError> {
    let here = place("222222222222");
    let ram = cloud.ram(&here).await.expect("reachable");
    let org = cloud.organization(&here.account).await.expect("reachable");
    let iam = cloud.iam(&here.account).await.expect("reachable");
    let tagging = cloud.tagging(&here).await.expect("reachable");
    let (all, page) = (&ShareScope::All, &PageRequest::first(20));
    let share = ShareArn::parse(SHARE).expect("valid");
    let permission = PermissionArn::parse(PERMISSION).expect("valid");
    let root = ParentId::Root(crate::model::RootId::parse("r-ab12").expect("valid"));
    let (resource, principal) = (AssociationKind::Resource, AssociationKind::Principal);
    let mut failed = Vec::new();
    macro_rules! fails {
        ($($call:expr),* $(,)?) => { $(failed.push($call.await.map(|_| ()).expect_err(stringify!($call)));)* };
    }
    fails![
        ram.get_resource_shares(all, page),
        ram.get_received_shares(all, page),
        ram.get_resource_share_associations(resource, all, page),
        ram.get_resource_share_associations(principal, all, page),
        ram.list_permission_associations(page),
        ram.list_resource_share_permissions(&share, page),
        ram.list_source_associations(all, page),
        ram.list_customer_permissions(page),
        ram.list_aws_permissions(page),
        ram.list_permission_versions(&permission, page),
        ram.get_resource_share_invitations(all, page),
        ram.list_received_resources(std::slice::from_ref(&share), page),
        ram.get_permission(&permission, None),
        org.describe_organization(),
        org.list_roots(page),
        org.list_accounts(page),
        org.list_accounts_for_parent(&root, page),
        org.list_organizational_units_for_parent(&root, page),
        org.list_aws_service_access(page),
        iam.get_role("AWSServiceRoleForResourceAccessManager"),
        tagging.get_resources("ec2:subnet", &BTreeMap::new(), page),
    ];
    let ec2 = cloud.usage(&here).await.expect("reachable");
    fails![
        ec2.describe_network_interfaces(&["subnet-1".to_owned()], page),
        ec2.describe_transit_gateway_attachments(&["tgw-1".to_owned()], page),
    ];
    failed
}

#[tokio::test]
async fn a_reply_without_its_list_or_object_is_unreadable_on_every_client() {
    let lists = [
        "resourceShares",
        "resourceShareAssociations",
        "permissions",
        "sourceAssociations",
        "resourceShareInvitations",
        "resources",
        "permission",
        "Organization",
        "Roots",
        "Accounts",
        "OrganizationalUnits",
        "EnabledServicePrincipals",
        "ResourceTagMappingList",
    ];
    let each = |value: &str| {
        let fields: Vec<String> = lists.iter().map(|list| format!("\"{list}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    };
    for (status, body) in [
        (200, String::new()),
        (204, String::new()),
        (200, "{}".to_owned()),
        (200, "null".to_owned()),
        (200, "[]".to_owned()),
        (200, "\"resourceShares\"".to_owned()),
        (200, each("null")),
        (200, each("\"none\"")),
        (200, each("[null]")),
        (200, each("7")),
        (200, "{\"nextToken\":\"t\",\"NextToken\":\"t\",\"PaginationToken\":\"t\"}".to_owned()),
        (200, "<html><body>welcome</body></html>".to_owned()),
        (200, "<GetRoleResponse><GetRoleResult/></GetRoleResponse>".to_owned()),
        (200, "<GetRoleResponse><GetRoleResult><Role/></GetRoleResult></GetRoleResponse>".to_owned()),
        (200, "<DescribeNetworkInterfacesResponse/>".to_owned()),
    ] {
        let (server, cloud) = aws_that(status, &body).await;
        for failed in readings(&cloud).await {
            assert_eq!(failed.kind, ErrorKind::Unreadable, "{status} {body:?}: {failed:?}");
            assert_eq!(Gap::from(failed).cause, GapCause::Unreadable);
        }
        assert_eq!(server.requests("/getresourceshares").len(), 2, "no call is made again");
    }
}

#[tokio::test]
async fn empty_lists_are_read_as_empty() {
    let body = r#"{"resourceShares":[],"nextToken":""}"#;
    let (_server, cloud) = aws_that(200, body).await;
    let ram = cloud.ram(&place("222222222222")).await.expect("reachable");
    assert_eq!(cloud::shares(&ram, &ShareScope::All, 500).await, Ok(vec![]));
}

#[tokio::test]
async fn credentials_that_are_not_whole_or_of_nobody_are_not_used() {
    let whole = assumed("333333333333", "2099-01-01T00:00:00Z");
    let without = |from: &str, to: &str| {
        let (start, end) = (whole.find(from).expect("there"), whole.find(to).expect("there") + to.len());
        format!("{}{}", &whole[..start], &whole[end..])
    };
    for body in [
        String::new(),
        "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>".to_owned(),
        without("<Credentials>", "</Credentials>"),
        without("<AssumedRoleUser>", "</AssumedRoleUser>"),
        without("<AccessKeyId>", "</AccessKeyId>"),
        without("<SessionToken>", "</SessionToken>"),
        whole.replace("arn:aws:sts::333333333333", "arn:aws:sts:"),
    ] {
        let given = body.clone();
        let server = Server::start(move |_: &Request, _| (200, given.clone())).await;
        let cloud = Connector::new(with_role(&server.url, "333333333333")).await.expect("valid settings");
        let refused = cloud.ram(&place("333333333333")).await.expect_err("nothing to use");
        assert_eq!(refused.kind, ErrorKind::Unreadable, "{body}: {refused:?}");
        assert_eq!(server.requests("/getresourceshares").len(), 0);
    }
    for body in ["", "<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>"] {
        let server = Server::start(move |_: &Request, _| (200, body.to_owned())).await;
        let cloud = Connector::new(sandbox(&server.url)).await.expect("valid settings");
        let refused = cloud.ram(&place("222222222222")).await.expect_err("nobody");
        assert_eq!(refused.kind, ErrorKind::Unreadable, "{body}: {refused:?}");
    }
}

#[tokio::test]
async fn a_create_whose_reply_names_no_share_of_the_place_may_have_been_done() {
    let share = NewShare {
        name: "tgw".into(),
        allow_external_principals: false,
        retain_sharing: false,
        tags: BTreeMap::new(),
        permissions: vec![],
        members: cloud::Members::default(),
    };
    let elsewhere = [("eu-central-1", "us-east-1"), ("222222222222", "333333333333")];
    let others = elsewhere.map(|(from, to)| {
        format!(r#"{{"resourceShare":{{"resourceShareArn":"{}"}}}}"#, SHARE.replace(from, to))
    });
    for body in
        ["".to_owned(), "{}".to_owned(), r#"{"resourceShare":{}}"#.to_owned()].into_iter().chain(others)
    {
        let (_server, cloud) = aws_that(200, &body).await;
        let ram = cloud.ram(&place("222222222222")).await.expect("reachable");
        let token = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, b"t");
        let failed = ram.create_resource_share(&share, &token).await.expect_err("no share");
        assert_eq!((failed.kind, failed.maybe_done), (ErrorKind::Unreadable, true), "{body}");
    }
}

#[tokio::test]
async fn rows_of_other_places_and_rows_that_come_twice_spoil_a_listing() {
    let row = |arn: &str, owner: &str| {
        format!(
            r#"{{"resourceShareArn":"{arn}","owningAccountId":"{owner}","name":"tgw","allowExternalPrincipals":false,"status":"ACTIVE"}}"#
        )
    };
    let own = row(SHARE, "222222222222");
    for second in [
        row(&SHARE.replace("eu-central-1", "us-east-1"), "222222222222"),
        row(&SHARE.replace("222222222222", "333333333333"), "333333333333"),
        row(&SHARE.replace("1b9d", "2b9d"), "333333333333"),
        own.clone(),
        own.replace("ACTIVE", "DELETED"),
    ] {
        let body = format!(r#"{{"resourceShares":[{own},{second}]}}"#);
        let (_server, cloud) = aws_that(200, &body).await;
        let ram = cloud.ram(&place("222222222222")).await.expect("reachable");
        let failed = cloud::shares(&ram, &ShareScope::All, 500).await.expect_err("spoiled");
        assert_eq!(failed.kind, ErrorKind::Unreadable, "{second}");
    }
    let (_server, cloud) = aws_that(200, &format!(r#"{{"resourceShares":[{own}]}}"#)).await;
    let ram = cloud.ram(&place("222222222222")).await.expect("reachable");
    assert_eq!(cloud::shares(&ram, &ShareScope::All, 500).await.map(|rows| rows.len()), Ok(1));
    let other = ShareScope::One(ShareArn::parse(&SHARE.replace("1b9d", "2b9d")).expect("valid"));
    let failed = cloud::shares(&ram, &other, 500).await.expect_err("another share was asked for");
    assert_eq!(failed.kind, ErrorKind::Unreadable);
    let failed = cloud::received_shares(&ram, &ShareScope::All, 500).await.expect_err("the account's own");
    assert_eq!(failed.kind, ErrorKind::Unreadable);
}

#[tokio::test]
async fn a_body_without_end_is_given_up_at_the_stated_length_and_not_asked_for_again() {
    let long = format!("{{\"resourceShares\":[]{}}}", " ".repeat(crate::aws::reply::LONGEST));
    let (server, cloud) = aws_that(200, &long).await;
    let ram = cloud.ram(&place("222222222222")).await.expect("reachable");
    let failed = shares(&ram).await.expect_err("too long");
    assert_eq!(
        (failed.kind, failed.message.as_str()),
        (ErrorKind::Unreadable, "the reply has more than 32 MiB")
    );
    assert_eq!(server.requests("/getresourceshares").len(), 1);
}
