//! The language by the real binary: values in, diagnostics as JSON, `fmt`, `console`, `functions`, and secrets that stay secret.

use super::*;

/// A folder with files, and nothing else in its environment.
struct Folder {
    dir: TempDir,
}

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let it = Self { dir: TempDir::new().expect("a temporary folder") };
        for (name, text) in files {
            it.write(name, text);
        }
        it
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).expect("the folder can be written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).expect("the file is there")
    }

    fn run(&self, words: &[&str]) -> Run {
        self.run_with(words, &[], "")
    }

    /// Runs the binary with variables and a text on standard input.
    fn run_with(&self, words: &[&str], variables: &[(&str, &str)], input: &str) -> Run {
        let given = TempDir::new().expect("a temporary folder");
        let path = given.path().join("input");
        fs::write(&path, input).expect("writable");
        let mut command = ramctl(self.dir.path());
        command.args(words).envs(variables.iter().copied());
        command.stdin(fs::File::open(&path).expect("readable"));
        Run::of(command.output().expect("the binary can be run"))
    }

    /// What the console says to some lines.
    fn console(&self, words: &[&str], input: &str) -> Run {
        self.run_with(&[&["console"], words].concat(), &[], input)
    }
}

const HEAD: &str = "ramctl {\n  stack = \"x\"\n}\n";

fn stack(text: &str) -> Folder {
    Folder::with(&[("stack.ram.hcl", &format!("{HEAD}{text}"))])
}

#[test]
fn a_later_source_of_values_wins_over_an_earlier_one() {
    let names = ["a", "b", "c", "d", "e", "f", "g"];
    let declared: String =
        names.iter().map(|name| format!("variable \"{name}\" {{\n  default = \"default\"\n}}\n")).collect();
    let folder = stack(&declared);
    let line = |names: &[&str], value: &str| -> String {
        names.iter().map(|name| format!("{name} = \"{value}\"\n")).collect()
    };
    folder.write("10.auto.ramvars.hcl", &line(&["c", "d", "e", "f", "g"], "auto 10"));
    folder.write("9.auto.ramvars.json", r#"{ "d": "auto 9", "e": "auto 9", "f": "auto 9", "g": "auto 9" }"#);
    folder.write("not.ramvars.hcl", &line(&names, "never"));
    folder.write("one.hcl", &line(&["e", "f", "g"], "file one"));
    let run = folder.run_with(
        &[
            "console",
            "--json",
            "--var-file=one.hcl",
            "--var",
            "f=first flag",
            "--var",
            "g=flag",
            "--var",
            "f=flag",
        ],
        &["b", "c", "d", "e", "f", "g"].map(|name| match name {
            "b" => ("RAMCTL_VAR_b", "environment"),
            "c" => ("RAMCTL_VAR_c", "environment"),
            "d" => ("RAMCTL_VAR_d", "environment"),
            "e" => ("RAMCTL_VAR_e", "environment"),
            "f" => ("RAMCTL_VAR_f", "environment"),
            _ => ("RAMCTL_VAR_g", "environment"),
        }),
        "[var.a, var.b, var.c, var.d, var.e, var.f, var.g]\n",
    );
    let run = run.exits(0);
    // In order of their names: "10." comes before "9.".
    assert_eq!(
        run.stdout,
        "[\"default\",\"environment\",\"auto 10\",\"auto 9\",\"file one\",\"flag\",\"flag\"]\n"
    );
    // Between flags and files the order on the command line decides.
    let run =
        folder.run_with(&["console", "--json", "--var", "g=flag", "--var-file", "one.hcl"], &[], "var.g\n");
    assert_eq!(run.exits(0).stdout, "\"file one\"\n");
}

#[test]
fn complex_values_come_from_the_environment_and_from_terraforms_outputs() {
    let folder = stack(
        "variable \"m\" {\n  type = map(list(number))\n}\nvariable \"text\" {\n  type = string\n}\nvariable \"big\" {\n  type = number\n}\n",
    );
    folder.write(
        "outputs.json",
        r#"{
  "big":   { "sensitive": false, "type": "number", "value": 123456789012345678901234567890.5 },
  "other": { "sensitive": false, "type": "string", "value": "passed over" }
}"#,
    );
    let run = folder.run_with(
        &["console", "--json", "--var-file", "outputs.json"],
        &[("RAMCTL_VAR_m", "{ a = [1, \"2\"], b = [] }"), ("RAMCTL_VAR_text", "[not an expression")],
        "var.m\nvar.text\nvar.big\n",
    );
    assert_eq!(
        run.exits(0).stdout,
        "{\"a\":[1,2],\"b\":[]}\n\"[not an expression\"\n123456789012345678901234567890.5\n"
    );
    let broken = folder.run_with(
        &["validate", "--var-file", "outputs.json"],
        &[("RAMCTL_VAR_m", "{ a = [1"), ("RAMCTL_VAR_text", "x")],
        "",
    );
    broken.exits(1).says(&["RAMCTL_VAR_m", "RAM002"]);
    folder.run(&["validate", "--var", "no equals sign"]).exits(1).says(&["name=value"]);
}

