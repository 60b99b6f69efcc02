//! `live.json` of a case: what an earlier apply left, and what hands did since.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use jiff::Timestamp;

use ramctl::desired::{DesiredGraph, DesiredShare};
use ramctl::diff::{Purpose, Record, Scope, Stamp, Written};
use ramctl::live::{
    Association, AttachedPermission, Breadth, CustomerPermissionRow, Departed, LivePlace, LiveShare,
    LiveState, Sweep, Swept,
};
use ramctl::model::{
    AssociationStatus, FeatureSet, Gap, GapCause, Observed, Place, Principal, ResourceArn, ShareArn,
    ShareStatus, TAG_ADDRESS, TAG_APPLIED, TAG_STACK, Tags,
};
use ramctl::org::OrgView;
use serde::Deserialize;

use crate::cases::permissions;
use crate::cases::received::{self, Received};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// Addresses of the shares that were applied; none: all.
    applied: Option<BTreeSet<String>>,
    /// What was done by hand to an applied share, by address.
    by_hand: BTreeMap<String, ByHand>,
    /// Shares that are not the stack's, by name.
    unmanaged: BTreeMap<String, Unmanaged>,
    /// Customer managed permissions beside those that were applied, or in another form, by name.
    permissions: BTreeMap<String, Permission>,
    /// The versions of AWS's permissions, by name; the last is the default.
    aws_permissions: BTreeMap<String, Vec<String>>,
    /// `account region` of what cannot be read.
    unread: BTreeSet<String>,
    /// What accounts receive, by `account region`.
    received: BTreeMap<String, Received>,
    /// As with `--no-sweep`.
    no_sweep: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ByHand {
    add: Vec<String>,
    remove: Vec<String>,
    name: Option<String>,
    allow_external_principals: Option<bool>,
    /// Principals that have yet to accept, each with the time since when.
    waiting: BTreeMap<String, Timestamp>,
    /// Principals that are on the share no more and still listed: when they joined and left.
    left: BTreeMap<String, (Timestamp, Timestamp)>,
    /// Principals of which RAM says that they are outside.
    external: BTreeSet<String>,
    /// Resource type to the version that the share has of its permission.
    versions: BTreeMap<String, String>,
    retain_sharing: Option<bool>,
    /// Names of permissions by type, instead of those that were applied.
    permissions: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    /// Keys of tags that were taken off.
    untag: BTreeSet<String>,
    /// Of principals, resources and sources that are on the share.
    statuses: BTreeMap<String, Status>,
    /// Its record is of a build that recorded digests alone.
    early_record: bool,
}

/// A permission, with the policies of its versions from version 1.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    place: String,
    resource_type: String,
    versions: Vec<String>,
    /// The last where none is given.
    default: Option<usize>,
    /// Whether the stack made it, under this address, and recorded what it is now.
    address: Option<String>,
    #[serde(default)]
    from_policy: bool,
    /// Its policy cannot be read.
    #[serde(default)]
    unreadable: bool,
}

/// A status of an association, with RAM's message and the time of its last change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    status: String,
    message: Option<String>,
    since: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unmanaged {
    /// The stack whose tag it has, where one does.
    #[serde(default)]
    stack: Option<String>,
    /// The address of a share that was applied, whose tags it has copies of.
    #[serde(default)]
    copies: Option<String>,
    /// Those tags, with a record of its own: it is a second share of the address.
    #[serde(default)]
    proven: bool,
    place: String,
    allow_external_principals: bool,
    members: Vec<String>,
    /// Resource type to name and version of a customer managed permission.
    #[serde(default)]
    permissions: BTreeMap<String, (String, String)>,
    #[serde(default)]
    from_policy: bool,
}

