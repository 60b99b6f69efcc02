//! The words for differences that the `lifecycle` of a block leaves alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::diff::{Edit, Left, LeftBy};
use crate::model::Place;
use crate::render::parts;
use crate::render::rows::{Row, Sign};

/// Extras that are listed by name for one share; the rest are counted.
const LISTED: usize = 20;

/// Differences that a block's `lifecycle` leaves alone, as rows: what others put on the share by name, the rest counted.
pub(crate) fn rows(left: &[Left], place: &Place) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut counted: BTreeMap<LeftBy, (usize, BTreeSet<&'static str>)> = BTreeMap::new();
    let mut listed = 0;
    for one in left {
        let Left { attribute, part, cause, by } = one;
        let is_named = match by {
            LeftBy::IgnoreChanges => one.extra_principal().is_some(),
            LeftBy::KeepExtra | LeftBy::NotCarried => true,
        };
        match part {
            Some(part) if is_named && listed < LISTED => {
                listed += 1;
                let mut row = parts::row(&Edit { part: part.clone(), cause: *cause }, place);
                (row.sign, row.mark) = (Sign::Note, "");
                row.effect = match by {
                    LeftBy::IgnoreChanges => "no block declares it; ignore_changes leaves it".to_owned(),
                    LeftBy::KeepExtra => "no block declares it; keep_extra keeps it".to_owned(),
                    LeftBy::NotCarried => {
                        row.sign = Sign::Held;
                        "no block declares it, and no share elsewhere can have it: not carried over"
                            .to_owned()
                    }
                };
                row.codes = vec!["RAM348"];
                rows.push(row);
            }
            _ => {
                let (n, attributes) = counted.entry(*by).or_default();
                *n += 1;
                attributes.insert(attribute.as_str());
            }
        }
    }
    rows.extend(counted.into_iter().map(|(by, (n, attributes))| {
        let why = match by {
            LeftBy::IgnoreChanges => "ignored by ignore_changes",
            LeftBy::KeepExtra => "kept by keep_extra",
            LeftBy::NotCarried => "not carried over",
        };
        let names: Vec<&str> = attributes.into_iter().collect();
        let what = parts::count(n, "difference", "differences");
        Row::new(Sign::Note, ["lifecycle".into(), what, String::new()])
            .effect(format!("{}: {why}", names.join(", ")))
            .code("RAM348")
    }));
    rows
}

/// What is left alone, in the summary.
pub(crate) fn sentences(ignored: usize, kept: usize) -> Vec<String> {
    let ignored = (ignored > 0)
        .then(|| format!("{} ignored by lifecycle.", parts::count(ignored, "difference", "differences")));
    let kept = (kept > 0).then(|| {
        format!("{} kept by lifecycle.", parts::count(kept, "undeclared extra", "undeclared extras"))
    });
    ignored.into_iter().chain(kept).collect()
}