#[test]
fn findings_are_one_document_whatever_they_are() {
    let keys = [
        "command",
        "diagnostics",
        "error_count",
        "errors",
        "format_version",
        "kind",
        "stack",
        "valid",
        "warning_count",
    ];
    let found = |run: &Run| {
        let document = run.json();
        let members: Vec<_> = document.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(members, keys);
        assert_eq!(document["format_version"], "1.0");
        assert_eq!(document["kind"], "diagnostics");
        document
    };

    let good = stack("").run(&["validate", "--json"]).exits(0);
    let document = found(&good);
    assert_eq!((&document["valid"], &document["stack"]), (&true.into(), &"x".into()));
    assert_eq!(good.stderr, "");

    let folder = stack("locals {\n  n = \"é\"\n  a = local.n + 1\n  b = lcoal.n\n}\n");
    let bad = folder.run(&["validate", "--json"]).exits(1);
    let document = found(&bad);
    assert_eq!(bad.stderr, "", "the document is all there is");
    assert_eq!((&document["valid"], &document["error_count"]), (&false.into(), &2.into()), "{document:#}");
    let first = &document["diagnostics"][0];
    assert_eq!((&first["severity"], &first["code"]), (&"error".into(), &"RAM020".into()), "{first:#}");
    let source = serde_json::json!({
        "file": "stack.ram.hcl", "line": 6, "column": 7, "end_line": 6, "end_column": 14
    });
    assert_eq!(first["source"], source);
    assert_eq!(first["labels"][0]["text"], "local.n is \"é\"", "{first:#}");
    assert!(
        document["diagnostics"][1]["help"].as_str().is_some_and(|help| help.contains("local")),
        "{document:#}"
    );

    // Other commands promise a document too, and say it to people on stderr as well.
    for words in [
        &["plan", "--json"][..],
        &["drift", "--json"],
        &["apply", "--json", "--auto-approve"],
        &["destroy", "--json", "--auto-approve"],
    ] {
        let run = folder.run(words).exits(1);
        assert_eq!(found(&run)["error_count"], 2, "{words:?}");
        run.says(&["error[RAM020]"]);
    }
    for words in [&["validate", "--json", "nowhere"][..], &["plan", "--json", "nowhere"]] {
        let run = folder.run(words).exits(1);
        let document = found(&run);
        assert_eq!(document["valid"], false);
        assert!(document["errors"][0].as_str().is_some_and(|text| text.contains("nowhere")), "{document:#}");
    }
}

const UGLY: &str = "ramctl{\n stack=\"x\" # why\n}\nlocals {\n  a=1\n  long   = [1,\n 2]\n}\n";

