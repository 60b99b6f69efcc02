//! Dates and times. There is no clock: the time of the plan is an input.

use crate::lang::functions::call::Call;
use crate::lang::functions::moment::{Moment, duration, weekday_name};
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::value::Value;

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Date, name, signature, Body::Eager(body))
}

const TIMESTAMP: Param = Param::new("timestamp", Accepts::String);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("formatdate", "formatdate(spec, timestamp)", |call| {
        let spec = call.str(0);
        let moment = moment(call, 1)?;
        write_date(spec, &moment).map(Value::string).map_err(|message| FunctionError::argument(0, message))
    })
    .doc("A time in another form: `YYYY` `YY`, `MMMM` `MMM` `MM` `M`, `DD` `D`, `EEEE` `EEE` weekday, `hh` `h` of 24 hours, `HH` `H` of 12, \
          `AA` `aa`, `mm` `m`, `ss` `s`, `ZZZZZ` `ZZZZ` `ZZZ` `Z` offset; other letters stand in single quotes.")
    .takes(&[Param::new("spec", Accepts::String), TIMESTAMP])
    .shows(&[
        Example::new(r#"formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")"#, r#""02 Jan 2018 23:12 UTC""#),
        Example::new(r#"formatdate("EEEE, H 'o''clock' aa", "2018-01-02T23:12:01Z")"#, r#""Tuesday, 11 o'clock pm""#),
    ]),
    row("plantimestamp", "plantimestamp()", |call| Ok(Value::string(call.plan_timestamp())))
        .doc("The time that the plan counts as now, in UTC. It is an input of the plan, so a plan can be made again with the same result."),
    row("timeadd", "timeadd(timestamp, duration)", |call| {
        let moment = moment(call, 0)?;
        let duration = duration(call.str(1)).map_err(|message| FunctionError::argument(1, message))?;
        let sum = moment.plus(duration);
        sum.map(|sum| Value::string(sum.to_string()))
            .ok_or_else(|| FunctionError::call("The sum lies outside the years 0 to 9999."))
    })
    .doc("A time later by a duration such as `1h30m`, or earlier by a negative one. Units are `h`, `m`, `s`, `ms`, `us` and `ns`.")
    .takes(&[TIMESTAMP, Param::new("duration", Accepts::String)])
    .shows(&[Example::new(r#"timeadd("2017-11-22T00:00:00Z", "10m")"#, r#""2017-11-22T00:10:00Z""#)]),
    row("timecmp", "timecmp(a, b)", |call| {
        let instant = |index| {
            let moment = Moment::parse_to_compare(call.str(index));
            moment.map(|moment| moment.instant()).map_err(|message| FunctionError::argument(index, message))
        };
        Ok(Value::number(match instant(0)?.cmp(&instant(1)?) {
            std::cmp::Ordering::Less => -1,
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => 1,
        }))
    })
    .doc("-1, 0 or 1: whether a time lies before another, is the same, or lies after it.")
    .takes(&[Param::new("a", Accepts::String), Param::new("b", Accepts::String)])
    .shows(&[Example::new(r#"timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")"#, "-1")]),
    Function::new(
        Group::Date,
        "timestamp",
        "timestamp()",
        Body::Refused {
            reason: "A configuration that reads the clock gives another plan at each run.",
            instead: "Use `plantimestamp()`, the time that the plan counts as now.",
        },
    )
    .doc("Not supported: use `plantimestamp`."),
];

fn moment(call: &Call<'_>, index: usize) -> Result<Moment, FunctionError> {
    Moment::parse(call.str(index)).map_err(|message| FunctionError::argument(index, message))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn write_date(spec: &str, moment: &Moment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = spec;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("''") {
            out.push('\'');
            rest = after;
            continue;
        }
        if first == '\'' {
            let length = quoted_length(rest).ok_or("A text in single quotes has no end.")?;
            out.push_str(&rest[1..length - 1].replace("''", "'"));
            rest = &rest[length..];
            continue;
        }
        let run = rest.len() - rest.trim_start_matches(first).len();
        if first.is_ascii_alphabetic() {
            out.push_str(&date_part(&rest[..run], moment)?);
        } else {
            out.push_str(&rest[..run]);
        }
        rest = &rest[run..];
    }
    Ok(out)
}

/// Length of a text in single quotes, in which two quotes stand for one.
fn quoted_length(text: &str) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text[at..].find('\'')? + 1;
        if !text[at..].starts_with('\'') {
            return Some(at);
        }
        at += 1;
    }
}

fn date_part(part: &str, moment: &Moment) -> Result<String, String> {
    let at = moment.local();
    let month = MONTHS[usize::from(at.month().unsigned_abs()) - 1];
    let weekday = weekday_name(at.weekday());
    let of_twelve = match at.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    Ok(match part {
        "YYYY" => format!("{:04}", at.year()),
        "YY" => format!("{:02}", at.year() % 100),
        "MMMM" => month.into(),
        "MMM" => month[..3].into(),
        "MM" => format!("{:02}", at.month()),
        "M" => at.month().to_string(),
        "DD" => format!("{:02}", at.day()),
        "D" => at.day().to_string(),
        "EEEE" => weekday.into(),
        "EEE" => weekday[..3].into(),
        "hh" => format!("{:02}", at.hour()),
        "h" => at.hour().to_string(),
        "HH" => format!("{of_twelve:02}"),
        "H" => of_twelve.to_string(),
        "AA" => if at.hour() < 12 { "AM" } else { "PM" }.into(),
        "aa" => if at.hour() < 12 { "am" } else { "pm" }.into(),
        "mm" => format!("{:02}", at.minute()),
        "m" => at.minute().to_string(),
        "ss" => format!("{:02}", at.second()),
        "s" => at.second().to_string(),
        "Z" if moment.offset() == 0 => "Z".into(),
        "ZZZ" if moment.offset() == 0 => "UTC".into(),
        "Z" | "ZZZZZ" => moment.written_offset(":"),
        "ZZZ" | "ZZZZ" => moment.written_offset(""),
        _ => {
            return Err(format!(
                "{part:?} is no part of a date. The parts are YYYY, YY, MMMM, MMM, MM, M, DD, D, EEEE, EEE, hh, h, HH, H, AA, aa, mm, m, \
                 ss, s, ZZZZZ, ZZZZ, ZZZ and Z; other letters stand in single quotes."
            ));
        }
    })
}
