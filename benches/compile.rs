//! How long a stack takes to compile, by its size: one `for_each` of many instances, and many blocks.
//!
//! `cargo bench --no-default-features` prints a line for each size. Linear growth shows as one figure per instance.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads the clock and prints"
)]

use std::time::Instant;

use ramctl::diag::SourceMap;
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::{Inputs, Limits, compile};

struct NoFiles;

impl StackFiles for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }

    fn folder(&self) -> String {
        "/".into()
    }
}

const HEAD: &str = r#"
ramctl {
  stack = "bench"
}

account "network" {
  id = "222222222222"
}
"#;

fn one_for_each(count: usize) -> String {
    let thousands = count / 1_000;
    format!(
        r#"{HEAD}
locals {{
  numbers = [for pair in setproduct(range({thousands}), range(1000)) : "${{pair[0]}}-${{pair[1]}}"]
  teams   = {{ for n in local.numbers : "team-${{n}}" => {{ ou = "Workloads/Team${{n}}", subnet = "subnet-${{n}}" }} }}
}}

share "team" {{
  for_each   = local.teams
  account    = account.network
  region     = "eu-central-1"
  name       = "${{each.key}}-subnets"
  resources  = ["arn:aws:ec2:eu-central-1:${{account.network.id}}:subnet/${{each.value.subnet}}"]
  principals = [ou(each.value.ou)]
  tags       = {{ team = each.key }}
}}
"#
    )
}

fn many_blocks(count: usize) -> String {
    let mut text = HEAD.to_owned();
    for n in 0..count {
        text.push_str(&format!(
            r#"
# The subnets of team {n}, for everybody who works there. {padding}
share "team_{n}" {{
  account    = account.network
  region     = "eu-central-1"
  name       = "team-{n}-subnets"
  resources  = [
    "arn:aws:ec2:eu-central-1:${{account.network.id}}:subnet/subnet-{n:08}",
    "arn:aws:ec2:eu-central-1:${{account.network.id}}:subnet/subnet-{n:08}b",
  ]
  principals = [ou("Workloads/Team{n}"), "333333333333"]
  tags       = {{ team = "team-{n}", stage = "prod" }}
  lifecycle {{
    ignore_changes = [tags]
  }}
}}
"#,
            padding = "-".repeat(60),
        ));
    }
    text
}

fn run(what: &str, count: usize, text: &str) {
    let mut sources = SourceMap::default();
    let file = sources.add("stack.ram.hcl", text);
    let inputs = Inputs {
        values: &[],
        files: &NoFiles,
        plan_timestamp: "2026-01-01T00:00:00Z",
        limits: Limits::default(),
    };
    let start = Instant::now();
    let compiled = compile(&mut sources, &[file], &inputs);
    let took = start.elapsed();
    let shares = compiled.declaration.map_or(0, |declaration| declaration.shares.len());
    assert_eq!(shares, count, "{:?}", compiled.diagnostics.first());
    println!(
        "{what:14} {count:>7} {:>9.2} MB {:>9.1} ms {:>7.2} us each",
        text.len() as f64 / 1e6,
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e6 / count as f64,
    );
}

fn main() {
    for count in [1_000, 10_000, 100_000] {
        run("one for_each", count, &one_for_each(count));
    }
    for count in [1_000, 10_000, 100_000] {
        run("many blocks", count, &many_blocks(count));
    }
}
