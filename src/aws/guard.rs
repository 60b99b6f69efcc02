//! What is loopback: while a sandbox is in use, nothing leaves it. `http` holds connections to this.

use std::net::IpAddr;

/// A request that was stopped.
#[derive(Debug, thiserror::Error)]
#[error("a sandbox is in use and {host:?} is not loopback")]
pub(crate) struct LeftLoopback {
    pub(crate) host: String,
}

/// Whether a URL stays on this machine. Names other than `localhost` count as elsewhere, whatever they resolve to.
pub(crate) fn check(url: &str) -> Result<(), LeftLoopback> {
    let host = host(url);
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let inside = host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if inside { Ok(()) } else { Err(LeftLoopback { host: host.to_owned() }) }
}

/// As [`check`], for a caller that only asks.
pub fn is_loopback(url: &str) -> bool {
    check(url).is_ok()
}

/// Whether calls can go to what a text names: with a scheme, a host and no spaces.
pub fn is_web_address(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
        && !host(url).is_empty()
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Scheme, host and port of a URL, without a user's name and password.
pub fn endpoint(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

/// The host of `scheme://user@host:port/path`, with the brackets of an IPv6 address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.find(']') {
        Some(end) if host.starts_with('[') => &host[..=end],
        _ => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_without_what_is_secret_in_it() {
        for (url, named) in [
            ("http://127.0.0.1:4566/getresourceshares?x=1", "http://127.0.0.1:4566"),
            ("https://user:secret@ram.example/x", "https://ram.example"),
            ("ram.example", "ram.example"),
        ] {
            assert_eq!(endpoint(url), named);
        }
    }

    #[test]
    fn an_address_of_the_web_has_a_scheme_and_a_host() {
        for (text, is_one) in [
            ("http://127.0.0.1:4566", true),
            ("HTTPS://ram.example/x", true),
            ("localhost:4566", false),
            ("not a url", false),
            ("http://", false),
            ("ftp://ram.example", false),
            ("http://a b", false),
        ] {
            assert_eq!(is_web_address(text), is_one, "{text}");
        }
    }

    #[test]
    fn only_loopback_is_inside() {
        for url in [
            "http://127.0.0.1:4566/x",
            "http://localhost:80",
            "http://[::1]:9/",
            "https://127.9.9.9",
            "http://LOCALHOST/",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
        for url in [
            "https://ram.eu-central-1.amazonaws.com/getresourceshares",
            "http://169.254.169.254/latest",
            "http://127.0.0.1.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://localhost.evil.example",
            "http://evil.example\\@localhost/",
            "http://[2001:db8::1]/",
            "",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
    }
}
