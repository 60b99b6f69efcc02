//! Whole lives of a stack: edits of the files, changes by hand, accounts that move, invitations, runs that are agreed to, refused,
//! broken and killed, in any order. Each life comes from a number.
//!
//! After each run that was agreed to:
//!
//! - the stack gives what its files say, and nothing else does anything that it did not do before;
//! - each declared share is there once; a second one only while somebody has yet to accept what takes its place;
//! - shares of others are as they were at every moment;
//! - at no moment had anybody more than before and after allow together, and nobody was without what both sides give, unless the plan
//!   said so (RAM350);
//! - who gains and who loses is what the plan said, and what somebody loses, or an outsider gains, had a hazard;
//! - a second plan is empty.
//!
//! A run that nobody agreed to changes nothing where there is a hazard. A run that is broken or killed leaks nothing, and the next one
//! converges. The judge reads the sandbox's journal and shares no code with the program.
//!
//! `RAMCTL_LIVES` says how many lives are led, `RAMCTL_LIFE` leads one again. A life that fails is shortened and printed.

mod journal;
mod stack;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ramctl::model::Place;
use serde_json::{Value, json};

use crate::access::ram;
use crate::edge::place;
use crate::lives::journal::{Grant, Grants, Invited, Journal, State};
use crate::lives::stack::{DEFAULT, DEV, Edit, NETWORK, PARTNER, PLACES, SEED, Stack, WEB, Who, resource};
use crate::run::{APPLY, PLAN, Run, allowing_all};
use crate::served::{World, finish, state_of};

const LIVES: u64 = 24;
const STEPS: usize = 9;
const AT_ONCE: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Step {
    Edit(Edit),
    Hand(Hand),
    /// An account goes to another unit.
    Unit(&'static str, &'static str),
    /// Whoever is invited accepts.
    Accept,
    /// Whoever is invited lets the time pass.
    LetExpire,
    Run(How),
}

/// Something that somebody does to AWS.
#[derive(Clone, Copy, Debug)]
enum Hand {
    Join(usize, Who),
    Leave(usize, usize),
    Take(usize, usize),
    Delete(usize),
    Make { place: usize, who: Who, what: u8 },
}

#[derive(Clone, Copy, Debug)]
enum How {
    Agreed,
    /// Nobody agrees to any hazard.
    Refused,
    /// A write fails, after so many others.
    Broken(u64),
    /// The answer to a write is lost.
    Lost(u64),
    Killed(u64),
}

fn life(number: u64) -> Vec<Step> {
    let mut random = fastrand::Rng::with_seed(number);
    let mut steps: Vec<Step> = (0..random.usize(1..4)).map(|_| Step::Edit(new(&mut random))).collect();
    steps.push(Step::Run(how(&mut random)));
    for _ in 0..random.usize(3..STEPS) {
        steps.push(step(&mut random));
    }
    steps.push(Step::Run(How::Agreed));
    steps
}

fn who(random: &mut fastrand::Rng) -> Who {
    Who::ALL[random.usize(..Who::ALL.len())]
}

fn new(random: &mut fastrand::Rng) -> Edit {
    Edit::New { place: random.usize(..PLACES.len()), who: who(random), what: random.u8(..4) }
}

fn how(random: &mut fastrand::Rng) -> How {
    match random.u8(..10) {
        0..=5 => How::Agreed,
        6 => How::Refused,
        7 => How::Broken(random.u64(..12)),
        8 => How::Lost(random.u64(..12)),
        _ => How::Killed(random.u64(..12)),
    }
}

