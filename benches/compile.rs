//! How long a stack takes to compile, by its size: one `for_each` of many instances, and many blocks.
//!
//! `cargo bench --no-default-features --bench compile` prints time, instances and bytes a second, and memory for each size. Linear
//! growth shows as one rate at all sizes.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use ramctl::diag::SourceMap;
use ramctl::lang::functions::{FileError, StackFiles};
use ramctl::lang::{Inputs, Limits, compile};

/// Counts what is allocated, and the most that is held at once.
#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

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

/// Compiles a stack of `count` shares, as often as is worth it.
fn measure(bencher: Bencher<'_, '_>, count: usize, text: &str) {
    let inputs = Inputs {
        values: &[],
        files: &NoFiles,
        plan_timestamp: "2026-01-01T00:00:00Z",
        // 100,000 shares are more than a compilation may hold; what they take is measured all the same.
        limits: Limits { memory: 4 << 30, ..Limits::default() },
    };
    let load = || {
        let mut sources = SourceMap::default();
        let file = sources.add("stack.ram.hcl", text);
        (sources, file)
    };
    let bencher = bencher.counter(ItemsCount::new(count)).counter(BytesCount::of_str(text));
    bencher.with_inputs(load).bench_local_values(|(mut sources, file)| {
        let compiled = compile(&mut sources, &[file], &inputs);
        let shares = compiled.declaration.as_ref().map_or(0, |declaration| declaration.shares.len());
        assert_eq!(shares, count, "{:?}", compiled.diagnostics.first());
        compiled
    });
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5, sample_size = 1)]
fn instances_of_one_for_each(bencher: Bencher<'_, '_>, count: usize) {
    measure(bencher, count, &one_for_each(count));
}

#[divan::bench(args = [1_000, 10_000, 100_000], sample_count = 5, sample_size = 1)]
fn separate_blocks(bencher: Bencher<'_, '_>, count: usize) {
    measure(bencher, count, &many_blocks(count));
}

fn main() {
    divan::main();
}
