//! What plan, apply, destroy, drift and graph have in common: files in, desired and live state out.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;

use crate::checks::Held;
use crate::cli::args::{CloudArgs, StackArgs};
use crate::cli::exit::Exit;
use crate::cli::output::{Chain, Output};
use crate::cli::progress::ReadProgress;
use crate::cli::scope;
use crate::cli::session::{Reached, Session};
use crate::cli::stack::{self, Asked, StackError, has_errors};
use crate::collect::{self, SharingQuestion};
use crate::desired::{self, DesiredGraph, NoSearch, Resolution};
use crate::diag::{Diagnostic, SourceMap};
use crate::diff::{self, Diff, NotRead, Purpose, Scope};
use crate::lang::{Declaration, Secrets, SharingWish};
use crate::live::{Breadth, Interest, LiveState, Policies, PolicyOf, ShareRow, Sweep};
use crate::model::{
    AccountId, AccountRole, Gap, GapCause, Observed, Place, Region, ResourceArn, StackName, TaggedResources,
    Usage, UsedKind,
};
use crate::org::OrgView;
use crate::plan::{self, Consent, Plan, PlanBody, Reread, Touched};

/// A stack whose files are sound.
pub(crate) struct Loaded {
    pub sources: SourceMap,
    pub declaration: Declaration,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
    asked: Asked,
}

impl Loaded {
    /// What the stack keeps secret.
    pub fn secrets(&self) -> Secrets {
        self.asked.secrets()
    }

    /// The plan with what the stack's checks say of it and the command line agrees to. What is wrong with a check is shown.
    pub fn judged(&self, plan: Plan, consent: &Consent, output: &mut Output) -> Plan {
        let Held { results, diagnostics } = self.asked.checks(&self.declaration.checks, plan.body());
        output.diagnostics(&diagnostics, &self.sources);
        plan.checked(results).given(consent)
    }
}

/// Everything that was read for one run.
pub(crate) struct Read {
    pub graph: DesiredGraph,
    pub live: LiveState,
    pub org: OrgView,
    pub tagged: TaggedResources,
    /// What accounts have in what they lose, as far as it was asked.
    pub usage: Usage,
    pub scope: Scope,
    /// What the scope leaves out.
    pub unread: NotRead,
}

impl Read {
    /// The same as far as a scope goes. None: the scope names what is not there, and that was said.
    pub(crate) fn within(mut self, scope: Scope, output: &Output) -> Option<Self> {
        let places = scope.places(&self.graph);
        let receiving = scope.receiving(&self.graph, &self.org, Purpose::Apply);
        let is_of_nothing = self.graph.places.is_empty() && self.graph.inbound.is_empty();
        let nowhere = places.is_empty() && receiving.is_empty() && !is_of_nothing;
        scope.keep(&self.graph, &mut self.live);
        let nowhere = nowhere && self.live.places.is_empty();
        self.live.received.retain(|place, _| receiving.contains(place));
        let whole = diff::diff(&self.graph, &self.live, &self.org);
        let error = if nowhere {
            Some(scope::nowhere(&scope, &self.graph))
        } else {
            let all = self.live.sweep.is_wide() && whole.unknown.is_empty() && self.live.sweep.is_complete();
            scope::unknown_address(&scope, &self.graph, &whole, all)
        };
        if let Some(error) = error {
            output.error(Chain(&error));
            return None;
        }
        let all = Scope::default().receiving(&self.graph, &self.org, Purpose::Apply);
        self.unread = NotRead {
            places: self
                .graph
                .places
                .iter()
                .filter(|place| !self.live.places.contains_key(place))
                .cloned()
                .collect(),
            receiving: all.difference(&receiving).cloned().collect(),
        };
        self.scope = scope;
        Some(self)
    }

    /// What differs, within the scope of the run, for a report.
    pub(crate) fn report(&self) -> Diff {
        let whole = diff::diff(&self.graph, &self.live, &self.org);
        diff::narrow_report(whole, &self.scope, self.unread.clone())
    }

