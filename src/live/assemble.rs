//! Joins the rows of the six listings into shares.

use std::collections::{BTreeMap, BTreeSet};

use crate::live::rows::{AssociationRow, PlaceRows, ShareRow};
use crate::live::state::{Association, AttachedPermission, Departed, LivePlace, LiveShare};
use crate::model::{AssociationStatus, Principal, ResourceArn, ShareArn, ShareStatus};

/// An account and Region in normal form, and what its rows leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembled {
    pub place: LivePlace,
    /// Shares that an association names and the listing of shares does not have: made between the two calls. Whoever reads
    /// asks for them by ARN, adds the rows and assembles again; what is then still unknown is gone.
    pub needs_reread: BTreeSet<ShareArn>,
}

/// A row that cannot be understood. It is never dropped: the place counts as unread.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the share {share} holds {text:?}, which is not an ARN")]
pub struct UnreadableRow {
    pub share: ShareArn,
    pub text: String,
}

/// Joins rows on the share's ARN. The order of the rows does not matter.
///
/// DELETED shares count as absent. One entity may have several rows on a share, for an account has two spellings: one that is
/// ASSOCIATED counts before all others, so that no grant is lost, then the newest; DISASSOCIATED ones do not count.
pub fn assemble(rows: PlaceRows) -> Result<Assembled, UnreadableRow> {
    let PlaceRows { shares, resources, principals, permissions, sources, mut customer_permissions } = rows;
    let mut out = Assembled::default();

    let newest = newest(shares, |row: &ShareRow| row.arn.clone(), |row| (row.updated, row.created));
    for (arn, row) in newest {
        if row.status == ShareStatus::Deleted {
            out.place.deleted.insert(arn, row.tags);
        } else {
            out.place.shares.insert(arn, bare_share(row));
        }
    }

    let rows = newest_associations(resources);
    for row in rows {
        let resource = ResourceArn::parse(&row.entity)
            .map_err(|error| UnreadableRow { share: row.share.clone(), text: error.text })?;
        if let Some(share) = out.share(&row.share) {
            share.resources.insert(resource, association(row));
        }
    }
    for row in &principals {
        if row.status == AssociationStatus::Disassociated {
            let departed = Departed { joined: row.created, left: row.updated };
            let key = (row.share.clone(), Principal::read(&row.entity));
            let last = out.place.departed.entry(key).or_insert(departed);
            if last.left < departed.left {
                *last = departed;
            }
        }
    }
    for row in newest_associations(principals) {
        if let Some(share) = out.share(&row.share) {
            share.principals.insert(Principal::read(&row.entity), association(row));
        }
    }

    let mut sources: Vec<_> =
        sources.into_iter().filter(|row| row.status != AssociationStatus::Disassociated).collect();
    sources.sort_by(|a, b| (&a.share, &a.source, &a.status).cmp(&(&b.share, &b.source, &b.status)).reverse());
    for row in sources {
        if let Some(share) = out.share(&row.share) {
            let association = Association {
                status: row.status,
                status_message: row.status_message,
                external: false,
                created: row.created,
                updated: row.updated,
            };
            share.sources.insert(row.source, association);
        }
    }

    // RAM keeps one permission per type; while one replaces another both may be listed, and the one at its default wins.
    let mut permissions = permissions;
    permissions.sort_by(|a, b| {
        (a.default_version, &a.permission, &a.version).cmp(&(b.default_version, &b.permission, &b.version))
    });
    for row in permissions {
        if let Some(share) = out.share(&row.share) {
            let attached = AttachedPermission {
                arn: row.permission,
                version: row.version,
                default_version: row.default_version,
                feature_set: row.feature_set,
            };
            share.permissions.insert(row.resource_type, attached);
        }
    }

    customer_permissions.sort_by(|a, b| (&a.arn, &a.version).cmp(&(&b.arn, &b.version)));
    out.place.customer_permissions = customer_permissions;
    Ok(out)
}

impl Assembled {
    /// The share that a row belongs to; remembers it for another look where the listing of shares did not have it.
    fn share(&mut self, arn: &ShareArn) -> Option<&mut LiveShare> {
        let Self { place, needs_reread } = self;
        let found = place.shares.get_mut(arn);
        if found.is_none() && !place.deleted.contains_key(arn) {
            needs_reread.insert(arn.clone());
        }
        found
    }
}

fn bare_share(row: ShareRow) -> LiveShare {
    let ShareRow {
        arn,
        name,
        owner: _, // the place's account: only own shares are listed
        status,
        status_message,
        allow_external_principals,
        retain_sharing,
        feature_set,
        tags,
        created,
        updated,
    } = row;
    LiveShare {
        arn,
        name,
        status,
        status_message,
        allow_external_principals,
        retain_sharing,
        feature_set,
        tags,
        created,
        updated,
        resources: BTreeMap::new(),
        principals: BTreeMap::new(),
        sources: BTreeMap::new(),
        permissions: BTreeMap::new(),
    }
}

fn association(row: AssociationRow) -> Association {
    let AssociationRow { share: _, entity: _, status, status_message, external, created, updated } = row;
    Association { status, status_message, external, created, updated }
}

fn newest_associations(rows: Vec<AssociationRow>) -> impl Iterator<Item = AssociationRow> {
    let rows = rows.into_iter().filter(|row| row.status != AssociationStatus::Disassociated).collect();
    newest(
        rows,
        |row: &AssociationRow| (row.share.clone(), Principal::read(&row.entity)),
        |row| {
            let gives = row.status == AssociationStatus::Associated;
            (gives, row.updated, row.created, row.status.clone(), row.status_message.clone())
        },
    )
    .into_values()
}

