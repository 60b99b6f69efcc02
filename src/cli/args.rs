//! What can be typed: commands and flags, Terraform's spelling where Terraform has one.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::cli::outputs::OutputArgs;
use crate::plan::{Allowance, AllowanceError, Fingerprint};

/// Infrastructure as code for AWS Resource Access Manager.
///
/// Exit codes: 0 done or nothing to do; 1 error; 2 changes (plan --detailed-exitcode) or drift; 3 a check denied it; 4 a hazard needs
/// --allow; 5 a plan is stale; 6 incomplete, something could not be read. Of several the first of 1, 5, 3, 4, 6, 2 is told.
#[derive(Debug, Parser)]
#[command(name = "ramctl", version, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Never colour the output (as does NO_COLOR).
    #[arg(long, global = true)]
    pub no_color: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what would change, and who would gain and lose access.
    Plan(PlanArgs),
    /// Make AWS match the stack: plan, show, ask, apply. Or carry out a saved plan: name its file in place of the stack.
    ///
    /// After the answer, what the plan was made from is read again; if it differs, the plan is made again and asked about anew.
    ///
    /// A saved plan fixes what is done: --target, --exclude, --account, --region and --no-sweep are refused with it, and so are --var and
    /// --var-file without --stack. --allow, --sandbox and the flags about waiting and output are taken.
    ///
    /// A saved plan's digest finds damage; it is no signature. Its steps and everything that is shown of them are made again from the
    /// changes in the file, and a file that says anything else is refused. Neither stops somebody who rewrites the changes themselves:
    /// keep the file where only the people who may apply can write.
    Apply(AgreedArgs),
    /// Show a plan that was saved with `plan --out`.
    Show(ShowArgs),
    /// Delete every share and permission that the stack owns, and leave the shares of others that its `inbound` blocks accept. Sharing with
    /// the organization stays on.
    Destroy(ApplyArgs),
    /// Compare AWS with the stack and classify every difference. Never writes.
    Drift(DriftArgs),
    /// Write everything that a plan reads to a file, which --live takes in the place of AWS. Never writes to AWS.
    Snapshot(SnapshotArgs),
    /// Check the stack's files. Needs no credentials.
    Validate(ValidateArgs),
    /// Rewrite the files of a stack in canonical style.
    Fmt(FmtArgs),
    /// Evaluate expressions in the scope of a stack, one a line.
    Console(ConsoleArgs),
    /// Describe the functions of the language.
    Functions(FunctionsArgs),
    /// Draw the desired-state graph as DOT or Mermaid.
    Graph(GraphArgs),
    /// Print the least-privilege IAM policies for planning and applying the stack. Needs no credentials.
    #[command(subcommand)]
    Iam(IamCommand),
    /// Explain a code such as RAM101.
    Explain(ExplainArgs),
    /// A stand-in for AWS on this machine.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print a completion script for a shell.
    Completions {
        /// The shell to write for.
        shell: clap_complete::Shell,
    },
}

/// The stack and its input values.
#[derive(Args, Clone, Debug)]
pub(crate) struct StackArgs {
    /// Folder of the stack's *.ram.hcl files.
    #[arg(value_name = "STACK", default_value = ".")]
    pub stack: PathBuf,
    /// Set a variable: name=value. May be repeated.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// Read variables from a file of HCL or JSON. May be repeated; of two values the later one wins.
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<PathBuf>,
    /// `vars` and `var_files` together, in the order in which they were typed.
    #[arg(skip)]
    pub values: Vec<ValueArg>,
    /// The moment that counts as now; none for the one at which the stack is read.
    #[arg(skip)]
    pub now: Option<jiff::Timestamp>,
}

impl StackArgs {
    /// What counts as now, at this moment: what was agreed to until a day, and what expires, may have ended since the plan was made.
    pub fn moment(&self) -> jiff::Timestamp {
        self.now.unwrap_or_else(this_moment)
    }
}

