//! A token bucket in front of the calls, so that ramctl stays under the rates that it would be throttled at.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::aws::settings::Rates;

/// Calls per second, and how many at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    pub(crate) per_second: f64,
    pub(crate) burst: f64,
}

/// Rates of Organizations per account, from its quotas page ("Throttling limits"): operation, calls per second, burst.
const ORGANIZATIONS: &[(&str, f64, f64)] = &[
    ("DescribeOrganization", 1.0, 2.0),
    ("ListRoots", 1.0, 2.0),
    ("ListAccounts", 8.0, 12.0),
    ("ListAccountsForParent", 5.0, 8.0),
    ("ListOrganizationalUnitsForParent", 5.0, 8.0),
    ("ListAWSServiceAccessForOrganization", 1.0, 3.0),
];

/// RAM publishes no rates. A guess well above what a read needs (six calls) that keeps a large apply from hammering.
const RAM: Rate = Rate { per_second: 20.0, burst: 40.0 };

/// Resource Groups Tagging: 15 `GetResources` a second and account (its endpoints and quotas page); some are left to others.
const TAGGING: Rate = Rate { per_second: 10.0, burst: 10.0 };

/// EC2: listings with pages and filters share one bucket of an account and Region, of 100 that fills with 20 a second (EC2 API reference,
/// "Request throttling"). Everything else in the account lists too.
const EC2: Rate = Rate { per_second: 5.0, burst: 20.0 };

/// The buckets of one client.
#[derive(Debug)]
pub(crate) struct Limiter {
    rates: Rates,
    service: Service,
    buckets: Mutex<HashMap<&'static str, Bucket>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// One bucket for all operations.
    Ram,
    /// One bucket for its one operation.
    Tagging,
    /// One bucket for both listings.
    Ec2,
    /// A bucket per operation.
    Organizations,
}

impl Limiter {
    pub(crate) fn new(service: Service, rates: Rates) -> Self {
        Self { rates, service, buckets: Mutex::default() }
    }

    /// Waits until the operation may be called.
    pub(crate) async fn admit(&self, operation: &str) {
        if self.rates == Rates::Unlimited {
            return;
        }
        let (key, rate) = match self.service {
            Service::Ram => ("*", RAM),
            Service::Tagging => ("*", TAGGING),
            Service::Ec2 => ("*", EC2),
            Service::Organizations => match ORGANIZATIONS.iter().find(|(name, ..)| *name == operation) {
                Some(&(name, per_second, burst)) => (name, Rate { per_second, burst }),
                None => return,
            },
        };
        let wait = {
            let now = Instant::now();
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            buckets.entry(key).or_insert_with(|| Bucket::full(rate, now)).take(now)
        };
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

/// Tokens may go below zero: a debt that the taker waits off, so that takers are served in order.
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, tokens: rate.burst, at: now }
    }

    /// Takes a token and says how long to wait for it.
    fn take(&mut self, now: Instant) -> Duration {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.rate.per_second;
        self.tokens = (self.tokens + gained).min(self.rate.burst) - 1.0;
        self.at = now;
        if self.tokens >= 0.0 {
            Duration::ZERO
        } else {
            Duration::from_secs_f64(-self.tokens / self.rate.per_second)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_the_rest_keeps_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::full(Rate { per_second: 2.0, burst: 3.0 }, start);
        let waits: Vec<u128> = (0..5).map(|_| bucket.take(start).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 500, 1000]);
        // Two seconds later the debt of two is paid and two more tokens are there.
        let later = start + Duration::from_secs(2);
        let waits: Vec<u128> = (0..3).map(|_| bucket.take(later).as_millis()).collect();
        assert_eq!(waits, [0, 0, 500]);
    }

    #[test]
    fn a_rest_fills_the_bucket_no_further_than_its_burst() {
        let start = Instant::now();
        let mut bucket = Bucket::full(Rate { per_second: 1.0, burst: 2.0 }, start);
        let later = start + Duration::from_secs(3600);
        let waits: Vec<u128> = (0..3).map(|_| bucket.take(later).as_millis()).collect();
        assert_eq!(waits, [0, 0, 1000]);
    }
}