    /// What makes AWS match the stack, or what makes all go that the stack owns, within the scope of the run.
    fn difference(&self, purpose: Purpose) -> Diff {
        let whole = match purpose {
            Purpose::Apply => diff::diff(&self.graph, &self.live, &self.org),
            Purpose::Destroy => diff::destroy(&self.graph, &self.live, &self.org),
        };
        diff::narrow(whole, &self.scope, self.unread.clone())
    }

    /// The plan, once it was asked what permissions allow that it has to compare, and EC2 what accounts have in what it takes from them. A
    /// plan that compares no permissions, and takes no subnet and no transit gateway, costs no call.
    pub(crate) async fn planned(&mut self, purpose: Purpose, session: &Session, args: &CloudArgs) -> Plan {
        let mut diff = self.difference(purpose);
        let mut plan = plan::plan_knowing(&diff, &self.org, &self.usage);
        let open = unanswered(&plan, &diff);
        if !open.is_empty() {
            collect::policies(&session.cloud, &open, &settings(args), &mut self.live).await;
            diff.policies = Policies::of(&self.live);
            plan = plan::plan_knowing(&diff, &self.org, &self.usage);
        }
        let questions = plan.usage_questions();
        if questions.is_empty() {
            return plan;
        }
        self.usage = collect::usage(&session.cloud, &questions, &settings(args)).await;
        plan::plan_knowing(&diff, &self.org, &self.usage)
    }

    /// The plan from a snapshot. What it takes and nobody asked for then is not in the snapshot.
    pub(crate) fn planned_from(&mut self, purpose: Purpose, snapshot: &str) -> Plan {
        let mut diff = self.difference(purpose);
        let mut plan = plan::plan_knowing(&diff, &self.org, &self.usage);
        let open = unanswered(&plan, &diff);
        if !open.is_empty() {
            for of in open.into_keys() {
                let gap = Gap {
                    action: "ram:GetPermission".to_owned(),
                    caller: String::new(),
                    cause: GapCause::NotInSnapshot,
                    detail: format!("{snapshot} does not say what {} allows", of.permission),
                };
                diff.policies.add(of, Observed::Unknown(gap));
            }
            plan = plan::plan_knowing(&diff, &self.org, &self.usage);
        }
        let asked: BTreeSet<ResourceArn> = plan.usage_questions().into_values().flatten().collect();
        let missing: Vec<ResourceArn> =
            asked.into_iter().filter(|resource| !self.usage.found.contains_key(resource)).collect();
        if missing.is_empty() {
            return plan;
        }
        for resource in missing {
            let action = UsedKind::of(&resource).map_or("", |(kind, _)| kind.action());
            let gap = Gap {
                action: action.to_owned(),
                caller: String::new(),
                cause: GapCause::NotInSnapshot,
                detail: format!("{snapshot} does not say what accounts have in it"),
            };
            self.usage.found.insert(resource, Observed::Unknown(gap));
        }
        plan::plan_knowing(&diff, &self.org, &self.usage)
    }
}

/// What a plan has to know of permissions and nobody asked yet.
fn unanswered(plan: &PlanBody, diff: &Diff) -> BTreeMap<PolicyOf, Place> {
    let mut out = plan.policy_questions();
    out.retain(|of, _| !diff.policies.answers(of));
    out
}

/// Reads once more what a plan was made from, and no more than that.
pub(crate) async fn again(
    plan: &PlanBody,
    at: jiff::Timestamp,
    session: &Session,
    args: &CloudArgs,
) -> Reread {
    let Touched { places, principals, sharing, usage, policies } = plan.touched();
    let settings = settings(args);
    let unread = || Gap {
        action: "organizations:DescribeOrganization".to_owned(),
        caller: String::new(),
        cause: GapCause::NotConfigured,
        detail: "the plan does not depend on it".to_owned(),
    };
    let organization = async {
        match &plan.basis.account {
            Some(account) if principals => {
                let question = if sharing { SharingQuestion::Ask } else { SharingQuestion::Leave };
                collect::organization(&session.cloud, Some(account), question).await
            }
            Some(account) if sharing => OrgView {
                snapshot: Observed::Unknown(unread()),
                sharing: collect::sharing(&session.cloud, account).await,
            },
            _ => OrgView { snapshot: Observed::Unknown(unread()), sharing: Observed::Unknown(unread()) },
        }
    };
    let interest = Interest::none(plan.stack.clone());
    let mut permissions = LiveState::default();
    let (live, org, usage, ()) = tokio::join!(
        collect::again(&session.cloud, &places, &interest, &settings),
        organization,
        collect::usage(&session.cloud, &usage, &settings),
        collect::policies(&session.cloud, &policies, &settings, &mut permissions),
    );
    Reread { at, live, org, usage, policies: Policies::of(&permissions) }
}

