//! Who may speak to the sandbox: programs on this machine that call it by a loopback name, and no web page.
//!
//! Nothing is secret in here, but a page in a browser could read and change the state behind its user's back: by a name of its own that
//! resolves to loopback (DNS rebinding), or by requests that browsers send to any site without asking it first.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

use crate::sandbox::services::Refusal;

/// Refuses what comes from a web page, before anything of it is read.
pub(crate) fn admit(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = |why: String| Err(Refusal::new("AccessDeniedException", why).with_status(403));
    let named = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
    let hosts: Vec<&str> = named.chain(uri.authority().map(Authority::as_str)).collect();
    if hosts.is_empty() {
        return refused("The sandbox answers only requests that name their host.".to_owned());
    }
    if let Some(host) = hosts.into_iter().find(|host| !is_loopback(host)) {
        return refused(format!(
            "The sandbox does not answer to the host {host:?}: any name but a loopback one may be a web page's. \
             Use localhost, an address in 127.0.0.0/8 or [::1]."
        ));
    }
    if is_from_web_page(headers) {
        return refused("The sandbox is not for web pages: a browser sent this request for one.".to_owned());
    }
    Ok(())
}

/// `localhost`, an address in 127.0.0.0/8 or `[::1]`, with any port.
fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || name
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|address| address.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback())
}

/// Browsers say whose request it is: `Origin` with everything that a page can post, `Sec-Fetch-Site` with the rest, and older ones
/// `Referer`. A user who types the address in is nobody's page.
fn is_from_web_page(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers.contains_key(header::REFERER)
        || headers.get("sec-fetch-site").is_some_and(|site| site.as_bytes() != b"none")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_alone_are_answered() {
        for (host, answered) in [
            ("localhost", true),
            ("LOCALHOST:4566", true),
            ("127.0.0.1:4566", true),
            ("127.9.9.9", true),
            ("[::1]:4566", true),
            ("[::1]", true),
            ("", false),
            ("evil.example", false),
            ("localhost.evil.example:4566", false),
            ("evil.localhost.example", false),
            ("127.0.0.1.nip.io", false),
            ("127.1", false),
            ("2130706433", false),
            ("10.0.0.1", false),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            ("[::ffff:10.0.0.1]", false),
            ("localhost evil", false),
        ] {
            assert_eq!(is_loopback(host), answered, "{host:?}");
        }
    }

    #[test]
    fn every_host_that_a_request_names_counts() {
        let mut headers = HeaderMap::new();
        assert!(admit(&"/x".parse().unwrap(), &headers).is_err(), "no host at all");
        headers.append(header::HOST, "localhost".parse().unwrap());
        assert_eq!(admit(&"/x".parse().unwrap(), &headers), Ok(()));
        assert!(admit(&"http://evil.example/x".parse().unwrap(), &headers).is_err());
        headers.append(header::HOST, "evil.example".parse().unwrap());
        assert!(admit(&"/x".parse().unwrap(), &headers).is_err());
    }

    #[test]
    fn no_web_page_is_answered() {
        for (name, value) in
            [("origin", "null"), ("referer", "http://evil.example/"), ("sec-fetch-site", "cross-site")]
        {
            let mut headers = HeaderMap::new();
            headers.append(header::HOST, "localhost".parse().unwrap());
            headers.append(name, value.parse().unwrap());
            assert!(admit(&"/x".parse().unwrap(), &headers).is_err(), "{name}");
        }
    }
}
