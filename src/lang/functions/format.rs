//! `format` and `formatlist`: the verbs of Go's `fmt`, as far as Terraform has them.

use crate::lang::functions::bounds;
use crate::lang::functions::call::Call;
use crate::lang::functions::characters::characters;
use crate::lang::functions::decimal::Decimal;
use crate::lang::functions::json;
use crate::lang::functions::row::FunctionError;
use crate::lang::value::{Kind, Number, Type, Value, convert};

/// Widest padding and longest precision that a verb may ask for.
const MAX_WIDTH: usize = 10_000;

pub(crate) fn format(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let spec = Spec::parse(call.str(0))?;
    spec.write(&call.args()[1..]).map(Value::string)
}

pub(crate) fn formatlist(call: &mut Call<'_>) -> Result<Value, FunctionError> {
    let spec = Spec::parse(call.str(0))?;
    let args = &call.args()[1..];
    let mut count: Option<(usize, usize)> = None;
    for (index, items) in args.iter().enumerate().filter_map(|(index, arg)| Some((index, arg.items()?))) {
        match count {
            Some((first, length)) if length != items.len() => {
                return Err(FunctionError::argument(
                    index + 1,
                    format!(
                        "All lists must have one length: argument {} has {length} elements, this one {}.",
                        first + 2,
                        items.len()
                    ),
                ));
            }
            Some(_) => {}
            None => count = Some((index, items.len())),
        }
    }
    let rows = count.map_or(1, |(_, length)| length);
    call.needs_values(rows)?;
    let mut lines = Vec::new();
    let mut length = 0;
    for row in 0..rows {
        let cells: Vec<Value> = args
            .iter()
            .map(|arg| arg.items().map_or_else(|| arg.clone(), |items| items[row].clone()))
            .collect();
        let line = spec.write(&cells)?;
        length += line.len();
        bounds::text(length)?;
        call.needs(length.saturating_mul(2))?;
        lines.push(line);
    }
    Ok(Value::strings(lines))
}

/// A format as pieces.
struct Spec {
    pieces: Vec<Piece>,
    /// How many values the verbs use.
    values: usize,
}

enum Piece {
    Literal(String),
    Verb(Verb),
}

#[derive(Default)]
struct Verb {
    /// As written, for messages.
    written: String,
    name: char,
    /// Index of the value.
    value: usize,
    plus: bool,
    minus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

impl Spec {
    fn parse(text: &str) -> Result<Self, FunctionError> {
        let mut pieces = Vec::new();
        let mut values = 0;
        let mut next_value = 0;
        let mut rest = text;
        while let Some(start) = rest.find('%') {
            pieces.push(Piece::Literal(rest[..start].to_owned()));
            let from_percent = &rest[start..];
            if let Some(after) = from_percent.strip_prefix("%%") {
                pieces.push(Piece::Literal("%".into()));
                rest = after;
                continue;
            }
            let (verb, length) = Verb::parse(from_percent, next_value)?;
            next_value = verb.value + 1;
            values = values.max(next_value);
            pieces.push(Piece::Verb(verb));
            rest = &from_percent[length..];
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Ok(Self { pieces, values })
    }

    fn write(&self, values: &[Value]) -> Result<String, FunctionError> {
        if values.len() > self.values {
            return Err(FunctionError::argument(
                self.values + 1,
                match self.values {
                    0 => "The format has no verb, so it uses no values.".to_owned(),
                    used => format!("The format uses {used} of {} values.", values.len()),
                },
            ));
        }
        let mut out = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Verb(verb) => {
                    let value = values.get(verb.value).ok_or_else(|| {
                        FunctionError::argument(
                            0,
                            format!(
                                "{} wants value {}, and {} are given.",
                                verb.written,
                                verb.value + 1,
                                values.len()
                            ),
                        )
                    })?;
                    bounds::text(out.len())?;
                    out.push_str(
                        &verb
                            .write(value)
                            .map_err(|message| FunctionError::argument(verb.value + 1, message))?,
                    );
                }
            }
        }
        Ok(out)
    }
}