fn step(random: &mut fastrand::Rng) -> Step {
    let n = random.usize(..8);
    match random.u8(..36) {
        0..=1 => Step::Edit(new(random)),
        2 => Step::Edit(Edit::Delete(n)),
        3..=4 => Step::Edit(Edit::Join(n, who(random))),
        5..=6 => Step::Edit(Edit::Leave(n, who(random))),
        7..=8 => Step::Edit(Edit::Add(n, random.u8(..4))),
        9..=10 => Step::Edit(Edit::Take(n, random.u8(..4))),
        11 => Step::Edit(Edit::Trade(n, random.usize(..8))),
        12 => Step::Edit(Edit::Move(n, random.usize(..PLACES.len()))),
        13 => Step::Edit(Edit::Rename(n, random.bool())),
        14 => Step::Edit(Edit::Release(n)),
        15 => Step::Edit(Edit::Import(n)),
        16 => Step::Edit(Edit::Retain(n)),
        17..=18 => Step::Edit(Edit::OwnPermission(n)),
        19 => Step::Edit(Edit::Allow(random.u8(1..8))),
        20 => Step::Edit(Edit::Expire(n)),
        21 => Step::Edit(Edit::Tag(n, random.u8(..3))),
        22 => Step::Hand(Hand::Join(n, who(random))),
        23 => Step::Hand(Hand::Leave(n, random.usize(..4))),
        24 => Step::Hand(Hand::Take(n, random.usize(..4))),
        25 => Step::Hand(Hand::Delete(n)),
        26 => {
            let (place, who) = (random.usize(..PLACES.len()), who(random));
            Step::Hand(Hand::Make { place, who, what: random.u8(..4) })
        }
        27 => {
            let account = if random.bool() { WEB } else { DEV };
            Step::Unit(account, if random.bool() { "Prod" } else { "Dev" })
        }
        28 => Step::Accept,
        29 => Step::LetExpire,
        _ => Step::Run(how(random)),
    }
}

/// A life as it is led.
struct Life {
    world: World,
    journal: Journal,
    stack: Stack,
    /// What each share of the files gave when a run last succeeded.
    granted: BTreeMap<String, Grants>,
}

impl Life {
    async fn begin() -> Self {
        let world = World::new(SEED).await;
        let client = ram(&world, &place(NETWORK, "eu-central-1"));
        let asked = client.get_permission().permission_arn(DEFAULT).send().await.expect("AWS has it");
        let policy = asked.permission.and_then(|found| found.permission).expect("it has a policy");
        let policy: Value = serde_json::from_str(&policy).expect("policies are JSON");
        let actions = policy["Action"].as_array().expect("a list").iter();
        let actions = actions.map(|action| action.as_str().expect("a name").to_owned()).collect();
        let path = state_of(&world.path("")).join("journal.ndjson");
        let journal = Journal::new(path, BTreeMap::from([(DEFAULT.to_owned(), actions)]));
        Self { world, journal, stack: Stack::new(), granted: BTreeMap::new() }
    }

    /// Takes in what happened beside all runs.
    fn look(&mut self) {
        self.journal.follow(|_, _| {});
    }

