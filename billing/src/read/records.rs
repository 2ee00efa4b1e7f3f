//! Cutting JSON inputs into the texts of single invoices, without reading them whole.

use std::io::{self, BufRead, Read};

/// What some editors write before the first character of a text.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The longest text of one invoice; far above any real one, so that garbage cannot fill the memory.
pub(crate) const RECORD_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Why the next text cannot be cut out.
#[derive(Debug)]
pub(crate) enum CutError {
    /// The input could not be read.
    Io(io::Error),
    /// The input is not of the expected form from this line on.
    Torn(u64, String),
}

impl From<io::Error> for CutError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where a line of an input begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: u64,
    /// How many bytes stand before it.
    pub(crate) offset: u64,
}

/// How the invoices of an input follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Lines,
    Undecided,
    InArray { after_one: bool },
    Ended,
}

/// The texts of the invoices of a JSON or NDJSON input.
#[derive(Debug)]
pub(crate) struct Records<R> {
    input: R,
    form: Form,
    /// The line of the next byte, from 1.
    line: u64,
    /// How many bytes stand before the next one, and before the last record.
    offset: u64,
    record_offset: u64,
    is_started: bool,
}

impl<R: BufRead> Records<R> {
    /// One record a line.
    pub(crate) fn lines(input: R) -> Self {
        Self::of_form(input, Form::Lines)
    }

    /// One JSON value, or the elements of one array.
    pub(crate) fn document(input: R) -> Self {
        Self::of_form(input, Form::Undecided)
    }

    fn of_form(input: R, form: Form) -> Self {
        Self {
            input,
            form,
            line: 1,
            offset: 0,
            record_offset: 0,
            is_started: false,
        }
    }

    /// One record a line, of an input that is resumed at the beginning of a line.
    pub(crate) fn resumed_lines(input: R, at: Place) -> Self {
        Self {
            line: at.line,
            offset: at.offset,
            is_started: at.offset > 0,
            ..Self::lines(input)
        }
    }

    /// Whether each record is a line.
    pub(super) fn are_lines(&self) -> bool {
        self.form == Form::Lines
    }

    /// The input behind the last record.
    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// How many bytes of the input stand before the last record.
    pub(super) fn record_offset(&self) -> u64 {
        self.record_offset
    }

    /// The input behind the last record, and the place that follows.
    pub(super) fn into_rest(self) -> (R, Place) {
        let place = Place {
            line: self.line,
            offset: self.offset,
        };
        (self.input, place)
    }

    /// Reads the next text into `record`; its first line's number, or `None` at the end.
    pub(crate) fn read(&mut self, record: &mut Vec<u8>) -> Result<Option<u64>, CutError> {
        record.clear();
        if !self.is_started {
            self.is_started = true;
            if self.input.fill_buf()?.starts_with(BOM) {
                self.consume(BOM.len());
            }
        }
        match self.form {
            Form::Lines => self.line_record(record),
            Form::Undecided => self.first(record),
            Form::InArray { after_one } => self.in_array(record, after_one),
            Form::Ended => self.nothing_more(),
        }
    }

    fn line_record(&mut self, record: &mut Vec<u8>) -> Result<Option<u64>, CutError> {
        loop {
            record.clear();
            let line = self.line;
            self.record_offset = self.offset;
            let mut bounded = (&mut self.input).take(RECORD_BYTES_MAX);
            let read = bounded.read_until(b'\n', record)?;
            if read == 0 {
                return Ok(None);
            }
            if !record.ends_with(b"\n") && bounded.limit() == 0 {
                return Err(too_long(line));
            }
            self.offset += read as u64;
            self.line += 1;
            if !record.trim_ascii().is_empty() {
                record.truncate(record.trim_ascii_end().len());
                return Ok(Some(line));
            }
        }
    }