/// AWS as it is after `applied` was applied and hands were at work.
pub fn read(case: &Path, desired: &DesiredGraph, applied: &DesiredGraph, org: &OrgView) -> LiveState {
    let file: File = match fs::read_to_string(case.join("live.json")) {
        Ok(text) => serde_json::from_str(&text).expect("live.json has its form"),
        Err(_) => File::default(),
    };
    let mut live = LiveState::default();
    if file.no_sweep {
        live.sweep = Sweep::Done(Swept { breadth: Breadth::Declined, ..Swept::default() });
    }
    for place in desired.places.union(&applied.places) {
        live.places.insert(place.clone(), Observed::Known(LivePlace::default()));
    }
    let mut own = BTreeMap::new();
    let mut tags_of: BTreeMap<String, Tags> = BTreeMap::new();
    let mut departed = BTreeMap::new();
    let mut number = 0;
    let mut add = |place: &Place, share: LiveShare| {
        let Some(Observed::Known(known)) = live.places.get_mut(place) else { panic!("{place} is not read") };
        known.shares.insert(share.arn.clone(), share);
    };
    let mut arn = |place: &Place| {
        number += 1;
        let Place { account, region } = place;
        let text =
            format!("arn:aws:ram:{region}:{account}:resource-share/{number:08}-0000-0000-0000-000000000000");
        ShareArn::parse(&text).expect("a share's ARN")
    };
    for (address, share) in &applied.shares {
        let address = address.to_string();
        if file.applied.as_ref().is_none_or(|applied| applied.contains(&address)) {
            let mut share = as_applied(share, applied, arn(&share.place));
            if let Some(by_hand) = file.by_hand.get(&address) {
                by_hand.change(&mut share);
                for (principal, (joined, left)) in &by_hand.left {
                    let row = Departed { joined: Some(*joined), left: Some(*left) };
                    departed.insert((share.arn.clone(), Principal::read(principal)), row);
                }
            }
            own.insert(address.clone(), (share.arn.clone(), share.name.clone()));
            tags_of.insert(address.clone(), share.tags.clone());
            add(
                &applied.shares.iter().find(|(a, _)| a.to_string() == address).expect("just seen").1.place,
                share,
            );
        }
    }
    for (name, share) in &file.unmanaged {
        let place = place(&share.place);
        let mut made = share.live(name, arn(&place));
        if let Some(original) = &share.copies {
            made.tags.extend(tags_of[original].clone());
            if share.proven {
                let record = Written::on_share(&made.tags).expect("it was applied");
                let record = record.rebound(&made.tags, &made.arn, &BTreeMap::new(), []);
                made.tags.insert(TAG_APPLIED.into(), record);
            }
        }
        add(&place, made);
    }
    for permission in applied.permissions.values() {
        if !file.permissions.contains_key(permission.arn.name()) {
            let versions = vec![permission.policy.template()];
            permissions::add(&mut live, permission, applied, &versions);
        }
    }
    for (name, permission) in &file.permissions {
        permission.add(&mut live, name, applied);
    }
    permissions::flag(&mut live);
    permissions::aws(&mut live, &file.aws_permissions);
    for unread in &file.unread {
        let place = place(unread);
        let gap = Gap {
            action: "sts:AssumeRole".into(),
            caller: format!("arn:aws:iam::{}:role/ramctl", place.account),
            cause: GapCause::CannotAssumeRole,
            detail: "AccessDenied: not authorized to perform sts:AssumeRole".into(),
        };
        live.places.insert(place, Observed::Unknown(gap));
    }
    for ((arn, principal), row) in departed {
        let holder = live.places.values_mut().find_map(|place| match place {
            Observed::Known(place) if place.shares.contains_key(&arn) => Some(place),
            _ => None,
        });
        holder.expect("the share is there").departed.insert((arn, principal), row);
    }
    let file: BTreeMap<Place, Received> =
        file.received.into_iter().map(|(at, received)| (place(&at), received)).collect();
    received::add(&mut live, Scope::default().receiving(desired, org, Purpose::Apply), &file, &own);
    live
}

fn place(text: &str) -> Place {
    let (account, region) = text.split_once(' ').expect("account and Region");
    Place { account: account.parse().expect("an account id"), region: region.parse().expect("a Region") }
}

fn association() -> Association {
    Association {
        status: AssociationStatus::Associated,
        status_message: None,
        external: false,
        created: None,
        updated: None,
    }
}

/// The share as RAM shows it when everything has been carried out.
fn as_applied(share: &DesiredShare, graph: &DesiredGraph, arn: ShareArn) -> LiveShare {
    let mut tags = share.tags.clone();
    let (stack, address) = (graph.stack.to_string(), share.address.tag_value());
    tags.insert(TAG_STACK.into(), stack.clone());
    tags.insert(TAG_ADDRESS.into(), address.clone());
    let record = Record { stack, address, stamp: Stamp::of(share), replaces: BTreeSet::new() };
    tags.insert(TAG_APPLIED.into(), record.bound(&arn));
    let permission = |arn| AttachedPermission {
        arn,
        version: "1".into(),
        default_version: true,
        feature_set: FeatureSet::Standard,
    };
    LiveShare {
        name: share.name.clone(),
        allow_external_principals: share.allow_external_principals,
        retain_sharing: share.retain_sharing,
        tags,
        resources: share.resources.keys().map(|arn| (arn.clone(), association())).collect(),
        principals: share.principals.keys().map(|principal| (principal.clone(), association())).collect(),
        sources: share.sources.iter().map(|source| (source.clone(), association())).collect(),
        permissions: share
            .permissions
            .iter()
            .map(|(code, desired)| (code.clone(), permission(desired.arn.clone())))
            .collect(),
        ..empty(arn)
    }
}

fn empty(arn: ShareArn) -> LiveShare {
    LiveShare {
        arn,
        name: String::new(),
        status: ShareStatus::Active,
        status_message: None,
        allow_external_principals: false,
        retain_sharing: false,
        feature_set: FeatureSet::Standard,
        tags: Tags::new(),
        created: None,
        updated: None,
        resources: BTreeMap::new(),
        principals: BTreeMap::new(),
        sources: BTreeMap::new(),
        permissions: BTreeMap::new(),
    }
}

/// Whether a text names a principal; a resource otherwise.
fn principal(text: &str) -> Option<Principal> {
    match Principal::read(text) {
        Principal::Other(_) => None,
        known => Some(known),
    }
}

