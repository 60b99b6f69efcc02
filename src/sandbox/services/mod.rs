//! The AWS services that the sandbox speaks for: one table of operations each.
//!
//! A service gets a [`Call`] whose caller, Region and parameters the protocol has read, and answers JSON or a [`Refusal`]. How those
//! look on the wire is `protocol`'s work.

pub(crate) mod organizations;
pub(crate) mod ram;
pub(crate) mod iam;
pub(crate) mod sts;
pub(crate) mod tagging;
pub(crate) mod cloudtrail;
pub(crate) mod ec2;
mod pages;

pub(crate) use pages::{Pager, Turns};

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::sandbox::clock::Millis;
use crate::sandbox::settings::Behaviour;
use crate::sandbox::state::State;

/// Who calls: read from the access key.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub account: String,
    pub arn: String,
    pub user_id: String,
    pub access_key: String,
    /// The role of a session, as `ACCOUNT/NAME`.
    pub role: Option<String>,
}

/// One request, understood.
pub(crate) struct Call<'a> {
    pub caller: &'a Caller,
    pub region: &'a str,
    pub input: &'a Value,
    pub now: Millis,
    pub behaviour: &'a Behaviour,
    pub turns: &'a Turns,
}

impl Call<'_> {
    /// The parameters in their form; what has another form is refused with `code`.
    pub(crate) fn input<T: DeserializeOwned>(&self, code: &'static str) -> Result<T, Refusal> {
        T::deserialize(self.input)
            .map_err(|error| Refusal::new(code, format!("1 validation error detected: {error}")))
    }
}

/// An error that a service answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: Cow<'static, str>,
    pub status: u16,
    pub message: String,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), status: 400, message: message.into() }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

impl From<std::io::Error> for Refusal {
    /// The state could not be written.
    fn from(error: std::io::Error) -> Self {
        Self::new("ServiceUnavailableException", format!("the sandbox cannot write its state: {error}"))
            .with_status(503)
    }
}

/// JSON text.
pub(crate) type Answer = Result<Vec<u8>, Refusal>;

pub(crate) fn answer(output: &impl Serialize) -> Answer {
    serde_json::to_vec(output)
        .map_err(|error| Refusal::new("ServerInternalException", error.to_string()).with_status(500))
}

/// What runs an operation.
pub(crate) enum Run {
    Read(fn(&Call<'_>, &State) -> Answer),
    Write(fn(&Call<'_>, &mut State) -> Answer),
}

pub(crate) struct Operation {
    pub name: &'static str,
    pub run: Run,
}

impl Operation {
    pub(crate) const fn read(name: &'static str, run: fn(&Call<'_>, &State) -> Answer) -> Self {
        Self { name, run: Run::Read(run) }
    }

    pub(crate) const fn write(name: &'static str, run: fn(&Call<'_>, &mut State) -> Answer) -> Self {
        Self { name, run: Run::Write(run) }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    Ram,
    Organizations,
    Sts,
    Iam,
    Tagging,
    CloudTrail,
    Ec2,
}

/// One operation, for people and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperationName {
    /// The prefix of the service's IAM actions: `ram`.
    pub service: &'static str,
    /// `CreateResourceShare`.
    pub name: &'static str,
    /// Whether it changes something.
    pub writes: bool,
}

/// Every operation that the sandbox answers.
pub fn operations() -> impl Iterator<Item = OperationName> {
    const ALL: [Service; 7] = [
        Service::Ram,
        Service::Organizations,
        Service::Sts,
        Service::Iam,
        Service::Tagging,
        Service::CloudTrail,
        Service::Ec2,
    ];
    ALL.into_iter().flat_map(|service| {
        service.operations().map(move |operation| OperationName {
            service: service.prefix(),
            name: operation.name,
            writes: matches!(operation.run, Run::Write(_)),
        })
    })
}

impl Service {
    /// The prefix of the service's IAM actions.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Ram => "ram",
            Self::Organizations => "organizations",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Tagging => "tag",
            Self::CloudTrail => "cloudtrail",
            Self::Ec2 => "ec2",
        }
    }

    /// All operations of the service.
    fn operations(self) -> impl Iterator<Item = &'static Operation> {
        let tables: &'static [&'static [&'static [Operation]]] = match self {
            Self::Ram => ram::OPERATIONS,
            Self::Organizations => &[organizations::OPERATIONS],
            Self::Sts => &[&[sts::OPERATIONS]],
            Self::Iam => &[iam::OPERATIONS],
            Self::Tagging => &[&[tagging::OPERATIONS]],
            Self::CloudTrail => &[&[cloudtrail::OPERATIONS]],
            Self::Ec2 => &[&[ec2::OPERATIONS]],
        };
        tables.iter().copied().flatten().copied().flatten()
    }

    pub(crate) fn operation(self, name: &str) -> Option<&'static Operation> {
        self.operations().find(|operation| operation.name == name)
    }

    /// As [`Service::operation`], by the name in lower case, as RAM's paths have it.
    pub(crate) fn operation_at(self, name: &str) -> Option<&'static Operation> {
        self.operations().find(|operation| operation.name.eq_ignore_ascii_case(name))
    }
}

/// A random UUID.
pub(crate) fn uuid() -> String {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid().to_string()
}

/// `length` random characters of AWS's ids: upper-case letters and digits.
pub(crate) fn random_id(length: usize) -> String {
    std::iter::repeat_with(|| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[fastrand::usize(..32)]))
        .take(length)
        .collect()
}