    async fn take(&mut self, step: Step) -> Result<(), String> {
        self.look();
        match step {
            Step::Edit(edit) => self.stack.edit(edit, &self.journal.now),
            Step::Hand(hand) => self.by_hand(hand).await,
            Step::Unit(account, unit) => {
                let to = self.journal.now.unit_id(unit);
                let from = self.journal.now.parent(account).to_owned();
                if from != to {
                    let client =
                        aws_sdk_organizations::Client::new(&self.world.sdk("111111111111", "us-east-1"));
                    let moved = client.move_account().account_id(account).source_parent_id(from);
                    moved.destination_parent_id(to).send().await.expect("accounts can move");
                }
            }
            Step::Accept => {
                for (receiver, region, arn) in self.journal.now.invitations() {
                    let client = ram(&self.world, &place(&receiver, &region));
                    let accepted =
                        client.accept_resource_share_invitation().resource_share_invitation_arn(arn);
                    accepted.send().await.expect("it waits");
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Step::LetExpire => {
                self.world.control("POST", "clock", json!({"advance_seconds": 8 * 24 * 3600})).await;
            }
            Step::Run(how) => self.run(how).await?,
        }
        Ok(())
    }

    async fn by_hand(&self, hand: Hand) {
        let state = &self.journal.now;
        let own = |n: usize| -> Option<(String, Place, String)> {
            let all: Vec<_> = state.own().collect();
            let (key, _, _) = all.get(n.checked_rem(all.len())?)?;
            let parts: Vec<&str> = key.split('/').collect();
            let [account, region, uuid] = parts[..] else { panic!("{key} is no key") };
            let arn = format!("arn:aws:ram:{region}:{account}:resource-share/{uuid}");
            Some((key.clone(), place(account, region), arn))
        };
        let member = |key: &str, side: &str, n: usize| {
            let all = state.members(key, side);
            all.into_iter().nth(n)
        };
        // What RAM refuses does not happen.
        match hand {
            Hand::Join(n, who) => {
                let Some((_, place, arn)) = own(n) else { return };
                let client = ram(&self.world, &place);
                let call = client.associate_resource_share().resource_share_arn(arn);
                _ = call.principals(who.principal(state)).send().await;
            }
            Hand::Leave(n, member_number) => {
                let Some((key, place, arn)) = own(n) else { return };
                let Some(who) = member(&key, "PRINCIPAL", member_number) else { return };
                let client = ram(&self.world, &place);
                _ = client.disassociate_resource_share().resource_share_arn(arn).principals(who).send().await;
            }
            Hand::Take(n, member_number) => {
                let Some((key, place, arn)) = own(n) else { return };
                let Some(what) = member(&key, "RESOURCE", member_number) else { return };
                let client = ram(&self.world, &place);
                _ = client
                    .disassociate_resource_share()
                    .resource_share_arn(arn)
                    .resource_arns(what)
                    .send()
                    .await;
            }
            Hand::Delete(n) => {
                let Some((_, place, arn)) = own(n) else { return };
                _ = ram(&self.world, &place).delete_resource_share().resource_share_arn(arn).send().await;
            }
            Hand::Make { place: n, who, what } => {
                let (_, account, region) = PLACES[n];
                let client = ram(&self.world, &place(account, region));
                let call = client.create_resource_share().name(format!("by-hand-{what}"));
                let call = call.resource_arns(resource(n, what)).principals(who.principal(state));
                _ = call.allow_external_principals(who == Who::Partner).send().await;
            }
        }
        // Long enough for what was begun to settle.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    async fn run(&mut self, how: How) -> Result<(), String> {
        self.world.write("stack.ram.hcl", &self.stack.files());
        match how {
            How::Agreed => return self.agreed().await,
            How::Refused => {
                let plan = self.world.run("plan --json").await;
                let hazards: Value = serde_json::from_str(&plan.stdout).unwrap_or_default();
                let open = hazards["summary"]["hazards_open"].as_u64().unwrap_or_default();
                self.look();
                let run = self.world.run("apply --auto-approve").await;
                let mut changed = BTreeSet::new();
                self.journal.follow(|_, touched| changed.extend(touched.iter().cloned()));
                if open > 0 && (run.code != Some(4) || !changed.is_empty()) {
                    return Err(format!("{open} hazards, and {changed:?} changed: {run}"));
                }
                if open == 0 && run.code != Some(0) {
                    return Err(format!("no hazard, and {run}"));
                }
                return Ok(());
            }
            How::Broken(after) => {
                let fault = json!({
                    "action": "ram:*", "effect": "error", "code": "OperationNotPermittedException", "status": 403,
                    "writes": true, "after": after, "times": 1
                });
                self.undone(json!([fault]), None).await?;
            }
            How::Lost(after) => {
                let fault = json!({"action": "*", "effect": "lose_response", "writes": true, "after": after, "times": 1});
                self.undone(json!([fault]), None).await?;
            }
            How::Killed(after) => {
                let fault = json!({
                    "action": "*", "effect": "slow", "ms": 20_000, "writes": true, "after": after, "times": 1
                });
                self.undone(json!([fault]), Some(after)).await?;
            }
        }
        self.agreed().await
    }

    /// A run that something happens to. Whatever it was, nobody has more than before and what the files say.
    async fn undone(&mut self, faults: Value, killed_after: Option<u64>) -> Result<(), String> {
        self.look();
        let bounds = Bounds::of(&self.journal.now, &self.stack);
        self.world.set_faults(faults).await;
        let mut child = self.world.spawn(&APPLY);
        if let Some(after) = killed_after {
            while self.world.met().await <= after && child.try_wait().expect("it can be asked").is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            _ = child.kill();
        }
        let run = finish(child).await;
        self.world.set_faults(json!([])).await;
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, false));
        });
        if run.stderr.contains("panicked") {
            return Err(run.to_string());
        }
        wrong.map_or(Ok(()), |wrong| Err(format!("{wrong}\n{run}")))
    }

    async fn agreed(&mut self) -> Result<(), String> {
        self.look();
        let plan = self.world.run(&allowing_all("plan --out plan.json")).await;
        let told = |text: &str, run: &Run| Err(format!("{text}\n{}\n{plan}\n{run}", self.stack.files()));
        if plan.code != Some(0) {
            return told("the plan is refused", &plan);
        }
        let saved = std::fs::read_to_string(self.world.path("plan.json")).expect("it was written");
        let saved: Value = serde_json::from_str(&saved).expect("plans are JSON");
        self.journal.follow(|_, _| {});
        let before = self.journal.now.clone();
        let bounds = Bounds::of(&before, &self.stack);
        let has_gap = saved["shares"].to_string().contains("RAM350");
        let run = if saved["has_changes"] == true {
            self.world.run("apply plan.json").await
        } else {
            self.world.run(&APPLY).await
        };
        if run.code != Some(0) {
            return Err(format!("the plan is not carried out\n{}\n{plan}\n{run}", self.stack.files()));
        }
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, !has_gap));
        });
        let wrong = wrong
            .or_else(|| self.differs())
            .or_else(|| misses(&before, &self.journal.now, &saved, &self.taken_back()));
        if let Some(wrong) = wrong {
            return Err(format!("{wrong}\n{}\n{plan}\n{run}", self.stack.files()));
        }
        let second = self.world.run(&PLAN).await;
        // What waits for somebody is nothing to do.
        let waits = second.holds("yet to accept");
        if second.code != Some(0) && !waits {
            return Err(format!(
                "the second plan is not empty\n{}\n{plan}\n{run}\n{second}",
                self.stack.files()
            ));
        }
        self.granted = self.stack.given(&self.journal.now);
        Ok(())
    }

    /// What the files gave, but for what goes because its time is over: they said so.
    fn taken_back(&self) -> Grants {
        let expired = |label: &String| self.stack.shares.get(label).is_some_and(|share| share.expired);
        self.granted
            .iter()
            .filter(|(label, _)| !expired(label))
            .flat_map(|(_, grants)| grants.clone())
            .collect()
    }

    /// How AWS differs from the files once all is done.
    fn differs(&self) -> Option<String> {
        let now = &self.journal.now;
        let own: BTreeSet<String> = now.own().map(|(key, ..)| key).collect();
        let waits = own.iter().any(|share| now.waits(share));
        let (gives, wanted) =
            (now.grants(Invited::Count, |share| own.contains(share)), self.stack.wanted(now));
        if let Some(missing) = wanted.difference(&gives).next() {
            return Some(format!("{missing:?} is missing"));
        }
        // Until somebody accepts, what is replaced stays for those who had it.
        let extra = gives.difference(&wanted).next();
        if let Some(extra) = extra.filter(|_| !waits) {
            return Some(format!("{extra:?} is too much"));
        }
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, address, _) in now.own() {
            *times.entry(address).or_default() += 1;
        }
        let declared = self.stack.shares.iter().filter(|(_, share)| !share.expired);
        let declared: BTreeSet<String> = declared.map(|(label, _)| format!("share.{label}")).collect();
        for (address, times) in &times {
            if (*times > 1 || !declared.contains(*address)) && !waits {
                return Some(format!("{address} is there {times} times"));
            }
        }
        let missing = declared.iter().find(|address| !times.contains_key(address.as_str()));
        missing.map(|address| format!("{address} is not there"))
    }
}

