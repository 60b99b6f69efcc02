//! From a stack to a plan that somebody agreed to and that is still true: plan, show, ask, read again, carry out. Where AWS changed
//! meanwhile, or another run was faster, once more from the start.

use std::time::{Duration, Instant};

use crate::cli::args::ApplyArgs;
use crate::cli::carry_out::{self, carry_out, finish, write};
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
use crate::diff::{Causes, Change, Purpose, Scope, Verdict};
use crate::plan::{
    ApprovedPlan, Consent, Fingerprint, NotApproved, Outcome, Plan, PlanBody, PlannedShare, Refused, Stale,
};

/// How often a plan is made and asked about before the run gives up.
const ROUNDS: u32 = 3;

/// What the run did before the round that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Earlier {
    Nothing,
    /// It carried out a part of a plan, which was shown, before another run was faster.
    Shown,
}

impl Earlier {
    /// What a run says that ends, or begins again, while it reads or asks.
    fn nothing_changed(self) -> &'static str {
        match self {
            Self::Nothing => "Nothing was changed.",
            Self::Shown => "Nothing was changed after what is listed above.",
        }
    }

    /// The same inside a sentence.
    fn unchanged(self) -> &'static str {
        match self {
            Self::Nothing => "nothing was changed",
            Self::Shown => "nothing was changed after what is listed above",
        }
    }
}

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
    let mut earlier: Option<(Plan, Outcome)> = None;
    loop {
        let before = if earlier.is_some() { Earlier::Shown } else { Earlier::Nothing };
        let Overtaken { plan, by } = match run.round(before, outputs, output).await {
            Round::Ended(exit) => {
                // A later round that came to no plan does not hide what the earlier ones did.
                if let (Some((plan, outcome)), false) = (&earlier, outputs.is_written()) {
                    write(plan, outcome, session, outputs, output);
                }
                return exit;
            }
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
                output.note(format_args!("{} This is the plan as it is now.\n", before.nothing_changed()));
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
                earlier = Some((plan, outcome));
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
    async fn round(&self, before: Earlier, outputs: &mut Outputs, output: &mut Output) -> Round {
        let Self { args, intent, loaded, session, scope, consent } = self;
        let reading =
            interrupt::end_at_signal(output, format!("\nInterrupted. {}", before.nothing_changed()));
        let read_at = now();
        let read = pipeline::read(loaded, session, &args.cloud, intent.purpose, scope.clone(), output).await;
        let Some(mut read) = read else { return Round::Ended(Exit::Error) };
        let plan = read.planned(intent.purpose, session, &args.cloud).await;
        let plan = loaded.judged(plan, consent, output);
        plan::show(&plan, &loaded.sources, &session.origin(), outputs, output);
        consent::note_unused(&plan, consent, output);

        let approved = match self.agreed(&plan, (read_at, before), output).await {
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
    async fn agreed(
        &self,
        plan: &Plan,
        (read_at, before): (Instant, Earlier),
        output: &Output,
    ) -> Result<ApprovedPlan, Refusal> {
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
            self.asked(plan, before, output)?;
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
    fn asked(&self, plan: &Plan, before: Earlier, output: &Output) -> Result<(), Refusal> {
        let unchanged = before.unchanged();
        let why = if output.was_shown() {
            match ask(output, &question(plan)) {
                Ok(Answer::Yes) => return Ok(()),
                Ok(Answer::No) => {
                    output.note(before.nothing_changed());
                    return Err(Refusal::Ends { exit: Exit::Error, because: Vec::new() });
                }
                Ok(Answer::CannotAsk) => {
                    format!(
                        "nobody can be asked here, so {unchanged}. Pass --auto-approve to {} without asking.",
                        match plan.purpose {
                            Purpose::Apply => "apply",
                            Purpose::Destroy => "destroy",
                        }
                    )
                }
                Err(error) => format!("the answer cannot be read, so {unchanged}: {error}"),
            }
        } else {
            format!("the plan could not be shown, so {unchanged}.")
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
    let goes = |share: &&PlannedShare| matches!(share.diff.verdict, Verdict::Changed(Change::Delete { .. }));
    let shares = plan.shares.iter().filter(goes).count();
    let part = if plan.partial.is_some() { "the selected part of this stack" } else { "this stack" };
    match shares {
        0 => format!("Carry out what is listed above for {part}?"),
        1 => format!("Delete this share of {part}? Everyone who uses it loses access at once."),
        n => format!("Delete these {n} shares of {part}? Everyone who uses them loses access at once."),
    }
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
