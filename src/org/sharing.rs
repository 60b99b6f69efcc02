//! Sharing inside the organization: two facts in two services make one state.
//!
//! Source: AWS RAM user guide "Enable resource sharing within AWS Organizations"; the table of the two facts is what
//! terraform-provider-aws reads (`sharing_with_organization.go`).

/// Whether RAM may share with the organization and its units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SharingState {
    /// Trusted access for `ram.amazonaws.com` is on and the service-linked role exists.
    Enabled,
    /// Trusted access is on, the role is missing: somebody used Organizations' `EnableAWSServiceAccess` instead of RAM's own call.
    HalfEnabled,
    /// Trusted access is off; the role was left behind. Counts as off.
    LeftoverRole,
    /// Neither is there.
    Disabled,
    /// The organization has consolidated billing only: RAM cannot share in it.
    NotAllFeatures,
    /// The account that was asked is a member, not the management account.
    NotManagementAccount,
    /// The account that was asked is in no organization.
    NoOrganization,
}

impl SharingState {
    /// From the two facts, as read in the management account of an organization with all features.
    pub fn from_facts(trusted_access: bool, service_linked_role: bool) -> Self {
        match (trusted_access, service_linked_role) {
            (true, true) => Self::Enabled,
            (true, false) => Self::HalfEnabled,
            (false, true) => Self::LeftoverRole,
            (false, false) => Self::Disabled,
        }
    }
}