/// What no moment of a run may go beyond.
struct Bounds {
    /// What was given before, and what is wanted.
    most: Grants,
    /// What both give.
    least: Grants,
    /// Shares of others, as they were.
    foreign: BTreeMap<String, BTreeSet<String>>,
}

impl Bounds {
    fn of(before: &State, stack: &Stack) -> Self {
        let had = before.grants(Invited::Count, |_| true);
        let has = before.grants(Invited::DoNotCount, |_| true);
        let own: BTreeSet<String> = before.own().map(|(key, ..)| key).collect();
        // An import makes a share the stack's own.
        let imported = |key: &str| {
            let uuid = key.rsplit('/').next().expect("keys have parts");
            stack.shares.values().any(|share| share.import.as_ref().is_some_and(|arn| arn.ends_with(uuid)))
        };
        let foreign = before.shares().map(|(key, _)| key).filter(|key| !own.contains(key) && !imported(key));
        let foreign: BTreeMap<_, _> = foreign.map(|key| (key.clone(), before.portrait(&key))).collect();
        let kept = before.grants(Invited::Count, |share| foreign.contains_key(share));
        let wanted: Grants = stack.wanted(before).into_iter().chain(kept).collect();
        Self { least: has.intersection(&wanted).cloned().collect(), most: &had | &wanted, foreign }
    }

