//! Ports to snapshots: paging, rate limits, and a `Gap` for what failed.
