//! Ctrl-C and SIGTERM during an apply: once ends it in order, twice at once.

use tokio_util::sync::CancellationToken;

use crate::cli::output::Output;

/// Exit code of a run that was stopped for good, as shells give it for SIGINT.
const STOPPED: i32 = 130;

/// A token that is cancelled by the first signal. The second one ends the process.
pub(crate) fn token(output: &Output) -> CancellationToken {
    let token = CancellationToken::new();
    let (signalled, output) = (token.clone(), output.for_notes());
    // Listened to from here on, not from the first time that the task runs.
    let mut signals = Signals::listen();
    tokio::spawn(async move {
        signals.next().await;
        output.note(
            "\nStopping: calls under way are finished, no new ones are made. Once more stops at once, without knowing \
             what became of them.",
        );
        signalled.cancel();
        signals.next().await;
        output.note("Stopped. Run the same command again: it reads what is there and goes on from it.");
        #[expect(clippy::disallowed_methods, reason = "the user asked twice")]
        std::process::exit(STOPPED);
    });
    token
}

/// The next Ctrl-C or SIGTERM.
pub(crate) async fn signal_comes() {
    Signals::listen().next().await;
}

/// Ctrl-C and SIGTERM. None is lost between one `next` and the following.
#[cfg(unix)]
struct Signals {
    /// None where the operating system refuses to tell: the signals then end the process as they do by default.
    streams: Option<[tokio::signal::unix::Signal; 2]>,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let streams = signal(SignalKind::interrupt())
            .and_then(|interrupt| Ok([interrupt, signal(SignalKind::terminate())?]));
        Self { streams: streams.ok() }
    }

    async fn next(&mut self) {
        let Some([interrupt, terminate]) = &mut self.streams else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
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
