//! What a run of the real binary said, and the words that agree to everything.

use std::process::Output;
use std::sync::LazyLock;

use ramctl::diag::hazards::hazard_codes;
use serde_json::Value;

/// Every hazard there is, as `--allow` takes them: for tests whose matter is what becomes of the changes, not who agrees to them.
pub(crate) static EVERY_HAZARD: LazyLock<String> =
    LazyLock::new(|| hazard_codes().map(|code| code.id).collect::<Vec<_>>().join(","));

/// `apply` with every hazard allowed.
pub(crate) static APPLY: LazyLock<String> = LazyLock::new(|| allowing_all("apply --auto-approve"));
/// `plan` with every hazard allowed.
pub(crate) static PLAN: LazyLock<String> = LazyLock::new(|| allowing_all("plan --detailed-exitcode"));

/// A command with every hazard allowed.
pub(crate) fn allowing_all(words: &str) -> String {
    format!("{words} --allow {}", *EVERY_HAZARD)
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Run {
    /// None where a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        assert!(!self.stderr.contains("panicked"), "{self}");
        self
    }

    /// Every text stands somewhere in the output.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.holds(text), "{text:?} is not in\n{self}");
        }
        self
    }

    #[track_caller]
    pub(crate) fn never_says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.holds(text), "{text:?} is in\n{self}");
        }
        self
    }

    /// Sentences are wrapped wherever the names in them let them be.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let words = |said: &str| said.split_whitespace().collect::<Vec<_>>().join(" ");
        [&self.stdout, &self.stderr].iter().any(|said| said.contains(text) || words(said).contains(text))
    }

    /// The document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in\n{self}"))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, stdout, stderr } = self;
        let code = code.map_or_else(|| "a signal ended it".to_owned(), |code| format!("exit code {code}"));
        write!(f, "{code}\nstdout:\n{stdout}\nstderr:\n{stderr}")
    }
}
