//! A point in time as RFC 3339 writes it, and durations as Go writes them.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// A point in time with the offset that it was written with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    local: DateTime,
    /// Seconds east of UTC.
    offset: i32,
}

impl Moment {
    /// Strictly as RFC 3339: `2018-01-02T23:12:01Z`, with an upper case `T` and `Z`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Self::read(text, (23, 59)).ok_or_else(|| no_moment(text))
    }

    /// As [`Self::parse`], with offsets up to `+24:60`, which Terraform compares all the same.
    pub(crate) fn parse_to_compare(text: &str) -> Result<Self, String> {
        Self::read(text, (24, 60)).ok_or_else(|| no_moment(text))
    }

    fn read(text: &str, (most_hours, most_minutes): (i32, i32)) -> Option<Self> {
        let bytes = text.as_bytes();
        let two = |at: usize| -> Option<i8> {
            let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse().ok()
        };
        let is = |at: usize, byte: u8| (bytes.get(at) == Some(&byte)).then_some(());
        let year = i16::from(two(0)?) * 100 + i16::from(two(2)?);
        is(4, b'-')?;
        is(7, b'-')?;
        is(10, b'T')?;
        is(13, b':')?;
        is(16, b':')?;
        let date = Date::new(year, two(5)?, two(8)?).ok()?;
        let mut at = 19;
        let mut nanoseconds: i32 = 0;
        if bytes.get(at) == Some(&b'.') {
            let digits: String = text[at + 1..].chars().take_while(char::is_ascii_digit).collect();
            if digits.is_empty() {
                return None;
            }
            at += 1 + digits.len();
            nanoseconds = format!("{:0<9.9}", digits).parse().ok()?;
        }
        let time = Time::new(two(11)?, two(14)?, two(17)?, nanoseconds).ok()?;
        let offset = match text.get(at..)? {
            "Z" => 0,
            zone if zone.len() == 6 => {
                let sign = match zone.as_bytes()[0] {
                    b'+' => 1,
                    b'-' => -1,
                    _ => return None,
                };
                is(at + 3, b':')?;
                let (hours, minutes) = (i32::from(two(at + 1)?), i32::from(two(at + 4)?));
                if hours > most_hours || minutes > most_minutes {
                    return None;
                }
                sign * (hours * 3600 + minutes * 60)
            }
            _ => return None,
        };
        Some(Self { local: date.to_datetime(time), offset })
    }

    pub(crate) fn local(&self) -> DateTime {
        self.local
    }

    pub(crate) fn offset(&self) -> i32 {
        self.offset
    }

    /// None where the sum is past the year 9999.
    pub(crate) fn plus(&self, duration: SignedDuration) -> Option<Self> {
        let local = self.local.checked_add(duration).ok()?;
        (0..=9999).contains(&local.year()).then_some(Self { local, offset: self.offset })
    }

    /// Time since the year 0, the same for all offsets.
    pub(crate) fn instant(&self) -> SignedDuration {
        self.local.duration_since(Date::constant(0, 1, 1).to_datetime(Time::midnight()))
            - SignedDuration::from_secs(self.offset.into())
    }

    /// `+01:00`, without the colon where `colon` is empty.
    pub(crate) fn written_offset(&self, colon: &str) -> String {
        let sign = if self.offset < 0 { '-' } else { '+' };
        let minutes = self.offset.abs() / 60;
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

fn no_moment(text: &str) -> String {
    format!("{text:?} is not a time such as \"2018-01-02T23:12:01Z\" or \"2018-01-02T23:12:01+01:00\".")
}

/// RFC 3339 with whole seconds.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.local;
        let zone = if self.offset == 0 { "Z".to_owned() } else { self.written_offset(":") };
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }
}

pub(crate) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// A duration such as `1h30m`, `-1.5h`, `100ms`.
pub(crate) fn duration(text: &str) -> Result<SignedDuration, String> {
    let unit_list = "ns, us, ms, s, m and h";
    let broken =
        |reason: &str| format!("{text:?} is not a duration such as \"1h30m\" or \"-10m\": {reason}.");
    let (negative, mut rest) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(broken("it has no number"));
    }
    let mut nanoseconds: i128 = 0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(broken("a unit is missing")),
            unit => return Err(broken(&format!("{unit:?} is no unit; the units are {unit_list}"))),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') || number.len() > 18 {
            return Err(broken("a number cannot be read"));
        }
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse().map_err(|_| broken("a number cannot be read"))?
        };
        nanoseconds += whole * scale;
        if !fraction.is_empty() {
            let parts: i128 = fraction.parse().map_err(|_| broken("a number cannot be read"))?;
            let places = u32::try_from(fraction.len()).expect("bounded above");
            nanoseconds += parts * scale / 10_i128.pow(places);
        }
        rest = next;
    }
    // As in Go, whose durations are 64-bit counts of nanoseconds: about 292 years.
    let nanoseconds = i64::try_from(nanoseconds).map_err(|_| broken("it is longer than 292 years"))?;
    Ok(SignedDuration::from_nanos(if negative { -nanoseconds } else { nanoseconds }))
}
