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
//! A run that cannot read everything says so, writes nothing where it did not read, and takes from nobody what both sides give. A run
//! for a part changes that part alone.
//!
//! `RAMCTL_LIVES` says how many lives are led and `RAMCTL_FIRST` which is the first; `RAMCTL_LIFE` leads one again, by its number or as
//! it was printed. A life that fails is shortened and printed. What failed once is in `lives/kept.ndjson` and is led by each run.

mod journal;
mod stack;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use ramctl::model::Place;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::ram;
use crate::edge::place;
use crate::lives::journal::{Grant, Grants, Invited, Journal, State, TAGS, arn_of};
use crate::lives::stack::{
    DATA, DEFAULT, DEV, Edit, NETWORK, PARTNER, PLACES, SEED, SWAPPED, Stack, WEB, Who, other, resource,
};
use crate::run::{APPLY, EVERY_HAZARD, PLAN, Run};
use crate::served::{World, finish, state_of};

const LIVES: u64 = 24;
const STEPS: usize = 9;
/// Most of a life is spent waiting for what takes AWS its time.
const AT_ONCE: usize = 12;
/// How many steps were taken.
static TAKEN: AtomicU64 = AtomicU64::new(0);
/// Lives that failed once, each with what was wrong.
const KEPT: &str = include_str!("lives/kept.ndjson");

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Step {
    Edit(Edit),
    Hand(Hand),
    /// An account goes to another unit.
    Unit {
        dev: bool,
        to_prod: bool,
    },
    /// Whoever is invited accepts.
    Accept,
    /// Whoever is invited lets the time pass.
    LetExpire,
    /// Another stack comes to share this, and nothing else.
    Other {
        place: usize,
        who: Who,
        what: u8,
    },
    Run(How),
}

/// Something that somebody does to AWS.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Hand {
    Join(usize, Who),
    Leave(usize, usize),
    Take(usize, usize),
    Delete(usize),
    Make {
        place: usize,
        who: Who,
        what: u8,
    },
    /// Makes a share that gives the same.
    Copy(usize),
    /// Takes tags of the stack off, by the bits of a number.
    Untag(usize, u8),
    /// Puts another permission on.
    Swap(usize),
}

/// What cannot be read.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Blind {
    /// A listing of RAM in one of the places.
    Listing { place: usize, listing: usize },
    /// Nothing in an account: its role cannot be assumed.
    Account { data: bool },
    /// A listing of the organization.
    Organization(usize),
    /// Each third read is refused as too fast.
    Throttled,
    /// Some connections break.
    Reset,
}

const LISTINGS: [&str; 8] = [
    "ram:GetResourceShares",
    "ram:GetResourceShareAssociations",
    "ram:ListPermissionAssociations",
    "ram:ListResourceSharePermissions",
    "ram:ListPermissions",
    "ram:GetPermission",
    "ram:GetResourceShareInvitations",
    "ram:*",
];
const OF_ORGANIZATION: [&str; 4] = [
    "organizations:*",
    "organizations:List*",
    "organizations:DescribeOrganization",
    "organizations:ListParents",
];

/// Which part a run is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Part {
    Target(usize),
    Exclude(usize),
    Place(usize),
    Region(usize),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum How {
    Agreed,
    /// Nobody agrees to any hazard.
    Refused,
    /// A write fails, after so many others.
    Broken(u64),
    /// The answer to a write is lost.
    Lost(u64),
    Killed(u64),
    /// Something cannot be read, from the first such call or a later one.
    Blind(Blind, u64),
    Narrow(Part),
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
    match random.u8(..16) {
        0..=4 => How::Agreed,
        5 => How::Refused,
        6 => How::Broken(random.u64(..12)),
        7 => How::Lost(random.u64(..12)),
        8 => How::Killed(random.u64(..12)),
        9..=12 => How::Blind(blind(random), if random.bool() { 0 } else { random.u64(1..10) }),
        _ => How::Narrow(part(random)),
    }
}

fn blind(random: &mut fastrand::Rng) -> Blind {
    match random.u8(..8) {
        0..=3 => {
            Blind::Listing { place: random.usize(..PLACES.len()), listing: random.usize(..LISTINGS.len()) }
        }
        4 => Blind::Account { data: random.bool() },
        5 => Blind::Organization(random.usize(..OF_ORGANIZATION.len())),
        6 => Blind::Throttled,
        _ => Blind::Reset,
    }
}

