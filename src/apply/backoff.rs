//! Pauses that grow, and how long AWS has been silent.

use std::sync::{Mutex, PoisonError};
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

/// When AWS last answered any step of a run with more than that it cannot answer now. Steps that begin when nothing has been
/// answered for as long as one step may wait do not wait as long again: otherwise the patience of thousands of steps adds up.
pub(crate) struct Pulse(Mutex<Instant>);

impl Pulse {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    pub(crate) fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(crate) fn silence(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}
