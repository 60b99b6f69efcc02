//! How fast and how patient an apply is.

use std::time::Duration;

/// Times and numbers of an apply.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Steps under way at the same time.
    pub parallelism: usize,
    /// The first pause between two looks at something that is under way; each pause is longer than the one before.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// How long one step may wait for AWS.
    pub deadline: Duration,
    /// How long a share that was just made may be unknown. Listings of RAM follow its changes with a delay.
    pub visibility: Duration,
    /// How long a share that RAM refuses for want of sharing inside the organization is tried where sharing was on before this
    /// run: an earlier run, or one beside this, may have turned it on moments ago. Where this run did it, the deadline counts.
    pub onboarding_grace: Duration,
    /// After this long, a principal that RAM calls external and that is alone in not being associated waits for its
    /// invitation, not for RAM.
    pub external_invitation: Duration,
    /// The same for an account that RAM does not call external: invitations also go out inside the organization, where sharing
    /// is off or the share keeps its principals when they leave.
    pub inside_invitation: Duration,
    /// How often a call is made again after the client gave up on a failure that may pass.
    pub repeats: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parallelism: 16,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(5),
            deadline: Duration::from_secs(300),
            visibility: Duration::from_secs(60),
            onboarding_grace: Duration::from_secs(20),
            external_invitation: Duration::from_secs(3),
            inside_invitation: Duration::from_secs(60),
            repeats: 2,
        }
    }
}
