//! Ctrl-C, SIGTERM and SIGHUP. During an apply the first one ends it in order and the second one at once; before it, the first one
//! ends the process and the user reads that nothing was changed.

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::output::Output;
use crate::render::Rerun;

/// Exit code of a run that was stopped for good, as shells give it for SIGINT.
const STOPPED: i32 = 130;

/// What listens to signals until it is dropped.
pub(crate) struct Listener {
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Ends the process at the first signal, with a last word. For the time in which a run only reads and asks.
pub(crate) fn end_at_signal(output: &Output, last_word: String) -> Listener {
    let output = output.for_notes();
    let mut signals = Signals::listen();
    let task = tokio::spawn(async move {
        signals.next().await;
        output.note(last_word);
        #[expect(clippy::disallowed_methods, reason = "the user asked for it, and nothing is under way")]
        std::process::exit(STOPPED);
    });
    Listener { task }
}

/// A token that is cancelled by the first signal. The second one ends the process.
pub(crate) fn token(output: &Output, rerun: Rerun) -> (CancellationToken, Listener) {
    let token = CancellationToken::new();
    let (signalled, output) = (token.clone(), output.for_notes());
    // Listened to from here on, not from the first time that the task runs.
    let mut signals = Signals::listen();
    let task = tokio::spawn(async move {
        signals.next().await;
        output.note(
            "\nStopping: calls under way are finished, no new ones are made. Once more stops at once, without knowing \
             what became of them.",
        );
        signalled.cancel();
        signals.next().await;
        output.note(match rerun {
            Rerun::Same => "Stopped. Run the same command again: it reads what is there and goes on from it.",
            Rerun::NewPlan => {
                "Stopped. Make a new plan and apply that: it reads what is there and goes on from it."
            }
        });
        #[expect(clippy::disallowed_methods, reason = "the user asked twice")]
        std::process::exit(STOPPED);
    });
    (token, Listener { task })
}

/// The next signal that asks the process to end.
pub(crate) async fn signal_comes() {
    Signals::listen().next().await;
}

/// Ctrl-C, SIGTERM, and SIGHUP from a terminal that goes away. None is lost between one `next` and the following.
#[cfg(unix)]
struct Signals {
    /// None where the operating system refuses to tell: the signals then end the process as they do by default.
    streams: Option<Vec<tokio::signal::unix::Signal>>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = (!is_hangup_ignored()).then(SignalKind::hangup);
        let kinds = [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup);
        Self { streams: kinds.map(signal).collect::<Result<_, _>>().ok() }
    }

    async fn next(&mut self) {
        match &mut self.streams {
            Some(streams) => {
                let any = streams.iter_mut().map(|stream| Box::pin(stream.recv()));
                futures_util::future::select_all(any).await;
            }
            None => std::future::pending().await,
        }
    }
}

/// Whether whoever started the process wants it to outlive its terminal, as `nohup` does. Known on Linux.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the process asks about itself")]
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is signal 1, SIGHUP.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
