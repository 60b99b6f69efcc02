//! Entries of a stack's folder that are no readable files, and files that have no end: told, and never waited for.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use super::*;

const FILE: &str = "ramctl {\n  stack = \"x\"\n}\n";

fn folder() -> Stack {
    let it = Stack { dir: TempDir::new().expect("a temporary folder") };
    it.write("stack.ram.hcl", FILE);
    it
}

fn pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo can be run");
    assert!(made.success());
}

/// A run that has to end by itself; what it does not end is killed.
fn ends(stack: &Stack, words: &str) -> Run {
    let mut command = ramctl(&stack.path());
    command.args(words.split(' ')).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary can be run");
    let began = Instant::now();
    while child.try_wait().expect("it can be asked").is_none() {
        if began.elapsed() > Duration::from_secs(120) {
            child.kill().expect("it runs");
            panic!("{words} hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Run::of(child.wait_with_output().expect("it has ended"))
}

/// Puts something in the place of a name.
type Put = fn(&Path);

#[test]
fn an_entry_that_is_named_like_a_file_of_the_stack_and_is_none_is_an_error() {
    let odd: [(Put, &str); 5] = [
        (|path| symlink("nowhere", path).expect("a link"), "is a link that leads to no file"),
        (|path| symlink(path, path).expect("a link"), "is a link that leads to no file"),
        (pipe, "is a pipe"),
        (|path| symlink("/dev/zero", path).expect("a link"), "is a device"),
        (|path| fs::create_dir(path).expect("a folder"), "is a folder"),
    ];
    for (put, says) in odd {
        for name in ["b.ram.hcl", "b.auto.ramvars.hcl", "b.auto.ramvars.json"] {
            let stack = folder();
            put(&stack.path().join(name));
            for command in ["validate", "graph --sandbox", "plan --sandbox"] {
                ends(&stack, command).exits(1).says(&["cannot be read", &format!("{name} {says}")]);
            }
        }
    }
    let stack = folder();
    let _listener = UnixListener::bind(stack.path().join("s.ram.hcl")).expect("a socket");
    pipe(&stack.path().join("a\u{1b}[31m.ram.hcl"));
    fs::write(stack.path().join(std::ffi::OsStr::from_bytes(b"\xff.ram.hcl")), FILE).expect("a file");
    let run = ends(&stack, "validate").exits(1);
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
    run.says(&[
        "a\\u{1b}[31m.ram.hcl is a pipe",
        "s.ram.hcl is a socket",
        "\\xff.ram.hcl has a name that is not UTF-8",
        "without them the stack is another one",
    ]);
    ends(&stack, "fmt").exits(1).says(&["s.ram.hcl is a socket"]);
}

#[test]
fn links_to_files_and_what_editors_leave_behind_are_fine() {
    let stack = folder();
    fs::rename(stack.path().join("stack.ram.hcl"), stack.path().join("real")).expect("renamed");
    symlink("real", stack.path().join("stack.ram.hcl")).expect("a link");
    symlink("user@host.1234", stack.path().join(".#stack.ram.hcl")).expect("a lock of an editor");
    stack.write("stack.ram.hcl~", "no HCL");
    stack.write(".stack.ram.hcl.swp", "no HCL");
    ends(&stack, "validate").exits(0);
}

#[test]
fn files_that_are_named_and_have_no_end_are_refused_at_once() {
    let stack = folder();
    pipe(&stack.path().join("pipe"));
    symlink("/dev/zero", stack.path().join("zero")).expect("a link");
    for (name, kind) in [("pipe", "a pipe"), ("zero", "a device"), (".", "a folder")] {
        for command in [
            format!("validate --var-file {name}"),
            format!("plan --live {name}"),
            format!("show {name}"),
            format!("fmt {name}"),
        ] {
            if name == "." && command.starts_with("fmt") {
                continue;
            }
            ends(&stack, &command).exits(1).says(&[&format!("{name} is {kind}")]);
        }
    }
    let functions = [
        "file(\"pipe\")",
        "filebase64(\"pipe\")",
        "filesha256(\"pipe\")",
        "templatefile(\"pipe\", {})",
        "fileexists(\"pipe\")",
    ];
    for function in functions {
        stack.write("more.ram.hcl", &format!("locals {{\n  a = {function}\n}}\n"));
        ends(&stack, "validate").exits(1).says(&["it is a pipe and not a file"]);
    }
    fs::remove_file(stack.path().join("more.ram.hcl")).expect("it is there");
    pipe(&stack.path().join("sandbox.hcl"));
    ends(&stack, "plan --sandbox").exits(1).says(&["sandbox.hcl is a pipe"]);
}

#[test]
fn a_file_whose_name_differs_in_case_is_pointed_at() {
    let stack = folder();
    fs::write(stack.path().join("B.RAM.HCL"), "locals {}\n").expect("a file");
    ends(&stack, "validate").exits(0).says(&["RAM066", "B.RAM.HCL is not read", "Rename it to b.ram.hcl"]);
}