/// How AWS is read.
fn settings(args: &CloudArgs) -> collect::Settings {
    collect::Settings { parallelism: usize::from(args.parallelism), ..collect::Settings::default() }
}

/// What has to be read before it is known where to look for shares.
struct Settled {
    org: OrgView,
    tagged: TaggedResources,
    graph: DesiredGraph,
}

/// A stack as its files alone tell it, with everything that is wrong with it.
pub(crate) struct Examined {
    pub sources: SourceMap,
    /// What the stack is called, also where something else in it is wrong.
    pub name: Option<StackName>,
    pub diagnostics: Vec<Diagnostic>,
    /// Present where no diagnostic is an error.
    pub declaration: Option<Declaration>,
    asked: Asked,
}

/// Compiles a stack and holds the rules against it.
pub(crate) fn examine(args: &StackArgs) -> Result<Examined, StackError> {
    let stack = stack::load(args)?;
    let name = stack.compiled.stack.clone();
    let mut diagnostics = stack.compiled.diagnostics.clone();
    // Rules are held against whole declarations only: what they say of half of one would mislead.
    if let (Some(declaration), false) = (&stack.compiled.declaration, has_errors(&diagnostics)) {
        diagnostics.extend(desired::check(declaration));
    }
    let declaration = stack.compiled.declaration.clone().filter(|_| !has_errors(&diagnostics));
    let (sources, asked) = stack.asked();
    Ok(Examined { sources, name, diagnostics, declaration, asked })
}

/// Loads a stack and shows what is wrong with it. None: there are errors, and they were shown.
pub(crate) fn load(args: &StackArgs, output: &mut Output) -> Option<Loaded> {
    let Examined { sources, name, diagnostics, declaration, asked } = match examine(args) {
        Ok(examined) => examined,
        Err(error) => {
            output.error(Chain(&error));
            return None;
        }
    };
    output.name(name);
    output.diagnostics(&diagnostics, &sources);
    Some(Loaded { sources, declaration: declaration?, diagnostics, asked })
}

