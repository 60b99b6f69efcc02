//! Source texts and places in them.

use std::ops::Range;

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A range of bytes in one file. Ordered by file, then place: source order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        Self { file, start: range.start, end: range.end }
    }

    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// A value and the place that it was written at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

/// One source text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user would type it, with `/` between its parts.
    pub name: String,
    /// Empty for a file that is known by name alone.
    pub text: String,
    /// The line that the text starts at, where it is part of something longer; else 1.
    pub first_line: usize,
    /// Of a file that is known by name alone, the places that somebody pointed at.
    places: Vec<Position>,
}

impl SourceFile {
    /// Whether the text is not at hand: a plan that was read from a file tells places of files that nobody opened.
    pub fn is_recorded(&self) -> bool {
        !self.places.is_empty()
    }
}

/// Line and column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// All source texts of one run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Whether there is no text, and so no place in one.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.add_part(name, text, 1)
    }

    /// A text that starts at a line of something longer, such as a line of the standard input.
    pub fn add_part(
        &mut self,
        name: impl Into<String>,
        text: impl Into<String>,
        first_line: usize,
    ) -> FileId {
        self.files.push(SourceFile { name: name.into(), text: text.into(), first_line, places: Vec::new() });
        FileId(u32::try_from(self.files.len() - 1).expect("a run reads fewer than 2^32 files"))
    }

    /// A range in a file whose text is not at hand. `file` is one that was [added](Self::add) with no text.
    pub fn record(&mut self, file: FileId, start: Position, end: Position) -> Span {
        let places = &mut self.files[file.0 as usize].places;
        places.extend([start, end]);
        Span { file, start: places.len() - 2, end: places.len() - 1 }
    }

    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(u32::try_from(index).expect("see add")), file))
    }

    /// Line and column of a span's first character. Offsets past the end count as the end.
    pub fn position(&self, span: Span) -> Position {
        let SourceFile { name: _, text, first_line, places } = self.file(span.file);
        if let Some(position) = places.get(span.start) {
            return *position;
        }
        let mut at = span.start.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            line: before.bytes().filter(|b| *b == b'\n').count() + first_line,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// `file:line` of a span, the way plans point at a block.
    pub fn place(&self, span: Span) -> String {
        format!("{}:{}", self.file(span.file).name, self.position(span).line)
    }
}
