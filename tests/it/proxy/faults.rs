//! What the proxy does, made from a seed.

use fastrand::Rng;

use crate::proxy::server::Call;

/// What is done to one exchange.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// The request never arrives.
    CutBefore,
    /// The request is carried out, and its reply lost.
    CutAfter,
    /// The reply ends after so many percent of its bytes.
    Truncate(usize),
    /// The request is sent twice; the second reply counts.
    Twice,
    Delay(u64),
    /// No reply, and no end.
    Stall,
    /// The reply to an earlier call of the same operation, or of another one.
    Earlier(usize),
    Foreign(usize),
    /// Status, content type and body of the proxy's own.
    Answer(u16, &'static str, String),
    /// The true reply, changed.
    Forge(u64),
    /// Each page has a next one.
    EndlessPages(u64),
    /// A body that repeats this.
    EndlessBody(&'static str),
}

/// A deed and the exchanges that it is done to.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// None: any.
    pub operation: Option<&'static str>,
    pub region: Option<&'static str>,
    /// How many of them are left alone first, and how many then are not.
    pub after: u64,
    pub times: u64,
    pub deed: Deed,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    pub faults: Vec<Fault>,
    /// How many calls each fault was about.
    met: Vec<u64>,
}

impl Script {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { met: vec![0; faults.len()], faults }
    }

    pub(crate) fn next(&mut self, call: &Call) -> Option<Deed> {
        let mut found = None;
        for (fault, met) in self.faults.iter().zip(&mut self.met) {
            let about = fault.operation.is_none_or(|operation| operation == call.operation)
                && fault.region.is_none_or(|region| region == call.region);
            if about {
                *met += 1;
                let due = *met > fault.after && *met - fault.after <= fault.times;
                if due && found.is_none() {
                    found = Some(fault.deed.clone());
                }
            }
        }
        found
    }
}

/// What a script is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    Reads,
    Everything,
    /// No deed that the binary's own patience would draw out.
    Binary,
}

/// The six listings of a place.
pub(crate) const LISTINGS: [&str; 5] = [
    "getresourceshares",
    "getresourceshareassociations",
    "listpermissionassociations",
    "listsourceassociations",
    "listpermissions",
];
const OTHERS: [&str; 8] = [
    "describeorganization",
    "listroots",
    "listaccounts",
    "listorganizationalunitsforparent",
    "listawsserviceaccessfororganization",
    "getrole",
    "assumerole",
    "getcalleridentity",
];
const WRITES: [&str; 7] = [
    "createresourceshare",
    "updateresourceshare",
    "deleteresourceshare",
    "associateresourceshare",
    "disassociateresourceshare",
    "tagresource",
    "untagresource",
];
const REGIONS: [&str; 2] = ["eu-central-1", "us-east-1"];

/// The script of a case.
pub(crate) fn script(seed: u64, aim: Aim) -> Script {
    // Seeds that follow each other give similar numbers at first.
    let mut rng = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED);
    let faults = (0..1 + rng.usize(..3)).map(|_| fault(&mut rng, aim)).collect();
    Script::new(faults)
}

fn fault(rng: &mut Rng, aim: Aim) -> Fault {
    let writes = aim != Aim::Reads && rng.u8(..3) == 0;
    let operation = match rng.u8(..10) {
        _ if writes => Some(pick(rng, &WRITES)),
        0..7 => Some(pick(rng, &LISTINGS)),
        7..9 => Some(pick(rng, &OTHERS)),
        _ => None,
    };
    let region =
        (operation.is_some_and(|it| !OTHERS.contains(&it)) && rng.bool()).then(|| pick(rng, &REGIONS));
    let after = if rng.bool() { 0 } else { rng.u64(..12) };
    let times = *pick(rng, &[&1, &1, &2, &5, &u64::MAX]);
    Fault { operation, region, after, times, deed: deed(rng, aim) }
}

fn deed(rng: &mut Rng, aim: Aim) -> Deed {
    match rng.u8(..40) {
        0..2 => Deed::CutBefore,
        2..4 => Deed::CutAfter,
        4..6 => Deed::Truncate(rng.usize(..100)),
        6..8 => Deed::Twice,
        8 => Deed::Delay(rng.u64(1..60)),
        9 if aim == Aim::Reads && rng.u8(..8) == 0 => Deed::Stall,
        9..12 => Deed::Earlier(rng.usize(..)),
        12..14 => Deed::Foreign(rng.usize(..)),
        14..22 => answer(rng, aim),
        22 => Deed::EndlessPages(rng.u64(..)),
        23 if rng.u8(..8) == 0 => Deed::EndlessBody(pick(rng, &[" ", ",{}", ",[[[[", "\"", "\\u0000"])),
        _ => Deed::Forge(rng.u64(..)),
    }
}

fn answer(rng: &mut Rng, aim: Aim) -> Deed {
    const JSON: &str = "application/json";
    let bodies: [&str; 12] = [
        "",
        "{}",
        "null",
        "[]",
        "{\"resourceShares\":null,\"permissions\":null,\"Accounts\":null}",
        "{\"message\":\"no\"}",
        "<html><body><h1>Welcome to the guest network</h1></body></html>",
        "OK",
        "\u{0}\u{0}\u{0}",
        "{\"resourceShares\":",
        "<GetRoleResponse/>",
        "\u{feff}{}",
    ];
    let body = pick(rng, &bodies).to_owned();
    let kind = pick(rng, &[JSON, "text/html", "text/xml", "application/x-amz-json-1.1", ""]);
    // What is tried again takes the binary seconds each time.
    let failing = [301, 400, 403, 404, 418, 429, 500, 503];
    let failing = if aim == Aim::Binary { &failing[..5] } else { &failing[..] };
    let status = match rng.u8(..6) {
        0 => *failing.get(rng.usize(..failing.len())).expect("within"),
        1 => 204,
        2 => 201,
        _ => 200,
    };
    Deed::Answer(status, kind, body)
}

fn pick<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(..all.len())]
}
