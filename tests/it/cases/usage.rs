//! `usage.json` of a case: what accounts have in subnets and transit gateways, or that nobody may ask.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ramctl::model::{AccountId, Gap, GapCause, Observed, ResourceArn, Usage, UsedKind};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Answer {
    Denied,
    /// Network interfaces or attachments by account.
    Users(BTreeMap<String, usize>),
}

/// The answers, by ARN.
pub fn read(case: &Path) -> Usage {
    let Ok(text) = fs::read_to_string(case.join("usage.json")) else { return Usage::default() };
    let file: BTreeMap<String, Answer> = serde_json::from_str(&text).expect("usage.json has its form");
    let found = file.into_iter().map(|(arn, answer)| {
        let arn: ResourceArn = arn.parse().expect("an ARN");
        let (kind, _) = UsedKind::of(&arn).expect("a subnet or a transit gateway");
        let users = match answer {
            Answer::Users(users) => {
                let id = |id: &str| AccountId::parse(id).expect("an account id");
                Observed::Known(users.iter().map(|(account, n)| (id(account), *n)).collect())
            }
            Answer::Denied => Observed::Unknown(Gap {
                action: kind.action().into(),
                caller: format!("arn:aws:iam::{}:role/ramctl", arn.arn().account()),
                cause: GapCause::AccessDenied,
                detail: "UnauthorizedOperation: You are not authorized to perform this operation.".into(),
            }),
        };
        (arn, users)
    });
    Usage { found: found.collect() }
}