#[test]
fn fmt_writes_canonical_style_once() {
    let folder = Folder::with(&[("a.ram.hcl", UGLY), ("b.auto.ramvars.hcl", "x=1\n"), ("c.txt", UGLY)]);
    let check = folder.run(&["fmt", "--check"]).exits(3);
    assert_eq!(check.stdout, "./a.ram.hcl\n./b.auto.ramvars.hcl\n");
    assert_eq!(folder.read("a.ram.hcl"), UGLY, "--check changes nothing");
    let diff = folder.run(&["fmt", "--check", "--diff"]).exits(3);
    diff.says(&["-  a=1", "+  a ", "@@"]);
    assert_eq!(folder.read("a.ram.hcl"), UGLY);
    let first = folder.run(&["fmt"]).exits(0);
    assert_eq!(first.stdout, "./a.ram.hcl\n./b.auto.ramvars.hcl\n");
    let neat = folder.read("a.ram.hcl");
    assert!(neat.contains("ramctl {\n  stack = \"x\" # why\n}\n"), "{neat}");
    assert_eq!(folder.read("b.auto.ramvars.hcl"), "x = 1\n");
    assert_eq!(folder.read("c.txt"), UGLY, "other files are none of ours");
    assert_eq!(folder.run(&["fmt"]).exits(0).stdout, "", "a second run changes nothing");
    folder.run(&["fmt", "--check"]).exits(0);
}

#[test]
fn fmt_reads_standard_input_and_one_file() {
    let folder = Folder::with(&[("a.ram.hcl", UGLY)]);
    assert_eq!(folder.run_with(&["fmt", "-"], &[], "x=1\n").exits(0).stdout, "x = 1\n");
    assert_eq!(folder.run_with(&["fmt", "-"], &[], "x=1\r\ny = 2\r\n").exits(0).stdout, "x = 1\r\ny = 2\r\n");
    assert_eq!(folder.run_with(&["fmt", "-"], &[], "\u{feff}x=1\n").exits(0).stdout, "x = 1\n");
    assert_eq!(folder.run_with(&["fmt", "-"], &[], "").exits(0).stdout, "");
    folder.run_with(&["fmt", "--check", "-"], &[], "x=1\n").exits(3);
    folder.run_with(&["fmt", "--check", "-"], &[], "x = 1\n").exits(0);
    let broken = folder.run_with(&["fmt", "-"], &[], "x = [\n").exits(1);
    assert_eq!(broken.stdout, "");
    broken.says(&["RAM002"]);
    assert_eq!(folder.run(&["fmt", "a.ram.hcl"]).exits(0).stdout, "a.ram.hcl\n");
}

#[test]
fn fmt_leaves_alone_what_it_cannot_read_or_write_and_does_the_rest() {
    let broken = "locals {\n  a=[1\n}\n";
    let folder = Folder::with(&[("a.ram.hcl", broken), ("b.ram.hcl", UGLY), ("c.ram.hcl", UGLY)]);
    let locked = folder.dir.path().join("c.ram.hcl");
    let mut permissions = fs::metadata(&locked).expect("there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).expect("ours");
    let run = folder.run(&["fmt"]).exits(1).says(&[
        "RAM002",
        "a.ram.hcl:3",
        "c.ram.hcl cannot be written",
        "read-only",
    ]);
    assert_eq!(folder.read("a.ram.hcl"), broken);
    assert_eq!(folder.read("c.ram.hcl"), UGLY);
    assert_eq!(run.stdout, "./b.ram.hcl\n", "only what was rewritten is listed");
    assert_ne!(folder.read("b.ram.hcl"), UGLY);
    folder.run(&["fmt", "nowhere"]).exits(1).says(&["nowhere"]);
}

#[cfg(unix)]
#[test]
fn fmt_keeps_links_and_modes() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&[("real.hcl", UGLY)]);
    let real = folder.dir.path().join("real.hcl");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("ours");
    let link = folder.dir.path().join("link.ram.hcl");
    std::os::unix::fs::symlink("real.hcl", &link).expect("possible");
    folder.run(&["fmt"]).exits(0);
    assert!(fs::symlink_metadata(&link).expect("there").file_type().is_symlink());
    assert_ne!(folder.read("real.hcl"), UGLY);
    assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
}

#[test]
fn the_console_prints_a_value_for_each_line() {
    let folder = stack("locals {\n  names = toset([\"b\", \"a\"])\n}\n");
    let lines = "# a comment\n\n1/3*3\n  toset([3, 1, 2, \"x\"])  \nlocal.names\n0.1+0.2\n123456789012345678901234567890 + 1\n// more\n{ b = 1, a = null }\n\"é\\n\"\nou(\"A/B\")";
    let run = folder.console(&["--json"], lines).exits(0);
    let values: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        values[..5],
        ["1", "[\"1\",\"2\",\"3\",\"x\"]", "[\"a\",\"b\"]", "0.3", "123456789012345678901234567891"]
    );
    assert_eq!(values[5..7], ["{\"a\":null,\"b\":1}", "\"é\\n\""]);
    assert_eq!(values.len(), 8, "one line each, the last without its newline too: {values:?}");
    assert_eq!(run.stderr, "", "no prompt where nobody types");
}

