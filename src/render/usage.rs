//! What losing accounts have in what they lose, as rows under a share.

use std::collections::BTreeMap;

use crate::model::{AccountId, Observed, UsedKind, Users};
use crate::plan::{PlannedShare, Unread, listed};
use crate::render::escape::escape;
use crate::render::parts;
use crate::render::rows::{Row, Sign};

/// Resources that are listed in use, and accounts of one; the rest are counted.
const LISTED: usize = 20;
const NAMED: usize = 5;

/// In use first, then what is not known, then what nobody uses.
pub(crate) fn rows(share: &PlannedShare, labels: &BTreeMap<AccountId, String>) -> Vec<Row> {
    let (mut rows, mut more) = (Vec::new(), 0);
    let mut unused: BTreeMap<UsedKind, Vec<&str>> = BTreeMap::new();
    for (resource, users) in &share.usage {
        let (Some((kind, id)), Observed::Known(users)) = (UsedKind::of(resource), users) else { continue };
        if users.is_empty() {
            unused.entry(kind).or_default().push(id);
        } else if rows.len() < LISTED {
            let what = escape(id).to_string();
            rows.push(
                Row::new(Sign::Held, ["in use".into(), what, String::new()])
                    .effect(used(kind, users, labels)),
            );
        } else {
            more += 1;
        }
    }
    if more > 0 {
        rows.push(Row::new(Sign::Held, ["in use".into(), format!("and {more} more"), String::new()]));
    }
    rows.extend(share.unread_usage().into_iter().map(|Unread { kind, gap, ids }| {
        let (so, command) = match kind {
            UsedKind::Subnet => (", so it counts as used", "aws ec2 describe-network-interfaces"),
            UsedKind::TransitGateway => ("", "aws ec2 describe-transit-gateway-attachments"),
        };
        Row::new(Sign::Unknown, ["in use?".into(), list(&ids), String::new()])
            .effect(format!(
                "not known{so}: {}. No step depends on it. To see, as the owner: {command}",
                parts::gap(gap)
            ))
            .code("RAM413")
    }));
    rows.extend(unused.into_iter().map(|(kind, ids)| {
        let none = match kind {
            UsedKind::Subnet => "no network interface",
            UsedKind::TransitGateway => "no attachment",
        };
        let it = if ids.len() == 1 { "it" } else { "them" };
        Row::new(Sign::Note, ["not in use".into(), list(&ids), String::new()])
            .effect(format!("EC2 shows {none} of an account that loses {it}"))
    }));
    rows
}

/// `3 network interfaces of dev, 1 of 555555555555`. An attachment stays when the share goes (Amazon VPC Transit Gateways guide, "Unshare
/// a transit gateway": it remains functional, and the account can describe the gateway no more).
fn used(kind: UsedKind, users: &Users, labels: &BTreeMap<AccountId, String>) -> String {
    let mut by_count: Vec<(&AccountId, usize)> = users.iter().map(|(id, n)| (id, *n)).collect();
    by_count.sort_by_key(|(id, n)| (std::cmp::Reverse(*n), *id));
    let (one, many) = match kind {
        UsedKind::Subnet => ("network interface", "network interfaces"),
        UsedKind::TransitGateway => ("attachment", "attachments"),
    };
    let mut said: Vec<String> = Vec::new();
    for (id, n) in by_count.iter().take(NAMED) {
        let what = if said.is_empty() { parts::count(*n, one, many) } else { n.to_string() };
        said.push(format!("{what} of {}", parts::account(id, labels)));
    }
    let rest = by_count.len().saturating_sub(NAMED);
    if rest > 0 {
        let n: usize = by_count.iter().skip(NAMED).map(|(_, n)| n).sum();
        said.push(format!("{n} of {}", parts::count(rest, "other account", "other accounts")));
    }
    let stays = match kind {
        UsedKind::Subnet => "",
        UsedKind::TransitGateway => "; what is attached stays so",
    };
    format!("{}{stays}", said.join(", "))
}

fn list(ids: &[&str]) -> String {
    let named: Vec<String> = ids.iter().map(|id| escape(id).to_string()).collect();
    listed(&named, NAMED)
}
