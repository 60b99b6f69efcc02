//! Who can use what: principals expanded to accounts, and what a plan gives and takes.