    fn first(&mut self, record: &mut Vec<u8>) -> Result<Option<u64>, CutError> {
        match self.next_visible()? {
            None => {
                Err(self.torn("the file is empty (allowed: one invoice or an array of invoices)"))
            }
            Some(b'[') => {
                self.consume(1);
                self.form = Form::InArray { after_one: false };
                self.in_array(record, false)
            }
            Some(_) => {
                self.form = Form::Ended;
                self.value(record).map(Some)
            }
        }
    }

    fn in_array(&mut self, record: &mut Vec<u8>, after_one: bool) -> Result<Option<u64>, CutError> {
        self.form = Form::InArray { after_one: true };
        match (self.next_visible()?, after_one) {
            (Some(b']'), _) => {
                self.consume(1);
                self.form = Form::Ended;
                self.nothing_more()
            }
            (Some(b','), true) => {
                self.consume(1);
                match self.next_visible()? {
                    Some(b']' | b',') | None => {
                        Err(self.torn("a comma without an invoice after it"))
                    }
                    Some(_) => self.value(record).map(Some),
                }
            }
            (None, _) => {
                Err(self.torn("the array of invoices is not closed (the file ends before \"]\")"))
            }
            (Some(_), true) => {
                Err(self.torn("a comma or \"]\" must follow an invoice of the array"))
            }
            (Some(_), false) => self.value(record).map(Some),
        }
    }

    fn nothing_more(&mut self) -> Result<Option<u64>, CutError> {
        match self.next_visible()? {
            None => Ok(None),
            Some(_) => Err(self.torn(
                "more text after the end of the JSON value (for one invoice a line use --input-format ndjson)",
            )),
        }
    }

    /// The next byte that is not white space, not consumed.
    fn next_visible(&mut self) -> io::Result<Option<u8>> {
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let visible = chunk.iter().position(|byte| !byte.is_ascii_whitespace());
            let skipped = visible.unwrap_or(chunk.len());
            self.line += line_ends(&chunk[..skipped]);
            let byte = visible.map(|at| chunk[at]);
            self.consume(skipped);
            if byte.is_some() {
                return Ok(byte);
            }
        }
    }

    /// Takes one JSON value, judged by its brackets and quotes alone; its own reader judges the rest.
    fn value(&mut self, record: &mut Vec<u8>) -> Result<u64, CutError> {
        let line = self.line;
        self.record_offset = self.offset;
        let mut nesting = Nesting::default();
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(line);
            }
            let end = chunk.iter().position(|&byte| nesting.ends_before(byte));
            let taken = end.unwrap_or(chunk.len());
            record.extend_from_slice(&chunk[..taken]);
            self.line += line_ends(&chunk[..taken]);
            self.consume(taken);
            if end.is_some() {
                return Ok(line);
            }
            if record.len() as u64 > RECORD_BYTES_MAX {
                return Err(too_long(line));
            }
        }
    }

    fn consume(&mut self, bytes: usize) {
        self.offset += bytes as u64;
        self.input.consume(bytes);
    }

    fn torn(&self, problem: &str) -> CutError {
        CutError::Torn(self.line, problem.to_owned())
    }
}

/// Where in a JSON value a scan stands.
#[derive(Debug, Default)]
struct Nesting {
    depth: u64,
    in_text: bool,
    is_escaped: bool,
    is_complete: bool,
}

impl Nesting {
    /// Whether the value ends before `byte`; otherwise `byte` belongs to it.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.is_complete {
            return true;
        }
        if self.in_text {
            self.in_text = self.is_escaped || byte != b'"';
            self.is_escaped = !self.is_escaped && byte == b'\\';
            return false;
        }
        let is_scalar = self.depth == 0;
        match byte {
            b',' | b']' if is_scalar => return true,
            _ if is_scalar && byte.is_ascii_whitespace() => return true,
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_complete = self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

fn too_long(line: u64) -> CutError {
    let mebibytes = RECORD_BYTES_MAX / (1024 * 1024);
    CutError::Torn(line, format!("the invoice is longer than {mebibytes} MiB"))
}
