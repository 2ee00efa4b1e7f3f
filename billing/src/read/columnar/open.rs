//! Opening Parquet files and Arrow streams: batches of the columns that are read.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::chunk::Chunk;
use super::decoder::ParquetDecoder;
use super::guard::guarded;
use super::layout::Layout;
use super::shared_file::SharedFile;

/// What an Arrow file begins with; after zeros up to a round place the stream follows.
const ARROW_FILE: &[u8] = b"ARROW1";

/// So many digits fit a machine word.
const WORD_DIGITS: u8 = 18;

/// The batches of an input.
pub(in crate::read) struct Batches<L = Layout> {
    layout: L,
    decoder: Decoder,
}

enum Decoder {
    Parquet(Box<ParquetDecoder>, Progress),
    Arrow(Box<StreamReader<Stream>>),
    One(Option<RecordBatch>),
}

/// Tells whoever shows progress what was read of a file.
struct Progress {
    file: SharedFile,
    shown: Box<dyn Read>,
}

/// An Arrow stream, which tells whether it ended before its end mark was found.
struct Stream {
    input: Box<dyn BufRead>,
    is_over: bool,
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.is_over |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

impl Batches {
    /// The one batch.
    pub(in crate::read) fn of_batch(batch: RecordBatch) -> Result<Self, String> {
        Ok(Self {
            layout: Layout::of(&batch.schema())?,
            decoder: Decoder::One(Some(batch)),
        })
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_chunk(&mut self, first_row: u64) -> Option<Result<Chunk, String>> {
        if let Decoder::Parquet(decoder, progress) = &mut self.decoder {
            progress.tell();
            if let Some(cells) = decoder.next_cells() {
                return Some(Ok(Chunk::of_cells(cells, first_row)));
            }
        }
        let batch = self.next()?;
        Some(batch.and_then(|batch| Chunk::of_batch(&batch, self.layout, first_row)))
    }
}

impl<L: Copy> Batches<L> {
    pub(super) fn layout(&self) -> L {
        self.layout
    }

    /// The names of the items of a batch that came without them, `row` rows standing before it;
    /// `None` where the input has none.
    pub(super) fn skus(&mut self, row: usize, rows: usize) -> Result<Option<RecordBatch>, String> {
        match &mut self.decoder {
            Decoder::Parquet(decoder, _) => decoder.skus(row, rows),
            Decoder::Arrow(_) | Decoder::One(_) => Ok(None),
        }
    }
}

impl<L> Iterator for Batches<L> {
    type Item = Result<RecordBatch, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = match &mut self.decoder {
            Decoder::Parquet(decoder, progress) => {
                progress.tell();
                decoder.next()
            }
            Decoder::Arrow(reader) => guarded(|| reader.next())
                .map_err(damaged)
                .and_then(|next| next.transpose().map_err(damaged)),
            Decoder::One(batch) => Ok(batch.take()),
        };
        match next {
            Ok(None) if self.decoder.is_cut_short() => {
                Some(Err(damaged("the stream has no mark at its end")))
            }
            next => next.transpose(),
        }
    }
}

impl Progress {
    fn tell(&mut self) {
        let mut left = self.file.take_read();
        let mut buffer = [0; 4096];
        while left > 0 {
            let passed = buffer
                .len()
                .min(usize::try_from(left).unwrap_or(buffer.len()));
            match self.shown.read(&mut buffer[..passed]) {
                // It only counts: nothing is lost when it does not go on.
                Ok(0) | Err(_) => return,
                Ok(shown) => left -= shown as u64,
            }
        }
    }
}

impl Decoder {
    /// Whether what was read may be a part only. The decoder takes the end of the input for that of the
    /// stream, wherever between two batches it is.
    fn is_cut_short(&self) -> bool {
        match self {
            Self::Parquet(..) | Self::One(_) => false,
            Self::Arrow(reader) => reader.get_ref().is_over,
        }
    }
}

/// The batches of a Parquet file whose columns `layout_of` accepts. What is read of it is read of
/// `shown` as well, which tells nothing else.
pub(in crate::read) fn open_parquet<L>(
    file: File,
    shown: Box<dyn Read>,
    layout_of: impl FnOnce(&Schema) -> Result<L, String>,
) -> Result<Batches<L>, String> {
    let file = SharedFile::new(file).map_err(damaged)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let load = || ArrowReaderMetadata::load(&file, options.clone());
    let found = guarded(load).map_err(damaged)?.map_err(damaged)?;
    let layout = layout_of(found.schema())?;
    let options = options.with_schema(Arc::new(narrowed_schema(found.schema())));
    let build = || {
        let metadata = ArrowReaderMetadata::try_new(found.metadata().clone(), options)?;
        ParquetDecoder::open(file.clone(), metadata)
    };
    let decoder = guarded(build).map_err(damaged)?.map_err(damaged)?;
    Ok(Batches {
        layout,
        decoder: Decoder::Parquet(Box::new(decoder), Progress { file, shown }),
    })
}

/// The batches of an Arrow stream, or of an Arrow file, which holds one.
pub(in crate::read) fn open_arrow<L>(
    mut input: Box<dyn BufRead>,
    layout_of: impl FnOnce(&Schema) -> Result<L, String>,
) -> Result<Batches<L>, String> {
    if input.fill_buf().map_err(damaged)?.starts_with(ARROW_FILE) {
        input.consume(ARROW_FILE.len());
        skip_zeros(&mut input).map_err(damaged)?;
    }
    let stream = Stream {
        input,
        is_over: false,
    };
    let open = || StreamReader::try_new(stream, None);
    let reader = guarded(open).map_err(damaged)?.map_err(damaged)?;
    Ok(Batches {
        layout: layout_of(&reader.schema())?,
        decoder: Decoder::Arrow(Box::new(reader)),
    })
}

fn skip_zeros(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let bytes = input.fill_buf()?;
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        let is_over = zeros < bytes.len() || zeros == 0;
        input.consume(zeros);
        if is_over {
            return Ok(());
        }
    }
}

/// The bytes as a file in which one can go back; kept in one that the system removes.
pub(in crate::read) fn set_aside(mut input: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut input, &mut file)?;
    Ok(file)
}

pub(super) fn damaged(error: impl Display) -> String {
    format!("cannot be decoded: {error} (is the file whole?)")
}

/// The columns in the types that are read fastest.
pub(super) fn narrowed_schema(schema: &Schema) -> Schema {
    Schema::new(narrowed_all(schema.fields()))
}

fn narrowed_all(fields: &Fields) -> Fields {
    let narrowed = |field: &Arc<Field>| {
        let data_type = match (field.name().as_str(), field.data_type()) {
            // There are few tiers; most writers keep them in a dictionary.
            ("tier", DataType::Utf8) => {
                DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
            }
            (_, other) => narrowed(other),
        };
        Arc::new(field.as_ref().clone().with_data_type(data_type))
    };
    fields.iter().map(narrowed).collect()
}

/// The same values in the type that is read fastest: texts as views, short decimals as words.
fn narrowed(data_type: &DataType) -> DataType {
    let of_list = |item: &Arc<Field>| {
        let data_type = narrowed(item.data_type());
        Arc::new(item.as_ref().clone().with_data_type(data_type))
    };
    match data_type {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Decimal128(digits, scale) if *digits <= WORD_DIGITS => {
            DataType::Decimal64(*digits, *scale)
        }
        DataType::List(item) => DataType::List(of_list(item)),
        DataType::Struct(fields) => DataType::Struct(narrowed_all(fields)),
        other => other.clone(),
    }
}
