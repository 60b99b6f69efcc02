//! Asking for consent.

use crate::cli::output::Output;

/// What a person said to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    /// Nobody is there to answer.
    CannotAsk,
}

/// Asks a question that only the full word `yes` answers.
pub(crate) fn ask(output: &Output, question: &str) -> std::io::Result<Answer> {
    if !output.can_ask() {
        return Ok(Answer::CannotAsk);
    }
    output.note_raw(format_args!("\n{question}\nOnly \"yes\" is accepted: "));
    let answer = output.read_line()?;
    Ok(if answer.as_deref() == Some("yes") { Answer::Yes } else { Answer::No })
}
