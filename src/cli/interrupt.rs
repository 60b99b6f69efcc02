//! Ctrl-C and SIGTERM during an apply: once ends it in order, twice at once.

use tokio_util::sync::CancellationToken;

use crate::cli::output::Output;

/// Exit code of a run that was stopped for good, as shells give it for SIGINT.
const STOPPED: i32 = 130;

/// A token that is cancelled by the first signal. The second one ends the process.
pub(crate) fn token(output: &Output) -> CancellationToken {
    let token = CancellationToken::new();
    let (signalled, output) = (token.clone(), output.for_notes());
    tokio::spawn(async move {
        signal_comes().await;
        output.note(
            "\nStopping: calls under way are finished, no new ones are made. Once more stops at once, without knowing \
             what became of them.",
        );
        signalled.cancel();
        signal_comes().await;
        output.note("Stopped. Run the same command again: it reads what is there and goes on from it.");
        #[expect(clippy::disallowed_methods, reason = "the user asked twice")]
        std::process::exit(STOPPED);
    });
    token
}

/// The next Ctrl-C or SIGTERM.
#[cfg(unix)]
pub(crate) async fn signal_comes() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// The next Ctrl-C.
#[cfg(not(unix))]
pub(crate) async fn signal_comes() {
    let _ = tokio::signal::ctrl_c().await;
}