fn join(share: &mut LiveShare, member: &str) {
    match principal(member) {
        Some(principal) => share.principals.insert(principal, association()).is_none(),
        None => share.resources.insert(ResourceArn::parse(member).expect("an ARN"), association()).is_none(),
    };
}

impl ByHand {
    fn change(&self, share: &mut LiveShare) {
        let Self {
            add,
            remove,
            name,
            allow_external_principals,
            waiting,
            external,
            left,
            retain_sharing,
            permissions,
            tags,
            untag,
            statuses,
            versions,
            early_record,
        } = self;
        if *early_record {
            let record = share.tags.get_mut(TAG_APPLIED).expect("it was applied");
            record.truncate("v2:".len() + 5 * "0123456789abcdef.".len() + "0123456789abcdef".len());
        }
        for (code, version) in versions {
            let attached = share.permissions.iter_mut().find(|(kind, _)| kind.as_str() == code);
            version.clone_into(&mut attached.expect("the type has a permission").1.version);
        }
        for member in add {
            join(share, member);
        }
        for member in remove {
            let gone = match principal(member) {
                Some(principal) => share.principals.remove(&principal).is_some(),
                None => share.resources.remove(&ResourceArn::parse(member).expect("an ARN")).is_some(),
            };
            assert!(gone, "{member} was on the share");
        }
        for principal in external {
            let on = share.principals.get_mut(&Principal::read(principal)).expect("it is on the share");
            on.external = true;
        }
        for (principal, since) in waiting {
            let waits = Association {
                status: AssociationStatus::Associating,
                external: true,
                created: Some(*since),
                updated: Some(*since),
                ..association()
            };
            share.principals.insert(Principal::read(principal), waits);
        }
        for principal in left.keys() {
            share.principals.remove(&Principal::read(principal));
        }
        share.name = name.clone().unwrap_or_else(|| share.name.clone());
        share.allow_external_principals =
            allow_external_principals.unwrap_or(share.allow_external_principals);
        share.retain_sharing = retain_sharing.unwrap_or(share.retain_sharing);
        for (code, name) in permissions {
            let arn = format!("arn:aws:ram::aws:permission/{name}").parse().expect("a permission's ARN");
            let attached = AttachedPermission {
                arn,
                version: "1".into(),
                default_version: true,
                feature_set: FeatureSet::Standard,
            };
            share.permissions.insert(code.parse().expect("a type"), attached);
        }
        share.tags.extend(tags.clone());
        share.tags.retain(|key, _| !untag.contains(key));
        for (member, status) in statuses {
            status.set(association_of(share, member));
        }
    }
}

impl Permission {
    fn add(&self, live: &mut LiveState, name: &str, applied: &DesiredGraph) {
        let place = place(&self.place);
        let tags = self.address.as_ref().map(|address| {
            let own = applied.permissions.values().find(|one| one.address.to_string() == *address);
            permissions::tags(&permissions::arn(&place, name), address, own, applied)
        });
        let number = self.default.unwrap_or(self.versions.len());
        let row = CustomerPermissionRow {
            arn: permissions::arn(&place, name),
            version: number.to_string(),
            resource_type: self.resource_type.parse().expect("a type"),
            status: "ATTACHABLE".into(),
            feature_set: if self.from_policy { FeatureSet::CreatedFromPolicy } else { FeatureSet::Standard },
            tags: tags.unwrap_or_default(),
        };
        permissions::row(live, &place, row, &self.versions, self.unreadable);
    }
}

impl Status {
    fn set(&self, association: &mut Association) {
        let Self { status, message, since } = self;
        association.status = AssociationStatus::read(status);
        association.status_message.clone_from(message);
        association.updated = since.as_ref().map(|since| since.parse().expect("a time"));
    }
}

/// A source before a principal before a resource: an account can be two of them.
fn association_of<'s>(share: &'s mut LiveShare, member: &str) -> &'s mut Association {
    let LiveShare { resources, principals, sources, .. } = share;
    let found = match (sources.get_mut(member), principal(member)) {
        (Some(source), _) => Some(source),
        (None, Some(principal)) => principals.get_mut(&principal),
        (None, None) => resources.get_mut(&ResourceArn::parse(member).expect("an ARN")),
    };
    found.unwrap_or_else(|| panic!("{member} is on the share"))
}

impl Unmanaged {
    fn live(&self, name: &str, arn: ShareArn) -> LiveShare {
        let mut share = LiveShare {
            name: name.to_owned(),
            allow_external_principals: self.allow_external_principals,
            ..empty(arn)
        };
        if self.from_policy {
            share.feature_set = FeatureSet::CreatedFromPolicy;
        }
        for (code, (name, version)) in &self.permissions {
            let place = place(&self.place);
            let attached = AttachedPermission {
                arn: permissions::arn(&place, name),
                version: version.clone(),
                default_version: false,
                feature_set: share.feature_set.clone(),
            };
            share.permissions.insert(code.parse().expect("a type"), attached);
        }
        share.tags.extend(self.stack.iter().map(|stack| (TAG_STACK.to_owned(), stack.clone())));
        for member in &self.members {
            join(&mut share, member);
        }
        share
    }
}