#[test]
fn the_console_goes_on_after_a_mistake_and_remembers_it() {
    let folder = stack("");
    let run = folder.console(&[], "1 +\n1 + 1\n# A comment\nlocal.x\n").exits(1);
    assert_eq!(run.stdout, "2\n");
    run.says(&["A value is missing after \"+\"", "RAM011", "console:1:", "console:4:"]);
    let stopped = folder.console(&[], "1\nexit\n2\n").exits(0);
    assert_eq!(stopped.stdout, "1\n");
    let long = format!("length(\"{}\")\n1\n", "x".repeat(1 << 20));
    assert_eq!(folder.console(&[], &long).exits(0).stdout, "1048576\n1\n");
    let nested = format!("{}1{}\n2\n", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(folder.console(&[], &nested).exits(1).says(&["RAM004"]).stdout, "2\n");
    // Where there is no stack, expressions without names have values all the same.
    assert_eq!(Folder::with(&[]).console(&[], "upper(\"a\")\n").exits(0).stdout, "\"A\"\n");
}

#[test]
fn every_function_is_listed_and_described() {
    let folder = Folder::with(&[]);
    let listed = folder.run(&["functions"]).exits(0).stdout;
    let document = folder.run(&["functions", "--json"]).exits(0).json();
    let functions = document["functions"].as_array().expect("a list");
    assert!(functions.len() > 100, "{}", functions.len());
    for function in functions {
        let text = |member: &str| function[member].as_str().expect("a text");
        let (name, signature) = (text("name"), text("signature"));
        assert!(signature.starts_with(&format!("{name}(")), "{signature}");
        assert!(listed.contains(&format!("  {signature} ")), "{signature} is listed");
        assert!(!text("description").is_empty() && !text("group").is_empty(), "{name}");
    }
    for name in ["cidrsubnet", "merge", "upper"] {
        folder.run(&["functions", name]).exits(0).says(&[name, "\n  > "]);
    }
    assert_eq!(folder.run(&["functions", "ou", "--json"]).exits(0).json()["functions"][0]["name"], "ou");
    folder.run(&["functions", "uper"]).exits(1).says(&["Did you mean upper?"]);
}

/// What must never be seen.
const SECRET: &str = "hush-4711-hush";

#[test]
fn a_sensitive_value_is_in_no_output_of_any_command() {
    let account = "  assume_role { role_name = \"OrganizationAccountAccessRole\" }";
    let secretive = "  assume_role {\n    role_name   = \"OrganizationAccountAccessRole\"\n    external_id = local.derived\n  }";
    let variables = "variable \"secret\" {\n  type      = string\n  sensitive = true\n}\nlocals {\n  derived = \"id-${var.secret}\"\n}\n";
    let text = format!("{}{variables}", one_share(&organization("enabled")).replace(account, secretive));
    let stack = Stack::with(&text, &seed("sharing = \"off\"", ""));
    stack.write("v.auto.ramvars.hcl", &format!("secret = \"{SECRET}\"\n"));
    for words in [
        "validate",
        "validate --json",
        "plan",
        "plan --json",
        "graph",
        "graph --format mermaid",
        "apply --auto-approve",
        "apply --auto-approve --json",
        "plan --json",
        "drift",
        "drift --json",
        "destroy --auto-approve --json",
    ] {
        let run = if words.starts_with("validate") {
            Run::of(ramctl(&stack.path()).args(words.split(' ')).output().expect("runs"))
        } else {
            stack.run(words)
        };
        assert!(run.code != Some(1), "{words}: {}{}", run.stdout, run.stderr);
        run.never_says(&[SECRET]);
    }
}

#[test]
fn a_sensitive_value_is_refused_where_it_would_be_shown() {
    let variables = "variable \"secret\" {\n  type      = string\n  sensitive = true\n}\n";
    let plain = one_share(&organization("enabled"));
    for argument in [
        "name = var.secret",
        "name = \"x-${var.secret}\"",
        "tags = { team = var.secret }",
        "tags = { (var.secret) = \"x\" }",
        "for_each = toset([var.secret])",
        "permission \"ec2:TransitGateway\" { use = var.secret }",
    ] {
        let text = plain.replace("share \"tgw\" {", &format!("share \"tgw\" {{\n  {argument}"));
        let folder = Folder::with(&[
            ("stack.ram.hcl", &format!("{text}{variables}")),
            ("v.auto.ramvars.hcl", &format!("secret = \"{SECRET}\"\n")),
        ]);
        for words in [&["validate"][..], &["validate", "--json"], &["plan"], &["plan", "--json"], &["graph"]]
        {
            folder.run(words).exits(1).says(&["RAM031"]).never_says(&[SECRET]);
        }
    }
}

#[test]
fn the_console_and_messages_keep_secrets() {
    let folder = stack("variable \"secret\" {\n  type      = string\n  sensitive = true\n}\n");
    let variables = [("RAMCTL_VAR_secret", SECRET)];
    let lines = "var.secret\n[var.secret]\n\"x${var.secret}\"\nvar.secret + 1\n{ a = 1 }[var.secret]\ntonumber(var.secret)\n{ (var.secret) = 1 }\nupper(var.secret)\nlength(var.secret)\n";
    for words in [&["console"][..], &["console", "--json"]] {
        let run =
            folder.run_with(words, &variables, lines).exits(1).never_says(&[SECRET]).never_says(&["HUSH"]);
        run.says(&["sensitive"]);
    }
    let run = folder.run_with(&["console"], &variables, "nonsensitive(var.secret)\n").exits(0);
    assert_eq!(run.stdout, format!("\"{SECRET}\"\n"), "unless asked for");
    // A secret that does not fit its variable is a mistake, and stays a secret.
    folder.write(
        "n.ram.hcl",
        "variable \"number\" {\n  type      = number\n  sensitive = true\n}\nvariable \"checked\" {\n  sensitive = true\n  validation {\n    condition     = length(var.checked) < 3\n    error_message = \"Too long: ${var.checked}\"\n  }\n}\n",
    );
    let more = [("RAMCTL_VAR_secret", "x"), ("RAMCTL_VAR_number", SECRET), ("RAMCTL_VAR_checked", SECRET)];
    folder.run_with(&["validate"], &more, "").exits(1).never_says(&[SECRET]);
    folder.run_with(&["validate", "--json"], &more, "").exits(1).never_says(&[SECRET]);
}

/// What a compile may hold is stated in `src/lang/README.md`; without a bound, each of these takes many gigabytes.
#[cfg(target_os = "linux")]
#[test]
fn what_would_take_gigabytes_is_refused_where_it_grows() {
    let loops = "[for i in range(1024): join(\"\", [for j in range(1024): format(\"%10000d\", i)])]";
    let list = format!("[{}1]", "1,".repeat(20_000_000));
    for (text, says) in [
        (
            format!("locals {{\n  a = {loops}\n}}\n"),
            "Here the stack takes more memory than the 448 MiB that it may.",
        ),
        (format!("locals {{\n  a = {list}\n}}\n"), "more words and signs than ramctl reads of one file"),
        (format!("locals {{\n  a = {}1]\n}}\n", &list[..3_000_000]), "Here the stack takes more memory"),
    ] {
        let folder = stack(&text);
        let binary = ramctl(folder.dir.path());
        let mut shell = Command::new("/bin/sh");
        // Addresses, of which stacks of threads and arenas of the allocator take some that are never used.
        shell.args(["-c", "ulimit -v 900000; exec \"$0\" validate"]).arg(binary.get_program());
        shell.current_dir(folder.dir.path()).env_clear().stdin(Stdio::null());
        Run::of(shell.output().expect("there is a shell")).exits(1).says(&["RAM004", says]);
    }
}

/// A terminal's stream drops the character as it stands; JSON has an escape for it.
#[test]
fn a_del_survives_the_console() {
    let folder = stack("");
    let run = folder.run_with(&["console", "--json"], &[], "\"a\\u007fb\"\n");
    assert_eq!(run.stdout.trim(), r#""a\u007fb""#, "{run}");
}
