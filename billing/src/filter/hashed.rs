//! Bytes on their way, counted and hashed.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

/// Counts and hashes what is written through it.
pub(crate) struct Hashed<W> {
    out: W,
    sha256: Sha256,
    bytes: u64,
}

impl<W: Write> Hashed<W> {
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            sha256: Sha256::new(),
            bytes: 0,
        }
    }

    /// The SHA-256 of what was written so far, in hexadecimal digits.
    pub(crate) fn digest(&self) -> String {
        hex(&self.sha256.clone().finalize())
    }

    /// How much was written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is written to.
    pub(crate) fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.sha256.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
