//! Exact numbers.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive};

/// Significant digits that a number without an end, such as `1/3`, is written with (as many as Terraform keeps: 512 bits).
const WRITTEN_DIGITS: usize = 154;
/// Largest size of a numerator or a denominator: about 4,900 decimal digits.
const MAX_BITS: u64 = 1 << 14;
/// Largest decimal exponent that is read, in either direction.
const MAX_EXPONENT: i64 = 4_000;

/// A rational number, so that `1/3*3 == 1` and `0.1 + 0.2 == 0.3`.
///
/// Integers that fit are always held as [`Repr::Small`]: equal numbers have equal representations.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    Big(Arc<BigRational>),
}

/// Why arithmetic has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("division by zero has no result")]
    DivisionByZero,
    #[error("the result has more digits than ramctl computes with")]
    TooLarge,
}

impl Number {
    /// Bytes beside the number itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        match &self.0 {
            Repr::Small(_) => 0,
            Repr::Big(ratio) => {
                let bits = ratio.numer().bits() + ratio.denom().bits();
                160 + usize::try_from(bits / 8).unwrap_or(usize::MAX)
            }
        }
    }

    pub const ZERO: Self = Self(Repr::Small(0));
    pub const ONE: Self = Self(Repr::Small(1));

    /// Reads `12`, `-0.5`, `1e3`, `.5`, `+1`. Nothing else: no spaces, hexadecimal, `Inf`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(small) = text.parse::<i64>() {
            return Some(Self(Repr::Small(small)));
        }
        let (negative, digits) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
            return None;
        }
        if text.len() > MAX_EXPONENT as usize || exponent.abs() > MAX_EXPONENT {
            return None;
        }
        let mut units = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10)?;
        if negative {
            units = -units;
        }
        let scale = exponent - fraction.len() as i64;
        let power = BigInt::from(10).pow(u32::try_from(scale.unsigned_abs()).expect("bounded above"));
        Some(Self::from_ratio(if scale >= 0 {
            BigRational::from_integer(units * power)
        } else {
            BigRational::new(units, power)
        }))
    }

    /// The exact value of a finite float.
    pub fn from_f64(value: f64) -> Option<Self> {
        BigRational::from_float(value).map(Self::from_ratio)
    }

    /// The number that the shortest decimal form of a finite float stands for: `0.1` and not `0.1000000000000000055...`.
    pub fn from_f64_shortest(value: f64) -> Option<Self> {
        value.is_finite().then(|| format!("{value:e}")).and_then(|text| Self::parse(&text))
    }

    pub fn from_bigint(value: BigInt) -> Self {
        Self::from_ratio(BigRational::from_integer(value))
    }

    fn from_ratio(value: BigRational) -> Self {
        if value.is_integer()
            && let Some(small) = value.numer().to_i64()
        {
            return Self(Repr::Small(small));
        }
        Self(Repr::Big(Arc::new(value)))
    }

    fn bounded(value: BigRational) -> Result<Self, NumberError> {
        if value.numer().bits().max(value.denom().bits()) > MAX_BITS {
            return Err(NumberError::TooLarge);
        }
        Ok(Self::from_ratio(value))
    }

    /// The number as a fraction in lowest terms.
    pub fn to_ratio(&self) -> BigRational {
        match &self.0 {
            Repr::Small(small) => BigRational::from_integer(BigInt::from(*small)),
            Repr::Big(ratio) => (**ratio).clone(),
        }
    }

    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(_) => true,
            Repr::Big(ratio) => ratio.is_integer(),
        }
    }

    /// The number as an integer; none where it has a fraction.
    pub fn to_bigint(&self) -> Option<BigInt> {
        match &self.0 {
            Repr::Small(small) => Some(BigInt::from(*small)),
            Repr::Big(ratio) => ratio.is_integer().then(|| ratio.numer().clone()),
        }
    }

    /// None where it has a fraction or does not fit.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(small) => Some(*small),
            Repr::Big(_) => None,
        }
    }

    /// None where it is negative, has a fraction or does not fit.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_i64().and_then(|small| usize::try_from(small).ok())
    }

    /// The nearest float; infinite where it is out of range.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Small(small) => *small as f64,
            Repr::Big(ratio) => ratio.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// -1, 0 or 1.
    pub fn signum(&self) -> i64 {
        match &self.0 {
            Repr::Small(small) => small.signum(),
            Repr::Big(ratio) => match ratio.numer().sign() {
                Sign::Minus => -1,
                Sign::NoSign => 0,
                Sign::Plus => 1,
            },
        }
    }

    pub fn add(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Self(Repr::Small(sum)));
        }
        Self::bounded(self.to_ratio() + other.to_ratio())
    }

    pub fn sub(&self, other: &Self) -> Result<Self, NumberError> {
        self.add(&other.neg())
    }

    pub fn mul(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Self(Repr::Small(product)));
        }
        Self::bounded(self.to_ratio() * other.to_ratio())
    }

    pub fn div(&self, other: &Self) -> Result<Self, NumberError> {
        if other.signum() == 0 {
            return Err(NumberError::DivisionByZero);
        }
        Self::bounded(self.to_ratio() / other.to_ratio())
    }

    /// The remainder of the division rounded towards zero: its sign is that of `self`.
    pub fn rem(&self, other: &Self) -> Result<Self, NumberError> {
        if other.signum() == 0 {
            return Err(NumberError::DivisionByZero);
        }
        let (a, b) = (self.to_ratio(), other.to_ratio());
        let quotient = (&a / &b).trunc();
        Self::bounded(a - b * quotient)
    }

    #[must_use]
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Small(small) if *small != i64::MIN => Self(Repr::Small(-small)),
            _ => Self::from_ratio(-self.to_ratio()),
        }
    }

    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { self.neg() } else { self.clone() }
    }

    #[must_use]
    pub fn floor(&self) -> Self {
        Self::from_ratio(self.to_ratio().floor())
    }

    #[must_use]
    pub fn ceil(&self) -> Self {
        Self::from_ratio(self.to_ratio().ceil())
    }

    /// The decimal form with at most `digits` digits after the point, rounded half to even.
    pub fn to_fixed(&self, digits: usize) -> String {
        let ratio = self.to_ratio();
        let scale = BigInt::from(10).pow(u32::try_from(digits).expect("callers ask for few digits"));
        let scaled = round_half_even(ratio.numer() * scale, ratio.denom());
        place_point(&scaled, digits)
    }
}

