//! Standard output that is closed, that nobody reads to its end, or whose disk is full.

use super::*;

/// Every command that prints, with how it ends where its output is read.
const COMMANDS: [(&str, i32); 24] = [
    ("--help", 0),
    ("--version", 0),
    ("plan --help", 0),
    ("validate", 0),
    ("validate --json", 0),
    ("graph", 0),
    ("graph --format mermaid", 0),
    ("functions", 0),
    ("functions ou", 0),
    ("functions --json", 0),
    ("explain", 0),
    ("explain RAM201", 0),
    ("completions bash", 0),
    ("iam plan", 0),
    ("iam apply --format terraform", 0),
    ("fmt -", 0),
    ("console", 0),
    ("show p.json", 0),
    ("show --output html p.json", 0),
    ("plan --sandbox --detailed-exitcode", 2),
    ("plan --sandbox --json", 0),
    ("drift --sandbox", 2),
    ("drift --sandbox --output markdown", 2),
    ("snapshot --sandbox --out live.json", 0),
];

/// A stack that is planned and not applied, and a text for standard input.
fn planned() -> Stack {
    let stack = Stack::quickstart();
    stack.run("plan --out p.json").exits(0);
    stack.write("input", "local.subnets\n");
    stack
}

fn command(stack: &Stack, words: &str) -> Command {
    let mut command = ramctl(&stack.path());
    command.args(words.split(' ')).stdin(input(stack, words));
    command
}

fn input(stack: &Stack, words: &str) -> fs::File {
    let name = if words == "fmt -" { "network.ram.hcl" } else { "input" };
    fs::File::open(stack.path().join(name)).expect("it is there")
}

#[test]
fn a_reader_that_goes_away_changes_neither_what_is_done_nor_how_it_ends() {
    let stack = planned();
    let apply = ("apply --sandbox --auto-approve", 0);
    for (words, code) in COMMANDS.into_iter().chain([apply]) {
        let mut child = command(&stack, words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be run");
        drop(child.stdout.take());
        Run::of(child.wait_with_output().expect("it ends")).exits(code);
    }
    stack.plan().exits(0);
}

#[test]
fn a_standard_output_that_is_closed_is_nobody_reading() {
    let stack = planned();
    for (words, code) in COMMANDS {
        let direct = command(&stack, words);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "exec \"$0\" \"$@\" >&-"]).arg(direct.get_program()).args(direct.get_args());
        shell.current_dir(stack.path()).env_clear().stdin(input(&stack, words));
        Run::of(shell.output().expect("there is a shell")).exits(code);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_is_told_and_files_are_written_all_the_same() {
    let stack = planned();
    let full = |words: &str| {
        let disk = fs::File::options().write(true).open("/dev/full").expect("Linux has a full disk");
        Run::of(command(&stack, words).stdout(disk).output().expect("the binary can be run"))
    };
    for (words, _) in COMMANDS {
        let run = full(words).exits(1);
        assert!(run.holds("error: standard output cannot be written: "), "{words}: {run}");
        assert_eq!(run.stderr.matches("cannot be written").count(), 1, "{words}: {run}");
    }
    stack.run_bare("plan --live live.json").exits(0).says(&["4 to create"]);
    full("plan --sandbox --out q.json --output markdown=q.md").exits(1);
    assert!(stack.read("q.md").contains("4 to create"));
    // What was agreed to is done, though nobody could read of it.
    full("apply --sandbox --auto-approve").exits(1).says(&["standard output cannot be written"]);
    stack.plan().exits(0);
    stack.run("apply q.json").exits(5);
}
