//! How a sandbox is started.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use crate::sandbox::clock::{DAY, Millis, SECOND};
use crate::sandbox::faults::Rates;

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

#[derive(Clone, Debug)]
pub struct Settings {
    /// Must be on loopback. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the state is kept; without it the state ends with the sandbox.
    pub state_dir: Option<PathBuf>,
    pub content: Content,
    /// The clock stands still at this time, in milliseconds since 1970: to look at a state that would not last. Nothing settles.
    pub stopped_at: Option<i64>,
}

impl Settings {
    /// A sandbox on a free port that forgets everything.
    pub fn new(content: Content) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state_dir: None,
            content,
            stopped_at: None,
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

/// Where AWS publishes no figure, or tests want another one. Block `settings` of a seed.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Behaviour {
    /// Milliseconds that a share is PENDING.
    pub pending_ms: Millis,
    /// Milliseconds in which a new share is not found yet: RAM's reads lag behind its writes.
    pub unseen_ms: Millis,
    /// Milliseconds in which the tags that a share was made with are not listed yet.
    pub tags_unseen_ms: Millis,
    /// How long a client token is remembered. AWS does not publish it.
    pub tokens: TokenMemory,
    /// Milliseconds that an association is ASSOCIATING.
    pub associate_ms: Millis,
    /// Milliseconds that an association is DISASSOCIATING, and a share DELETING.
    pub disassociate_ms: Millis,
    /// Milliseconds after sharing was enabled in which the organization is still refused.
    pub onboarding_ms: Millis,
    /// Milliseconds that CreateAccount takes.
    pub account_ms: Millis,
    pub empty_pages: EmptyPages,
    /// How fast calls may come.
    pub rates: Rates,
    /// The longest page of a RAM listing, whatever was asked.
    pub page_size: usize,
    /// Whether any ARN of the caller's is taken for a resource that exists, or those of the seed alone.
    pub resources: Resources,
    /// Takes what real RAM refuses only sometimes or by lists that change: see the sandbox's README.
    pub lenient: bool,
}

/// `"forever"`, `"none"`, or a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub(crate) enum TokenMemory {
    Forever,
    None,
    For(Millis),
}

impl TryFrom<serde_json::Value> for TokenMemory {
    type Error = &'static str;

    fn try_from(value: serde_json::Value) -> Result<Self, Self::Error> {
        match (value.as_str(), value.as_u64()) {
            (Some("forever"), _) => Ok(Self::Forever),
            (Some("none"), _) => Ok(Self::None),
            (None, Some(seconds)) => Ok(Self::For((seconds as Millis).saturating_mul(SECOND))),
            _ => Err("tokens is \"forever\", \"none\" or a number of seconds"),
        }
    }
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
            pending_ms: 0,
            unseen_ms: 0,
            tags_unseen_ms: 0,
            tokens: TokenMemory::For(30 * DAY),
            associate_ms: 200,
            disassociate_ms: 200,
            onboarding_ms: 400,
            account_ms: 200,
            empty_pages: EmptyPages::Filtered,
            rates: Rates::Unlimited,
            page_size: 500,
            resources: Resources::Listed,
            lenient: false,
        }
    }
}

impl Behaviour {
    /// Of a sandbox that was started empty, for clients that were not written for it.
    pub(crate) fn lenient() -> Self {
        Self { resources: Resources::Any, lenient: true, onboarding_ms: 0, ..Self::default() }
    }
}
