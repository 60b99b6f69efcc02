//! Who a share is for.

use std::fmt;

use crate::model::arn::{Arn, OrganizationArn, OuArn};
use crate::model::ids::AccountId;

/// A principal in the one form in which ramctl compares it.
///
/// An account root ARN is the same principal as its 12 digits and becomes [`Principal::Account`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    Account(AccountId),
    Organization(OrganizationArn),
    OrganizationalUnit(OuArn),
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    Role(Arn),
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    User(Arn),
    /// `name.amazonaws.com`.
    Service(String),
    /// What RAM answered and ramctl does not know; kept as it is so that nothing is lost.
    Other(String),
}

impl Principal {
    /// Reads a principal as RAM writes it. Never fails: what is unknown becomes [`Principal::Other`].
    pub fn read(text: &str) -> Self {
        if let Ok(account) = AccountId::parse(text) {
            return Self::Account(account);
        }
        if let Ok(arn) = OrganizationArn::parse(text) {
            return Self::Organization(arn);
        }
        if let Ok(arn) = OuArn::parse(text) {
            return Self::OrganizationalUnit(arn);
        }
        if let Ok(arn) = Arn::parse(text)
            && arn.service() == "iam"
            && let Some(account) = arn.account_id()
        {
            if arn.resource() == "root" {
                return Self::Account(account);
            }
            if arn.resource().starts_with("role/") {
                return Self::Role(arn);
            }
            if arn.resource().starts_with("user/") {
                return Self::User(arn);
            }
        }
        if is_service_principal(text) {
            return Self::Service(text.to_owned());
        }
        Self::Other(text.to_owned())
    }

    /// The text that RAM's API takes and gives for this principal.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Account(id) => id.as_str(),
            Self::Organization(arn) => arn.as_str(),
            Self::OrganizationalUnit(arn) => arn.as_str(),
            Self::Role(arn) | Self::User(arn) => arn.as_str(),
            Self::Service(name) | Self::Other(name) => name,
        }
    }

    /// The account that a principal belongs to, where it belongs to exactly one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(id.clone()),
            Self::Role(arn) | Self::User(arn) => arn.account_id(),
            Self::Organization(_) | Self::OrganizationalUnit(_) | Self::Service(_) | Self::Other(_) => None,
        }
    }

    /// Whether the principal exists only inside an organization that shares with RAM.
    pub fn needs_organization_sharing(&self) -> bool {
        matches!(self, Self::Organization(_) | Self::OrganizationalUnit(_))
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn is_service_principal(text: &str) -> bool {
    [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"].iter().any(|suffix| {
        text.strip_suffix(suffix).is_some_and(|name| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_ram_writes_is_read_and_written_back_the_same() {
        for text in [
            "333333333333",
            "arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5",
            "arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-9xyz1234",
            "arn:aws:iam::333333333333:role/path/deploy",
            "arn:aws:iam::333333333333:user/alice",
            "pca-connector-ad.amazonaws.com",
        ] {
            let principal = Principal::read(text);
            assert!(!matches!(principal, Principal::Other(_)), "{text}");
            assert_eq!(principal.as_str(), text);
        }
    }

    #[test]
    fn an_account_root_is_its_account() {
        assert_eq!(Principal::read("arn:aws:iam::333333333333:root"), Principal::read("333333333333"));
    }

    #[test]
    fn what_is_unknown_is_kept_as_it_is() {
        assert_eq!(Principal::read("ou-ab12-9xyz1234"), Principal::Other("ou-ab12-9xyz1234".into()));
    }
}
