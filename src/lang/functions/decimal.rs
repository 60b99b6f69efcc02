//! Decimal digits of a number, rounded and laid out as Go's `%e`, `%f` and `%g` do.

use crate::lang::value::Number;

/// `0.DIGITS` times ten to the power of `point`. No zeros at either end; zero has no digits.
pub(crate) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// Digits from which `%g` without precision uses an exponent.
const GENERAL_DIGITS: i64 = 6;

impl Decimal {
    pub(crate) fn of(number: &Number) -> Self {
        let written = number.to_string();
        let unsigned = written.strip_prefix('-').unwrap_or(&written);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.parse().expect("numbers are written with a decimal exponent"))
            }
            None => (unsigned, 0i64),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0').collect();
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        let mut decimal = Self {
            negative: written.starts_with('-'),
            point: signed(whole.len()) - signed(leading) + exponent,
            digits: digits[leading..].to_vec(),
        };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    /// Keeps so many digits; a half goes to the even neighbour.
    fn rounded(&self, keep: i64) -> Self {
        let mut out = Self { negative: self.negative, digits: self.digits.clone(), point: self.point };
        let Ok(keep) = usize::try_from(keep) else {
            out.digits.clear();
            out.trim();
            return out;
        };
        if keep >= out.digits.len() {
            return out;
        }
        let odd_before = keep > 0 && out.digits[keep - 1] % 2 == 1;
        let up = match out.digits[keep] {
            5 => out.digits.len() > keep + 1 || odd_before,
            digit => digit > 5,
        };
        out.digits.truncate(keep);
        if up {
            while out.digits.last() == Some(&9) {
                out.digits.pop();
            }
            match out.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    out.digits.push(1);
                    out.point += 1;
                }
            }
        }
        out.trim();
        out
    }

    /// `%f` with so many digits after the point.
    pub(crate) fn fixed(&self, precision: usize) -> String {
        let rounded = self.rounded(self.point + signed(precision));
        let mut out = rounded.sign();
        if rounded.point > 0 {
            out.extend((0..rounded.point).map(|place| rounded.digit(place)));
        } else {
            out.push('0');
        }
        if precision > 0 {
            out.push('.');
            out.extend((0..signed(precision)).map(|place| rounded.digit(rounded.point + place)));
        }
        out
    }

    /// `%e` with so many digits after the point.
    pub(crate) fn scientific(&self, precision: usize) -> String {
        let rounded = self.rounded(signed(precision) + 1);
        let mut out = rounded.sign();
        out.push(rounded.digit(0));
        if precision > 0 {
            out.push('.');
            out.extend((1..=signed(precision)).map(|place| rounded.digit(place)));
        }
        let exponent = rounded.exponent();
        out.push_str(&format!("e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()));
        out
    }

    /// `%g`: the shorter of the two; without precision all digits.
    pub(crate) fn general(&self, precision: Option<usize>) -> String {
        let precision = precision.map(|precision| signed(precision.max(1)));
        let rounded = match precision {
            Some(precision) => self.rounded(precision),
            None => self.rounded(i64::MAX),
        };
        let count = signed(rounded.digits.len());
        let threshold = match precision {
            Some(precision) if precision > count && count >= rounded.point => count,
            Some(precision) => precision,
            None => GENERAL_DIGITS,
        };
        let exponent = rounded.exponent();
        if !rounded.digits.is_empty() && (exponent < -4 || exponent >= threshold) {
            rounded.scientific(rounded.digits.len().saturating_sub(1))
        } else {
            rounded.fixed(usize::try_from(count - rounded.point).unwrap_or(0))
        }
    }

    fn sign(&self) -> String {
        if self.negative { "-".into() } else { String::new() }
    }

    fn exponent(&self) -> i64 {
        if self.digits.is_empty() { 0 } else { self.point - 1 }
    }

    /// The digit at a place; places outside are zero.
    fn digit(&self, place: i64) -> char {
        let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied();
        char::from(b'0' + digit.unwrap_or(0))
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).expect("texts are shorter than 2^63 bytes")
}
