//! What was asked of single permissions beyond the listings: policies and versions.

use std::collections::BTreeMap;

use crate::live::rows::{AwsPermissionRow, PermissionDetail, PermissionVersionRow};
use crate::model::{Gap, GapCause, Observed, PermissionArn, PermissionPolicy, PolicyError};

/// Which version of a permission a question is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionAsked {
    Default,
    Numbered(String),
}

/// A question that the listings leave open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FollowUp {
    /// `GetPermission`.
    Policy(PermissionArn, VersionAsked),
    /// `ListPermissionVersions`.
    Versions(PermissionArn),
    /// `ListPermissions(permissionType = AWS_MANAGED)`: what AWS has to attach.
    Offered,
}

/// One version with what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionVersion {
    pub version: String,
    pub policy: PermissionPolicy,
}

/// Answers, by question. What is not here was not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionReadings {
    pub policies: BTreeMap<(PermissionArn, VersionAsked), Observed<PermissionVersion>>,
    /// The versions that a permission has, the oldest first.
    pub versions: BTreeMap<PermissionArn, Observed<Vec<String>>>,
    /// AWS's permissions, where a share names one. None: not asked.
    pub offered: Option<Observed<Vec<AwsPermissionRow>>>,
}

impl PermissionReadings {
    pub fn answers(&self, question: &FollowUp) -> bool {
        match question {
            FollowUp::Policy(arn, asked) => self.policies.contains_key(&(arn.clone(), asked.clone())),
            FollowUp::Versions(arn) => self.versions.contains_key(arn),
            FollowUp::Offered => self.offered.is_some(),
        }
    }

    /// Takes in a policy. One that cannot be compared is as unknown as one that was not given.
    pub fn add_policy(
        &mut self,
        arn: &PermissionArn,
        asked: VersionAsked,
        answer: Observed<PermissionDetail>,
    ) {
        let version = match answer {
            Observed::Unknown(gap) => Observed::Unknown(gap),
            Observed::Known(PermissionDetail { arn: _, version, default_version: _, status: _, policy }) => {
                match PermissionPolicy::read(&policy) {
                    Ok(policy) => Observed::Known(PermissionVersion { version, policy }),
                    Err(error) => Observed::Unknown(Gap {
                        action: "ram:GetPermission".to_owned(),
                        caller: String::new(),
                        cause: if error == PolicyError::Templated {
                            GapCause::Placeholders
                        } else {
                            GapCause::Unreadable
                        },
                        detail: format!("{arn} version {version}: {error}"),
                    }),
                }
            }
        };
        self.policies.insert((arn.clone(), asked), version);
    }

    pub fn add_versions(&mut self, arn: &PermissionArn, answer: Observed<Vec<PermissionVersionRow>>) {
        let versions = answer.map(|rows| {
            let there = rows.into_iter().filter(|row| !row.status.starts_with("DELET"));
            let mut versions: Vec<String> = there.map(|row| row.version).collect();
            versions.sort_by_key(|version| (version.parse::<u64>().unwrap_or(u64::MAX), version.clone()));
            versions
        });
        self.versions.insert(arn.clone(), versions);
    }

    /// A version's policy. What nobody asked for is unknown.
    pub fn policy(&self, arn: &PermissionArn, asked: &VersionAsked) -> Observed<&PermissionVersion> {
        let found = self.policies.get(&(arn.clone(), asked.clone())).or_else(|| {
            // The default version by its number.
            let default = self.policies.get(&(arn.clone(), VersionAsked::Default))?;
            let is_it =
                |version: &PermissionVersion| *asked == VersionAsked::Numbered(version.version.clone());
            default.known().is_some_and(is_it).then_some(default)
        });
        match found {
            Some(Observed::Known(version)) => Observed::Known(version),
            Some(Observed::Unknown(gap)) => Observed::Unknown(gap.clone()),
            None => Observed::Unknown(not_asked("ram:GetPermission", arn)),
        }
    }

    /// The versions that a permission has, the oldest first.
    pub fn versions(&self, arn: &PermissionArn) -> Observed<&[String]> {
        match self.versions.get(arn) {
            Some(Observed::Known(versions)) => Observed::Known(versions),
            Some(Observed::Unknown(gap)) => Observed::Unknown(gap.clone()),
            None => Observed::Unknown(not_asked("ram:ListPermissionVersions", arn)),
        }
    }
}

pub(crate) fn not_asked(action: &str, arn: &PermissionArn) -> Gap {
    Gap {
        action: action.to_owned(),
        caller: String::new(),
        cause: GapCause::NotConfigured,
        detail: format!("{arn} was not read in this run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn() -> PermissionArn {
        PermissionArn::parse("arn:aws:ram:eu-central-1:222222222222:permission/mine").unwrap()
    }

    fn answer(policy: &str) -> Observed<PermissionDetail> {
        Observed::Known(PermissionDetail {
            arn: arn(),
            version: "2".into(),
            default_version: true,
            status: "ATTACHABLE".into(),
            policy: policy.into(),
        })
    }

    #[test]
    fn a_policy_with_placeholders_is_unknown_and_says_so() {
        let mut readings = PermissionReadings::default();
        let text = r#"{"Effect":"Allow","Action":"ec2:A","Condition":{"StringEquals":{"aws:PrincipalTag/t":"@{t}"}}}"#;
        readings.add_policy(&arn(), VersionAsked::Default, answer(text));
        let found = readings.policy(&arn(), &VersionAsked::Default);
        let gap = found.gap().expect("unknown");
        assert_eq!(gap.cause, GapCause::Placeholders);
        assert!(gap.detail.contains("placeholders"), "{}", gap.detail);
    }

    #[test]
    fn the_default_version_is_found_by_its_number_and_another_one_is_unknown() {
        let mut readings = PermissionReadings::default();
        readings.add_policy(&arn(), VersionAsked::Default, answer(r#"{"Effect":"Allow","Action":"ec2:A"}"#));
        assert!(readings.policy(&arn(), &VersionAsked::Numbered("2".into())).known().is_some());
        assert!(readings.policy(&arn(), &VersionAsked::Numbered("1".into())).gap().is_some());
    }

    #[test]
    fn versions_are_ordered_by_number_and_deleted_ones_do_not_count() {
        let row = |version: &str, status: &str| PermissionVersionRow {
            version: version.into(),
            default_version: false,
            status: status.into(),
        };
        let mut readings = PermissionReadings::default();
        let rows = vec![row("10", "ATTACHABLE"), row("9", "UNATTACHABLE"), row("8", "DELETED")];
        readings.add_versions(&arn(), Observed::Known(rows));
        assert_eq!(
            readings.versions(&arn()).known().map(|all| all.to_vec()),
            Some(vec!["9".into(), "10".into()])
        );
    }
}
