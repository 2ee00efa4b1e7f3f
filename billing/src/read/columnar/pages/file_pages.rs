//! The pages of one column of a file, over all its row groups.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page as StoredPage, PageReader};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use super::ahead::Ahead;
use super::hybrid::{Hybrid, are_all_ones};
use super::{Unusual, Usual};
use crate::read::columnar::guard::guarded;
use crate::read::columnar::shared_file::SharedFile;

/// No writer makes larger pages on purpose; what a damaged file states is not set aside.
const PAGE_BYTES_MAX: usize = 64 << 20;

/// What the library's readers of pages are made from.
pub(super) struct FilePages {
    file: SharedFile,
    metadata: Arc<ParquetMetaData>,
    leaf: usize,
    /// The row groups that were begun.
    groups_begun: usize,
    group: Option<Group>,
}

/// The pages of a row group.
struct Group {
    reader: SerializedPageReader<Ahead>,
    /// Rows whose cells are in pages to come.
    rows_left: usize,
    is_snappy: bool,
    has_dictionary: bool,
    column: ColumnDescPtr,
}

/// A page.
pub(super) enum Page {
    Dictionary(Bytes, usize),
    Values(Values),
}

/// The cells of a page, none of which is absent.
#[derive(Default)]
pub(super) struct Values {
    pub(super) bytes: Bytes,
    /// Where the cells begin, or those to come.
    pub(super) at: usize,
    /// Keys of a dictionary instead of values.
    pub(super) keys: Option<Hybrid>,
    pub(super) taken: usize,
    count: usize,
}

impl Values {
    pub(super) fn left(&self) -> usize {
        self.count - self.taken
    }
}

impl FilePages {
    pub(super) fn new(file: &SharedFile, metadata: &Arc<ParquetMetaData>, leaf: usize) -> Self {
        Self {
            file: file.clone(),
            metadata: Arc::clone(metadata),
            leaf,
            groups_begun: 0,
            group: None,
        }
    }

    /// The next page; `None` behind the last one. The bytes of the page before are used again.
    pub(super) fn next(&mut self, done: Bytes) -> Usual<Option<Page>> {
        loop {
            let Some(group) = &mut self.group else {
                if self.groups_begun == self.metadata.num_row_groups() {
                    return Ok(None);
                }
                // A damaged file states lengths that the library does not expect.
                let begun = guarded(|| self.begin_group()).map_err(|_| Unusual)?;
                self.group = Some(begun?);
                self.groups_begun += 1;
                continue;
            };
            match group.next()? {
                Some(page) => return group.opened(page, done).map(Some),
                // Each column has all rows of the group, or the rows to come would be of others.
                None if group.rows_left > 0 => return Err(Unusual),
                None => self.group = None,
            }
        }
    }

    fn begin_group(&self) -> Usual<Group> {
        let group = self.metadata.row_group(self.groups_begun);
        let column = group.column(self.leaf);
        let is_snappy = column.compression() == Compression::SNAPPY;
        let rows = usize::try_from(group.num_rows()).map_err(|_| Unusual)?;
        let undone = is_snappy.then(|| as_it_stands(column)).transpose()?;
        let column = undone.as_ref().unwrap_or(column);
        let (start, length) = column.byte_range();
        let file = Arc::new(Ahead::new(self.file.clone(), start.saturating_add(length)));
        Ok(Group {
            reader: SerializedPageReader::new(file, column, rows, None).map_err(|_| Unusual)?,
            rows_left: rows,
            is_snappy,
            has_dictionary: false,
            column: column.column_descr_ptr(),
        })
    }
}

/// The same column as if it was not compressed: its pages are decompressed here, into memory that is
/// used again.
fn as_it_stands(column: &ColumnChunkMetaData) -> Usual<ColumnChunkMetaData> {
    let column = column.clone().into_builder();
    let column = column.set_compression(Compression::UNCOMPRESSED).build();
    column.map_err(|_| Unusual)
}

impl Group {
    fn next(&mut self) -> Usual<Option<StoredPage>> {
        let page = guarded(|| self.reader.get_next_page());
        page.map_err(|_| Unusual)?.map_err(|_| Unusual)
    }

