//! Desired against live: one change per object, whole shares compared, nothing invented for what was not read.
