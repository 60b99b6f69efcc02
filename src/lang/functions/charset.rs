//! Character encodings of `textencodebase64` and `textdecodebase64`.

/// The encodings that ramctl knows. Terraform knows more, all for legacy text.
#[derive(Clone, Copy)]
pub(crate) enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    /// Big endian with a byte order mark; read by its mark, big endian without.
    Utf16,
    Latin1,
    Ascii,
    Windows1252,
}

/// Windows-1252 from 0x80 to 0x9f; five places are not assigned.
const WINDOWS_1252_HIGH: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

impl Charset {
    /// By its IANA name or alias, in any case.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        Ok(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "csutf8" => Self::Utf8,
            "utf-16le" | "csutf16le" => Self::Utf16Le,
            "utf-16be" | "csutf16be" => Self::Utf16Be,
            "utf-16" | "csutf16" => Self::Utf16,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "ibm819" | "cp819" => {
                Self::Latin1
            }
            "us-ascii" | "iso646-us" | "us" | "ibm367" | "cp367" => Self::Ascii,
            "windows-1252" | "cswindows1252" => Self::Windows1252,
            _ => {
                return Err(format!(
                    "The encoding {name:?} is not known. Known are UTF-8, UTF-16, UTF-16LE, UTF-16BE, ISO-8859-1, US-ASCII and windows-1252."
                ));
            }
        })
    }

    pub(crate) fn encode(self, text: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Utf8 => Ok(text.as_bytes().to_vec()),
            Self::Utf16Le => Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Utf16Be => Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Utf16 => {
                Ok([0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect())
            }
            Self::Latin1 | Self::Ascii | Self::Windows1252 => text
                .chars()
                .map(|c| {
                    self.byte(c).ok_or_else(|| format!("The encoding has no form for the character {c:?}."))
                })
                .collect(),
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> Result<String, String> {
        let broken = || "The bytes are no text in this encoding.".to_owned();
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| broken()),
            Self::Utf16Le => wide(bytes, u16::from_le_bytes).ok_or_else(broken),
            Self::Utf16Be => wide(bytes, u16::from_be_bytes).ok_or_else(broken),
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] | rest => wide(rest, u16::from_be_bytes),
            }
            .ok_or_else(broken),
            Self::Latin1 | Self::Ascii | Self::Windows1252 => {
                bytes.iter().map(|byte| self.char(*byte)).collect::<Option<_>>().ok_or_else(broken)
            }
        }
    }

    fn char(self, byte: u8) -> Option<char> {
        match (self, byte) {
            (Self::Ascii, 0x80..) => None,
            (Self::Windows1252, 0x80..=0x9f) => WINDOWS_1252_HIGH[usize::from(byte - 0x80)],
            _ => Some(char::from(byte)),
        }
    }

    fn byte(self, c: char) -> Option<u8> {
        (0..=u8::MAX).find(|byte| self.char(*byte) == Some(c))
    }
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units: Vec<u16> = pairs.map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}
