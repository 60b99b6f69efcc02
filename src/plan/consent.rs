//! What somebody agreed to beforehand: hazards by their codes, on the command line or in the stack's files.

use std::fmt;

use jiff::Timestamp;

use crate::diag::{Code, Span, find_code, hazards, is_hazard, suggest};
use crate::diff::{Acknowledgement, AcknowledgementScope};
use crate::model::Address;

/// What the command line agrees to; nothing by default. What the stack's files agree to is in the plan already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    allowances: Vec<Allowance>,
}

/// One hazard that is agreed to, everywhere or at one block: `RAM203@share.tgw`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowance {
    pub code: &'static Code,
    /// Without a key, all instances of the block. None: wherever the hazard is, also for the plan as a whole.
    pub at: Option<Address>,
}

/// Whether a hazard was agreed to, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HazardStanding {
    Open,
    /// By `--allow`.
    AllowedByFlag,
    /// By an `allow` in the stack's files.
    AllowedByStack {
        span: Span,
        reason: String,
        until: Option<Timestamp>,
    },
}

impl HazardStanding {
    /// Whether the files agreed to it until a time that is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        matches!(self, Self::AllowedByStack { until: Some(until), .. } if *until <= now)
    }
}

/// Why a text is no allowance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowanceError {
    #[error("write CODE, CODE,CODE or CODE@ADDRESS, such as RAM203@share.tgw")]
    NoCode,
    #[error("there is no code {text}{hint}; `ramctl explain` lists all codes")]
    Unknown { text: String, hint: String },
    #[error("{code} ({summary}) is no hazard and cannot be allowed; hazards are {known}", summary = code.summary)]
    NoHazard { code: &'static Code, known: String },
    #[error("prevent_destroy cannot be allowed away: take it out of the block's lifecycle first")]
    Protected,
    #[error("{text:?} is not the address of a block, such as share.tgw or share.tgw[\"eu-central-1\"]")]
    NoAddress { text: String },
}

impl Consent {
    pub fn new(allowances: impl IntoIterator<Item = Allowance>) -> Self {
        Self { allowances: allowances.into_iter().collect() }
    }

    /// To every hazard there is, wherever it is.
    pub fn to_everything() -> Self {
        Self::new(hazards::hazard_codes().map(|code| Allowance { code, at: None }))
    }

    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    pub(crate) fn covers(&self, code: &Code, at: Option<&Address>) -> bool {
        self.allowances.iter().any(|allowance| allowance.covers(code, at))
    }
}

impl Allowance {
    /// The narrowest that covers a hazard. An address that nobody could type (a share's tag may hold any text) is left out.
    pub fn of(code: &'static Code, at: Option<&Address>) -> Self {
        let at = at.filter(|at| address(&at.to_string()).as_ref() == Some(at));
        Self { code, at: at.cloned() }
    }

    /// Reads `CODE[,CODE][@ADDRESS]`. Case of codes does not matter.
    pub fn parse(text: &str) -> Result<Vec<Self>, AllowanceError> {
        let (codes, at) = match text.split_once('@') {
            None => (text, None),
            Some((codes, at)) => {
                let address =
                    address(at.trim()).ok_or_else(|| AllowanceError::NoAddress { text: at.to_owned() })?;
                (codes, Some(address))
            }
        };
        codes.split(',').map(|code| Ok(Self { code: hazard(code.trim())?, at: at.clone() })).collect()
    }

    /// `at` is the block that the hazard is about; none for the plan as a whole.
    pub(crate) fn covers(&self, code: &Code, at: Option<&Address>) -> bool {
        let here = match (&self.at, at) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(wanted), Some(at)) => wanted.covers(at),
        };
        here && *self.code == *code
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            None => write!(f, "{}", self.code),
            Some(at) => write!(f, "{}@{at}", self.code),
        }
    }
}

