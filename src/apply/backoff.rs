//! Pauses that grow.

use std::time::Duration;

use tokio::time::Instant;

use crate::apply::settings::Settings;

/// The pauses of one wait, and its end.
pub(crate) struct Backoff {
    start: Instant,
    next: Duration,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self { start: Instant::now(), next: settings.first_pause, longest: settings.longest_pause }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The next pause: half as long again as the one before, give or take a tenth so that waiters do not march in step.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.longest);
        pause.mul_f64(0.9 + 0.2 * fastrand::f64())
    }
}
