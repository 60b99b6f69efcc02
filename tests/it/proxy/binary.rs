//! The real binary behind the proxy: a whole run of one command, then a run without the proxy that must put everything right.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::time::sleep;

use crate::proxy::faults::{Aim, Deed, Fault, LISTINGS, Script, script};
use crate::proxy::server::{Proxy, Told};
use crate::proxy::{AFTER, BEFORE, BOUND, MOST_MEMORY, SEED, stack};
use crate::run::{APPLY, PLAN, Run, allowing_all};
use crate::served::World;

/// What is only said of everything; "No changes in what was read" is true of a part.
const MATCHES: [&str; 3] = ["AWS matches", "No drift.", "No changes."];

/// A world whose stack is to change.
async fn world() -> World {
    let world = World::new(SEED).await;
    world.write("stack.ram.hcl", &stack(BEFORE));
    world.run(&APPLY).await.exits(0);
    world.write("stack.ram.hcl", &stack(AFTER));
    world
}

/// Runs a command through the proxy. Its peak of memory in KiB comes from the kernel, as long as the process is there to be asked.
async fn behind(world: &World, proxy: &Proxy, words: &str) -> (Run, u64) {
    let mut command: Command = world.ramctl(words);
    let out = |name: &str| fs::File::create(world.path(name)).expect("the folder can be written");
    command
        .env("AWS_ENDPOINT_URL", proxy.url())
        .stdout(Stdio::from(out("out")))
        .stderr(Stdio::from(out("err")));
    let mut child = command.spawn().expect("the binary can be run");
    let (start, mut peak) = (Instant::now(), 0);
    let code = loop {
        if let Some(status) = child.try_wait().expect("the run can be waited for") {
            break status.code();
        }
        if start.elapsed() > BOUND {
            child.kill().expect("it can be ended");
            child.wait().expect("it has ended");
            panic!("{words:?} hangs: {:?}", proxy.told());
        }
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let found = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(found.unwrap_or(0));
        sleep(Duration::from_millis(10)).await;
    };
    let text =
        |name: &str| String::from_utf8_lossy(&fs::read(world.path(name)).expect("written")).into_owned();
    (Run { code, stdout: text("out"), stderr: text("err") }, peak)
}

/// The command of a case, and what it exits with where nothing is in the way.
fn command(rng: &mut Rng) -> (String, i32) {
    match rng.u8(..4) {
        0 => (PLAN.clone(), 2),
        1 => ("drift".to_owned(), 2),
        2 => (APPLY.clone(), 0),
        _ => (allowing_all("destroy --auto-approve"), 0),
    }
}

pub(crate) async fn case(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let (words, code) = command(&mut rng);
    run(&format!("seed {seed}"), script(seed, Aim::Binary), &words, code).await;
}

async fn run(name: &str, script: Script, words: &str, code: i32) -> (Run, Told) {
    let faults = format!("{:?}", script.faults);
    let world = world().await;
    let proxy = Proxy::start(world.running().addr(), script).await;
    let (run, peak) = behind(&world, &proxy, words).await;
    let told = proxy.told();
    drop(proxy);
    let about = format!("{name}: {words}\n{faults}\n{run}");
    assert!(!run.stderr.contains("panicked") && run.code.is_some_and(|code| code <= 6), "{about}");
    assert!(peak < MOST_MEMORY, "{peak} KiB: {about}");
    if !told.lied && code == 2 {
        assert_ne!(run.code, Some(0), "nothing is in sync: {about}");
        assert!(MATCHES.iter().all(|text| !run.stdout.contains(text)), "{about}");
    }
    world.run(&APPLY).await.exits(0);
    world.run(&PLAN).await.exits(0);
    (run, told)
}

/// A place whose listing cannot be read is not written to, whatever the command, and no command says that AWS matches.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_writes_to_a_place_or_calls_it_in_sync_after_an_unreadable_listing() {
    let deeds = [
        Deed::Answer(200, "application/json", String::new()),
        Deed::Answer(204, "application/json", String::new()),
        Deed::Answer(200, "application/json", "{}".to_owned()),
        Deed::Answer(200, "text/html", "<html>welcome</html>".to_owned()),
        Deed::EndlessPages(1),
    ];
    let commands = [PLAN.clone(), "drift".to_owned(), APPLY.clone(), allowing_all("destroy --auto-approve")];
    for (n, words) in commands.iter().enumerate() {
        let deed = deeds[n % deeds.len()].clone();
        let fault = Fault {
            operation: Some(LISTINGS[n % LISTINGS.len()]),
            region: Some("eu-central-1"),
            after: 0,
            times: u64::MAX,
            deed,
        };
        let (run, told) = run("unreadable", Script::new(vec![fault]), words, 6).await;
        assert_eq!(run.code, Some(6), "{words}: {run}");
        for text in MATCHES {
            assert!(!run.stdout.contains(text), "{text}: {run}");
        }
        let written = told.calls.iter().find(|call| !call.reads() && call.region == "eu-central-1");
        assert!(told.fired > 0 && written.is_none(), "{words}: {written:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_takes_little_memory() {
    for part in [" ", ",{}"] {
        let fault = Fault {
            operation: Some("getresourceshares"),
            region: None,
            after: 0,
            times: u64::MAX,
            deed: Deed::EndlessBody(part),
        };
        let (run, _) = run("endless", Script::new(vec![fault]), &PLAN, 6).await;
        assert_eq!(run.code, Some(6), "{run}");
        // A slow machine runs into the time for a call before it runs into the length of a reply.
        assert!(run.holds("MiB") || run.holds("timed out"), "{run}");
    }
}

/// Proxy variables do not touch the quickstart: nobody calls the proxy that they name.
#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_is_never_behind_the_proxy_of_the_environment() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counter = std::sync::Arc::clone(&calls);
    let counting = tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    });
    let stack = crate::cli::Stack::quickstart();
    let folder = stack.path();
    let runs = tokio::task::spawn_blocking(move || {
        let run = |words: &str| {
            let mut command = crate::cli::ramctl(&folder);
            command.args(words.split(' '));
            for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
                command.env(name, &url);
            }
            Run::of(command.output().expect("the binary can be run"))
        };
        ["plan --sandbox --detailed-exitcode", "apply --sandbox --auto-approve", "drift --sandbox"].map(run)
    });
    let [plan, apply, drift] = runs.await.expect("no panic");
    plan.exits(2);
    apply.exits(0);
    drift.exits(0);
    assert_eq!(calls.load(std::sync::atomic::Ordering::Relaxed), 0);
    counting.abort();

    // A stand-in that a variable names is reached directly as well.
    let world = world().await;
    let mut command = world.ramctl(&PLAN);
    command.env("HTTP_PROXY", "http://127.0.0.1:9").env("ALL_PROXY", "http://127.0.0.1:9");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    crate::served::finish(command.spawn().expect("the binary can be run")).await.exits(2);
}
