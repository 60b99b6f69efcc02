//! What is going on while a run reads and applies: bars on a terminal, lines in CI. All of it on stderr.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::task::JoinHandle;

use crate::apply::Event;
use crate::cli::output::Output;
use crate::plan::{PlannedStep, StepId, StepResult, listed};
use crate::render::{StepView, escape};

/// How often a spinner moves.
const TICK: Duration = Duration::from_millis(120);

/// How far an apply is, and what is under way.
const APPLY: &str = "{spinner} [{bar:16}] {pos} of {len} steps  {wide_msg}";

/// Steps that one reminder names, and principals that one line does.
const NAMED: usize = 3;

/// A line now and then about what goes on, for a log that would otherwise stand still. None on a terminal, where a bar moves.
struct Reminder(Option<JoinHandle<()>>);

impl Reminder {
    /// Asks every so often what goes on. None: nothing does.
    fn start(
        output: &Output,
        every: Duration,
        what: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        if output.stderr_is_terminal() {
            return Self(None);
        }
        let output = output.for_notes();
        Self(Some(tokio::spawn(async move {
            let mut waited = Duration::ZERO;
            loop {
                tokio::time::sleep(every).await;
                waited += every;
                if let Some(what) = what() {
                    output.note(format_args!("  after {} s: {what}", waited.as_secs()));
                }
            }
        })))
    }
}

impl Drop for Reminder {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

/// A spinner while AWS is read. Where stderr is no terminal, a line now and then.
pub(crate) struct ReadProgress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    /// Zero while the organization is read.
    all: Arc<AtomicU64>,
    _reminder: Reminder,
}

impl ReadProgress {
    pub(crate) fn start(output: &Output, every: Duration) -> Self {
        let bar = ProgressBar::with_draw_target(None, target(output));
        bar.set_style(style("{spinner} {msg}"));
        bar.enable_steady_tick(TICK);
        let (read, all) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counts = (read.clone(), all.clone());
        let reminder = Reminder::start(output, every, move || {
            let (read, all) = (counts.0.load(Ordering::Relaxed), counts.1.load(Ordering::Relaxed));
            Some(match all {
                0 => "still reading the organization".to_owned(),
                _ => format!("still reading accounts and Regions: {read} of {all} are read"),
            })
        });
        Self { bar, read, all, _reminder: reminder }
    }

    pub(crate) fn organization(&self) {
        self.bar.set_message("Reading the organization");
    }

