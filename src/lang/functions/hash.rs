//! Digests and identifiers made of names.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use crate::lang::functions::call::Call;
use crate::lang::functions::filesystem::read;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::value::Value;

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Hash, name, signature, Body::Eager(body)).takes(&[STRING])
}

const fn file_row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Hash, name, signature, Body::Eager(body)).takes(&[PATH])
}

const fn refused(
    name: &'static str,
    signature: &'static str,
    reason: &'static str,
    instead: &'static str,
) -> Function {
    Function::new(Group::Hash, name, signature, Body::Refused { reason, instead })
        .and_any(Param::nullable("values", Accepts::Any))
}

const STRING: Param = Param::new("string", Accepts::String);
const PATH: Param = Param::new("path", Accepts::String);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("base64sha256", "base64sha256(string)", |call| Ok(base64::<Sha256>(call.str(0))))
        .doc("The SHA-256 digest of a string's UTF-8 bytes in Base64.")
        .shows(&[Example::new(
            r#"base64sha256("hello world")"#,
            r#""uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=""#,
        )]),
    row("base64sha512", "base64sha512(string)", |call| Ok(base64::<Sha512>(call.str(0))))
        .doc("The SHA-512 digest of a string's UTF-8 bytes in Base64."),
    refused(
        "bcrypt",
        "bcrypt(string, cost)",
        "Each call of bcrypt has another result, as it salts with random bytes.",
        "Hash the password outside of the configuration and pass the hash in a variable.",
    )
    .doc("Not supported: its result is random."),
    file_row("filebase64sha256", "filebase64sha256(path)", |call| Ok(base64::<Sha256>(read(call, 0)?)))
        .doc("The SHA-256 digest of a file of the stack in Base64."),
    file_row("filebase64sha512", "filebase64sha512(path)", |call| Ok(base64::<Sha512>(read(call, 0)?)))
        .doc("The SHA-512 digest of a file of the stack in Base64."),
    file_row("filemd5", "filemd5(path)", |call| Ok(hex::<Md5>(read(call, 0)?)))
        .doc("The MD5 digest of a file of the stack in hexadecimal."),
    file_row("filesha1", "filesha1(path)", |call| Ok(hex::<Sha1>(read(call, 0)?)))
        .doc("The SHA-1 digest of a file of the stack in hexadecimal."),
    file_row("filesha256", "filesha256(path)", |call| Ok(hex::<Sha256>(read(call, 0)?)))
        .doc("The SHA-256 digest of a file of the stack in hexadecimal."),
    file_row("filesha512", "filesha512(path)", |call| Ok(hex::<Sha512>(read(call, 0)?)))
        .doc("The SHA-512 digest of a file of the stack in hexadecimal."),
    row("md5", "md5(string)", |call| Ok(hex::<Md5>(call.str(0))))
        .doc("The MD5 digest of a string's UTF-8 bytes in hexadecimal.")
        .shows(&[Example::new(r#"md5("hello world")"#, r#""5eb63bbbe01eeed093cb22bb8f5acdc3""#)]),
    refused(
        "rsadecrypt",
        "rsadecrypt(ciphertext, privatekey)",
        "A configuration of resource shares holds no private keys.",
        "Decrypt outside of the configuration and pass the text in a sensitive variable.",
    )
    .doc("Not supported: no private keys in configurations."),
    row("sha1", "sha1(string)", |call| Ok(hex::<Sha1>(call.str(0))))
        .doc("The SHA-1 digest of a string's UTF-8 bytes in hexadecimal.")
        .shows(&[Example::new(r#"sha1("hello world")"#, r#""2aae6c35c94fcfb415dbe95f408b9ce91ee846ed""#)]),
    row("sha256", "sha256(string)", |call| Ok(hex::<Sha256>(call.str(0))))
        .doc("The SHA-256 digest of a string's UTF-8 bytes in hexadecimal.")
        .shows(&[Example::new(
            r#"sha256("hello world")"#,
            r#""b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9""#,
        )]),
    row("sha512", "sha512(string)", |call| Ok(hex::<Sha512>(call.str(0))))
        .doc("The SHA-512 digest of a string's UTF-8 bytes in hexadecimal."),
    refused(
        "uuid",
        "uuid()",
        "Each call of uuid has another result, so each plan would differ from the last.",
        "Use `uuidv5(namespace, name)`, whose result depends on its arguments alone.",
    )
    .doc("Not supported: its result is random."),
    Function::new(Group::Hash, "uuidv5", "uuidv5(namespace, name)", Body::Eager(uuidv5))
        .doc("The UUID of a name in a namespace: `dns`, `url`, `oid`, `x500`, or a UUID.")
        .takes(&[Param::new("namespace", Accepts::String), Param::new("name", Accepts::String)])
        .shows(&[Example::new(
            r#"uuidv5("dns", "www.terraform.io")"#,
            r#""a5008fae-b28c-5ba5-96cd-82b4c53552d6""#,
        )]),
];

fn base64<D: Digest>(bytes: impl AsRef<[u8]>) -> Value {
    Value::string(STANDARD.encode(D::digest(bytes)))
}

fn hex<D: Digest>(bytes: impl AsRef<[u8]>) -> Value {
    let digest = D::digest(bytes);
    Value::string(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn uuidv5(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let namespace = match call.str(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::parse_str(other).map_err(|_| {
            FunctionError::argument(
                0,
                format!("The namespace {other:?} is not \"dns\", \"url\", \"oid\", \"x500\" or a UUID."),
            )
        })?,
    };
    Ok(Value::string(Uuid::new_v5(&namespace, call.str(1).as_bytes()).to_string()))
}
