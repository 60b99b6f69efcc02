//! Files of the stack, and paths as text. Nothing outside of the stack's folder is read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::lang::encoding;
use crate::lang::functions::call::{Call, FileError};
use crate::lang::functions::glob::{BadPattern, matching};
use crate::lang::functions::path;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::functions::string::render;
use crate::lang::value::{Type, Value};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Filesystem, name, signature, Body::Eager(body)).takes(&[PATH])
}

const PATH: Param = Param::new("path", Accepts::String);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("abspath", "abspath(path)", |call| {
        Ok(Value::string(path::absolute(&call.files().folder(), call.str(0))))
    })
    .doc("The absolute path of a path in the stack's folder. The file need not exist."),
    row("basename", "basename(path)", |call| Ok(Value::string(path::base(call.str(0)))))
        .doc("The last part of a path.")
        .shows(&[Example::new(r#"basename("foo/bar/baz.txt")"#, r#""baz.txt""#)]),
    row("dirname", "dirname(path)", |call| Ok(Value::string(path::folder(call.str(0)))))
        .doc("A path without its last part.")
        .shows(&[Example::new(r#"dirname("foo/bar/baz.txt")"#, r#""foo/bar""#)]),
    row("file", "file(path)", |call| text(call, 0).map(Value::string))
        .doc("The text of a file of the stack, which must be UTF-8."),
    row("filebase64", "filebase64(path)", |call| Ok(Value::string(STANDARD.encode(read(call, 0)?))))
        .doc("The bytes of a file of the stack in Base64."),
    row("fileexists", "fileexists(path)", fileexists)
        .doc("Whether the stack has a file. A folder in its place is an error.")
        .shows(&[Example::new(r#"fileexists("no-such-file.txt")"#, "false")]),
    row("fileset", "fileset(path, pattern)", fileset)
        .doc("The paths of the files below a folder that match a pattern, relative to the folder. `*` and `?` stay within a name, `**` goes \
              through folders, `{a,b}`, `[a-z]` and `[^a-z]` give alternatives.")
        .takes(&[PATH, Param::new("pattern", Accepts::String)]),
    row("pathexpand", "pathexpand(path)", pathexpand)
        .doc("The path itself. A path that starts with `~` is an error: the home folder lies outside of the stack.")
        .shows(&[Example::new(r#"pathexpand("rules/dns.json")"#, r#""rules/dns.json""#)]),
    row("templatefile", "templatefile(path, vars)", templatefile)
        .doc("Evaluates a file of the stack as a template with variables.")
        .takes(&[PATH, Param::new("vars", Accepts::Any)]),
];

/// The path inside the stack of an argument.
fn inside(call: &Call<'_>, index: usize) -> Result<String, FunctionError> {
    let written = call.str(index);
    path::inside(&call.files().folder(), written)
        .ok_or_else(|| failed(index, written, &FileError::OutsideStack))
}

fn failed(index: usize, path: &str, error: &FileError) -> FunctionError {
    let failure = FunctionError::argument(index, format!("{path:?} cannot be used: {error}."));
    match error {
        FileError::NotFound => failure.help("Paths are relative to the folder of the stack."),
        FileError::OutsideStack => {
            failure.help("Copy the file into the folder of the stack, or pass what it says in a variable.")
        }
        FileError::NotAFile { .. } | FileError::TooLarge { .. } | FileError::Unreadable(_) => failure,
    }
}

/// The bytes of the file that an argument names.
pub(crate) fn read(call: &Call<'_>, index: usize) -> Result<Vec<u8>, FunctionError> {
    let path = inside(call, index)?;
    call.files().read(&path).map_err(|error| failed(index, call.str(index), &error))
}

fn text(call: &Call<'_>, index: usize) -> Result<String, FunctionError> {
    encoding::text(read(call, index)?).map_err(|not_utf8| {
        FunctionError::argument(index, format!("{:?} {not_utf8}.", call.str(index)))
            .help("Save the file as UTF-8, or use filebase64(path) for the bytes of any file.")
    })
}

fn fileexists(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let path = inside(call, 0)?;
    match call.files().read(&path) {
        Ok(_) | Err(FileError::TooLarge { .. }) => Ok(Value::bool(true)),
        Err(FileError::NotFound) => Ok(Value::bool(false)),
        Err(error) => Err(failed(0, call.str(0), &error)),
    }
}

fn fileset(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let folder = inside(call, 0)?;
    let mut base: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut pattern: Vec<&str> = Vec::new();
    let mut up = 0;
    for part in call.str(1).split('/') {
        match part {
            "" | "." => {}
            ".." if pattern.pop().is_some() => {}
            ".." => {
                base.pop().ok_or_else(|| failed(1, call.str(1), &FileError::OutsideStack))?;
                up += 1;
            }
            part => pattern.push(part),
        }
    }
    let files = match call.files().list(&base.join("/")) {
        Err(FileError::NotFound) => Vec::new(),
        listed => listed.map_err(|error| failed(0, call.str(0), &error))?,
    };
    let matching = matching(&pattern, &files).map_err(|BadPattern| {
        FunctionError::argument(1, format!("The pattern {:?} cannot be read.", call.str(1))).help(
            "Known are *, ?, ** between slashes, [a-z], [^a-z], and {a,b} without a slash in it; a backslash stands before what is meant as it is.",
        )
    })?;
    let relative =
        matching.into_iter().map(|path| Value::string(format!("{}{path}", "../".repeat(up)))).collect();
    Ok(Value::set(Type::String, relative))
}

fn pathexpand(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    if call.str(0).starts_with('~') {
        return Err(failed(0, call.str(0), &FileError::OutsideStack));
    }
    Ok(call.arg(0).clone())
}

fn templatefile(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let template = text(call, 0)?;
    let name = call.str(0).to_owned();
    let Some(variables) = call.arg(1).entries().cloned() else {
        return Err(FunctionError::argument(
            1,
            "The variables of the template are needed: a map or an object.",
        ));
    };
    render(call, &name, &template, &variables)
}
