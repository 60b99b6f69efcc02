//! Mutated files for a bounded time: nothing panics, every mistake has a place, formatting is stable.
//!
//! `RAMCTL_FUZZ_SECONDS` sets the time (1 where it is not set), `RAMCTL_FUZZ_SEED` where the mutations start.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use std::{env, fs};

use ramctl::diag::SourceMap;
use ramctl::lang::fmt::format;
use ramctl::lang::{Inputs, Limits, compile};

use super::inputs;
use super::robustness::{Numbers, broken};

fn corpus() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/fuzz");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("the corpus is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hcl"))
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).expect("UTF-8")).collect()
}

fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

/// Holds the laws of the language against one text. Gives the codes of what was found in it.
fn laws(text: &str) -> BTreeSet<&'static str> {
    let mut sources = SourceMap::default();
    let file = sources.add("fuzz.ram.hcl", text);
    let limits = Limits { steps: 200_000, value_size: 200_000, ..Limits::default() };
    let compiled = compile(&mut sources, &[file], &Inputs { limits, ..inputs(&[]) });
    let errors = compiled.diagnostics.iter().any(|found| found.is_error());
    assert_eq!(compiled.declaration.is_none(), errors, "a stack compiles or its mistakes are told");
    let mut last = None;
    for diagnostic in &compiled.diagnostics {
        for span in diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|label| label.span)) {
            let text = &sources.file(span.file).text;
            assert!(text.get(span.range()).is_some(), "{span:?} is a range of characters");
        }
        assert!(diagnostic.span >= last, "mistakes are told in source order");
        last = diagnostic.span;
    }
    if let Ok(once) = format(&sources, file) {
        let again = sources.add("once.ram.hcl", once.as_str());
        let twice = format(&sources, again).expect("what was formatted parses");
        assert_eq!(once, twice, "formatting twice changes nothing");
    }
    compiled.diagnostics.iter().map(|found| found.code.id).collect()
}

#[test]
#[expect(clippy::disallowed_macros, reason = "a run of its own says what it did")]
fn mutated_files_break_nothing_for_a_bounded_time() {
    let corpus = corpus();
    let seed = setting("RAMCTL_FUZZ_SEED", 1);
    let time = Duration::from_secs(setting("RAMCTL_FUZZ_SECONDS", 1));
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut codes = BTreeSet::new();
    let mut check = |text: &str| match catch_unwind(AssertUnwindSafe(|| laws(text))) {
        Ok(found) => codes.extend(found),
        Err(_) => panic!("seed {seed}: this text breaks a law:\n{text}"),
    };
    corpus.iter().for_each(|text| check(text));
    let start = Instant::now();
    let mut rounds = 0;
    while start.elapsed() < time {
        let mut text = broken(&corpus[numbers.below(corpus.len())], &mut numbers);
        if numbers.below(4) == 0 {
            let other = &corpus[numbers.below(corpus.len())];
            let lines: Vec<&str> = other.split_inclusive('\n').collect();
            let from = numbers.below(lines.len());
            text.push_str(&lines[from..].concat());
        }
        check(&text);
        rounds += 1;
    }
    println!("seed {seed}: {rounds} texts in {:?}, codes {codes:?}", start.elapsed());
    assert!(rounds > 0 && codes.len() > 3, "{rounds} rounds found {codes:?}");
}
