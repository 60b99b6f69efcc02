//! Why AWS refuses a call, as far as its message says.
//!
//! Source: IAM user guide, "Troubleshoot access denied error messages": a message ends with `because no ... policy allows the ... action`
//! where an Allow is missing, and with `with an explicit deny in a ... policy` where a statement denies.

/// What kind of policy decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    Identity,
    ServiceControl,
    ResourceControl,
    Boundary,
    Session,
    Resource,
    VpcEndpoint,
    Trust,
}

impl PolicyKind {
    const WORDS: [(&'static str, Self); 8] = [
        ("service control polic", Self::ServiceControl),
        ("resource control polic", Self::ResourceControl),
        ("permissions boundary", Self::Boundary),
        ("session polic", Self::Session),
        ("vpc endpoint polic", Self::VpcEndpoint),
        ("role trust polic", Self::Trust),
        ("resource-based polic", Self::Resource),
        ("identity-based polic", Self::Identity),
    ];
}

/// What a message of a refused call says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The action that AWS checked: RAM asks for actions of other services too. None where the message does not name it.
    pub action: Option<String>,
    pub reason: DenialReason,
}

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DenialReason {
    /// A statement denies; no Allow elsewhere overrides it. None: a kind of policy that ramctl does not know.
    Explicit(Option<PolicyKind>),
    /// No policy of this kind allows.
    Missing(PolicyKind),
    /// The message does not say.
    Unsaid,
}

impl Denial {
    /// Reads a message of AWS.
    pub fn of(message: &str) -> Self {
        let lower = message.to_ascii_lowercase();
        let kind = |text: &str| {
            PolicyKind::WORDS.into_iter().find(|(words, _)| text.contains(words)).map(|(_, kind)| kind)
        };
        let reason = if let Some((_, rest)) = lower.split_once("explicit deny") {
            DenialReason::Explicit(kind(rest))
        } else if let Some((_, rest)) = lower.split_once("because no ") {
            kind(rest).map_or(DenialReason::Unsaid, DenialReason::Missing)
        } else {
            DenialReason::Unsaid
        };
        Self { action: denied_action(message).map(str::to_owned), reason }
    }

    /// What to do, in a phrase that begins with a verb and ends without a full stop. `called` is the action of the call, `caller` who called; both are
    /// as [`Gap`](crate::model::Gap) has them, so `caller` may be empty.
    pub fn remedy(&self, called: &str, caller: &str) -> String {
        use PolicyKind as P;
        let Self { action, reason } = self;
        let action = action.as_deref().unwrap_or(called);
        let who = if caller.is_empty() { "the role of this account" } else { caller };
        match reason {
            DenialReason::Unsaid | DenialReason::Missing(P::Identity) => format!("allow {action} to {who}"),
            DenialReason::Missing(P::ServiceControl) => format!(
                "have {action} allowed by the service control policies of the organization; no policy in the account replaces that"
            ),
            DenialReason::Missing(P::ResourceControl) => format!(
                "have {action} allowed by the resource control policies of the organization; no policy in the account replaces that"
            ),
            DenialReason::Missing(P::Boundary) => format!(
                "add {action} to the permissions boundary of {who}; its other policies cannot go beyond the boundary"
            ),
            DenialReason::Missing(P::Session) => {
                format!("add {action} to the session policy that {who} is used with")
            }
            DenialReason::Missing(P::Resource) => {
                format!("allow {action} to {who} in the policy of the resource that the message names")
            }
            DenialReason::Missing(P::VpcEndpoint) => {
                format!("allow {action} in the policy of the VPC endpoint that the calls go through")
            }
            DenialReason::Missing(P::Trust) => {
                format!("allow {action} to your credentials in the trust policy of {who}")
            }
            DenialReason::Explicit(kind) => {
                let place = match kind {
                    Some(P::Identity) => "a policy attached to it",
                    Some(P::ServiceControl) => "a service control policy of the organization",
                    Some(P::ResourceControl) => "a resource control policy of the organization",
                    Some(P::Boundary) => "its permissions boundary",
                    Some(P::Session) => "the session policy that it is used with",
                    Some(P::Resource) => "the policy of the resource that the message names",
                    Some(P::VpcEndpoint) => "the policy of the VPC endpoint that the calls go through",
                    Some(P::Trust) => "its trust policy",
                    None => "one of the policies that apply to it",
                };
                format!(
                    "change the statement that denies {action} to {who}, in {place}; an Allow elsewhere does not override it"
                )
            }
        }
    }
}

/// The action that AWS checked.
fn denied_action(message: &str) -> Option<&str> {
    let action = message.split_once("is not authorized to perform: ")?.1.split([' ', ',']).next()?;
    let (service, name) = action.split_once(':')?;
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (plain(service) && plain(name)).then_some(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_deny_is_told_apart_from_a_missing_allow() {
        use DenialReason as R;
        use PolicyKind as P;
        for (ending, reason, remedy) in [
            (
                "because no identity-based policy allows the ram:CreateResourceShare action",
                R::Missing(P::Identity),
                "allow ram:CreateResourceShare to R",
            ),
            (
                "with an explicit deny in an identity-based policy",
                R::Explicit(Some(P::Identity)),
                "to R, in a policy attached to it;",
            ),
            (
                "with an explicit deny in a service control policy",
                R::Explicit(Some(P::ServiceControl)),
                "in a service control policy of the organization;",
            ),
            (
                "because no service control policy allows the ram:CreateResourceShare action",
                R::Missing(P::ServiceControl),
                "by the service control policies of the organization;",
            ),
            (
                "with an explicit deny in a resource control policy: arn:aws:organizations::111111111111:policy/p-1",
                R::Explicit(Some(P::ResourceControl)),
                "in a resource control policy of the organization;",
            ),
            (
                "with an explicit deny in a permissions boundary",
                R::Explicit(Some(P::Boundary)),
                "to R, in its permissions boundary;",
            ),
            (
                "because no permissions boundary allows the ram:CreateResourceShare action",
                R::Missing(P::Boundary),
                "add ram:CreateResourceShare to the permissions boundary of R;",
            ),
            (
                "because no session policy allows the ram:CreateResourceShare action",
                R::Missing(P::Session),
                "to the session policy",
            ),
            (
                "with an explicit deny in a resource-based policy",
                R::Explicit(Some(P::Resource)),
                "in the policy of the resource",
            ),
            (
                "because no VPC endpoint policy allows the ram:CreateResourceShare action",
                R::Missing(P::VpcEndpoint),
                "VPC endpoint",
            ),
            (
                "because no role trust policy allows the sts:AssumeRole action",
                R::Missing(P::Trust),
                "in the trust policy of R",
            ),
            (
                "with an explicit deny in a policy of tomorrow",
                R::Explicit(None),
                "in one of the policies that apply to it;",
            ),
            ("", R::Unsaid, "allow ram:CreateResourceShare to R"),
        ] {
            let message = format!(
                "User: U is not authorized to perform: ram:CreateResourceShare on resource: X {ending}"
            );
            let denial = Denial::of(&message);
            assert_eq!((denial.reason, denial.action.as_deref()), (reason, Some("ram:CreateResourceShare")));
            let told = denial.remedy("ram:Other", "R");
            assert!(told.contains(remedy), "{ending}: {told}");
            assert_eq!(told.contains("does not override"), matches!(reason, R::Explicit(_)), "{told}");
        }
        assert_eq!(
            Denial::of("no").remedy("ram:TagResource", ""),
            "allow ram:TagResource to the role of this account"
        );
    }
}