#[expect(clippy::disallowed_methods, reason = "the time enters the run here")]
pub(crate) fn this_moment() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A stand-in for AWS.
#[derive(Args, Debug)]
pub(crate) struct LiveArgs {
    /// Read FILE, which `ramctl snapshot` wrote, in the place of AWS: no credentials, no calls. The moment of the snapshot counts as
    /// now.
    #[arg(long, value_name = "FILE", conflicts_with = "sandbox")]
    pub live: Option<PathBuf>,
}

/// Values from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ValueArg {
    Var(String),
    File(PathBuf),
}

/// Where AWS is.
#[derive(Args, Debug)]
pub(crate) struct CloudArgs {
    /// Use the embedded sandbox instead of AWS; its state is kept in DIR [default: .ramctl/sandbox beside the stack].
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true)]
    pub sandbox: Option<Option<PathBuf>>,
    /// How many accounts and Regions are read, and shares written, at the same time.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallelism: u16,
    /// Where stderr is no terminal: say every so many seconds what a run still waits for.
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub remind_every: u64,
    /// Read only the accounts and Regions that the files name. Otherwise the other Regions of the stack's accounts are searched for
    /// shares that left the files.
    #[arg(long, env = "RAMCTL_NO_SWEEP", value_parser = clap::builder::FalseyValueParser::new())]
    pub no_sweep: bool,
    /// Whether that was said on the command line, and not by the environment.
    #[arg(skip)]
    pub no_sweep_typed: bool,
}

/// What is agreed to beforehand.
#[derive(Args, Debug)]
pub(crate) struct AllowArgs {
    /// Agree to a hazard by its code, everywhere or at one block: RAM203@share.tgw. May be repeated; without it a plan with
    /// hazards is not applied, and exits with 4.
    #[arg(long, value_name = "CODE[,CODE][@ADDRESS]", value_parser = AllowFlag::parse)]
    pub allow: Vec<AllowFlag>,
}

/// One `--allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowFlag(pub Vec<Allowance>);

impl AllowFlag {
    fn parse(text: &str) -> Result<Self, AllowanceError> {
        Allowance::parse(text).map(Self)
    }
}

/// The part of the stack that a run is about.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeArgs {
    /// Only this share, permission or inbound block: share.tgw, with all its instances, or share.tgw["eu-central-1"]. It is looked
    /// for in all Regions of its account. A permission that a chosen share needs is changed with it, and named. May be repeated.
    #[arg(long = "target", value_name = "ADDRESS")]
    pub targets: Vec<String>,
    /// All but this share, permission or inbound block. What needs it is left out too, and named: a share whose permission is to be
    /// changed, a permission that a share would give up. May be repeated.
    #[arg(long = "exclude", value_name = "ADDRESS")]
    pub excluded: Vec<String>,
    /// Only this account: label of its block, or 12 digits. May be repeated.
    #[arg(long = "account", value_name = "NAME")]
    pub accounts: Vec<String>,
    /// Only this Region. May be repeated.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub cloud: CloudArgs,
    #[command(flatten)]
    pub consent: AllowArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Show only what was changed in AWS since the last apply, and not what was changed in the files. Cannot be saved
    /// or applied.
    #[arg(long, conflicts_with_all = ["out", "destroy"])]
    pub refresh_only: bool,
    #[command(flatten)]
    pub live: LiveArgs,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Plan what `destroy` does.
    #[arg(long)]
    pub destroy: bool,
    /// Save the plan in FILE, for `show` and `apply`. Readable for its owner alone.
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Short for --output json.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub cloud: CloudArgs,
    #[command(flatten)]
    pub consent: AllowArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    /// Apply without asking. Required where nobody can answer.
    #[arg(long)]
    pub auto_approve: bool,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Short for --output json: the plan and what became of it as one document. Needs --auto-approve.
    #[arg(long, requires = "auto_approve")]
    pub json: bool,
    /// How long one step may wait for RAM, in seconds: until an association is ASSOCIATED, a share is deleted, an accepted share is
    /// visible. A step that takes longer fails and the run exits with 1; the next plan goes on from there.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait_timeout: u64,
    /// How old a plan may be, in seconds, before --auto-approve reads again what it was made from.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, hide = true)]
    pub reread_after: u64,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The saved plan.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Short for --output json.
    #[arg(long)]
    pub json: bool,
}