    fn broken_by(&self, state: &State, touched: &BTreeSet<String>, without_gap: bool) -> Option<String> {
        if touched.is_empty() {
            return None;
        }
        for (share, portrait) in &self.foreign {
            if touched.contains(share) && state.portrait(share) != *portrait {
                let now = state.portrait(share);
                return Some(format!("{share} of somebody else was {portrait:?} and is {now:?}"));
            }
        }
        let now = state.grants(Invited::Count, |_| true);
        if let Some(extra) = now.difference(&self.most).next() {
            return Some(format!("for a moment, {extra:?}"));
        }
        let gap = self.least.difference(&now).next().filter(|_| without_gap);
        gap.map(|gap| format!("for a moment, nobody gives {gap:?}"))
    }
}

/// What a plan said of access and was not so. What the files `granted` goes with a hazard alone.
fn misses(before: &State, after: &State, plan: &Value, granted: &Grants) -> Option<String> {
    let all = |_: &str| true;
    // What its whole account has, a role has too.
    let beyond = |one: &Grants, other: &Grants| -> BTreeSet<String> {
        let is_held = |grant: &&Grant| {
            let account = grant.who.split(':').nth(4).unwrap_or(&grant.who).to_owned();
            other.contains(*grant) || other.contains(&Grant { who: account, ..(*grant).clone() })
        };
        one.iter().filter(|grant| !is_held(grant)).map(|grant| grant.who.clone()).collect()
    };
    let most = |state: &State| state.grants(Invited::Count, all);
    let held = |state: &State| state.grants(Invited::DoNotCount, all);
    // Who is invited and gets more to take is told that it has yet to accept, and a hazard asks (RAM201).
    let waits = beyond(&most(before), &held(before));
    let gain = &beyond(&most(after), &most(before)) - &waits;
    let lose = beyond(&held(before), &held(after));
    let told = |what: &str| -> BTreeSet<String> {
        let list = plan["access"][what].as_array().expect("plans have it");
        list.iter().map(|who| who.as_str().expect("a text").to_owned()).collect()
    };
    if &told("gain") - &waits != gain || told("lose") != lose {
        return Some(format!(
            "the plan says that {:?} gain and {:?} lose, and it is {gain:?} and {lose:?}",
            told("gain"),
            told("lose")
        ));
    }
    let hazards = plan["shares"].to_string();
    let taken = &held(before) & granted;
    let taken = beyond(&taken, &held(after));
    if !taken.is_empty() && plan["summary"]["hazards_allowed"] == 0 {
        return Some(format!("{taken:?} lose something without a hazard"));
    }
    if gain.contains(PARTNER) && !hazards.contains("RAM201") {
        return Some("an outsider gains something without a hazard".into());
    }
    None
}

/// Leads a life to its end, or to the first thing that is wrong.
async fn lead(steps: &[Step]) -> Result<(), String> {
    let mut life = Life::begin().await;
    for (number, step) in steps.iter().enumerate() {
        life.take(*step).await.map_err(|wrong| format!("step {number}, {step:?}: {wrong}"))?;
    }
    Ok(())
}

/// Leaves out whatever a life fails without.
async fn shortened(mut steps: Vec<Step>, mut wrong: String) -> (Vec<Step>, String) {
    let mut at = 0;
    while at < steps.len() {
        let mut fewer = steps.clone();
        fewer.remove(at);
        match lead(&fewer).await {
            Ok(()) => at += 1,
            Err(same) => (steps, wrong) = (fewer, same),
        }
    }
    (steps, wrong)
}

async fn hold(lives: impl Iterator<Item = u64>) {
    let failures: Vec<String> = stream::iter(lives)
        .map(|number| {
            tokio::spawn(async move {
                let steps = life(number);
                let wrong = lead(&steps).await.err()?;
                let (steps, wrong) = shortened(steps, wrong).await;
                Some(format!("life {number}: {steps:?}\n{wrong}"))
            })
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(|ended| async { ended.expect("no panic") })
        .collect()
        .await;
    assert!(failures.is_empty(), "{} lives fail\n{}", failures.len(), failures.join("\n\n"));
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_lives_do_what_their_plans_say() {
    match number("RAMCTL_LIFE") {
        Some(life) => hold(std::iter::once(life)).await,
        None => hold(0..number("RAMCTL_LIVES").unwrap_or(LIVES)).await,
    }
}