fn part(random: &mut fastrand::Rng) -> Part {
    let (n, place) = (random.usize(..8), random.usize(..PLACES.len()));
    match random.u8(..6) {
        0..=1 => Part::Target(n),
        2..=3 => Part::Exclude(n),
        4 => Part::Place(place),
        _ => Part::Region(place),
    }
}

fn step(random: &mut fastrand::Rng) -> Step {
    let n = random.usize(..8);
    match random.u8(..48) {
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
            let (dev, to_prod) = (random.bool(), random.bool());
            Step::Unit { dev, to_prod }
        }
        28 => Step::Accept,
        29 => Step::LetExpire,
        30 => Step::Hand(Hand::Copy(n)),
        31..=32 => Step::Hand(Hand::Untag(n, random.u8(1..8))),
        33 => Step::Edit(Edit::Protect(n)),
        34..=35 => Step::Edit(Edit::Keep(n, random.bool(), random.bool())),
        36 => Step::Edit(Edit::RenameStack),
        37 => {
            let (place, who) = (random.usize(..PLACES.len()), who(random));
            Step::Other { place, who, what: random.u8(..4) }
        }
        38..=39 => Step::Hand(Hand::Swap(n)),
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
    /// How many runs it has had that carry out what they plan.
    runs: u64,
}

impl Life {
    async fn begin() -> Self {
        let world = World::new(SEED).await;
        let client = ram(&world, &place(NETWORK, "eu-central-1"));
        let mut managed = BTreeMap::new();
        for arn in [DEFAULT, SWAPPED] {
            let asked = client.get_permission().permission_arn(arn).send().await.expect("AWS has it");
            let policy = asked.permission.and_then(|found| found.permission).expect("it has a policy");
            let policy: Value = serde_json::from_str(&policy).expect("policies are JSON");
            let actions = policy["Action"].as_array().expect("a list").iter();
            let actions = actions.map(|action| action.as_str().expect("a name").to_owned()).collect();
            managed.insert(arn.to_owned(), actions);
        }
        let path = state_of(&world.path("")).join("journal.ndjson");
        let mut journal = Journal::new(path, managed);
        let stack = Stack::new();
        journal.now.stacks = stack.names().collect();
        Self { world, journal, stack, granted: BTreeMap::new(), runs: 0 }
    }

    /// Takes in what happened beside all runs.
    fn look(&mut self) {
        self.journal.follow(|_, _| {});
    }

