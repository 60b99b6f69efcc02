//! How much a compilation may hold at once: counted where it grows, so that what is too much is refused and never made.
//!
//! The count is an estimate from sizes of Rust types, a little above what an allocator takes. What is made on the way to a value and
//! dropped with it is counted while it is there.

/// Bytes of the syntax tree for each of its nodes, with what holds them together.
pub(crate) const NODE: usize = 112;
/// Bytes that the parser takes for each token of the item that it is at, until it is done with it.
pub(crate) const PARSED_TOKEN: usize = 400;
/// Bytes for each value of a JSON document, parsed and as a value of the language.
pub(crate) const JSON_VALUE: usize = 256;
/// Bytes of an instance of a block: what `each` is in it, and what is declared of it.
pub(crate) const INSTANCE: usize = 4_096;

/// The count of one compilation.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    limit: usize,
    used: usize,
}

/// There is no room for what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Memory {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, used: 0 }
    }

    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Whether so many more bytes have room.
    pub(crate) fn has_room(&self, bytes: usize) -> Result<(), Full> {
        if self.used.saturating_add(bytes) <= self.limit { Ok(()) } else { Err(Full) }
    }

    /// How many more bytes have room.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.used)
    }

    /// Counts what is about to be made. What has no room is not counted.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Full> {
        self.has_room(bytes)?;
        self.used += bytes;
        Ok(())
    }

    /// Of what was taken since the count was `before`, no more than `kept` bytes are left.
    pub(crate) fn release_to(&mut self, before: usize, kept: usize) {
        self.used = self.used.min(before.saturating_add(kept));
    }

    pub(crate) fn message(&self) -> String {
        format!("Here the stack takes more memory than the {} MiB that it may.", self.limit >> 20)
    }
}

/// What to do about it.
pub(crate) const HELP: &str =
    "Look for loops over loops and for long texts that are made many times; split the stack.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_room_is_refused_and_what_is_dropped_makes_room() {
        let mut memory = Memory::new(100);
        assert_eq!(memory.take(60), Ok(()));
        let before = memory.used();
        assert_eq!(memory.take(41), Err(Full));
        assert_eq!(memory.take(40), Ok(()));
        memory.release_to(before, 10);
        assert_eq!(memory.used(), 70);
        memory.release_to(before, 1_000);
        assert_eq!(memory.used(), 70, "nothing grows by being dropped");
        assert_eq!(memory.take(usize::MAX), Err(Full));
    }
}
