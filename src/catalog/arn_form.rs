//! The forms of ARNs, as the Service Authorization Reference writes them.

use std::fmt;

use serde::Deserialize;

use crate::model::Arn;

/// `arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}`: which ARNs belong to a type.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct ArnForm {
    text: String,
    service: String,
    region: Field,
    account: Field,
    resource: Vec<Piece>,
}

/// The Region or account field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// A Region, or 12 digits.
    Given,
    /// Nothing: the resource is global, or AWS leaves the field out for it.
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `${Name}`: one or more characters, none of them in `stop`.
    Some {
        stop: &'static [char],
    },
}

impl ArnForm {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, service) = (next()?, next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        let field = |part: &str, name: &str| match part {
            "" => Some(Field::Empty),
            given if given == name => Some(Field::Given),
            _ => None,
        };
        (arn == "arn" && partition == "${Partition}" && !service.is_empty()).then_some(())?;
        Some(Self {
            text: text.to_owned(),
            service: service.to_owned(),
            region: field(region, "${Region}")?,
            account: field(account, "${Account}")?,
            resource: pieces(resource)?,
        })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The filter under which Resource Groups Tagging lists resources of this form: "the string for each service name and resource
    /// type is the same as that embedded in a resource's ARN" (its API reference, `ResourceTypeFilters`). The service alone where the
    /// ARN does not begin with a kind; what is found is held against the form anyway.
    pub fn tagging_filter(&self) -> String {
        let kind = match self.resource.first() {
            Some(Piece::Text(text)) => text.split(['/', ':']).next().unwrap_or_default(),
            Some(Piece::Some { .. }) | None => "",
        };
        if kind.is_empty() { self.service.clone() } else { format!("{}:{kind}", self.service) }
    }

    /// ARNs of this form in one place, with `*` for what is not known of them.
    pub fn pattern(&self, partition: &str, region: &str, account: &str) -> String {
        let region = if self.region == Field::Given { region } else { "" };
        let account = if self.account == Field::Given { account } else { "" };
        let resource: String = self
            .resource
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Some { .. } => "*",
            })
            .collect();
        format!("arn:{partition}:{}:{region}:{account}:{resource}", self.service)
    }

    /// Whether the ARN has this form.
    pub fn matches(&self, arn: &Arn) -> bool {
        arn.service() == self.service
            && match self.region {
                Field::Given => arn.region_id().is_some(),
                Field::Empty => arn.region().is_empty(),
            }
            && match self.account {
                Field::Given => arn.account_id().is_some(),
                Field::Empty => arn.account().is_empty(),
            }
            && pieces_match(&self.resource, arn.resource())
    }
}

impl TryFrom<String> for ArnForm {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not the form of an ARN"))
    }
}

impl fmt::Display for ArnForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Takes `subnet/${SubnetId}` apart.
fn pieces(resource: &str) -> Option<Vec<Piece>> {
    let mut found = Vec::new();
    let mut rest = resource;
    while let Some(start) = rest.find("${") {
        let (before, from) = rest.split_at(start);
        let end = from.find('}')?;
        if !before.is_empty() {
            found.push(Piece::Text(before.to_owned()));
        }
        let stop: &[char] = match (from[2..end].ends_with("..."), before.ends_with(':')) {
            (true, _) => &[],
            (false, true) => &['/', ':'],
            (false, false) => &['/'],
        };
        found.push(Piece::Some { stop });
        rest = &from[end + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest.to_owned()));
    }
    (!found.is_empty()).then_some(found)
}

