//! From a stack to a plan that somebody agreed to and that is still true: plan, show, ask, read again, carry out. Where AWS changed
//! meanwhile, or another run was faster, once more from the start.

use std::time::{Duration, Instant};

use crate::cli::args::ApplyArgs;
use crate::cli::carry_out::{self, carry_out, finish};
use crate::cli::commands::plan;
use crate::cli::consent;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::Output;
use crate::cli::outputs::Outputs;
use crate::cli::pipeline::{self, Loaded};
use crate::cli::prompt::{Answer, ask};
use crate::cli::scope::scope;
use crate::cli::session::Session;
use crate::diag::{Diagnostic, SourceMap};
use crate::diff::{Causes, Purpose, Scope};
use crate::plan::{ApprovedPlan, Consent, Fingerprint, NotApproved, Outcome, Plan, PlanBody, Refused, Stale};

/// How often a plan is made and asked about before the run gives up.
const ROUNDS: u32 = 3;

/// What a run that is interrupted before it changes anything says.
const NOTHING_CHANGED: &str = "\nInterrupted. Nothing was changed.";
const ONLY_THE_ABOVE: &str = "\nInterrupted. Nothing was changed after what is listed above.";

/// What is to be planned, and who agreed to it.
pub(crate) struct Intent<'a> {
    pub purpose: Purpose,
    /// The fingerprint of the plan that was agreed to beforehand.
    pub agreed: Option<&'a Fingerprint>,
}

/// Makes a plan, shows it, asks, and carries it out. What changed in AWS while the question stood is shown and asked about anew.
pub(crate) async fn run_plan(
    args: &ApplyArgs,
    intent: Intent<'_>,
    loaded: &Loaded,
    session: &Session,
    outputs: &mut Outputs,
    output: &mut Output,
) -> Exit {
    if !outputs.shows_text() && !args.auto_approve {
        output.error("nobody can agree to a plan that is not shown: pass --auto-approve, or give the result a file, as in `--output json=apply.json`");
        return Exit::Error;
    }
    let Some(scope) = scope(&args.scope, Causes::All, &loaded.declaration, output) else {
        return Exit::Error;
    };
    let run = Run { args, intent, loaded, session, scope, consent: consent::consent(&args.consent) };
    let mut round = 1;
    let mut last_word = NOTHING_CHANGED;
    loop {
        let Overtaken { plan, by } = match run.round(last_word, outputs, output).await {
            Round::Ended(exit) => return exit,
            Round::Overtaken(overtaken) => *overtaken,
        };
        match by {
            By::Change(by) if args.auto_approve || round == ROUNDS => {
                output.diagnostics(&by.notices(), &SourceMap::default());
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Exit::Stale;
            }
            By::Change(by) => {
                output.diagnostics(&by.changes(), &SourceMap::default());
                output.note("Nothing was changed. This is the plan as it is now.\n");
            }
            By::Run(outcome) if round == ROUNDS => {
                finish(&plan, &outcome, session, outputs, output);
                output.error(format_args!(
                    "another run was faster {ROUNDS} times; let it finish and apply again"
                ));
                return Exit::Error;
            }
            By::Run(outcome) => {
                carry_out::show(&plan, &outcome, outputs, output);
                output.note("Another run was faster. Planning again.\n");
                last_word = ONLY_THE_ABOVE;
            }
        }
        round += 1;
    }
}

/// What stays the same in all rounds.
struct Run<'a> {
    args: &'a ApplyArgs,
    intent: Intent<'a>,
    loaded: &'a Loaded,
    session: &'a Session,
    scope: Scope,
    consent: Consent,
}

/// How a round went.
enum Round {
    Ended(Exit),
    Overtaken(Box<Overtaken>),
}

/// A plan that is not true any more.
struct Overtaken {
    plan: Plan,
    by: By,
}

enum By {
    /// AWS changed before anything was done.
    Change(Stale),
    /// Another run made first what this one was about to make. What was done until then is not written yet.
    Run(Outcome),
}

impl Round {
    fn overtaken(plan: Plan, by: By) -> Self {
        Self::Overtaken(Box::new(Overtaken { plan, by }))
    }
}

