//! Names of principals for people.

use crate::model::Principal;
use crate::org::OrgView;

/// `account sandbox-7`, `ou Workloads/Dev`, `role deploy`: kind and name, the name from the organization where it is known.
/// Names are foreign text.
pub fn principal_label(principal: &Principal, org: &OrgView) -> String {
    let snapshot = org.snapshot.known();
    match principal {
        Principal::Account(id) => match snapshot.map(|snapshot| snapshot.accounts.get(id)) {
            Some(Some(account)) => format!("account {}", account.name),
            Some(None) => "outside account".to_owned(),
            None => "account".to_owned(),
        },
        Principal::Organization(_) => "organization".to_owned(),
        Principal::OrganizationalUnit(arn) => match snapshot {
            Some(snapshot) if snapshot.units.contains_key(&arn.id()) => {
                format!("ou {}", snapshot.path_of(&arn.id()))
            }
            _ => "ou".to_owned(),
        },
        Principal::Role(arn) => format!("role {}", arn.short()),
        Principal::User(arn) => format!("user {}", arn.short()),
        Principal::Service(_) => "service".to_owned(),
        Principal::Other(_) => "principal".to_owned(),
    }
}