    async fn take(&mut self, step: Step) -> Result<(), String> {
        self.look();
        match step {
            Step::Edit(edit) => {
                self.stack.edit(edit, &self.journal.now);
                self.journal.now.stacks = self.stack.names().collect();
            }
            Step::Hand(hand) => self.by_hand(hand).await,
            Step::Unit { dev, to_prod } => {
                let account = if dev { DEV } else { WEB };
                let to = self.journal.now.unit_id(if to_prod { "Prod" } else { "Dev" });
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
            Step::Other { place, who, what } => self.other(place, who, what).await?,
            Step::Run(how) => self.run(how).await?,
        }
        Ok(())
    }

    /// Another stack is applied, and leaves alone what is not its own.
    async fn other(&mut self, place: usize, who: Who, what: u8) -> Result<(), String> {
        std::fs::create_dir_all(self.world.path("other")).expect("the folder can be written");
        self.world.write("other/stack.ram.hcl", &other(place, who, what));
        let of_other = |row: &Value| row["tags"][TAGS[0]] == "other";
        let others = self.journal.now.shares().filter(|(_, row)| !of_other(row));
        let others: BTreeMap<_, _> =
            others.map(|(key, _)| (key.clone(), self.journal.now.portrait(&key))).collect();
        let run = self.world.run(&format!("{} other", *APPLY)).await;
        if run.code != Some(0) {
            return Err(format!("the other stack is not applied: {run}"));
        }
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| touched_in(&others, state, touched));
        });
        wrong.map_or(Ok(()), |wrong| Err(format!("{wrong}\n{run}")))
    }

    async fn by_hand(&self, hand: Hand) {
        let state = &self.journal.now;
        let own = |n: usize| -> Option<(String, Place, String)> {
            let all: Vec<_> = state.own().collect();
            let (key, _, _) = all.get(n.checked_rem(all.len())?)?;
            let parts: Vec<&str> = key.split('/').collect();
            let [account, region, _] = parts[..] else { panic!("{key} is no key") };
            Some((key.clone(), place(account, region), arn_of(key)))
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
            Hand::Copy(n) => {
                let Some((key, place, _)) = own(n) else { return };
                let client = ram(&self.world, &place);
                let (who, what) = (state.members(&key, "PRINCIPAL"), state.members(&key, "RESOURCE"));
                let call = client
                    .create_resource_share()
                    .name("copy")
                    .set_principals(Some(who.into_iter().collect()));
                _ = call.set_resource_arns(Some(what.into_iter().collect())).send().await;
            }
            Hand::Untag(n, bits) => {
                let Some((_, place, arn)) = own(n) else { return };
                let chosen = TAGS.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
                let tags = chosen.map(|(_, tag)| (*tag).to_owned()).collect();
                let call = ram(&self.world, &place).untag_resource().resource_share_arn(arn);
                _ = call.set_tag_keys(Some(tags)).send().await;
            }
            Hand::Swap(n) => {
                let Some((_, place, arn)) = own(n) else { return };
                let call = ram(&self.world, &place).associate_resource_share_permission();
                _ = call.resource_share_arn(arn).permission_arn(SWAPPED).replace(true).send().await;
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
                self.look();
                let before = self.journal.now.portraits();
                let run = self.world.run("apply --auto-approve --json").await;
                let plan = plan_of(&run);
                let open = plan["summary"]["hazards_open"].as_u64().unwrap_or_default();
                let is_protected = plan.to_string().contains("RAM220");
                self.look();
                let changed = unlike(&before, &self.journal.now.portraits());
                if open > 0 && (run.code != Some(4) || !changed.is_empty()) {
                    return Err(format!("{open} hazards, and {changed:?} changed: {run}"));
                }
                if open == 0 && !is_protected && run.code != Some(0) {
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
            How::Blind(blind, after) => self.blind(blind, after).await?,
            How::Narrow(part) => self.narrowed(part).await?,
        }
        self.agreed().await
    }

    /// A run that cannot read everything.
    async fn blind(&mut self, blind: Blind, after: u64) -> Result<(), String> {
        let mut fault = json!({"effect": "access_denied", "after": after});
        // Where it is certain that nothing was read.
        let mut unread = None;
        match blind {
            Blind::Listing { place, listing } => {
                let (_, account, region) = PLACES[place];
                fault["action"] = LISTINGS[listing].into();
                fault["account"] = account.into();
                fault["region"] = region.into();
                unread = (matches!(listing, 0 | 1 | 7) && after == 0).then(|| format!("{account}/{region}/"));
            }
            Blind::Account { data } => {
                let account = if data { DATA } else { NETWORK };
                fault["action"] = "ram:*".into();
                fault["account"] = account.into();
                unread = (after == 0).then(|| format!("{account}/"));
            }
            Blind::Organization(listing) => fault["action"] = OF_ORGANIZATION[listing].into(),
            Blind::Throttled => {
                fault =
                    json!({"action": "ram:*", "effect": "throttle", "every": 3, "times": 12, "after": after});
            }
            Blind::Reset => {
                fault = json!({"action": "*", "effect": "reset", "every": 4, "times": 8, "after": after});
            }
        }
        self.look();
        let before = self.journal.now.clone();
        let bounds = Bounds::of(&before, &self.stack);
        // Nobody agrees to a gap, so there is none.
        let allowed: Vec<&str> = EVERY_HAZARD.split(',').filter(|code| *code != "RAM350").collect();
        self.world.set_faults(json!([fault])).await;
        let (plan, run) = self.carried_out("", &allowed.join(",")).await;
        self.world.set_faults(json!([])).await;
        // A share may go although the one that takes over from it was not read: the plan says who loses by it.
        let gaps = Gaps::For(losing(&plan));
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, &gaps));
        });
        let changed = unlike(&before.portraits(), &self.journal.now.portraits());
        let there = |share: &&String| unread.as_ref().is_some_and(|place| share.starts_with(place));
        let wrong = wrong
            .or_else(|| changed.iter().find(there).map(|share| format!("{share} was written to unread")))
            .or_else(|| match run.code {
                Some(0) if unread.is_some() => Some("what was not read is passed over".into()),
                Some(0) => self.differs(&before),
                Some(1..=6) if !run.stderr.contains("panicked") => None,
                _ => Some("no such end".into()),
            })
            // What was not read counts as different: the plan says too much, and never too little.
            .or_else(|| {
                let exactly = run.code == Some(0);
                let known = !plan.is_null();
                known
                    .then(|| misses(&before, &self.journal.now, &plan, &self.taken_back(), exactly))
                    .flatten()
            });
        wrong.map_or(Ok(()), |wrong| Err(format!("{wrong}\n{}\n{run}", self.stack.files())))
    }

    /// Plans and carries it out: in one run, or by a saved plan. Gives the plan, where there is one, and how it ended.
    async fn carried_out(&mut self, flags: &str, allowed: &str) -> (Value, Run) {
        self.runs += 1;
        if self.runs % 2 == 1 {
            let run = self.world.run(&format!("apply --auto-approve --json --allow {allowed}{flags}")).await;
            return (plan_of(&run), run);
        }
        _ = std::fs::remove_file(self.world.path("plan.json"));
        let plan = self.world.run(&format!("plan --out plan.json --allow {allowed}{flags}")).await;
        let saved = std::fs::read_to_string(self.world.path("plan.json")).unwrap_or_default();
        let saved: Value = serde_json::from_str(&saved).unwrap_or_default();
        if !matches!(plan.code, Some(0 | 6)) || saved["has_changes"] != true {
            return (saved, plan);
        }
        let mut run = self.world.run("apply plan.json").await;
        // What a plan did not read, it does not read again.
        run.code = run.code.map(|code| if code == 0 { plan.code.unwrap_or(1) } else { code });
        (saved, run)
    }

    /// A run for a part.
    async fn narrowed(&mut self, part: Part) -> Result<(), String> {
        self.look();
        let chosen = |n: usize| {
            let label = self.stack.shares.keys().nth(n.checked_rem(self.stack.shares.len())?)?;
            Some((format!("share.{label}"), self.stack.addresses(label)))
        };
        let before = self.journal.now.clone();
        let own: Vec<(String, &str)> = before.own().map(|(key, address, _)| (key, address)).collect();
        let except = |may: &dyn Fn(&str, &str) -> bool| -> BTreeSet<String> {
            own.iter().filter(|(key, address)| !may(key, address)).map(|(key, _)| key.clone()).collect()
        };
        let (flags, still) = match part {
            Part::Target(n) => {
                let Some((address, names)) = chosen(n) else { return Ok(()) };
                (format!("--target {address}"), except(&|_, of| names.contains(of)))
            }
            Part::Exclude(n) => {
                let Some((address, names)) = chosen(n) else { return Ok(()) };
                (format!("--exclude {address}"), except(&|_, of| !names.contains(of)))
            }
            Part::Place(n) => {
                let (name, account, _) = PLACES[n];
                (format!("--account {name}"), except(&|key, _| key.starts_with(account)))
            }
            Part::Region(n) => {
                let region = PLACES[n].2;
                (format!("--region {region}"), except(&|key, _| key.contains(region)))
            }
        };
        let still: BTreeMap<_, _> =
            still.into_iter().map(|key| (key.clone(), before.portrait(&key))).collect();
        let bounds = Bounds::of(&before, &self.stack);
        let (plan, run) = self.carried_out(&format!(" {flags}"), &EVERY_HAZARD).await;
        // A share may go although the one that takes over from it is left out: the plan says who loses by it.
        let gaps = if says_gap(&plan) { Gaps::ForAll } else { Gaps::For(losing(&plan)) };
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, &gaps));
            wrong = wrong.take().or_else(|| touched_in(&still, state, touched));
        });
        let told = |text: &str, stack: &Stack| Err(format!("{text}\n{}\n{flags}\n{run}", stack.files()));
        if run.code == Some(1) && run.holds("RAM220") {
            return wrong.map_or(Ok(()), |wrong| told(&wrong, &self.stack));
        }
        if run.code != Some(0) {
            return told("the plan for a part is not carried out", &self.stack);
        }
        let wrong = wrong.or_else(|| misses(&before, &self.journal.now, &plan, &self.taken_back(), true));
        if let Some(wrong) = wrong {
            return told(&wrong, &self.stack);
        }
        if plan["has_changes"] != true {
            return Ok(());
        }
        let second = self.world.run(&format!("{} {flags}", *PLAN)).await;
        if second.code != Some(0) && !self.waits() {
            return told(&format!("the second plan for a part is not empty\n{second}"), &self.stack);
        }
        Ok(())
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
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, &Gaps::ForAll));
        });
        if run.stderr.contains("panicked") {
            return Err(run.to_string());
        }
        wrong.map_or(Ok(()), |wrong| Err(format!("{wrong}\n{run}")))
    }

    async fn agreed(&mut self) -> Result<(), String> {
        self.look();
        let before = self.journal.now.clone();
        let bounds = Bounds::of(&before, &self.stack);
        let (plan, run) = self.carried_out("", &EVERY_HAZARD).await;
        let gaps = if says_gap(&plan) { Gaps::ForAll } else { Gaps::For(BTreeSet::new()) };
        let mut wrong = None;
        self.journal.follow(|state, touched| {
            wrong = wrong.take().or_else(|| bounds.broken_by(state, touched, &gaps));
        });
        let told = |text: &str, stack: &Stack| Err(format!("{text}\n{}\n{run}", stack.files()));
        if run.code == Some(1) && run.holds("RAM220") {
            if before.portraits() != self.journal.now.portraits() {
                return told("what is protected changed", &self.stack);
            }
            self.stack.shares.values_mut().for_each(|share| share.protected = false);
            self.world.write("stack.ram.hcl", &self.stack.files());
            return Box::pin(self.agreed()).await;
        }
        if run.code != Some(0) {
            return told("the plan is not carried out", &self.stack);
        }
        let wrong = wrong
            .or_else(|| self.differs(&before))
            .or_else(|| misses(&before, &self.journal.now, &plan, &self.taken_back(), true));
        if let Some(wrong) = wrong {
            return told(&wrong, &self.stack);
        }
        // A plan that has nothing to do is what a second plan has to be.
        if plan["has_changes"] == true {
            let second = self.world.run(&PLAN).await;
            if second.code != Some(0) && !self.waits() {
                return told(&format!("the second plan is not empty\n{second}"), &self.stack);
            }
        }
        self.stack.is_applied(&self.journal.now);
        self.granted = self.stack.written(&self.journal.now);
        Ok(())
    }

    /// Whether somebody has yet to accept a share of the stack: until then there is nothing to do.
    fn waits(&self) -> bool {
        let now = &self.journal.now;
        now.own().any(|(share, ..)| now.waits(&share))
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
    fn differs(&self, before: &State) -> Option<String> {
        let now = &self.journal.now;
        let own: BTreeSet<String> = now.own().map(|(key, ..)| key).collect();
        let waits = self.waits();
        let (gives, wanted) =
            (now.grants(Invited::Count, |share| own.contains(share)), self.stack.wanted(before));
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

/// For whom a plan allows to be without something for a while that is declared before and after.
enum Gaps {
    ForAll,
    For(BTreeSet<String>),
}

/// Whether a plan says that shares take something before others give it.
fn says_gap(plan: &Value) -> bool {
    plan["shares"].to_string().contains("RAM350")
}

/// Who loses something, by the plan.
fn losing(plan: &Value) -> BTreeSet<String> {
    let who = plan["access"]["lose"].as_array().into_iter().flatten();
    who.filter_map(|one| one.as_str().map(str::to_owned)).collect()
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

    fn broken_by(&self, state: &State, touched: &BTreeSet<String>, gaps: &Gaps) -> Option<String> {
        if touched.is_empty() {
            return None;
        }
        let wrong = touched_in(&self.foreign, state, touched);
        if wrong.is_some() {
            return wrong;
        }
        let now = state.grants(Invited::Count, |_| true);
        if let Some(extra) = now.difference(&self.most).next() {
            return Some(format!("for a moment, {extra:?}"));
        }
        let gap = self.least.difference(&now).find(|grant| match gaps {
            Gaps::ForAll => false,
            Gaps::For(who) => !who.contains(&grant.who),
        });
        gap.map(|gap| format!("for a moment, nobody gives {gap:?}"))
    }
}

/// The plan in the document of an `apply`.
fn plan_of(run: &Run) -> Value {
    let mut document: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    document["plan"].take()
}

type Portraits = BTreeMap<String, BTreeSet<String>>;

/// The shares that are not the same.
fn unlike(one: &Portraits, other: &Portraits) -> BTreeSet<String> {
    one.keys().chain(other.keys()).filter(|share| one.get(*share) != other.get(*share)).cloned().collect()
}

/// A share that is not as it was, and should be.
fn touched_in(
    still: &BTreeMap<String, BTreeSet<String>>,
    state: &State,
    touched: &BTreeSet<String>,
) -> Option<String> {
    for (share, portrait) in still.iter().filter(|(share, _)| touched.contains(*share)) {
        let now = state.portrait(share);
        if now != *portrait {
            return Some(format!("{share} is left out, was {portrait:?} and is {now:?}"));
        }
    }
    None
}

/// What a plan said of access and was not so. What the files `granted` goes with a hazard alone. A plan that did not read
/// everything, or was not carried out to its end, may say more.
fn misses(before: &State, after: &State, plan: &Value, granted: &Grants, exactly: bool) -> Option<String> {
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
    let waits = &beyond(&most(before), &held(before)) | &before.invited();
    let gain = &beyond(&most(after), &most(before)) - &waits;
    let lose = beyond(&held(before), &held(after));
    let told = |what: &str| -> BTreeSet<String> {
        let list = plan["access"][what].as_array().expect("plans have it");
        list.iter().map(|who| who.as_str().expect("a text").to_owned()).collect()
    };
    let is_told = if exactly {
        &told("gain") - &waits == gain && told("lose") == lose
    } else {
        gain.is_subset(&told("gain")) && lose.is_subset(&told("lose"))
    };
    if !is_told {
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
    // Where the organization cannot be read, nobody knows who is outside.
    let asked = ["RAM201", "RAM225"].iter().any(|code| hazards.contains(code));
    // To invite again whom the files let in needs no other consent.
    let (had, has) = (most(before), most(after));
    let mut new = has.difference(&had).filter(|grant| grant.who == PARTNER && !granted.contains(*grant));
    if gain.contains(PARTNER) && new.next().is_some() && !asked {
        return Some("an outsider gains something without a hazard".into());
    }
    None
}

/// Leads a life to its end, or to the first thing that is wrong.
async fn lead(steps: &[Step]) -> Result<(), String> {
    let mut life = Life::begin().await;
    for (number, step) in steps.iter().enumerate() {
        TAKEN.fetch_add(1, Ordering::Relaxed);
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

#[expect(clippy::disallowed_macros, reason = "a life that fails is printed as soon as it is shortened")]
async fn hold(lives: impl Iterator<Item = (String, Vec<Step>)>) {
    let failures: Vec<()> = stream::iter(lives)
        .map(|(name, steps)| {
            tokio::spawn(async move {
                let wrong = lead(&steps).await.err()?;
                let (steps, wrong) = shortened(steps, wrong).await;
                let steps = serde_json::to_string(&steps).expect("steps are JSON");
                println!("life {name}: {steps}\n{wrong}\n");
                Some(())
            })
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(|ended| async { ended.expect("no panic") })
        .collect()
        .await;
    println!("{} steps were taken", TAKEN.load(Ordering::Relaxed));
    assert!(failures.is_empty(), "{} lives fail", failures.len());
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_lives_do_what_their_plans_say() {
    if let Ok(text) = std::env::var("RAMCTL_LIFE") {
        let steps = match text.parse() {
            Ok(number) => life(number),
            Err(_) => serde_json::from_str(&text).expect("a number, or steps as they were printed"),
        };
        return hold(std::iter::once((text, steps))).await;
    }
    let first = number("RAMCTL_FIRST").unwrap_or_default();
    let lives = first..first + number("RAMCTL_LIVES").unwrap_or(LIVES);
    hold(lives.map(|number| (number.to_string(), life(number)))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_that_failed_once_do_what_their_plans_say() {
    let kept =
        KEPT.lines().map(|line| serde_json::from_str::<(String, Vec<Step>)>(line).expect("a name and steps"));
    hold(kept).await;
}
