//! How requests and answers look on the wire: four protocols, one form inside.
//!
//! Nothing here knows what an operation does.

mod credentials;
mod query;

pub(crate) use credentials::{Credential, credential};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use serde_json::{Map, Value, json};

use crate::sandbox::services::{Operation, Refusal, Service};

/// The form of a service's requests and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// restJson1: the path names the operation.
    RestJson,
    /// awsJson1.1: the header `X-Amz-Target` names it.
    AwsJson,
    /// awsQuery: the parameter `Action` names it; answers are XML.
    Query,
    /// ec2Query: as awsQuery, but lists, answers and errors look different.
    Ec2Query,
}

/// A request whose operation is known.
pub(crate) struct Routed {
    pub wire: Wire,
    pub service: Service,
    pub operation: &'static Operation,
    pub input: Value,
}

/// A request that names no operation, and how to say so.
pub(crate) struct Unrouted {
    pub wire: Wire,
    pub refusal: Refusal,
}

/// Prefixes of `X-Amz-Target` before the operation's name.
const TARGETS: &[(&str, Service)] = &[
    ("AWSOrganizationsV20161128", Service::Organizations),
    ("ResourceGroupsTaggingAPI_20170126", Service::Tagging),
    ("CloudTrail_20131101", Service::CloudTrail),
];

/// The three operations of RAM that are HTTP DELETE.
const DELETES: &[&str] = &["DeleteResourceShare", "DeletePermission", "DeletePermissionVersion"];

/// Finds out what a request asks for.
pub(crate) fn route(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Routed, Unrouted> {
    if let Some(target) = headers.get("x-amz-target") {
        return aws_json(target, body);
    }
    if uri.path() == "/" {
        return query::route(method, uri, headers, body);
    }
    rest_json(method, uri, body)
}

fn no_operation(wire: Wire, what: &str) -> Unrouted {
    let refusal = Refusal::new("UnknownOperationException", format!("The operation {what} is unknown."));
    Unrouted { wire, refusal: if wire == Wire::RestJson { refusal.with_status(404) } else { refusal } }
}

fn aws_json(target: &HeaderValue, body: &[u8]) -> Result<Routed, Unrouted> {
    let wire = Wire::AwsJson;
    let target = target.to_str().unwrap_or_default();
    let found = target.rsplit_once('.').and_then(|(prefix, name)| {
        // Some clients write the whole Java name of the service.
        let prefix = prefix.rsplit('.').next().unwrap_or(prefix);
        let service = TARGETS.iter().find(|(known, _)| *known == prefix)?.1;
        Some((service, service.operation(name)?))
    });
    let (service, operation) = found.ok_or_else(|| no_operation(wire, target))?;
    let input = json_object(body).map_err(|refusal| Unrouted { wire, refusal })?;
    Ok(Routed { wire, service, operation, input })
}

fn rest_json(method: &Method, uri: &Uri, body: &[u8]) -> Result<Routed, Unrouted> {
    let wire = Wire::RestJson;
    let name = uri.path().trim_matches('/');
    let service = Service::Ram;
    let operation = service
        .operation_at(name)
        .filter(|operation| {
            *method == if DELETES.contains(&operation.name) { Method::DELETE } else { Method::POST }
        })
        .ok_or_else(|| no_operation(wire, &format!("{method} {}", uri.path())))?;
    let mut input = json_object(body).map_err(|refusal| Unrouted { wire, refusal })?;
    if let (Some(query), Some(members)) = (uri.query(), input.as_object_mut()) {
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            members.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }
    Ok(Routed { wire, service, operation, input })
}

/// A body that is a JSON object; an empty one is an object without members.
fn json_object(body: &[u8]) -> Result<Value, Refusal> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Refusal::new("SerializationException", "The request body is not a JSON object.")),
        Err(error) => Err(Refusal::new(
            "SerializationException",
            format!("The request body is not valid JSON: {error}."),
        )),
    }
}

