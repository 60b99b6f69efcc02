//! What to write in the place of a value that is not of its argument's form.

use std::str::FromStr;

use crate::model::{Arn, Region};

/// Ids of EC2 that are often given for ARNs: how they start, and what stands before them in the ARN.
const EC2_IDS: [(&str, &str); 4] =
    [("subnet", "subnet"), ("tgw", "transit-gateway"), ("pl", "prefix-list"), ("sg", "security-group")];

pub(crate) fn form_help(name: &str, text: &str) -> Option<String> {
    match name {
        "region" | "regions"
            if text.chars().any(char::is_uppercase) && Region::from_str(&text.to_lowercase()).is_ok() =>
        {
            Some(format!("Write {:?}.", text.to_lowercase()))
        }
        "region" | "regions"
            if text.ends_with(|c: char| c.is_ascii_lowercase())
                && text.contains(|c: char| c.is_ascii_digit()) =>
        {
            Some("This looks like an availability zone; leave its last letter out.".into())
        }
        "region" | "regions" => {
            Some("Regions are written by their code: \"eu-central-1\", \"us-east-1\".".into())
        }
        "resources" if !text.starts_with("arn:") => {
            let (kind, _) = text.split_once('-').unwrap_or_default();
            let known = EC2_IDS.into_iter().find(|(prefix, _)| *prefix == kind);
            let (service, noun) = known.map_or(("SERVICE", "TYPE"), |(_, noun)| ("ec2", noun));
            Some(format!("Write the full ARN: \"arn:aws:{service}:REGION:ACCOUNT:{noun}/{text}\"."))
        }
        "resources" => Some("An ARN has six parts: \"arn:aws:SERVICE:REGION:ACCOUNT:TYPE/ID\".".into()),
        "id" | "account" | "management_account" | "from" => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            if digits.len() == 12 && digits != text {
                return Some(format!("Write {digits:?}, without separators."));
            }
            let count = text.chars().count();
            text.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| format!("It has {count} digits; an account id has 12."))
        }
        _ => None,
    }
}

pub(crate) fn principal_help(text: &str) -> String {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return digits_help(text.len());
    }
    if let Some(help) = identity_help(text) {
        return help;
    }
    if !text.is_empty() && !text.starts_with("arn:") {
        return format!(
            "Write ou({text:?}) for a unit, account({text:?}) for an account by name, account.NAME for one of this stack."
        );
    }
    "Write 12 digits, account.NAME, account(\"name\"), ou(\"Path/Of/Names\"), organization(), service(\"name.amazonaws.com\"), or the ARN of an IAM role or user.".into()
}

/// For what names something of AWS that RAM knows under another name, or not at all.
fn identity_help(text: &str) -> Option<String> {
    if text == "*" {
        return Some("RAM shares with named principals only. Everybody inside is organization().".into());
    }
    if text.starts_with("o-") && !text.contains(['/', ' ']) {
        return Some("The organization as a whole is written organization(); its id is not needed.".into());
    }
    if text.starts_with("r-") && !text.contains(['/', ' ']) {
        return Some("RAM does not share with a root; everything under it is organization().".into());
    }
    let arn = Arn::parse(text).ok()?;
    let account = arn.account();
    match (arn.service(), arn.resource().split_once('/')) {
        ("sts", Some(("assumed-role", session))) => {
            let role = session.split('/').next().unwrap_or_default();
            let partition = arn.partition();
            Some(format!(
                "This is a session of a role. Name the role, with its path if it has one: \"arn:{partition}:iam::{account}:role/{role}\"."
            ))
        }
        ("sts", _) => Some(format!(
            "RAM shares with roles and users, not with sessions; the whole account is {account:?}."
        )),
        ("iam", Some(("group", _))) => Some(format!(
            "RAM does not share with IAM groups. Name roles or users, or the whole account: {account:?}."
        )),
        ("organizations", Some(("root", _))) => {
            Some("RAM does not share with a root; everything under it is organization().".into())
        }
        ("organizations", Some(("organization", _))) => {
            Some("The organization as a whole is written organization(); its ARN is not needed.".into())
        }
        ("organizations", Some(("account", of))) => {
            let id = of.rsplit('/').next().unwrap_or_default();
            Some(format!("RAM knows an account by its id: {id:?}."))
        }
        ("organizations", Some(("ou", _))) => Some(
            "This is no ARN of a unit. Write ou(\"Path/Of/Names\"), or the unit's id, \"ou-...\".".into(),
        ),
        ("iam", Some(("instance-profile", _))) => {
            Some("Name the role of the instance profile: \"arn:aws:iam::ACCOUNT:role/NAME\".".into())
        }
        _ => None,
    }
}

fn digits_help(count: usize) -> String {
    let digits = if count == 1 { "digit" } else { "digits" };
    format!("It has {count} {digits}; an account id has 12.")
}
