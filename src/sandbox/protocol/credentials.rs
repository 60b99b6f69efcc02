//! Who signed, and for which Region: read from the signature's scope. The signature itself is not checked.

use axum::http::{HeaderMap, Uri, header};

/// The credential scope of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credential {
    pub access_key: String,
    pub region: String,
    pub service: String,
    pub session_token: Option<String>,
}

/// From the header of a signed request, or the query of a presigned one.
pub(crate) fn credential(uri: &Uri, headers: &HeaderMap) -> Option<Credential> {
    let parameter = |wanted: &str| {
        form_urlencoded::parse(uri.query()?.as_bytes())
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
    };
    let header_token = headers.get("x-amz-security-token").and_then(|token| token.to_str().ok());
    if let Some(signature) = headers.get(header::AUTHORIZATION) {
        let scope = signature
            .to_str()
            .ok()?
            .strip_prefix("AWS4-HMAC-SHA256")?
            .split(',')
            .find_map(|part| part.trim().strip_prefix("Credential="))?;
        return read_scope(scope, header_token.map(str::to_owned));
    }
    read_scope(&parameter("X-Amz-Credential")?, parameter("X-Amz-Security-Token"))
}

/// `KEY/DATE/REGION/SERVICE/aws4_request`.
fn read_scope(scope: &str, session_token: Option<String>) -> Option<Credential> {
    let mut parts = scope.split('/');
    let (access_key, _date, region, service) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Credential {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        session_token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_tells_key_region_and_service() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::AUTHORIZATION,
            "AWS4-HMAC-SHA256 Credential=AKIA/20261122/eu-central-1/RAM/aws4_request, SignedHeaders=host, Signature=00".parse().unwrap(),
        );
        headers.insert("x-amz-security-token", "token".parse().unwrap());
        let found = credential(&"/x".parse().unwrap(), &headers).unwrap();
        assert_eq!(
            (found.access_key.as_str(), found.region.as_str(), found.service.as_str()),
            ("AKIA", "eu-central-1", "RAM")
        );
        assert_eq!(found.session_token.as_deref(), Some("token"));
    }

    #[test]
    fn requests_without_a_signature_have_no_credential() {
        for text in ["", "Basic abc", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a/b"] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, text.parse().unwrap());
            assert_eq!(credential(&"/x".parse().unwrap(), &headers), None, "{text}");
        }
        assert_eq!(credential(&"/x".parse().unwrap(), &HeaderMap::new()), None);
    }
}