/// `numerator / denominator` rounded to the nearest integer, ties to the even one. The denominator is positive.
fn round_half_even(numerator: BigInt, denominator: &BigInt) -> BigInt {
    let (quotient, remainder) = numerator.div_mod_floor(denominator);
    match (remainder * 2u8).cmp(denominator) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + 1u8,
        Ordering::Equal if quotient.is_even() => quotient,
        Ordering::Equal => quotient + 1u8,
    }
}

/// `units / 10^digits` in decimal notation.
fn place_point(units: &BigInt, digits: usize) -> String {
    let sign = if units.is_negative() { "-" } else { "" };
    let text = format!("{:0>width$}", units.abs().to_string(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// How many digits after the point write `1/denominator` exactly; none where no number does.
fn decimal_places(denominator: &BigInt) -> Option<usize> {
    let mut rest = denominator.clone();
    let mut count = |factor: u8| {
        let mut times = 0;
        while rest.is_multiple_of(&BigInt::from(factor)) {
            rest /= factor;
            times += 1;
        }
        times
    };
    let (twos, fives): (usize, usize) = (count(2), count(5));
    rest.is_one().then_some(twos.max(fives))
}

/// As HCL turns numbers into strings: never an exponent, no trailing zeros.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = match &self.0 {
            Repr::Small(small) => return f.pad(&small.to_string()),
            Repr::Big(ratio) if ratio.is_integer() => return f.pad(&ratio.numer().to_string()),
            Repr::Big(ratio) => ratio,
        };
        // Digits before the point, or minus the zeros that follow it, to within one.
        let magnitude =
            (ratio.numer().abs().to_string().len() as i64) - ratio.denom().to_string().len() as i64;
        let significant = usize::try_from((WRITTEN_DIGITS as i64 - magnitude).max(0)).expect("not negative");
        let places = decimal_places(ratio.denom()).map_or(significant, |exact| exact.min(significant));
        let text = self.to_fixed(places);
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        f.pad(if text == "-0" { "0" } else { text })
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            _ => self.to_ratio().cmp(&other.to_ratio()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Small(value))
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self(Repr::Small(value.into()))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::from_bigint(value.into())
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Self {
        Self::from_bigint(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn numbers_are_written_without_exponent_and_without_trailing_zeros() {
        for (text, written) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("1.50", "1.5"),
            ("1e3", "1000"),
            ("12.5e-3", "0.0125"),
            (".5", "0.5"),
            ("+7", "7"),
            ("18446744073709551616", "18446744073709551616"),
            (
                "0.123456789012345678901234567890123456789012345678901234567890123456789",
                "0.123456789012345678901234567890123456789012345678901234567890123456789",
            ),
        ] {
            assert_eq!(number(text).to_string(), written, "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_numbers_are_refused() {
        for text in
            ["", "-", ".", "e5", "1e", "0x10", " 1", "1 ", "1_000", "Inf", "NaN", "1e999999999", "--1"]
        {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn arithmetic_is_exact() {
        let third = number("1").div(&number("3")).expect("finite");
        assert_eq!(third.mul(&number("3")).expect("finite"), Number::ONE);
        assert_eq!(number("0.1").add(&number("0.2")).expect("finite"), number("0.3"));
        assert_eq!(
            number("9223372036854775807").add(&Number::ONE).expect("finite").to_string(),
            "9223372036854775808"
        );
        assert!(third.to_string().starts_with("0.33333") && third.to_string().len() > 60);
    }

    #[test]
    fn the_remainder_has_the_sign_of_the_dividend() {
        for (a, b, rest) in [("7", "3", "1"), ("-7", "3", "-1"), ("7", "-3", "1"), ("5.5", "2", "1.5")] {
            assert_eq!(number(a).rem(&number(b)).expect("finite"), number(rest), "{a} % {b}");
        }
    }

    #[test]
    fn what_has_no_result_is_an_error() {
        assert_eq!(Number::ONE.div(&Number::ZERO), Err(NumberError::DivisionByZero));
        assert_eq!(Number::ONE.rem(&Number::ZERO), Err(NumberError::DivisionByZero));
        let mut large = number("1e4000");
        let grown = loop {
            match large.mul(&large) {
                Ok(next) => large = next,
                Err(error) => break error,
            }
        };
        assert_eq!(grown, NumberError::TooLarge);
    }

    #[test]
    fn ties_round_to_even() {
        assert_eq!(number("0.125").to_fixed(2), "0.12");
        assert_eq!(number("0.375").to_fixed(2), "0.38");
        assert_eq!(number("-2.5").to_fixed(0), "-2");
    }
}