/// Reads the organization and every account and Region of the stack. None: the stack and the organization do not fit together,
/// and why was shown.
pub(crate) async fn read(
    loaded: &Loaded,
    session: &Session,
    args: &CloudArgs,
    purpose: Purpose,
    scope: Scope,
    output: &mut Output,
) -> Option<Read> {
    let progress = ReadProgress::start(output, session.remind_every);
    let Settled { org, tagged, graph } =
        organization(loaded, session, purpose, &scope, &progress, output).await?;
    let places = scope.places(&graph);
    progress.places(places.len());
    let settings = settings(args);
    let interest = diff::interest(&graph);
    let receiving = scope.receiving(&graph, &org, purpose);
    let region = desired::organization_region(&loaded.declaration);
    let (named, further) = if args.no_sweep {
        Default::default()
    } else {
        let own = session.cloud.own_among(&graph.unreached).await;
        let named = swept_accounts(&graph, own, &region);
        let further = further_accounts(loaded, &graph, &org, &named);
        (named, further)
    };
    session.reach_further(&further);
    let search = collect::Search {
        accounts: further.keys().map(|account| (account.clone(), region.clone())).chain(named).collect(),
        places: graph.places.clone(),
        without: places.clone(),
    };
    if search.accounts.is_empty() {
        let because = if args.no_sweep { NoSearch::Declined } else { NoSearch::NoCredentials };
        if let Some(found) = desired::nowhere_is_looked(&loaded.declaration, &graph, because) {
            drop(progress);
            output.diagnostics(&[found], &loaded.sources);
            return None;
        }
    }
    let names: Vec<StackName> = graph.names().cloned().collect();
    let sight = |place: &Place, row: &ShareRow| scope.sight(&graph, place, &row.tags, &row.arn);
    let (live, received, found) = tokio::join!(
        collect::places(&session.cloud, &places, &interest, &settings, |_, _| progress.place()),
        collect::received(&session.cloud, &receiving, &settings),
        collect::sweep(&session.cloud, &search, &names, sight, &settings),
    );
    let mut live = LiveState { received, ..live };
    let collect::Found { mut swept, places: elsewhere, unread } = found;
    swept.further = further.keys().cloned().collect();
    swept.breadth = match (args.no_sweep, search.accounts.is_empty()) {
        (true, _) => Breadth::Declined,
        (false, true) => Breadth::Named,
        (false, false) => Breadth::All,
    };
    let unreached = graph.unreached.iter().filter(|account| !search.accounts.contains_key(*account));
    swept.unreached = unreached.cloned().collect();
    let holding = |account: &AccountId| elsewhere.iter().any(|place| place.account == *account);
    session.keep_roles(further.into_iter().filter(|(account, _)| holding(account)));
    live.sweep = Sweep::Done(swept);
    let elsewhere = collect::places(&session.cloud, &elsewhere, &interest, &settings, |_, _| {}).await;
    live.places.extend(elsewhere.places);
    live.places.extend(unread.into_iter().map(|(place, gap)| (place, Observed::Unknown(gap))));
    let leaving = diff::leaving(&graph, &live, purpose);
    collect::received_types(&session.cloud, &leaving, &settings, &mut live.received).await;
    drop(progress);
    let one_by_one = live.places.values().filter_map(Observed::known).filter(|live| live.share_by_share);
    let shares: usize = one_by_one.map(|live| live.shares.len()).sum();
    if live.places.values().filter_map(Observed::known).any(|live| live.share_by_share) {
        output.note(format_args!(
            "note: the endpoint refuses ram:ListPermissionAssociations without a filter, so ramctl read the permissions of {} with a call \
             for each.",
            if shares == 1 { "1 share".to_owned() } else { format!("{shares} shares") }
        ));
    }
    let (scope_of_all, unread) = (Scope::default(), NotRead::default());
    Read { graph, live, org, tagged, usage: Usage::default(), scope: scope_of_all, unread }
        .within(scope, output)
}

/// The accounts that are searched for shares that left the files: those that ramctl has credentials for, each with a Region to ask in. `own` is
/// the one of the files that the run's own credentials belong to, where no block says more of it.
fn swept_accounts(
    graph: &DesiredGraph,
    own: Option<&AccountId>,
    region: &Region,
) -> BTreeMap<AccountId, Region> {
    let mut out: BTreeMap<AccountId, Region> = BTreeMap::new();
    for place in &graph.places {
        out.entry(place.account.clone()).or_insert_with(|| place.region.clone());
    }
    for account in graph.reached.iter().chain(own) {
        out.entry(account.clone()).or_insert_with(|| region.clone());
    }
    out
}

/// The roles in the active accounts of the organization that the files do not name, where they ask for a search there.
fn further_accounts(
    loaded: &Loaded,
    graph: &DesiredGraph,
    org: &OrgView,
    named: &BTreeMap<AccountId, Region>,
) -> BTreeMap<AccountId, AccountRole> {
    let organization = loaded.declaration.organization.as_ref();
    let Some(sweep) = organization.and_then(|block| block.sweep.as_ref()) else { return BTreeMap::new() };
    let Some(snapshot) = org.snapshot.known() else { return BTreeMap::new() };
    let partition = desired::organization_region(&loaded.declaration).partition().as_str();
    let is_open = |account: &&AccountId| {
        let named =
            named.contains_key(*account) || graph.places.iter().any(|place| place.account == **account);
        !named && snapshot.accounts.get(*account).is_some_and(|account| account.standing.is_active())
    };
    let role = |account: &AccountId| AccountRole {
        arn: format!("arn:{partition}:iam::{account}:role/{}", sweep.role_name.value),
        session_name: None,
        duration_seconds: None,
        has_external_id: false,
    };
    snapshot.accounts.keys().filter(is_open).map(|account| (account.clone(), role(account))).collect()
}

