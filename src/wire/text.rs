//! The text of a JSON document: printable characters, so that a terminal that shows a document is not acted on by a text in it.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

const SOUND: &str = "documents have string keys and no failing field, and memory can be written";

/// Indented, with a newline at its end.
pub fn pretty(document: &impl Serialize) -> String {
    write(document, PrettyFormatter::new()) + "\n"
}

/// On one line, without a newline.
pub fn line(document: &impl Serialize) -> String {
    write(document, CompactFormatter)
}

fn write(document: &impl Serialize, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut bytes, Printable(formatter))).expect(SOUND);
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// Whether a character shows as itself. Marks, spaces, format characters and what is for private use become escapes of JSON,
/// which every reader of JSON turns back; so do the letters that show as nothing.
fn shows(c: char) -> bool {
    let blank = matches!(c, '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}');
    c == ' ' || c.is_ascii_graphic() || (c.is_alphanumeric() && !blank)
}

/// Another formatter, with every character escaped that does not show.
struct Printable<F>(F);

macro_rules! as_inside {
    ($($name:ident($($arg:ident: $kind:ty),*)),+ $(,)?) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $arg: $kind)*) -> io::Result<()> {
            self.0.$name(writer $(, $arg)*)
        })+
    };
}

impl<F: Formatter> Formatter for Printable<F> {
    as_inside! {
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c| !shows(c)) {
            let (before, hidden) = rest.split_at(at);
            self.0.write_string_fragment(writer, before)?;
            let c = hidden.chars().next().expect("it was found");
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &hidden[c.len_utf8()..];
        }
        self.0.write_string_fragment(writer, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_show_is_escaped_and_the_rest_is_left_alone() {
        let text = "Prüfung 測試 \"a\\b\"\u{9b}31m\u{202e}\u{e0041}\u{7f}\n\u{3164}";
        let written = line(&text);
        let shown = r#""Prüfung 測試 \"a\\b\"\u009b31m\u202e\udb40\udc41\u007f\n\u3164""#;
        assert_eq!(written, shown);
        assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }

    proptest::proptest! {
        #[test]
        fn every_text_is_read_back_as_it_was(texts: Vec<String>) {
            let document = pretty(&texts);
            proptest::prop_assert!(document.chars().all(|c| c == '\n' || shows(c)), "{document}");
            proptest::prop_assert_eq!(serde_json::from_str::<Vec<String>>(&document).expect("JSON"), texts);
        }
    }
}
