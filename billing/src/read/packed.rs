//! Compressed inputs: gzip and zstd, told by their first bytes.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;

/// One read of the decoder brings at most so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// What is unpacked may be so many times the size of what is packed; the lists of invoices that there
/// are stay far below.
const RATIO_MAX: u64 = 1000;

/// So much may always be unpacked.
const ALWAYS_BYTES: u64 = 64 * 1024 * 1024;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

/// Why compressed bytes cannot be unpacked; travels inside an [`io::Error`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Undecodable(String);

impl Packing {
    /// The packing that the file's extension stands for, if any.
    pub(crate) fn of_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        match extension.to_ascii_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// `path` without the extension that tells the packing.
    pub(crate) fn inner_path(path: &Path) -> &Path {
        match (Self::of_extension(path), path.file_stem()) {
            (Some(_), Some(stem)) => Path::new(stem),
            _ => path,
        }
    }

    fn of_content(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Whether an input that begins so is compressed.
pub(crate) fn is_packed(start: &[u8]) -> bool {
    Packing::of_content(start).is_some()
}

/// The bytes unpacked, and whether they were packed; `path` is the input's.
pub(super) fn unpacked(
    mut input: Box<dyn BufRead>,
    path: &Path,
) -> io::Result<(Box<dyn BufRead>, bool)> {
    let found = Packing::of_content(input.fill_buf()?);
    if let Some(named) = Packing::of_extension(path)
        && found != Some(named)
    {
        let problem = format!("is not {} data, though its name says so", named.name());
        return Err(undecodable(problem));
    }
    let Some(packing) = found else {
        return Ok((input, false));
    };
    let packed_bytes = Rc::new(Cell::new(0));
    let input = Counted {
        input,
        count: Rc::clone(&packed_bytes),
    };
    let decoder: Box<dyn Read> = match packing {
        Packing::Gzip => Box::new(MultiGzDecoder::new(input)),
        Packing::Zstd => Box::new(zstd::Decoder::with_buffer(input)?),
    };
    let bytes = Unpacked {
        decoder,
        packing,
        packed_bytes,
        bytes: 0,
    };
    Ok((
        Box::new(BufReader::with_capacity(BUFFER_BYTES, bytes)),
        true,
    ))
}

/// Counts the bytes that are taken.
struct Counted<R> {
    input: R,
    count: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count.set(self.count.get() + amount as u64);
        self.input.consume(amount);
    }
}

struct Unpacked {
    decoder: Box<dyn Read>,
    packing: Packing,
    packed_bytes: Rc<Cell<u64>>,
    bytes: u64,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let name = self.packing.name();
        let read = self.decoder.read(buffer).map_err(|error| {
            // What the system says is no fault of the data.
            if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted {
                return error;
            }
            undecodable(format!(
                "is damaged: its {name} data cannot be unpacked: {error}"
            ))
        })?;
        self.bytes += read as u64;
        let bytes_max = ALWAYS_BYTES.max(self.packed_bytes.get().saturating_mul(RATIO_MAX));
        if self.bytes > bytes_max {
            return Err(undecodable(format!(
                "its {name} data unpacks to more than {RATIO_MAX} times its size (if that is right, \
                 unpack it first)"
            )));
        }
        Ok(read)
    }
}

fn undecodable(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Undecodable(problem))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Write};
    use std::path::Path;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::unpacked;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let (mut input, _) = unpacked(Box::new(Cursor::new(bytes)), Path::new("-"))?;
        let mut text = Vec::new();
        input.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn gzip_files_one_after_the_other_and_zstd_are_told_by_their_first_bytes() {
        let two = [gzip(b"a,b\n"), gzip(b"c,d\n")].concat();
        assert_eq!(read(two).unwrap(), b"a,b\nc,d\n");
        let packed = zstd::encode_all(&b"a,b\n"[..], 1).unwrap();
        assert_eq!(read(packed).unwrap(), b"a,b\n");
        assert_eq!(read(b"a,b\n".to_vec()).unwrap(), b"a,b\n");
    }

    #[test]
    fn damaged_data_is_refused_as_such() {
        let mut damaged = zstd::encode_all(&[b'x'; 1000][..], 1).unwrap();
        damaged.truncate(12);
        for bytes in [damaged, gzip(b"a,b\n")[..15].to_vec()] {
            let problem = read(bytes).unwrap_err().to_string();
            assert!(problem.starts_with("is damaged: its "), "{problem}");
        }
    }

    #[test]
    fn data_that_grows_without_measure_is_refused() {
        let blank = io::repeat(b'\n').take(100 * 1024 * 1024);
        let bomb = zstd::encode_all(blank, 1).unwrap();
        let (mut input, _) = unpacked(Box::new(Cursor::new(bomb)), Path::new("a.zst")).unwrap();
        let error = io::copy(&mut input, &mut io::sink()).unwrap_err();
        let problem = "its zstd data unpacks to more than 1000 times its size";
        assert!(error.to_string().starts_with(problem), "{error}");
    }
}
