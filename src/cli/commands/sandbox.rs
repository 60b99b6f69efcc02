//! `ramctl sandbox serve`: the stand-in for AWS, for other clients.

use crate::cli::args::ServeArgs;
use crate::cli::exit::Exit;
use crate::cli::interrupt;
use crate::cli::output::{Chain, Output};
use crate::cli::pipeline;
use crate::cli::session::{SessionError, seed, state_dir};
use crate::render::escape;
use crate::sandbox::{self, Clients, Content, Settings};

pub(crate) fn run(args: &ServeArgs, output: &mut Output) -> Exit {
    let settings = match settings(args) {
        Ok(settings) => settings,
        Err(error) => {
            output.error(Chain(&error));
            return Exit::Error;
        }
    };
    pipeline::block_on(async {
        let running = match sandbox::start(settings).await {
            Ok(running) => running,
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        for notice in running.notices() {
            output.note(format_args!("sandbox: {notice}"));
        }
        output.line(
            "# A stand-in for AWS. Paste this into a shell, or read it with `.`; Ctrl-C ends the sandbox.",
        );
        let keys = running.management();
        for (name, value) in [
            ("AWS_ENDPOINT_URL", running.endpoint_url().as_str()),
            ("AWS_ACCESS_KEY_ID", &keys.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &keys.secret_access_key),
            ("AWS_REGION", running.home_region()),
            ("AWS_DEFAULT_REGION", running.home_region()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ] {
            output.line(format_args!("export {name}={value}"));
        }
        output.line("unset AWS_SESSION_TOKEN AWS_PROFILE");
        for account in running.accounts() {
            output.line(format_args!(
                "# account {} {}: AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={}",
                account.id,
                escape(&account.name),
                account.access_key_id,
                account.secret_access_key
            ));
        }
        output.line("# ready");
        interrupt::signal_comes().await;
        match running.shutdown().await {
            Ok(()) => Exit::Done,
            Err(error) => {
                output.error(Chain(&error));
                Exit::Error
            }
        }
    })
}

fn settings(args: &ServeArgs) -> Result<Settings, SessionError> {
    let (content, state_dir) = if args.empty {
        (Content::Empty, args.state.clone())
    } else {
        (seed(&args.stack)?, Some(args.state.clone().unwrap_or_else(|| state_dir(&args.stack))))
    };
    Ok(Settings { listen: args.listen, state_dir, clients: Clients::Any, ..Settings::new(content) })
}
