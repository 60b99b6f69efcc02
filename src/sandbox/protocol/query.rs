//! awsQuery and ec2Query: parameters as a form, answers as XML.

use axum::http::{HeaderMap, Method, Uri};
use quick_xml::escape::escape;
use serde_json::{Map, Value};

use crate::sandbox::protocol::{Routed, Unrouted, Wire, credential};
use crate::sandbox::services::{Refusal, Service};

pub(super) fn route(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Routed, Unrouted> {
    let form = if method == Method::GET { uri.query().unwrap_or_default().as_bytes() } else { body };
    let input: Map<String, Value> = form_urlencoded::parse(form)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let service = match text("Version") {
        "2011-06-15" => Service::Sts,
        "2010-05-08" => Service::Iam,
        "2016-11-15" => Service::Ec2,
        _ => match credential(uri, headers).map(|credential| credential.service.to_ascii_lowercase()) {
            Some(service) if service == "iam" => Service::Iam,
            Some(service) if service == "ec2" => Service::Ec2,
            _ => Service::Sts,
        },
    };
    let wire = if service == Service::Ec2 { Wire::Ec2Query } else { Wire::Query };
    let operation = service.operation(text("Action")).ok_or_else(|| Unrouted {
        wire,
        refusal: Refusal::new(
            "InvalidAction",
            format!("Could not find operation {} for version {}", text("Action"), text("Version")),
        ),
    })?;
    Ok(Routed { wire, service, operation, input: Value::Object(input) })
}

pub(super) fn answer(operation: &str, service: Option<Service>, body: &[u8], request_id: &str) -> String {
    let namespace = match service {
        Some(Service::Iam) => "https://iam.amazonaws.com/doc/2010-05-08/",
        _ => "https://sts.amazonaws.com/doc/2011-06-15/",
    };
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut xml = format!("<{operation}Response xmlns=\"{namespace}\"><{operation}Result>");
    write(&mut xml, &value, MEMBER);
    xml.push_str(&format!(
        "</{operation}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{operation}Response>"
    ));
    xml
}

pub(super) fn error(refusal: &Refusal, request_id: &str) -> String {
    let side = if refusal.status < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse><Error><Type>{side}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&*refusal.code),
        escape(printable(&refusal.message))
    )
}

/// EC2's answers have no element for the result, and its lists hold items.
pub(super) fn ec2_answer(operation: &str, body: &[u8], request_id: &str) -> String {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <requestId>{request_id}</requestId>"
    );
    write(&mut xml, &value, "item");
    xml.push_str(&format!("</{operation}Response>"));
    xml
}

pub(super) fn ec2_error(refusal: &Refusal, request_id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors>\
         <RequestID>{request_id}</RequestID></Response>",
        escape(&*refusal.code),
        escape(printable(&refusal.message))
    )
}

/// The name of an element of a list.
const MEMBER: &str = "member";

/// XML 1.0 cannot hold control characters, escaped or not.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t' | '\r') { '\u{fffd}' } else { c })
        .collect()
}

/// Members of objects become elements, those of lists elements of one name. Names come from the services, never from a request.
fn write(xml: &mut String, value: &Value, member: &str) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => xml.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => xml.push_str(&number.to_string()),
        Value::String(text) => xml.push_str(&escape(printable(text))),
        Value::Array(list) => list.iter().for_each(|item| element(xml, member, item, member)),
        Value::Object(members) => {
            members
                .iter()
                .filter(|(_, value)| !value.is_null())
                .for_each(|(name, value)| element(xml, name, value, member));
        }
    }
}

fn element(xml: &mut String, name: &str, value: &Value, member: &str) {
    xml.push('<');
    xml.push_str(name);
    xml.push('>');
    write(xml, value, member);
    xml.push_str("</");
    xml.push_str(name);
    xml.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_escaped_xml() {
        let body = br#"{"Role":{"Arn":"a<b>&\u0007","Tags":[{"Key":"k"}],"None":null,"Max":3600}}"#;
        assert_eq!(
            answer("GetRole", Some(Service::Iam), body, "id"),
            "<GetRoleResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetRoleResult>\
             <Role><Arn>a&lt;b&gt;&amp;\u{fffd}</Arn><Max>3600</Max><Tags><member><Key>k</Key></member></Tags></Role>\
             </GetRoleResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetRoleResponse>"
        );
    }
}