    fn opened(&mut self, page: StoredPage, memory: Bytes) -> Usual<Page> {
        match page {
            StoredPage::DictionaryPage {
                buf,
                num_values,
                encoding: Encoding::PLAIN | Encoding::PLAIN_DICTIONARY,
                ..
            } => {
                let bytes = self.decompressed(&buf, 0, true, memory)?;
                self.has_dictionary = true;
                Ok(Page::Dictionary(bytes, num_values as usize))
            }
            StoredPage::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding: Encoding::RLE,
                ..
            } => {
                let bytes = self.decompressed(&buf, 0, true, memory)?;
                let mut at = 0;
                if self.may_be_absent() {
                    at = 4 + length(&bytes, 0)?;
                    self.is_full(bytes.get(4..at), num_values)?;
                }
                self.values(bytes, at, num_values, encoding)
            }
            StoredPage::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls: 0,
                def_levels_byte_len,
                rep_levels_byte_len: 0,
                is_compressed,
                ..
            } => {
                let at = def_levels_byte_len as usize;
                let bytes = self.decompressed(&buf, at, is_compressed, memory)?;
                self.is_full(bytes.get(..at), num_values)?;
                self.values(bytes, at, num_values, encoding)
            }
            _ => Err(Unusual),
        }
    }

    fn may_be_absent(&self) -> bool {
        self.column.max_def_level() > 0
    }

    /// That no cell of a page with these levels is absent.
    fn is_full(&self, levels: Option<&[u8]>, count: u32) -> Usual<()> {
        let levels = levels.ok_or(Unusual)?;
        if self.may_be_absent() {
            are_all_ones(levels, count as usize)?;
        }
        Ok(())
    }

    /// The bytes of a page, whose first `plain` ones are not compressed.
    fn decompressed(
        &self,
        stored: &Bytes,
        plain: usize,
        is_compressed: bool,
        memory: Bytes,
    ) -> Usual<Bytes> {
        if !self.is_snappy || !is_compressed {
            return Ok(stored.clone());
        }
        let (plain, compressed) = stored.split_at_checked(plain).ok_or(Unusual)?;
        let length = snap::raw::decompress_len(compressed).map_err(|_| Unusual)?;
        if length > PAGE_BYTES_MAX {
            return Err(Unusual);
        }
        let mut bytes = Vec::from(memory);
        bytes.resize(plain.len() + length, 0);
        bytes[..plain.len()].copy_from_slice(plain);
        let out = &mut bytes[plain.len()..];
        let written = snap::raw::Decoder::new().decompress(compressed, out);
        let is_full = written.is_ok_and(|written| written == length);
        is_full.then(|| bytes.into()).ok_or(Unusual)
    }

    /// The values that begin at `at`.
    fn values(&mut self, bytes: Bytes, at: usize, count: u32, encoding: Encoding) -> Usual<Page> {
        let count = count as usize;
        self.rows_left = self.rows_left.checked_sub(count).ok_or(Unusual)?;
        let (at, keys) = match encoding {
            Encoding::PLAIN => (at, None),
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY if self.has_dictionary => {
                let width = bytes.get(at).ok_or(Unusual)?;
                (at, Some(Hybrid::new(*width, at + 1)?))
            }
            // Keys of a dictionary of yes and no, as it were.
            Encoding::RLE if self.column.physical_type() == Type::BOOLEAN => {
                length(&bytes, at)?;
                (at, Some(Hybrid::new(1, at + 4)?))
            }
            _ => return Err(Unusual),
        };
        Ok(Page::Values(Values {
            bytes,
            at,
            keys,
            taken: 0,
            count,
        }))
    }
}

/// The length that stands at `at`.
pub(super) fn length(bytes: &[u8], at: usize) -> Usual<usize> {
    let bytes = bytes.get(at..).and_then(<[u8]>::first_chunk);
    let length = u32::from_le_bytes(*bytes.ok_or(Unusual)?);
    usize::try_from(length).map_err(|_| Unusual)
}
