//! `ramctl validate`: the files alone, with no credentials.

use crate::cli::args::ValidateArgs;
use crate::cli::exit::Exit;
use crate::cli::output::{Chain, Output};
use crate::cli::outputs::with_outputs;
use crate::cli::pipeline::{self, Examined};
use crate::model::Origin;
use crate::render::{Found, ValidView};

pub(crate) fn run(args: &ValidateArgs, output: &mut Output) -> Exit {
    with_outputs("validate", &args.stack.stack, &args.output, args.json, output, |outputs, output| {
        let Examined { sources, name, diagnostics, declaration, .. } = match pipeline::examine(&args.stack) {
            Ok(examined) => examined,
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        output.name(name);
        if outputs.shows_text() {
            output.diagnostics(&diagnostics, &sources);
        } else {
            // The findings are the result itself, not news beside it.
            output.remember(&diagnostics, &sources);
        }
        let Some(declaration) = declaration else { return Exit::Error };
        let (stack, shares) = (declaration.stack.value.as_str(), declaration.shares.len());
        let folder = args.stack.stack.display().to_string();
        outputs.show(ValidView { stack, shares, folder: &folder }, output);
        outputs.write(Found::Valid { stack, shares }, &[], Origin::from(0), output);
        Exit::Done
    })
}
