//! Writes a seeded book of invoices as CSV, NDJSON and Parquet: the same one for ever.
#![allow(clippy::print_stdout, reason = "a program that tells what it wrote")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Decimal64Builder, Int32Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

const HEADER: &str = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity";
const TIERS: [&str; 4] = ["gold", "silver", "standard", "platinum"];
const BATCH_ITEMS: usize = 65_536;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, invoices, seed] = arguments.as_slice() else {
        return Err("usage: books-generate FOLDER INVOICES SEED".into());
    };
    let (invoices, seed) = (invoices.parse::<u64>()?, seed.parse::<u64>()?);
    let mut book = Book::create(Path::new(folder))?;
    let mut numbers = Numbers(seed);
    for number in 1..=invoices {
        book.write(&Invoice::random(number, &mut numbers))?;
    }
    let items = book.finish()?;
    println!("{invoices} invoices, {items} line items, seed {seed}");
    Ok(())
}

/// `SplitMix64`: few lines, and no later version of a crate makes another book of the same seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap_or(0)
    }
}

struct Invoice {
    id: String,
    tier: &'static str,
    is_member: bool,
    days_overdue: u32,
    items: Vec<Item>,
}

struct Item {
    sku: String,
    /// The price in ten-thousandths.
    price: u32,
    quantity: u32,
}

impl Invoice {
    fn random(number: u64, numbers: &mut Numbers) -> Self {
        // The least of three or four draws: 1 to 20 line items, 5 on average.
        let draws = 3 + number % 2;
        let count = 1 + (0..draws).map(|_| numbers.below(20)).min().unwrap_or(0);
        Self {
            id: format!("INV-{number}"),
            tier: TIERS[numbers.below(4) as usize],
            is_member: numbers.below(2) == 0,
            days_overdue: numbers.below(90),
            items: (0..count).map(|_| Item::random(numbers)).collect(),
        }
    }
}

impl Item {
    fn random(numbers: &mut Numbers) -> Self {
        let has_four_places = numbers.below(4) == 0;
        let price = if has_four_places {
            1 + numbers.below(99_999)
        } else {
            (1 + numbers.below(99_999)) * 100
        };
        Self {
            sku: format!("SKU-{:04}", numbers.below(10_000)),
            price,
            quantity: 1 + numbers.below(40),
        }
    }

    /// The price as text, with two decimals or four.
    fn price(&self) -> String {
        let (whole, fraction) = (self.price / 10_000, self.price % 10_000);
        if fraction % 100 == 0 {
            format!("{whole}.{:02}", fraction / 100)
        } else {
            format!("{whole}.{fraction:04}")
        }
    }
}

/// The three files.
struct Book {
    csv: BufWriter<File>,
    ndjson: BufWriter<File>,
    columns: Columns,
    parquet: ArrowWriter<File>,
    items: usize,
}

impl Book {
    fn create(folder: &Path) -> Result<Self, Failure> {
        let create = |name: &str| File::create(folder.join(name));
        let compression = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = Some(compression.build());
        let mut csv = BufWriter::new(create("book.csv")?);
        writeln!(csv, "{HEADER}")?;
        Ok(Self {
            csv,
            ndjson: BufWriter::new(create("book.ndjson")?),
            parquet: ArrowWriter::try_new(create("book.parquet")?, schema(), properties)?,
            columns: Columns::default(),
            items: 0,
        })
    }

    fn write(&mut self, invoice: &Invoice) -> Result<(), Failure> {
        let Invoice {
            id,
            tier,
            is_member,
            days_overdue,
            items,
        } = invoice;
        write!(
            self.ndjson,
            r#"{{"invoice_id":"{id}","tier":"{tier}","loyalty_member":{is_member},"days_overdue":{days_overdue},"items":["#
        )?;
        for (index, item) in items.iter().enumerate() {
            let (sku, price, quantity) = (&item.sku, item.price(), item.quantity);
            writeln!(
                self.csv,
                "{id},{tier},{is_member},{days_overdue},{sku},{price},{quantity}"
            )?;
            let comma = if index > 0 { "," } else { "" };
            write!(
                self.ndjson,
                r#"{comma}{{"sku":"{sku}","unit_price":"{price}","quantity":{quantity}}}"#
            )?;
            self.columns.add(invoice, item)?;
        }
        writeln!(self.ndjson, "]}}")?;
        self.items += items.len();
        if self.columns.prices.len() >= BATCH_ITEMS {
            self.parquet.write(&self.columns.batch()?)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<usize, Failure> {
        self.csv.flush()?;
        self.ndjson.flush()?;
        self.parquet.write(&self.columns.batch()?)?;
        self.parquet.close()?;
        Ok(self.items)
    }
}

fn schema() -> Arc<Schema> {
    let field = |name: &str, data_type| Field::new(name, data_type, false);
    Arc::new(Schema::new(vec![
        field("invoice_id", DataType::Utf8),
        field("tier", DataType::Utf8),
        field("loyalty_member", DataType::Boolean),
        field("days_overdue", DataType::Int32),
        field("sku", DataType::Utf8),
        field("unit_price", DataType::Decimal64(12, 4)),
        field("quantity", DataType::Int32),
    ]))
}

#[derive(Default)]
struct Columns {
    ids: StringBuilder,
    tiers: StringBuilder,
    members: BooleanBuilder,
    days: Int32Builder,
    skus: StringBuilder,
    prices: Vec<i64>,
    quantities: Int32Builder,
}

impl Columns {
    fn add(&mut self, invoice: &Invoice, item: &Item) -> Result<(), Failure> {
        self.ids.append_value(&invoice.id);
        self.tiers.append_value(invoice.tier);
        self.members.append_value(invoice.is_member);
        self.days.append_value(i32::try_from(invoice.days_overdue)?);
        self.skus.append_value(&item.sku);
        self.prices.push(i64::from(item.price));
        self.quantities.append_value(i32::try_from(item.quantity)?);
        Ok(())
    }

    /// The rows as a batch; none is left.
    fn batch(&mut self) -> Result<RecordBatch, Failure> {
        let mut prices = Decimal64Builder::new().with_precision_and_scale(12, 4)?;
        prices.append_slice(&std::mem::take(&mut self.prices));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.ids.finish()),
            Arc::new(self.tiers.finish()),
            Arc::new(self.members.finish()),
            Arc::new(self.days.finish()),
            Arc::new(self.skus.finish()),
            Arc::new(prices.finish()),
            Arc::new(self.quantities.finish()),
        ];
        Ok(RecordBatch::try_new(schema(), columns)?)
    }
}