    /// So many accounts and Regions are to be read.
    pub(crate) fn places(&self, count: usize) {
        self.bar.set_style(style("{spinner} Reading accounts and Regions: {pos} of {len}"));
        self.bar.set_length(count as u64);
        self.all.store(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn place(&self) {
        self.bar.inc(1);
        self.read.fetch_add(1, Ordering::Relaxed);
    }

    /// Runs something that writes to the terminal without the spinner in its way.
    pub(crate) fn suspend(&self, write: impl FnOnce()) {
        self.bar.suspend(write);
    }
}

impl Drop for ReadProgress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The steps of an apply as they go.
pub(crate) struct ApplyProgress<'a> {
    output: &'a Output,
    bar: ProgressBar,
    names: BTreeMap<StepId, String>,
    running: Arc<Mutex<Running>>,
    retries: Mutex<Retries>,
    _reminder: Reminder,
}

/// Steps under way, with what each waits for.
type Running = BTreeMap<StepId, String>;

impl<'a> ApplyProgress<'a> {
    pub(crate) fn start(output: &'a Output, steps: &[PlannedStep], every: Duration) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps.len() as u64), target(output));
        bar.set_style(style(APPLY));
        bar.enable_steady_tick(TICK);
        let names = steps.iter().map(|step| (step.id, StepView::new(step).to_string())).collect();
        let running: Arc<Mutex<Running>> = Arc::default();
        let under_way = running.clone();
        let reminder = Reminder::start(output, every, move || {
            still_running(&under_way.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Self { output, bar, names, running, retries: Mutex::default(), _reminder: reminder }
    }

    pub(crate) fn on(&self, event: Event) {
        match event {
            Event::Started { step } => {
                self.set_running(step, String::new());
            }
            Event::Waiting { step, what } => self.set_running(step, format!(" (waiting: {})", escape(&what))),
            Event::Retrying { step, why } => {
                let news = self.retries.lock().unwrap_or_else(PoisonError::into_inner).is_news(step, &why);
                if news {
                    self.say(format_args!("  {}: trying again: {}", self.name(step), escape(&why)));
                }
            }
            Event::Finished { step, result } => {
                self.with_running(|running| running.remove(&step));
                self.bar.inc(1);
                match result {
                    StepResult::Done { waiting_for, .. } if waiting_for.is_empty() => {
                        self.say(format_args!("  {}: done", self.name(step)));
                    }
                    StepResult::Done { waiting_for, .. } => {
                        let who: Vec<String> =
                            waiting_for.iter().map(|p| escape(p.as_str()).to_string()).collect();
                        self.say(format_args!(
                            "  {}: done; {} must accept the invitation",
                            self.name(step),
                            listed(&who, NAMED)
                        ));
                    }
                    StepResult::Unseen { what } => {
                        self.say(format_args!("  {}: {}", self.name(step), escape(&what)));
                    }
                    StepResult::Failed { code, message, .. } => {
                        let (code, message) = (escape(&code), escape(&message));
                        self.say(format_args!("  {}: FAILED: {code}: {message}", self.name(step)));
                    }
                    StepResult::Skipped { .. } | StepResult::NotStarted => {}
                }
            }
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn name(&self, step: StepId) -> &str {
        self.names.get(&step).map_or("step", String::as_str)
    }

    fn say(&self, line: std::fmt::Arguments<'_>) {
        self.bar.suspend(|| self.output.note(line));
    }

    fn set_running(&self, step: StepId, waiting: String) {
        let text = format!("{}{waiting}", self.name(step));
        self.with_running(|running| running.insert(step, text));
    }

    fn with_running<T>(&self, change: impl FnOnce(&mut Running) -> T) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut running);
        let texts: Vec<&str> = running.values().map(String::as_str).collect();
        self.bar.set_message(texts.join("; "));
    }
}

/// The steps under way in one line.
fn still_running(running: &Running) -> Option<String> {
    if running.is_empty() {
        return None;
    }
    let named: Vec<&str> = running.values().take(NAMED).map(String::as_str).collect();
    let more = match running.len() - named.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(format!("still at {}{more}", named.join("; ")))
}

/// Which retries were told already: one for each step, and one for each cause, which often stops hundreds of steps alike.
#[derive(Default)]
struct Retries {
    steps: BTreeSet<StepId>,
    causes: BTreeSet<String>,
}

impl Retries {
    fn is_news(&mut self, step: StepId, why: &str) -> bool {
        // The request's id makes every message of AWS another one.
        let cause = why.split(" (request ").next().unwrap_or(why);
        self.causes.insert(cause.to_owned()) && self.steps.insert(step)
    }
}

fn target(output: &Output) -> ProgressDrawTarget {
    if output.stderr_is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("templates are constants of this file, tried by its test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cause_is_told_once_however_many_steps_it_stops() {
        let mut retries = Retries::default();
        assert!(retries.is_news(StepId(0), "ThrottlingException: Rate exceeded (request a)"));
        assert!(!retries.is_news(StepId(1), "ThrottlingException: Rate exceeded (request b)"));
        assert!(retries.is_news(StepId(1), "InternalServerError: boom (request c)"));
        assert!(!retries.is_news(StepId(1), "another cause of a step that was told"));
    }

    #[test]
    fn a_reminder_names_a_few_steps_and_counts_the_rest() {
        let running = |count: u32| (0..count).map(|n| (StepId(n), format!("step {n}"))).collect();
        assert_eq!(still_running(&running(0)), None);
        assert_eq!(still_running(&running(1)).as_deref(), Some("still at step 0"));
        assert_eq!(
            still_running(&running(5)).as_deref(),
            Some("still at step 0; step 1; step 2; and 2 more")
        );
    }

    #[test]
    fn the_templates_are_sound() {
        for template in ["{spinner} {msg}", "{spinner} Reading accounts and Regions: {pos} of {len}", APPLY] {
            style(template);
        }
    }
}