/// An answer as the client reads it.
pub(crate) fn respond(
    wire: Wire,
    operation: &str,
    service: Option<Service>,
    answer: Result<Vec<u8>, Refusal>,
    request_id: &str,
) -> Response<Body> {
    let (status, body, error) = match answer {
        Ok(body) => {
            let body = match wire {
                Wire::RestJson | Wire::AwsJson => body,
                Wire::Query => query::answer(operation, service, &body, request_id).into_bytes(),
                Wire::Ec2Query => query::ec2_answer(operation, &body, request_id).into_bytes(),
            };
            (StatusCode::OK, body, None)
        }
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let body = match wire {
                Wire::RestJson | Wire::AwsJson => {
                    json!({"__type": refusal.code, "message": refusal.message}).to_string().into_bytes()
                }
                Wire::Query => query::error(&refusal, request_id).into_bytes(),
                Wire::Ec2Query => query::ec2_error(&refusal, request_id).into_bytes(),
            };
            (status, body, Some(refusal.code))
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let kind = match wire {
        Wire::RestJson => "application/json",
        Wire::AwsJson => "application/x-amz-json-1.1",
        Wire::Query => "text/xml",
        Wire::Ec2Query => "text/xml;charset=UTF-8",
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(code) = error.filter(|_| matches!(wire, Wire::RestJson | Wire::AwsJson))
        && let Ok(code) = HeaderValue::from_str(&code)
    {
        headers.insert("x-amzn-errortype", code);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(method: &str, uri: &str, target: Option<&str>, body: &str) -> Result<(String, Value), String> {
        let mut headers = HeaderMap::new();
        if let Some(target) = target {
            headers.insert("x-amz-target", target.parse().unwrap());
        }
        route(&method.parse().unwrap(), &uri.parse().unwrap(), &headers, body.as_bytes())
            .map(|routed| (routed.operation.name.to_owned(), routed.input))
            .map_err(|unrouted| unrouted.refusal.code.into_owned())
    }

    #[test]
    fn each_protocol_names_its_operation_in_its_way() {
        assert_eq!(
            routed("POST", "/getresourceshares", None, r#"{"resourceOwner":"SELF"}"#),
            Ok(("GetResourceShares".into(), json!({"resourceOwner": "SELF"})))
        );
        assert_eq!(
            routed("DELETE", "/deletepermission?permissionArn=arn%3Aaws", None, ""),
            Ok(("DeletePermission".into(), json!({"permissionArn": "arn:aws"})))
        );
        assert_eq!(
            routed("POST", "/", Some("AWSOrganizationsV20161128.ListRoots"), "{}"),
            Ok(("ListRoots".into(), json!({})))
        );
        assert_eq!(
            routed("POST", "/", None, "Action=GetRole&Version=2010-05-08&RoleName=a%20b"),
            Ok(("GetRole".into(), json!({"Action": "GetRole", "Version": "2010-05-08", "RoleName": "a b"})))
        );
    }

    #[test]
    fn what_names_no_operation_or_is_no_json_is_told_so() {
        for (method, uri, target, body, code) in [
            ("POST", "/nosuchoperation", None, "{}", "UnknownOperationException"),
            ("GET", "/getresourceshares", None, "", "UnknownOperationException"),
            ("POST", "/deletepermission", None, "{}", "UnknownOperationException"),
            ("POST", "/", Some("AWSOrganizationsV20161128.Nonesuch"), "{}", "UnknownOperationException"),
            ("POST", "/", Some("."), "{}", "UnknownOperationException"),
            ("POST", "/getresourceshares", None, "{", "SerializationException"),
            ("POST", "/getresourceshares", None, "[]", "SerializationException"),
            ("POST", "/", None, "Action=Nonesuch&Version=2010-05-08", "InvalidAction"),
        ] {
            assert_eq!(
                routed(method, uri, target, body),
                Err(code.into()),
                "{method} {uri} {target:?} {body}"
            );
        }
    }
}
