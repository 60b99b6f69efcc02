//! Text made safe for HTML, inside of elements and of quoted attributes alike.

use std::fmt::{self, Write};

/// The text with every character that HTML gives a meaning as a reference. The text is of a terminal view, so no control
/// character is left in it.
pub(crate) fn text(text: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        text.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_opens_an_element_an_attribute_or_a_reference() {
        assert_eq!(
            super::text("<b a='1' c=\"2\">&lt;").to_string(),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;lt;"
        );
    }
}