fn pieces_match(pieces: &[Piece], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Text(expected), after @ ..] => {
            text.strip_prefix(expected.as_str()).is_some_and(|rest| pieces_match(after, rest))
        }
        [Piece::Some { stop }, after @ ..] => {
            // Every end that the placeholder may have; forms hold at most three of them.
            let longest = text.find(*stop).unwrap_or(text.len());
            text.char_indices()
                .map(|(at, c)| at + c.len_utf8())
                .take_while(|end| *end <= longest)
                .any(|end| pieces_match(after, &text[end..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_takes_its_own_arns_and_no_others() {
        let table: &[(&str, &str, bool)] = &[
            (
                "ec2:${Region}:${Account}:subnet/${SubnetId}",
                "ec2:eu-west-1:222222222222:subnet/subnet-1",
                true,
            ),
            ("ec2:${Region}:${Account}:subnet/${SubnetId}", "ec2:eu-west-1:222222222222:subnet/a/b", false),
            ("ec2:${Region}:${Account}:subnet/${SubnetId}", "ec2:eu-west-1:222222222222:subnet/", false),
            ("ec2:${Region}:${Account}:subnet/${SubnetId}", "ec2:eu-west-1::subnet/subnet-1", false),
            ("ec2:${Region}:${Account}:subnet/${SubnetId}", "ec2::222222222222:subnet/subnet-1", false),
            ("ec2::${Account}:ipam-pool/${Id}", "ec2::222222222222:ipam-pool/p", true),
            ("ec2::${Account}:ipam-pool/${Id}", "ec2:eu-west-1:222222222222:ipam-pool/p", false),
            ("rds:${Region}:${Account}:cluster:${Name}", "rds:eu-west-1:222222222222:cluster:blue", true),
            ("rds:${Region}:${Account}:cluster:${Name}", "rds:eu-west-1:222222222222:cluster:blue:1", false),
            ("glue:${Region}:${Account}:catalog", "glue:eu-west-1:222222222222:catalog", true),
            ("glue:${Region}:${Account}:catalog", "glue:eu-west-1:222222222222:catalog/x", false),
            (
                "ssm:${Region}:${Account}:parameter/${Path...}",
                "ssm:eu-west-1:222222222222:parameter/a/b/c",
                true,
            ),
            ("x:${Region}:${Account}:/d/${A}+${B}", "x:eu-west-1:222222222222:/d/a+b+c", true),
            ("x:${Region}:${Account}:/d/${A}+${B}", "x:eu-west-1:222222222222:/d/+b", false),
            ("s3:${Region}:${Account}:outpost/${Id}/s3", "s3:eu-west-1:222222222222:outpost/op-1/s3", true),
        ];
        for (form, arn, expected) in table {
            let form = ArnForm::parse(&format!("arn:${{Partition}}:{form}")).expect("a form");
            let arn = Arn::parse(&format!("arn:aws:{arn}")).expect("an ARN");
            assert_eq!(form.matches(&arn), *expected, "{form} {arn}");
        }
    }

    #[test]
    fn a_form_names_the_filter_and_the_pattern_that_find_its_arns() {
        for (form, filter, pattern) in [
            ("ec2:${Region}:${Account}:subnet/${SubnetId}", "ec2:subnet", "ec2:r:a:subnet/*"),
            ("ec2::${Account}:ipam-pool/${Id}", "ec2:ipam-pool", "ec2::a:ipam-pool/*"),
            ("rds:${Region}:${Account}:cluster:${Name}", "rds:cluster", "rds:r:a:cluster:*"),
            ("glue:${Region}:${Account}:catalog", "glue:catalog", "glue:r:a:catalog"),
            ("x:${Region}:${Account}:/d/${A}+${B}", "x", "x:r:a:/d/*+*"),
            ("x:${Region}:${Account}:${A}/${B}", "x", "x:r:a:*/*"),
        ] {
            let form = ArnForm::parse(&format!("arn:${{Partition}}:{form}")).expect("a form");
            assert_eq!(form.tagging_filter(), filter);
            assert_eq!(form.pattern("aws", "r", "a"), format!("arn:aws:{pattern}"));
        }
    }

    #[test]
    fn texts_that_are_no_forms_are_refused() {
        for text in
            ["", "arn:aws:ec2:${Region}:${Account}:subnet/${Id}", "arn:${Partition}:ec2:x:${Account}:a"]
        {
            assert!(ArnForm::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
