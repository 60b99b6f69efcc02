//! Numbers.

use num_bigint::BigInt;

use crate::lang::functions::call::Call;
use crate::lang::functions::row::{Accepts, Body, Example, Function, FunctionError, Group, Param};
use crate::lang::value::{Number, NumberError, Value};

const fn row(
    name: &'static str,
    signature: &'static str,
    body: fn(&mut Call<'_>) -> Result<Value, FunctionError>,
) -> Function {
    Function::new(Group::Numeric, name, signature, Body::Eager(body))
}

const NUMBER: Param = Param::new("number", Accepts::Number);

pub(crate) static FUNCTIONS: &[Function] = &[
    row("abs", "abs(number)", |call| Ok(Value::number(call.number(0).abs())))
        .doc("The number without its sign.")
        .takes(&[NUMBER])
        .shows(&[Example::new("abs(-12.4)", "12.4")]),
    row("ceil", "ceil(number)", |call| Ok(Value::number(call.number(0).ceil())))
        .doc("The smallest whole number that is not less than the number.")
        .takes(&[NUMBER])
        .shows(&[Example::new("ceil(5.1)", "6")]),
    row("floor", "floor(number)", |call| Ok(Value::number(call.number(0).floor())))
        .doc("The largest whole number that is not greater than the number.")
        .takes(&[NUMBER])
        .shows(&[Example::new("floor(4.9)", "4")]),
    row("log", "log(number, base)", log)
        .doc("The logarithm of a number to a base, as precise as a 64-bit float.")
        .takes(&[NUMBER, Param::new("base", Accepts::Number)])
        .shows(&[Example::new("log(16, 2)", "4"), Example::new("ceil(log(15, 2))", "4")]),
    row("max", "max(numbers...)", |call| extreme(call, |best, next| next > best))
        .doc("The greatest of the numbers. Write `max(list...)` for the numbers of a list.")
        .and_any(NUMBER)
        .shows(&[Example::new("max(12, 54, 3)", "54"), Example::new("max([12, 54, 3]...)", "54")]),
    row("min", "min(numbers...)", |call| extreme(call, |best, next| next < best))
        .doc("The smallest of the numbers. Write `min(list...)` for the numbers of a list.")
        .and_any(NUMBER)
        .shows(&[Example::new("min(12, 54, 3)", "3")]),
    row("parseint", "parseint(string, base)", parseint)
        .doc("Reads a whole number written in a base from 2 to 62. Past base 36, upper case letters follow lower case ones.")
        .takes(&[Param::new("string", Accepts::Any), Param::new("base", Accepts::Number)])
        .shows(&[Example::new("parseint(\"FF\", 16)", "255"), Example::new("parseint(\"-1011\", 2)", "-11")]),
    row("pow", "pow(number, power)", pow)
        .doc("The number raised to a power: exact for whole powers, as precise as a 64-bit float for others.")
        .takes(&[NUMBER, Param::new("power", Accepts::Number)])
        .shows(&[Example::new("pow(3, 2)", "9"), Example::new("pow(4, 0)", "1")]),
    row("signum", "signum(number)", signum)
        .doc("-1, 0 or 1: the sign of a whole number.")
        .takes(&[NUMBER])
        .shows(&[Example::new("signum(-13)", "-1"), Example::new("signum(0)", "0")]),
];

fn extreme(call: &Call<'_>, better: fn(&Number, &Number) -> bool) -> Result<Value, FunctionError> {
    let numbers = (0..call.args().len()).map(|index| call.number(index));
    numbers
        .reduce(|best, next| if better(best, next) { next } else { best })
        .map(|best| Value::number(best.clone()))
        .ok_or_else(|| FunctionError::call("At least one number is needed."))
}

fn float(value: f64) -> Option<Value> {
    Number::from_f64_shortest(value).map(Value::number)
}

fn log(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (number, base) = (call.number(0), call.number(1));
    let result = number.to_f64().ln() / base.to_f64().ln();
    float(result)
        .ok_or_else(|| FunctionError::call(format!("{number} has no finite logarithm to the base {base}.")))
}

fn pow(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let (number, power) = (call.number(0), call.number(1));
    let exact = power.to_i64().and_then(|power| exact_power(number, power).ok());
    exact.map(Value::number).or_else(|| float(number.to_f64().powf(power.to_f64()))).ok_or_else(|| {
        FunctionError::call(format!("{number} to the power of {power} is not a finite number."))
    })
}

/// By repeated squaring; stops as soon as the numbers grow past what ramctl computes with.
fn exact_power(base: &Number, power: i64) -> Result<Number, NumberError> {
    let mut result = Number::ONE;
    let mut square = base.clone();
    let mut left = power.unsigned_abs();
    while left > 0 {
        if left & 1 == 1 {
            result = result.mul(&square)?;
        }
        left >>= 1;
        if left > 0 {
            square = square.mul(&square)?;
        }
    }
    if power < 0 { Number::ONE.div(&result) } else { Ok(result) }
}

fn signum(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let number = call.number(0);
    if !number.is_integer() {
        return Err(FunctionError::argument(0, format!("A whole number is needed, not {number}.")));
    }
    Ok(Value::number(number.signum()))
}

fn parseint(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let Some(text) = call.arg(0).as_str() else {
        return Err(FunctionError::argument(0, "A string is needed: the digits to read."));
    };
    let base = call
        .number(1)
        .to_i64()
        .and_then(|base| u32::try_from(base).ok())
        .filter(|base| (2..=62).contains(base))
        .ok_or_else(|| FunctionError::argument(1, "The base must be a whole number from 2 to 62."))?;
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let values: Option<Vec<u8>> = digits.iter().map(|digit| digit_value(*digit, base)).collect();
    let number = values
        .filter(|values| !values.is_empty())
        .map(|values| values.iter().fold(BigInt::from(0), |number, value| number * base + *value));
    match number {
        Some(number) => Ok(Value::number(Number::from_bigint(if negative { -number } else { number }))),
        None => Err(FunctionError::argument(0, format!("{text:?} is not a whole number in base {base}."))),
    }
}

fn digit_value(digit: u8, base: u32) -> Option<u8> {
    let value = match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'z' => digit - b'a' + 10,
        b'A'..=b'Z' if base <= 36 => digit - b'A' + 10,
        b'A'..=b'Z' => digit - b'A' + 36,
        _ => return None,
    };
    (u32::from(value) < base).then_some(value)
}
