//! What an input was, as far as it was read: its bytes, counted and printed.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use crate::read::Wrap;
use crate::read::packed::is_packed;

/// By how much an input is known again: its length, and its XXH3 of 128 bits, which costs next to
/// nothing beside reading it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct InputPrint {
    pub(crate) bytes: u64,
    pub(crate) xxh3: String,
}

/// So many bytes tell whether an input is packed.
const START_BYTES: usize = 4;

/// Sees the bytes of an input go by.
#[derive(Clone, Default)]
pub(crate) struct SeenInput(Rc<RefCell<Printer>>);

/// The print of bytes that go by.
#[derive(Default)]
pub(crate) struct Printer {
    bytes: u64,
    first: Vec<u8>,
    last: Option<u8>,
    hasher: XxHash3_128,
}

impl Printer {
    /// Adds the next bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        let missing = START_BYTES.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(missing));
        self.last = bytes.last().copied().or(self.last);
        self.bytes += bytes.len() as u64;
        self.hasher.write(bytes);
    }

    /// What was seen so far.
    pub(crate) fn print(&self) -> InputPrint {
        InputPrint {
            bytes: self.bytes,
            xxh3: format!("{:032x}", self.hasher.finish_128()),
        }
    }
}

impl SeenInput {
    /// Sees what is read through the wrap.
    pub(crate) fn wrap(&self) -> Wrap {
        let seen = self.clone();
        Box::new(move |input| -> Box<dyn Read> {
            let seen = seen.clone();
            Box::new(Watched { input, seen })
        })
    }

    /// Whether the last line of the text that was seen is whole. What is packed has an end of its own.
    pub(crate) fn ends_with_a_line(&self) -> bool {
        let seen = self.0.borrow();
        seen.last.is_none_or(|last| last == b'\n') || is_packed(&seen.first)
    }

    /// What was seen so far.
    pub(crate) fn print(&self) -> InputPrint {
        self.0.borrow().print()
    }

    /// What was seen of the file at `path`; all of it, though its reader has not gone through it from
    /// end to end. One that does not read in order, as that of Parquet, only counts what it reads.
    pub(crate) fn print_of(&self, path: &Path, is_in_order: bool) -> io::Result<InputPrint> {
        let print = self.print();
        let length = std::fs::metadata(path).map(|file| (file.is_file(), file.len()));
        match length {
            Ok((true, length)) if !is_in_order || length != print.bytes => print_of_file(path),
            _ => Ok(print),
        }
    }
}

/// The print of the file at `path`.
pub(crate) fn print_of_file(path: &Path) -> io::Result<InputPrint> {
    let whole = SeenInput::default();
    let mut input = (whole.wrap())(Box::new(File::open(path)?));
    io::copy(&mut input, &mut io::sink())?;
    Ok(whole.print())
}

struct Watched {
    input: Box<dyn Read>,
    seen: SeenInput,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.seen.0.borrow_mut().add(&buffer[..read]);
        Ok(read)
    }
}