impl Run<'_> {
    async fn round(&self, last_word: &'static str, outputs: &mut Outputs, output: &mut Output) -> Round {
        let Self { args, intent, loaded, session, scope, consent } = self;
        let reading = interrupt::end_at_signal(output, last_word);
        let read_at = now();
        let read = pipeline::read(loaded, session, &args.cloud, intent.purpose, scope.clone(), output).await;
        let Some(mut read) = read else { return Round::Ended(Exit::Error) };
        let plan = read.planned(intent.purpose, session, &args.cloud).await;
        let plan = loaded.judged(plan, consent, output);
        plan::show(&plan, &loaded.sources, &session.origin(), outputs, output);
        consent::note_unused(&plan, consent, output);

        let approved = match self.agreed(&plan, read_at, output).await {
            Ok(approved) => approved,
            Err(Refusal::Stale(by)) => return Round::overtaken(plan, By::Change(by)),
            Err(Refusal::Forbidden(refused)) => {
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Round::Ended(consent::refused(&refused, output));
            }
            Err(Refusal::Ends { exit, because }) => {
                output.diagnostics(&because, &loaded.sources);
                finish(&plan, &Outcome::default(), session, outputs, output);
                return Round::Ended(exit);
            }
        };
        let incomplete = Exit::of_plan(&plan);
        if approved.steps().is_empty() {
            finish(&plan, &Outcome::default(), session, outputs, output);
            plan::tell_left_undone(&plan, output);
            return Round::Ended(incomplete);
        }
        drop(reading);
        let outcome = carry_out(args, &plan, &approved, session, outputs, output).await;
        if outcome.lost_to_another_run() {
            return Round::overtaken(plan, By::Run(outcome));
        }
        finish(&plan, &outcome, session, outputs, output);
        plan::tell_left_undone(&plan, output);
        Round::Ended(match carry_out::exit(&outcome) {
            Exit::Done => incomplete,
            other => other,
        })
    }

    /// The plan, allowed by its hazards and checks, by whoever is asked, and by AWS being as it was when that took a while.
    async fn agreed(&self, plan: &Plan, read_at: Instant, output: &Output) -> Result<ApprovedPlan, Refusal> {
        let Self { args, intent, session, consent, .. } = self;
        if let Some(agreed) = intent.agreed
            && *agreed != plan.fingerprint
        {
            return Err(Refusal::Ends { exit: Exit::Stale, because: vec![plan.is_another(agreed)] });
        }
        let approved = plan.approve(consent).map_err(Refusal::Forbidden)?;
        if approved.steps().is_empty() {
            return Ok(approved);
        }
        if args.auto_approve {
            if read_at.elapsed() < Duration::from_secs(args.reread_after) {
                return Ok(approved);
            }
        } else {
            self.asked(plan, output)?;
        }
        let now = pipeline::again(plan, args.stack.moment(), session, &args.cloud).await;
        plan.approve_again(consent, &now).map_err(|refused| match refused {
            NotApproved::Stale(by) => Refusal::Stale(by),
            NotApproved::Unread(gaps) => {
                Refusal::Ends { exit: Exit::Incomplete, because: plan.not_read_again(&gaps) }
            }
            NotApproved::Refused(refused) => Refusal::Forbidden(refused),
        })
    }

    /// Asks whoever sits at the terminal.
    fn asked(&self, plan: &Plan, output: &Output) -> Result<(), Refusal> {
        let why = if output.was_shown() {
            match ask(output, &question(plan)) {
                Ok(Answer::Yes) => return Ok(()),
                Ok(Answer::No) => {
                    output.note("Nothing was changed.");
                    return Err(Refusal::Ends { exit: Exit::Error, because: Vec::new() });
                }
                Ok(Answer::CannotAsk) => {
                    "nobody can be asked here, so nothing was changed. Pass --auto-approve to apply without asking.".to_owned()
                }
                Err(error) => format!("the answer cannot be read, so nothing was changed: {error}"),
            }
        } else {
            "the plan could not be shown, so nothing was changed.".to_owned()
        };
        output.error(why);
        Err(Refusal::Ends { exit: Exit::Error, because: Vec::new() })
    }
}

/// What a person is asked. It speaks of the plan, which may be about a part of the stack.
fn question(plan: &PlanBody) -> String {
    if plan.purpose == Purpose::Apply {
        return "Apply these changes to AWS?".to_owned();
    }
    let shares = plan.counts().delete;
    let what = match shares {
        0 => "what is listed above".to_owned(),
        1 => "this share".to_owned(),
        n => format!("these {n} shares"),
    };
    let part = if plan.partial.is_some() { "the selected part of this stack" } else { "this stack" };
    format!("Delete {what} of {part}? Everyone who uses it loses access at once.")
        .replace("uses it", if shares > 1 { "uses them" } else { "uses it" })
}

/// Why a plan is not carried out.
enum Refusal {
    /// It is not true any more.
    Stale(Stale),
    /// The stack or its checks forbid it, or nobody allowed its hazards.
    Forbidden(Refused),
    /// The run ends; what is not said yet is said.
    Ends { exit: Exit, because: Vec<Diagnostic> },
}

/// The moment from which a plan ages.
#[expect(clippy::disallowed_methods, reason = "how old a plan is decides whether AWS is read again")]
fn now() -> Instant {
    Instant::now()
}
