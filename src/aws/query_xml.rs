//! Answers of the EC2 Query protocol: rows of a listing, and errors.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The plain fields of one row by their names. What a row holds beside them is passed over.
pub(crate) type Row = BTreeMap<String, String>;

/// Elements within elements.
const DEEPEST: usize = 64;

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Listing {
    pub rows: Vec<Row>,
    pub next: Option<String>,
}

/// Reads a page: `<ROOT><ROWS><item>...</item></ROWS><nextToken/></ROOT>`. An answer of another form is an error, for what is left out of
/// it would look like "none".
pub(crate) fn listing(body: &[u8], root: &str, rows: &str) -> Result<Listing, String> {
    let mut out = Listing::default();
    let mut held = false;
    walk(body, |path, text| match (path, text) {
        ([top], _) if top != root => Err(format!("it is a {top}, not a {root}")),
        ([_, set], None) if set == rows => {
            if std::mem::replace(&mut held, true) {
                Err(format!("it has {set} twice"))
            } else {
                Ok(())
            }
        }
        ([_, set, item], None) if set == rows && item == "item" => {
            out.rows.push(Row::new());
            Ok(())
        }
        ([_, set, item, field], Some(text)) if set == rows && item == "item" => {
            let row = out.rows.last_mut().expect("its item has begun");
            match row.insert(field.clone(), text.to_owned()) {
                Some(_) => Err(format!("a row has {field} twice")),
                None => Ok(()),
            }
        }
        ([_, token], Some(text)) if token == "nextToken" => {
            out.next = Some(text.to_owned()).filter(|token| !token.is_empty());
            Ok(())
        }
        _ => Ok(()),
    })?;
    if held { Ok(out) } else { Err(format!("it has no {rows}")) }
}

/// Code and message: `<Response><Errors><Error><Code/><Message/></Error></Errors></Response>`, the first where there are several.
pub(crate) fn error(body: &[u8]) -> Option<(String, String)> {
    let (mut code, mut message) = (None, None);
    let walked = walk(body, |path, text| {
        if let ([.., error, field], Some(text)) = (path, text)
            && error == "Error"
        {
            match field.as_str() {
                "Code" => code.get_or_insert(text.to_owned()),
                "Message" => message.get_or_insert(text.to_owned()),
                _ => return Ok(()),
            };
        }
        Ok(())
    });
    walked.ok()?;
    Some((code?, message.unwrap_or_default()))
}

/// Goes through a document: each element as it opens, by its path of local names, and each as it closes with its text where it holds no
/// element.
fn walk(
    body: &[u8],
    mut see: impl FnMut(&[String], Option<&str>) -> Result<(), String>,
) -> Result<(), String> {
    let body = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_str(body);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut is_leaf = false;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(_) if path.len() == DEEPEST => return Err("it is too deep".to_owned()),
            Event::Start(tag) => {
                path.push(String::from_utf8_lossy(tag.local_name().as_ref()).into_owned());
                text.clear();
                is_leaf = true;
                see(&path, None)?;
            }
            Event::Empty(tag) => {
                path.push(String::from_utf8_lossy(tag.local_name().as_ref()).into_owned());
                see(&path, None)?;
                see(&path, Some(""))?;
                path.pop();
                is_leaf = false;
            }
            Event::Text(part) => text.push_str(&part.decode().map_err(|error| error.to_string())?),
            Event::CData(part) => text.push_str(&part.decode().map_err(|error| error.to_string())?),
            Event::GeneralRef(name) => {
                let name = name.decode().map_err(|error| error.to_string())?;
                let whole = format!("&{name};");
                text.push_str(&quick_xml::escape::unescape(&whole).map_err(|error| error.to_string())?);
            }
            Event::End(_) => {
                if is_leaf {
                    see(&path, Some(text.as_str()))?;
                }
                is_leaf = false;
                path.pop();
            }
            Event::Eof if path.is_empty() => return Ok(()),
            Event::Eof => return Err("it ends too early".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
    <requestId>1</requestId>
    <networkInterfaceSet>
        <item>
            <subnetId>subnet-1</subnetId>
            <ownerId>333333333333</ownerId>
            <description>a &amp; b &lt;c&gt;</description>
            <attachment><instanceOwnerId>444444444444</instanceOwnerId></attachment>
            <groupSet><item><ownerId>555555555555</ownerId></item></groupSet>
            <tagSet/>
        </item>
        <item><subnetId>subnet-2</subnetId></item>
    </networkInterfaceSet>
    <nextToken>more</nextToken>
</DescribeNetworkInterfacesResponse>"#;

    fn read(text: &str) -> Result<Listing, String> {
        listing(text.as_bytes(), "DescribeNetworkInterfacesResponse", "networkInterfaceSet")
    }

    #[test]
    fn a_row_has_its_own_fields_and_not_those_of_what_it_holds() {
        let Listing { rows, next } = read(PAGE).expect("a page");
        let fields = |row: &Row| {
            let plain = row.iter().filter(|(_, text)| !text.is_empty());
            plain.map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>()
        };
        assert_eq!(fields(&rows[0]), ["description=a & b <c>", "ownerId=333333333333", "subnetId=subnet-1"]);
        assert_eq!(fields(&rows[1]), ["subnetId=subnet-2"]);
        assert_eq!((rows.len(), next.as_deref()), (2, Some("more")));
    }

    #[test]
    fn what_is_no_whole_page_is_an_error_and_not_an_empty_one() {
        let empty =
            "<DescribeNetworkInterfacesResponse><networkInterfaceSet/></DescribeNetworkInterfacesResponse>";
        assert_eq!(read(empty), Ok(Listing::default()));
        for broken in [
            "",
            "OK",
            &PAGE[..PAGE.len() - 40],
            "<DescribeNetworkInterfacesResponse/>",
            "<html><networkInterfaceSet/></html>",
            "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item/></networkInterfaceSet><networkInterfaceSet/>\
             </DescribeNetworkInterfacesResponse>",
            "<DescribeNetworkInterfacesResponse><networkInterfaceSet><item><ownerId>1</ownerId><ownerId>2</ownerId></item>\
             </networkInterfaceSet></DescribeNetworkInterfacesResponse>",
            "<DescribeNetworkInterfacesResponse><networkInterfaceSet></x></DescribeNetworkInterfacesResponse>",
        ] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn an_error_is_its_code_and_message() {
        let text = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no &quot;way&quot;</Message></Error></Errors>\
                    <RequestID>1</RequestID></Response>";
        let (code, message) = error(text.as_bytes()).expect("an error");
        assert_eq!((code.as_str(), message.as_str()), ("UnauthorizedOperation", "no \"way\""));
        assert_eq!(error(b"<html><body>503</body></html>"), None);
    }
}