/// The desired state alone: only the organization is read.
pub(crate) async fn resolve(loaded: &Loaded, session: &Session, output: &mut Output) -> Option<DesiredGraph> {
    let progress = ReadProgress::start(output, session.remind_every);
    let settled = organization(loaded, session, Purpose::Apply, &Scope::default(), &progress, output).await;
    settled.map(|settled| settled.graph)
}

async fn organization(
    loaded: &Loaded,
    session: &Session,
    purpose: Purpose,
    scope: &Scope,
    progress: &ReadProgress,
    output: &mut Output,
) -> Option<Settled> {
    let organization = loaded.declaration.organization.as_ref();
    let question = match organization.map(|block| block.sharing.value) {
        Some(SharingWish::Enabled | SharingWish::Required | SharingWish::Disabled) => SharingQuestion::Ask,
        Some(SharingWish::Unmanaged) | None => SharingQuestion::Leave,
    };
    let management = organization.map(|block| &block.management_account.value);
    progress.organization();
    let searches = desired::tag_searches(&loaded.declaration);
    let settings = collect::Settings::default();
    let (org, tagged) = tokio::join!(
        collect::organization(&session.cloud, management, question),
        collect::tagged(&session.cloud, &searches, &settings),
    );
    let show = |new: &[Diagnostic]| progress.suspend(|| output.diagnostics(new, &loaded.sources));
    let graph = settle(loaded, &org, &tagged, purpose, scope, show)?;
    Some(Settled { org, tagged, graph })
}

/// Settles the stack against the organization and what was found by tags, and shows what is wrong. A name that leads nowhere is told where the
/// run is about its share.
pub(crate) fn settle(
    loaded: &Loaded,
    org: &OrgView,
    tagged: &TaggedResources,
    purpose: Purpose,
    scope: &Scope,
    show: impl FnOnce(&[Diagnostic]),
) -> Option<DesiredGraph> {
    let Resolution { graph, diagnostics, of_shares } = desired::resolve(&loaded.declaration, org, tagged);
    // Where there is a graph, only names of single shares can be wrong, and what is to go needs none.
    let needless = purpose == Purpose::Destroy && graph.is_some();
    let left_out: Vec<&Diagnostic> = graph
        .iter()
        .flat_map(|graph| &graph.unresolved)
        .filter(|(address, share)| !scope.has(address, &share.place))
        .filter_map(|(address, _)| of_shares.get(address))
        .flatten()
        .collect();
    // What the files alone told was shown when they were loaded.
    let is_needless = |found: &Diagnostic| (needless && found.is_error()) || left_out.contains(&found);
    let is_new = |found: &Diagnostic| !loaded.diagnostics.contains(found) && !is_needless(found);
    let new: Vec<Diagnostic> = diagnostics.into_iter().filter(is_new).collect();
    show(&new);
    graph
}

/// Loads the stack, opens AWS or the sandbox, runs `work` with them and closes again.
pub(crate) fn with_session(
    stack: &StackArgs,
    cloud: &CloudArgs,
    output: &mut Output,
    work: impl AsyncFnOnce(&Loaded, &Session, &mut Output) -> Exit,
) -> Exit {
    let Some(loaded) = load(stack, output) else { return Exit::Error };
    let reached = Reached::of_stack(&loaded.declaration);
    in_session(&stack.stack, cloud, reached, output, async |session, output| {
        work(&loaded, session, output).await
    })
}

/// Opens AWS or the sandbox beside a stack, runs `work` and closes again.
pub(crate) fn in_session(
    stack: &Path,
    cloud: &CloudArgs,
    reached: Reached,
    output: &mut Output,
    work: impl AsyncFnOnce(&Session, &mut Output) -> Exit,
) -> Exit {
    block_on(async {
        let session = match Session::open(cloud, stack, reached, output).await {
            Ok(session) => session,
            Err(error) => {
                output.error(Chain(&error));
                return Exit::Error;
            }
        };
        let exit = work(&session, output).await;
        if let Err(error) = session.close().await {
            output.error(Chain(&error));
            return Exit::Error;
        }
        exit
    })
}

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("the operating system gives threads and a poll descriptor")
        .block_on(future)
}