/// What `apply` takes beside what `destroy` takes.
#[derive(Args, Debug)]
pub(crate) struct AgreedArgs {
    #[command(flatten)]
    pub apply: ApplyArgs,
    /// Apply only the plan that has this fingerprint, as `plan` printed it; exit with 5 if it comes out as another one.
    #[arg(long, value_name = "SHA", value_parser = fingerprint)]
    pub fingerprint: Option<Fingerprint>,
    /// With a saved plan: the folder of its stack, for external ids of roles and for the sandbox. Nothing else is read there.
    #[arg(long = "stack", value_name = "STACK")]
    pub roles_of: Option<PathBuf>,
}

fn fingerprint(text: &str) -> Result<Fingerprint, String> {
    Fingerprint::parse(text).ok_or_else(|| "a fingerprint has 64 digits and letters from a to f".to_owned())
}

#[derive(Args, Debug)]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub cloud: CloudArgs,
    #[command(flatten)]
    pub scope: ScopeArgs,
    #[command(flatten)]
    pub live: LiveArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Short for --output json.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SnapshotArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub cloud: CloudArgs,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Write stand-ins for account ids, ids in ARNs, and the names of accounts, units and shares that are not the stack's.
    #[arg(long)]
    pub anonymise: bool,
    /// Also write a copy of the stack's files into the new folder DIR, with the same stand-ins.
    #[arg(long, value_name = "DIR", requires = "anonymise")]
    pub copy: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    /// Short for --output json.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FmtArgs {
    /// Folders of stacks, files, or - for standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Change nothing; exit with 3 where something is not in canonical style.
    #[arg(long)]
    pub check: bool,
    /// Show what changes.
    #[arg(long)]
    pub diff: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ConsoleArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    /// Print each value as JSON on one line: sets sorted, numbers exact.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FunctionsArgs {
    /// One function. Without it: all of them, a line each.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Print the reference as JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    #[command(flatten)]
    pub cloud: CloudArgs,
    /// The language to draw in.
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum GraphFormat {
    Dot,
    Mermaid,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IamCommand {
    /// For the identity that plans and looks for drift: it reads and can change nothing.
    Plan(IamArgs),
    /// For the identity that applies and destroys: it changes the stack's shares and no others.
    Apply(IamArgs),
}

#[derive(Args, Debug)]
pub(crate) struct IamArgs {
    #[command(flatten)]
    pub stack: StackArgs,
    /// The account: label of its block, or 12 digits; `caller` for the identity that runs ramctl where every account has a
    /// role. Without it: every account of the stack.
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// How the policies are written.
    #[arg(long, value_enum, default_value_t = PolicyFormat::Json)]
    pub format: PolicyFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PolicyFormat {
    /// The policy document; of several accounts, an object by account.
    Json,
    /// A data source aws_iam_policy_document for each account.
    Terraform,
    /// A template with a managed policy; of several accounts, an object by account.
    Cloudformation,
}

#[derive(Args, Debug)]
pub(crate) struct ExplainArgs {
    /// The code, as diagnostics and plans print it. Without one: the list of all codes.
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Keep a sandbox running for other clients (AWS CLI, boto3) until Ctrl-C, and print how to reach it.
    Serve(ServeArgs),
}

#[derive(Args, Debug)]
pub(crate) struct ServeArgs {
    /// Folder with a sandbox.hcl to start from.
    #[arg(value_name = "STACK", default_value = ".", conflicts_with = "empty")]
    pub stack: PathBuf,
    /// Loopback address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Start with no organization, no resources, and management credentials testing/testing.
    #[arg(long)]
    pub empty: bool,
    /// Keep the state in this folder [default: .ramctl/sandbox beside the stack; with --empty, nowhere].
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// Parses a command line. Long flags may be written with one dash, as Terraform's are: `-auto-approve`.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let known = long_flags(&Cli::command());
    let matches = Cli::command().try_get_matches_from(args.into_iter().enumerate().map(|(index, arg)| {
        if index == 0 {
            return arg;
        }
        match arg.to_str().and_then(|text| text.strip_prefix('-')) {
            Some(rest) if known.iter().any(|flag| rest.split('=').next() == Some(flag)) => {
                OsString::from(format!("--{rest}"))
            }
            _ => arg,
        }
    }))?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let (Some(stack), Some((_, matches))) = (cli.command.stack_mut(), matches.subcommand()) {
        // The stack's flags are those of the innermost command: `iam plan`.
        stack.values = in_order(stack, matches.subcommand().map_or(matches, |(_, inner)| inner));
    }
    if let (Command::Apply(args), Some((_, matches))) = (&mut cli.command, matches.subcommand()) {
        let source = matches.value_source("no_sweep");
        args.apply.cloud.no_sweep_typed = source == Some(clap::parser::ValueSource::CommandLine);
    }
    Ok(cli)
}

impl Command {
    fn stack_mut(&mut self) -> Option<&mut StackArgs> {
        match self {
            Self::Plan(args) => Some(&mut args.stack),
            Self::Apply(args) => Some(&mut args.apply.stack),
            Self::Destroy(args) => Some(&mut args.stack),
            Self::Drift(args) => Some(&mut args.stack),
            Self::Snapshot(args) => Some(&mut args.stack),
            Self::Validate(args) => Some(&mut args.stack),
            Self::Graph(args) => Some(&mut args.stack),
            Self::Console(args) => Some(&mut args.stack),
            Self::Iam(IamCommand::Plan(args) | IamCommand::Apply(args)) => Some(&mut args.stack),
            Self::Show(_)
            | Self::Fmt(_)
            | Self::Functions(_)
            | Self::Explain(_)
            | Self::Sandbox(_)
            | Self::Completions { .. } => None,
        }
    }
}

/// The values of `--var` and `--var-file` as they were typed: a later one wins over an earlier one, of either kind.
fn in_order(stack: &StackArgs, matches: &clap::ArgMatches) -> Vec<ValueArg> {
    let indices = |name| matches.indices_of(name).into_iter().flatten();
    let vars = indices("vars").zip(stack.vars.iter().cloned().map(ValueArg::Var));
    let files = indices("var_files").zip(stack.var_files.iter().cloned().map(ValueArg::File));
    let mut values: Vec<(usize, ValueArg)> = vars.chain(files).collect();
    values.sort_by_key(|(index, _)| *index);
    values.into_iter().map(|(_, value)| value).collect()
}

/// The names of all flags of two letters and more, of all commands.
fn long_flags(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|arg| arg.get_long()).filter(|name| name.len() > 1);
    own.map(str::to_owned).chain(command.get_subcommands().flat_map(long_flags)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(line: &str) -> Result<Cli, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_bare_sandbox_flag_does_not_swallow_the_stack() {
        let Command::Apply(args) =
            parse_words("ramctl apply --sandbox examples/quickstart").expect("valid").command
        else {
            panic!("not apply")
        };
        assert_eq!(args.apply.cloud.sandbox, Some(None));
        assert_eq!(args.apply.stack.stack, PathBuf::from("examples/quickstart"));
    }

    #[test]
    fn terraforms_single_dash_flags_are_understood() {
        let Command::Apply(args) =
            parse_words("ramctl apply -auto-approve -var=a=-auto-approve .").expect("valid").command
        else {
            panic!("not apply")
        };
        assert!(args.apply.auto_approve);
        assert_eq!(args.apply.stack.vars, ["a=-auto-approve"]);
    }

    #[test]
    fn values_keep_the_order_in_which_they_were_typed() {
        let Command::Plan(args) =
            parse_words("ramctl plan --var a=1 --var-file f.hcl -var b=2 .").expect("valid").command
        else {
            panic!("not plan")
        };
        let expected =
            [ValueArg::Var("a=1".into()), ValueArg::File("f.hcl".into()), ValueArg::Var("b=2".into())];
        assert_eq!(args.stack.values, expected);
    }

    #[test]
    fn json_from_apply_needs_consent_in_advance() {
        assert!(parse_words("ramctl apply --json .").is_err());
    }
}