impl Verb {
    /// Reads `%`, flags, width, precision, `[n]` and the verb.
    fn parse(text: &str, next_value: usize) -> Result<(Self, usize), FunctionError> {
        let mut verb = Self { value: next_value, ..Self::default() };
        let mut at = 1;
        let bytes = text.as_bytes();
        while let Some(flag) = bytes.get(at) {
            match flag {
                b'+' => verb.plus = true,
                b'-' => verb.minus = true,
                b' ' => verb.space = true,
                b'0' => verb.zero = true,
                b'#' => verb.sharp = true,
                _ => break,
            }
            at += 1;
        }
        verb.width = size(text, &mut at)?;
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            verb.precision = Some(size(text, &mut at)?.unwrap_or(0));
        }
        if bytes.get(at) == Some(&b'[') {
            let inside = text[at + 1..].split(']').next().unwrap_or_default();
            let number = inside.parse::<usize>().ok().filter(|number| *number > 0 && *number <= MAX_WIDTH);
            let (Some(number), Some(b']')) = (number, bytes.get(at + 1 + inside.len())) else {
                return Err(broken(text, "between the brackets stands no number of a value, counted from 1"));
            };
            verb.value = number - 1;
            at += inside.len() + 2;
        }
        let Some(name) = text[at..].chars().next() else {
            return Err(broken(text, "the verb is missing; a percent sign is written %%"));
        };
        verb.written = text[..at + name.len_utf8()].to_owned();
        verb.name = name;
        if !"vtbdoxXeEfgGsq".contains(name) {
            let reason =
                if name == '*' { "a width must be written as a number" } else { "there is no such verb" };
            return Err(broken(&verb.written, reason));
        }
        Ok((verb, at + name.len_utf8()))
    }

    fn write(&self, value: &Value) -> Result<String, String> {
        if value.is_null() && self.name != 'v' {
            return Err(format!("Null cannot be written with {}.", self.written));
        }
        match self.name {
            'v' => self.any(value),
            't' => self
                .converted(value, &Type::Bool)
                .map(|flag| flag.as_bool() == Some(true))
                .map(|flag| flag.to_string()),
            'b' | 'd' | 'o' | 'x' | 'X' => self.integer(value),
            'e' | 'E' | 'f' | 'g' | 'G' => self.float(value),
            's' => Ok(self.padded(&self.cut(self.text(value)?))),
            'q' => Ok(self.padded(&json::quoted(&self.cut(self.text(value)?)))),
            _ => unreachable!("parse lets no other verb through"),
        }
    }

    fn converted(&self, value: &Value, want: &Type) -> Result<Value, String> {
        convert(value, want).map_err(|error| format!("{} does not take this value: {error}.", self.written))
    }

    fn text(&self, value: &Value) -> Result<String, String> {
        let text = self.converted(value, &Type::String)?;
        Ok(text.as_str().expect("converted to a string").to_owned())
    }

    fn number(&self, value: &Value) -> Result<Number, String> {
        let number = self.converted(value, &Type::Number)?;
        Ok(number.as_number().expect("converted to a number").clone())
    }

    fn any(&self, value: &Value) -> Result<String, String> {
        let text = match value.kind() {
            Kind::String(text) if !self.sharp => text.to_string(),
            Kind::Number(number) if !self.sharp => Decimal::of(number).general(None),
            _ => json::encode(value)?,
        };
        Ok(self.padded(&text))
    }

    /// The characters that the precision lets through; all of them where it is 0, as in Terraform.
    fn cut(&self, text: String) -> String {
        match self.precision.filter(|length| *length > 0) {
            Some(length) => characters(&text).take(length).collect(),
            None => text,
        }
    }

    fn padded(&self, text: &str) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        // No more than a width of characters needs to be counted.
        let missing = width - characters(text).take(width).count();
        let padding = if self.zero { "0" } else { " " }.repeat(missing);
        if self.minus { format!("{text}{padding}") } else { format!("{padding}{text}") }
    }

    fn integer(&self, value: &Value) -> Result<String, String> {
        let number = self.number(value)?;
        let Some(integer) = number.to_bigint() else {
            return Err(format!("{} needs a whole number, not {number}.", self.written));
        };
        let radix = match self.name {
            'b' => 2,
            'o' => 8,
            'x' | 'X' => 16,
            _ => 10,
        };
        let mut digits = integer.magnitude().to_str_radix(radix);
        if self.name == 'X' {
            digits.make_ascii_uppercase();
        }
        let is_nothing = self.precision == Some(0) && digits == "0";
        let prefix = match self.name {
            _ if is_nothing => "",
            'b' if self.sharp => "0b",
            'o' if self.sharp => "0",
            'x' if self.sharp => "0x",
            'X' if self.sharp => "0X",
            _ => "",
        };
        let digits = match self.precision {
            _ if is_nothing => String::new(),
            Some(precision) => format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len()))),
            None => digits,
        };
        let sign = self.sign(number.signum() < 0);
        Ok(self.aligned(
            &format!("{sign}{prefix}"),
            &digits,
            self.zero && !self.minus && self.precision.is_none(),
        ))
    }

    fn float(&self, value: &Value) -> Result<String, String> {
        let number = self.number(value)?;
        let decimal = Decimal::of(&number.abs());
        let mut text = match self.name {
            'e' | 'E' => decimal.scientific(self.precision.unwrap_or(6)),
            'f' => decimal.fixed(self.precision.unwrap_or(6)),
            _ => decimal.general(self.precision),
        };
        if self.name.is_ascii_uppercase() {
            text.make_ascii_uppercase();
        }
        Ok(self.aligned(self.sign(number.signum() < 0), &text, self.zero))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// Zeros go between the sign and the digits, spaces outside. Of a number that is not whole, a zero counts before a minus, as in Terraform.
    fn aligned(&self, sign: &str, digits: &str, zeros: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        if zeros {
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else if self.minus {
            format!("{sign}{digits}{}", " ".repeat(missing))
        } else {
            format!("{}{sign}{digits}", " ".repeat(missing))
        }
    }
}

fn size(text: &str, at: &mut usize) -> Result<Option<usize>, FunctionError> {
    let length = text[*at..].bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Ok(None);
    }
    let number = text[*at..*at + length].parse::<usize>().ok().filter(|number| *number <= MAX_WIDTH);
    *at += length;
    number.map(Some).ok_or_else(|| broken(&text[..*at], &format!("a width is at most {MAX_WIDTH}")))
}

fn broken(written: &str, reason: &str) -> FunctionError {
    let shown: String = written.chars().take(20).collect();
    FunctionError::argument(0, format!("The verb at {shown:?} cannot be read: {reason}."))
}
