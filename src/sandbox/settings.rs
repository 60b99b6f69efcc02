//! How a sandbox is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use crate::sandbox::clock::{Millis, SECOND};
use crate::sandbox::faults::Rates;
use crate::sandbox::state::rows_ram::Side;

/// What a new sandbox holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// One account outside any organization, with the credentials `testing`/`testing`.
    ///
    /// It is as lenient as [`Behaviour::lenient`] says: for clients that were not written for this sandbox.
    Empty,
    /// What a seed file describes.
    Seed {
        /// As messages name the file.
        name: String,
        text: String,
    },
}

/// Who is going to speak to a sandbox, which decides what its seed leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clients {
    /// ramctl itself: listings that are filtered begin with an empty page, as RAM's were seen to do.
    Ramctl,
    /// Any program: no page is empty that need not be. Older clients take an empty page for the end, or ask without end.
    Any,
}

#[derive(Clone, Debug)]
pub struct Settings {
    /// Must be on loopback. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the state is kept; without it the state ends with the sandbox.
    pub state_dir: Option<PathBuf>,
    pub content: Content,
    pub clients: Clients,
    /// The clock stands still at this time, in milliseconds since 1970: to look at a state that would not last. Nothing settles.
    pub stopped_at: Option<i64>,
    /// The Regions that every account has enabled, unless the seed names them: those that AWS enables for everybody where this is
    /// none. Regions with shares of an account are always enabled in it.
    pub enabled_regions: Option<Vec<String>>,
}

impl Settings {
    /// A sandbox for ramctl on a free port that forgets everything.
    pub fn new(content: Content) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state_dir: None,
            content,
            clients: Clients::Ramctl,
            stopped_at: None,
            enabled_regions: None,
        }
    }
}

/// When a listing begins with an empty page that has a token, as RAM's sometimes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmptyPages {
    Never,
    /// When a share and an entity are filtered for at once: seen in public (terraform-provider-aws issue 33985).
    Filtered,
    Always,
}

/// How long a client token is remembered. AWS publishes no figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "hcl::Value")]
pub(crate) enum Tokens {
    Forever,
    /// Not at all: the same request is carried out again.
    Never,
    Seconds(u32),
}

impl TryFrom<hcl::Value> for Tokens {
    type Error = String;

    fn try_from(value: hcl::Value) -> Result<Self, String> {
        let seconds = || value.as_u64().and_then(|seconds| u32::try_from(seconds).ok());
        match value.as_str() {
            Some("forever") => Ok(Self::Forever),
            Some("none") => Ok(Self::Never),
            _ => seconds().map(Self::Seconds).ok_or_else(|| {
                format!(r#"tokens = {value}: write "forever", "none" or a number of whole seconds"#)
            }),
        }
    }
}

impl Tokens {
    /// When a token that is first used at `now` is forgotten; before the next change where none is remembered.
    pub(crate) fn forgotten(self, now: Millis) -> Option<Millis> {
        match self {
            Self::Forever => None,
            Self::Never => Some(now),
            Self::Seconds(seconds) => Some(now + Millis::from(seconds) * SECOND),
        }
    }
}

/// How long members of a share take to come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Timing {
    /// As `associate_ms` and `disassociate_ms` say.
    Set,
    /// As recorded on AWS in March 2025: each entity has a time of its own within the span that was seen.
    Recorded,
}

/// Where AWS publishes no figure, or tests want another one. Block `settings` of a seed.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {
    pub timing: Timing,
    /// Milliseconds that a share is PENDING.
    pub pending_ms: Millis,
    /// Milliseconds in which a new share is not found yet: RAM's reads lag behind its writes.
    pub unseen_ms: Millis,
    /// Milliseconds in which the tags that a share was created with are not seen yet.
    pub tags_unseen_ms: Millis,
    /// Milliseconds that an association is ASSOCIATING.
    pub associate_ms: Millis,
    /// Milliseconds that an association is DISASSOCIATING, and a share DELETING.
    pub disassociate_ms: Millis,
    /// Milliseconds after sharing was enabled in which the organization is still refused.
    pub onboarding_ms: Millis,
    /// Milliseconds that CreateAccount takes.
    pub account_ms: Millis,
    /// As [`Clients`] says where the seed leaves it open.
    pub empty_pages: Option<EmptyPages>,
    /// Seed of the order in which RAM lists; 0: in the order of its keys.
    pub shuffle: u64,
    pub tokens: Tokens,
    /// How fast calls may come.
    pub rates: Rates,
    /// The longest page of a RAM listing, whatever was asked.
    pub page_size: usize,
    /// The Regions that every account has enabled; none: those that AWS enables for everybody.
    pub enabled_regions: Option<Vec<String>>,
    /// Whether any ARN of the caller's is taken for a resource that exists, or those of the seed alone.
    pub resources: Resources,
    /// Takes what real RAM refuses only sometimes or by lists that change: see the sandbox's README.
    pub lenient: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resources {
    Listed,
    Any,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            timing: Timing::Set,
            pending_ms: 0,
            unseen_ms: 0,
            tags_unseen_ms: 0,
            associate_ms: 200,
            disassociate_ms: 200,
            onboarding_ms: 400,
            account_ms: 200,
            empty_pages: None,
            shuffle: 1,
            tokens: Tokens::Seconds(30 * 86_400),
            rates: Rates::Unlimited,
            page_size: 500,
            enabled_regions: None,
            resources: Resources::Listed,
            lenient: false,
        }
    }
}

impl Behaviour {
    /// How long an entity is ASSOCIATING.
    pub(crate) fn joins_in(&self, side: Side, entity: &str) -> Millis {
        match (self.timing, side) {
            (Timing::Set, _) => self.associate_ms,
            (Timing::Recorded, Side::Principal) => within(entity, 1_300, 3_400),
            // Of sources nothing was recorded.
            (Timing::Recorded, Side::Resource | Side::Source) => within(entity, 400, 700),
        }
    }

    /// How long an entity is DISASSOCIATING, or a share DELETING.
    pub(crate) fn leaves_in(&self, entity: &str) -> Millis {
        match self.timing {
            Timing::Set => self.disassociate_ms,
            Timing::Recorded => within(entity, 1_500, 2_400),
        }
        .max(1)
    }

    /// Of a sandbox that was started empty, for clients that were not written for it.
    pub(crate) fn lenient() -> Self {
        Self { resources: Resources::Any, lenient: true, onboarding_ms: 0, ..Self::default() }
    }
}

/// A figure between two, always the same one for the same text.
fn within(text: &str, least: Millis, most: Millis) -> Millis {
    let mixed = text.bytes().fold(7_u32, |mixed, byte| mixed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    least + Millis::from(mixed) % (most - least + 1)
}