/// An address as somebody types it. A shell takes quotes away, so a key may stand without: `share.tgw[eu-central-1]`.
fn address(text: &str) -> Option<Address> {
    let bare =
        text.strip_suffix(']').and_then(|text| text.split_once('[')).filter(|(_, key)| !key.contains('"'));
    let address = match bare {
        Some((block, key)) => Address { key: Some(key.to_owned()), ..Address::parse(block).ok()? },
        None => Address::parse(text).ok()?,
    };
    let in_names = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    address.label.chars().all(in_names).then_some(address)
}

fn hazard(text: &str) -> Result<&'static Code, AllowanceError> {
    if text.is_empty() {
        return Err(AllowanceError::NoCode);
    }
    let Some(code) = find_code(text) else {
        let near = suggest::closest(text, hazards::hazard_codes().map(|code| code.id));
        let hint = near.map(|code| format!(", did you mean {code}?")).unwrap_or_default();
        return Err(AllowanceError::Unknown { text: text.escape_debug().to_string(), hint });
    };
    if *code == hazards::RAM220 {
        return Err(AllowanceError::Protected);
    }
    if !is_hazard(code) {
        let known: Vec<&str> = hazards::hazard_codes().map(|code| code.id).collect();
        return Err(AllowanceError::NoHazard { code, known: known.join(", ") });
    }
    Ok(code)
}

/// What the stack's files say to a hazard of a block, or of the plan as a whole. The narrowest word counts.
pub(crate) fn standing(
    acknowledgements: &[Acknowledgement],
    code: &Code,
    at: Option<&Address>,
) -> HazardStanding {
    let fits = |scope: &AcknowledgementScope| match (scope, at) {
        (AcknowledgementScope::Stack, _) => true,
        (AcknowledgementScope::Block(block), Some(at)) => block == at,
        (AcknowledgementScope::Block(_), None) => false,
    };
    let found = acknowledgements
        .iter()
        .filter(|word| *word.code == *code && fits(&word.scope))
        .max_by_key(|word| matches!(word.scope, AcknowledgementScope::Block(_)));
    match found {
        None => HazardStanding::Open,
        Some(Acknowledgement { scope: _, code: _, reason, until, span }) => {
            HazardStanding::AllowedByStack { span: *span, reason: reason.clone(), until: *until }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BlockKind;

    fn at(text: &str) -> Address {
        address(text).unwrap()
    }

    #[test]
    fn an_allowance_is_a_code_with_or_without_an_address() {
        let shown = |text| {
            let all = Allowance::parse(text).unwrap();
            all.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown("RAM203"), ["RAM203"]);
        assert_eq!(shown("ram203, RAM206@share.tgw"), ["RAM203@share.tgw", "RAM206@share.tgw"]);
        assert_eq!(shown("RAM203@share.tgw[eu]"), [r#"RAM203@share.tgw["eu"]"#]);
        assert_eq!(shown(r#"RAM203@share.tgw["a,b@c"]"#), [r#"RAM203@share.tgw["a,b@c"]"#]);
    }

    #[test]
    fn what_is_no_hazard_is_refused_with_what_was_meant() {
        for (text, told) in [
            ("", "write CODE"),
            ("RAM203,", "write CODE"),
            ("RAM23", "did you mean RAM203"),
            ("nonsense", "there is no code nonsense;"),
            ("RAM301", "is no hazard"),
            ("RAM220", "prevent_destroy"),
            ("RAM203@", "not the address"),
            ("RAM203@tgw", "not the address"),
        ] {
            let error = Allowance::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn an_address_without_a_key_covers_all_instances_and_no_other_block() {
        let [allowance] = &Allowance::parse("RAM203@share.tgw").unwrap()[..] else { panic!("one") };
        let covers = |text| allowance.covers(&hazards::RAM203, Some(&at(text)));
        assert!(covers("share.tgw") && covers(r#"share.tgw["eu"]"#));
        assert!(!covers("share.tgw2") && !covers("permission.tgw"));
        assert!(!allowance.covers(&hazards::RAM206, Some(&at("share.tgw"))));
        assert!(!allowance.covers(&hazards::RAM203, None));
        assert_eq!(at("share.tgw").kind, BlockKind::Share);
    }
}
