//! What is read as text is UTF-8. The rule for files of the stack, standard input and `file()`.

/// Why bytes are not read as text. Stands after what they are of: "net.ram.hcl is UTF-16".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotUtf8 {
    #[error("is UTF-16")]
    Utf16,
    #[error("is UTF-32")]
    Utf32,
    /// The line counts from 1, the offset from 0.
    #[error("is not UTF-8: line {line} has a byte at offset {offset} that fits no character")]
    Byte { line: usize, offset: usize },
}

/// The text that bytes stand for.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    if let Some(wide) = wide(&bytes) {
        return Err(wide);
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count();
        NotUtf8::Byte { line, offset }
    })
}

/// An encoding of two or four bytes for a character: a byte order mark tells it, or NUL in the places where Latin letters have it.
fn wide(bytes: &[u8]) -> Option<NotUtf8> {
    match *bytes {
        // UTF-32 comes first: in little endian, its mark starts with that of UTF-16.
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(NotUtf8::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(NotUtf8::Utf16),
        [a, 0, 0, 0, b, 0, 0, 0, ..] | [0, 0, 0, a, 0, 0, 0, b, ..] if a != 0 && b != 0 => {
            Some(NotUtf8::Utf32)
        }
        [0, a, 0, b, ..] | [a, 0, b, 0, ..] if a != 0 && b != 0 => Some(NotUtf8::Utf16),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_named_with_its_line_or_its_encoding() {
        assert_eq!(text("a = \"ä\"\n".into()), Ok("a = \"ä\"\n".to_owned()));
        assert_eq!(text(Vec::new()), Ok(String::new()));
        assert_eq!(text(b"a\0".to_vec()), Ok("a\0".to_owned()));
        let broken = text(b"a = 1\nb = \"\xe4\"\n".to_vec()).expect_err("Latin-1");
        assert_eq!(broken, NotUtf8::Byte { line: 2, offset: 11 });
        assert_eq!(broken.to_string(), "is not UTF-8: line 2 has a byte at offset 11 that fits no character");
        for source in ["a = 1\n", "\u{feff}ä", "\u{feff}"] {
            let words: Vec<u16> = source.encode_utf16().collect();
            let letters: Vec<u32> = source.chars().map(u32::from).collect();
            let wide = [
                (words.iter().flat_map(|word| word.to_le_bytes()).collect(), NotUtf8::Utf16),
                (words.iter().flat_map(|word| word.to_be_bytes()).collect(), NotUtf8::Utf16),
                (letters.iter().flat_map(|letter| letter.to_le_bytes()).collect(), NotUtf8::Utf32),
                (letters.iter().flat_map(|letter| letter.to_be_bytes()).collect(), NotUtf8::Utf32),
            ];
            for (bytes, encoding) in wide {
                assert_eq!(text(bytes), Err(encoding), "{source:?}");
            }
        }
    }
}
