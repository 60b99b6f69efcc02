use super::*;

const SHARE: &str =
    "arn:aws:ram:eu-central-1:222222222222:resource-share/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

#[test]
fn a_status_that_the_sdk_does_not_know_is_kept() {
    let row = ram::ResourceShare::builder()
        .resource_share_arn(SHARE)
        .name("tgw")
        .allow_external_principals(false)
        .status(ram::ResourceShareStatus::from("THAWING"))
        .build();
    assert_eq!(share(&row).map(|row| row.status), Ok(ShareStatus::Other("THAWING".into())));
}

#[test]
fn what_recordings_always_show_is_needed_and_the_rest_is_read_as_the_api_documents_it() {
    let whole = ram::ResourceShare::builder()
        .resource_share_arn(SHARE)
        .name("tgw")
        .allow_external_principals(true)
        .status(ram::ResourceShareStatus::Active);
    let row = share(&whole.clone().build()).expect("readable");
    assert!(row.allow_external_principals && !row.retain_sharing && row.tags.is_empty());
    assert_eq!((row.owner.as_str(), row.feature_set), ("222222222222", FeatureSet::Standard));
    for (row, missing) in [
        (whole.clone().set_name(None), "name"),
        (whole.clone().set_allow_external_principals(None), "allowExternalPrincipals"),
        (whole.clone().set_status(None), "status"),
    ] {
        assert_eq!(share(&row.build()), Err(Unreadable::Missing(missing)));
    }
    let tag = |key: &str| ram::Tag::builder().key(key).value("network").build();
    let twice = whole.tags(tag("ramctl:stack")).tags(tag("ramctl:stack"));
    assert_eq!(share(&twice.build()), Err(Unreadable::TagTwice("ramctl:stack".into())));
}

#[test]
fn a_reply_about_something_else_is_unreadable() {
    let kind = ram::ResourceShareAssociationType::Resource;
    let row = ram::ResourceShareAssociation::builder()
        .association_type(ram::ResourceShareAssociationType::Principal)
        .build();
    let other = |asked: &str, found: &str| Unreadable::Other { asked: asked.into(), found: found.into() };
    assert_eq!(association(&kind, &row), Err(other("RESOURCE", "PRINCIPAL")));

    let arn = |name: &str| format!("arn:aws:ram:eu-central-1:222222222222:permission/{name}");
    let mine = PermissionArn::parse(&arn("mine")).expect("valid");
    let detail = ram::ResourceSharePermissionDetail::builder().version("2").permission("{}");
    let yours = detail.clone().arn(arn("yours")).build();
    let found = permission_detail(&mine, None, Some(&yours));
    assert_eq!(found.expect_err("another"), other(&arn("mine"), &arn("yours")));
    let second = detail.arn(arn("mine")).build();
    assert_eq!(permission_detail(&mine, Some("1"), Some(&second)).expect_err("another"), other("1", "2"));
    assert!(permission_detail(&mine, Some("2"), Some(&second)).is_ok());
    assert_eq!(permission_detail(&mine, None, None), Err(Unreadable::NoPart("permission")));
}

#[test]
fn a_row_without_its_share_is_unreadable() {
    let kind = ram::ResourceShareAssociationType::Principal;
    let whole = ram::ResourceShareAssociation::builder().association_type(kind.clone());
    let row = whole.clone().associated_entity("333333333333").build();
    assert_eq!(association(&kind, &row), Err(Unreadable::Missing("resourceShareArn")));
    let row = whole.resource_share_arn(SHARE).associated_entity("333333333333").build();
    assert_eq!(association(&kind, &row), Err(Unreadable::Missing("status")));
}

#[test]
fn times_keep_their_fractions() {
    let time = DateTime::from_secs_and_nanos(1_700_000_000, 250_000_000);
    assert_eq!(timestamp(Some(&time)).map(|time| time.to_string()), Some("2023-11-14T22:13:20.25Z".into()));
}
