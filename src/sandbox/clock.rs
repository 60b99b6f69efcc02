//! The sandbox's time: the machine's clock, moved forward by whoever tests what happens later.
#![expect(clippy::disallowed_methods, reason = "the sandbox lives in the machine's time")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

pub(crate) const SECOND: Millis = 1_000;
pub(crate) const MINUTE: Millis = 60 * SECOND;
pub(crate) const HOUR: Millis = 60 * MINUTE;
pub(crate) const DAY: Millis = 24 * HOUR;

/// The machine's clock and how far it was moved, or a time that stands still.
#[derive(Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
    stopped: Option<Millis>,
}

impl Clock {
    /// Stands still from here on, at this time.
    pub(crate) fn stop(&mut self, at: Millis) {
        self.stopped = Some(at);
    }

    pub(crate) fn now(&self) -> Millis {
        if let Some(stopped) = self.stopped {
            return stopped;
        }
        let machine = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_millis() as Millis);
        machine + self.ahead.load(Ordering::Relaxed)
    }

    /// How far the clock stands ahead of the machine's; it never goes back.
    pub(crate) fn set_ahead(&self, ahead: Millis) {
        self.ahead.fetch_max(ahead, Ordering::Relaxed);
    }
}

/// As the REST and JSON protocols write a time: seconds, a JSON number.
pub(crate) fn seconds(at: Millis) -> f64 {
    at as f64 / SECOND as f64
}

/// As HTTP writes a time.
pub(crate) fn http_date(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
}

/// As the query protocol writes a time.
pub(crate) fn iso(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