/// The greatest row by `age` for each key.
fn newest<Row, Key: Ord, Age: Ord>(
    rows: Vec<Row>,
    key: impl Fn(&Row) -> Key,
    age: impl Fn(&Row) -> Age,
) -> BTreeMap<Key, Row> {
    let mut out: BTreeMap<Key, Row> = BTreeMap::new();
    for row in rows {
        match out.entry(key(&row)) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(row);
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => {
                if age(slot.get()) < age(&row) {
                    slot.insert(row);
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::live::rows::PermissionRow;
    use crate::model::{AccountId, FeatureSet, PermissionArn, ResourceType, Tags};

    fn arn(n: u8) -> ShareArn {
        ShareArn::parse(&format!("arn:aws:ram:eu-central-1:222222222222:resource-share/{n}")).unwrap()
    }

    fn at(second: i64) -> Option<Timestamp> {
        Some(Timestamp::from_second(second).unwrap())
    }

    fn share(n: u8, status: ShareStatus) -> ShareRow {
        ShareRow {
            arn: arn(n),
            name: format!("share-{n}"),
            owner: AccountId::parse("222222222222").unwrap(),
            status,
            status_message: None,
            allow_external_principals: false,
            retain_sharing: false,
            feature_set: FeatureSet::Standard,
            tags: Tags::new(),
            created: at(1),
            updated: at(1),
        }
    }

    fn row(n: u8, entity: &str, status: AssociationStatus, updated: i64) -> AssociationRow {
        AssociationRow {
            share: arn(n),
            entity: entity.to_owned(),
            status,
            status_message: None,
            external: false,
            created: at(1),
            updated: at(updated),
        }
    }

    const TGW: &str = "arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-1";

    #[test]
    fn deleted_shares_count_as_absent_and_are_remembered() {
        let rows = PlaceRows {
            shares: vec![share(1, ShareStatus::Deleted), share(2, ShareStatus::Deleting)],
            resources: vec![row(1, TGW, AssociationStatus::Associated, 1)],
            ..PlaceRows::default()
        };
        let out = assemble(rows).unwrap();
        assert_eq!(out.place.shares.keys().collect::<Vec<_>>(), [&arn(2)]);
        assert_eq!(out.place.deleted.keys().collect::<Vec<_>>(), [&arn(1)]);
        assert!(out.needs_reread.is_empty());
    }

    #[test]
    fn the_newest_row_that_is_not_disassociated_counts_whatever_the_order() {
        let mut principals = vec![
            row(1, "333333333333", AssociationStatus::Failed, 2),
            row(1, "333333333333", AssociationStatus::Associated, 3),
            row(1, "arn:aws:iam::333333333333:root", AssociationStatus::Disassociated, 9),
            row(1, "444444444444", AssociationStatus::Disassociated, 9),
        ];
        for _ in 0..4 {
            principals.rotate_left(1);
            let rows = PlaceRows {
                shares: vec![share(1, ShareStatus::Active)],
                principals: principals.clone(),
                ..PlaceRows::default()
            };
            let out = assemble(rows).unwrap();
            let found: Vec<_> = out.place.shares[&arn(1)]
                .principals
                .iter()
                .map(|(p, a)| (p.to_string(), &a.status))
                .collect();
            assert_eq!(found, [("333333333333".to_owned(), &AssociationStatus::Associated)]);
        }
    }

    #[test]
    fn an_account_in_two_spellings_is_on_the_share_as_long_as_one_of_them_is() {
        for (gone, kept) in [("444444444444", "arn:aws:iam::444444444444:root")]
            .into_iter()
            .flat_map(|(a, b)| [(a, b), (b, a)])
        {
            let rows = PlaceRows {
                shares: vec![share(1, ShareStatus::Active)],
                principals: vec![
                    row(1, gone, AssociationStatus::Failed, 9),
                    row(1, kept, AssociationStatus::Associated, 1),
                ],
                ..PlaceRows::default()
            };
            let principals = assemble(rows).unwrap().place.shares[&arn(1)].principals.clone();
            let found: Vec<_> = principals.values().map(|association| &association.status).collect();
            assert_eq!(found, [&AssociationStatus::Associated]);
        }
    }

    #[test]
    fn an_association_of_an_unlisted_share_asks_for_another_look() {
        let rows = PlaceRows {
            resources: vec![
                row(7, TGW, AssociationStatus::Associating, 1),
                row(8, TGW, AssociationStatus::Disassociated, 1),
            ],
            permissions: vec![PermissionRow {
                share: arn(9),
                permission: PermissionArn::parse("arn:aws:ram::aws:permission/X").unwrap(),
                version: "1".into(),
                default_version: true,
                resource_type: ResourceType::parse("ec2:TransitGateway").unwrap(),
                feature_set: FeatureSet::Standard,
            }],
            ..PlaceRows::default()
        };
        let out = assemble(rows).unwrap();
        assert!(out.place.shares.is_empty());
        assert_eq!(out.needs_reread, [arn(7), arn(9)].into());
    }

    #[test]
    fn a_resource_that_is_no_arn_is_an_error_and_not_dropped() {
        let rows = PlaceRows {
            shares: vec![share(1, ShareStatus::Active)],
            resources: vec![row(1, "what?", AssociationStatus::Associated, 1)],
            ..PlaceRows::default()
        };
        assert_eq!(assemble(rows).unwrap_err().text, "what?");
    }
}
