//! How large a chunk becomes.

/// When a chunk is full: then the next invoice begins another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many chunks of about the same size.
    Chunks(u64),
    /// So many invoices.
    Invoices(u64),
    /// So many bytes, unless one invoice alone has more; of Parquet about so many.
    Bytes(u64),
}

/// How much of a book stands in a chunk, and before the next invoice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fill {
    /// Of the chunk.
    pub(super) invoices: u64,
    pub(super) bytes: u64,
    /// Chunks before it.
    pub(super) index: u64,
    /// How much of the book stands before the next invoice, and how much there is.
    pub(super) position: u64,
    pub(super) size: u64,
}

impl Limit {
    /// Whether an invoice of so many bytes begins a new chunk.
    pub(super) fn is_reached(self, fill: Fill, next_bytes: u64) -> bool {
        if fill.invoices == 0 {
            return false;
        }
        match self {
            Self::Invoices(most) => fill.invoices >= most,
            Self::Bytes(most) => fill.bytes.saturating_add(next_bytes) > most,
            Self::Chunks(count) => {
                let [position, size] = [fill.position, fill.size].map(u128::from);
                let next = u128::from(fill.index) + 1;
                next < u128::from(count) && position * u128::from(count) >= next * size
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fill, Limit};

    /// How many invoices each chunk has of a book of invoices of these sizes.
    fn chunks(limit: Limit, sizes: &[u64]) -> Vec<u64> {
        let mut all = Vec::new();
        let mut fill = Fill {
            size: sizes.iter().sum(),
            ..Fill::default()
        };
        for bytes in sizes {
            if limit.is_reached(fill, *bytes) {
                all.push(fill.invoices);
                fill = Fill {
                    invoices: 0,
                    bytes: 0,
                    index: fill.index + 1,
                    ..fill
                };
            }
            fill.invoices += 1;
            fill.bytes += bytes;
            fill.position += bytes;
        }
        all.push(fill.invoices);
        all
    }

    #[test]
    fn chunks_hold_as_much_as_is_asked_for_and_at_least_one_invoice() {
        let tens = [10; 10];
        assert_eq!(chunks(Limit::Chunks(3), &tens), [4, 3, 3]);
        assert_eq!(chunks(Limit::Chunks(1), &tens), [10]);
        assert_eq!(chunks(Limit::Chunks(20), &tens), [1; 10]);
        assert_eq!(chunks(Limit::Chunks(3), &[10, 1000, 10, 10]), [2, 1, 1]);
        assert_eq!(chunks(Limit::Invoices(4), &tens), [4, 4, 2]);
        assert_eq!(chunks(Limit::Bytes(35), &tens), [3, 3, 3, 1]);
        assert_eq!(chunks(Limit::Bytes(5), &tens), [1; 10]);
    }
}
