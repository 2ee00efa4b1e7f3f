//! Blocks end behind whole invoices, whatever stands in quotes.

use std::sync::Arc;

use super::{after_last_group, after_last_line};
use crate::read::csv::{CsvSource, Table};

const HEADER: &str = "tier,invoice_id,loyalty_member,days_overdue,sku,unit_price,quantity\n";

fn table() -> Arc<Table> {
    let source = CsvSource::open("book.csv".to_owned(), HEADER.as_bytes()).unwrap();
    source.table()
}

fn cut(rows: &str) -> Option<&str> {
    let end = after_last_group(rows.as_bytes(), &table().columns)?;
    Some(&rows[..end])
}

#[test]
fn a_block_ends_before_the_last_invoice_of_which_more_may_follow() {
    let a = "gold,A,true,0,x,1,1\n";
    let b = "gold,B,true,0,x,1,1\r\n";
    let no_id = "gold, ,true,0,x,1,1\n";
    let over_lines = "gold,B,true,0,\"x\n,\"\"A\n\",1,1\n";
    let stray = "gold,B,true,0,x\"\n,1,1\n";
    let text_after = "gold,B,true,0,\"x\"y,1,1\n";
    for (rows, expected) in [
        (vec![a], None),
        (vec![a, a], None),
        (vec![a, b], Some(1)),
        (vec![a, b, "gold,"], Some(1)),
        (vec![a, b, b, "\n", "\r\n"], Some(1)),
        (vec![a, no_id, b, no_id], Some(2)),
        (vec![no_id, b], Some(1)),
        (vec![no_id], None),
        (vec![a, over_lines, over_lines], Some(1)),
        (vec![over_lines, a, a], Some(1)),
        (vec![over_lines, a, "gold,\"C\nB"], Some(1)),
        (vec![a, over_lines, "gold,\"C\""], Some(1)),
        (vec![a, text_after, text_after], Some(1)),
        (vec![stray, a], Some(1)),
        (vec!["no line end"], None),
        (vec!["\"never closed\n", a, b], None),
    ] {
        let text = rows.concat();
        let expected = expected.map(|count: usize| rows[..count].concat());
        assert_eq!(cut(&text), expected.as_deref(), "{text:?}");
    }
}

#[test]
fn a_row_that_is_too_long_is_not_waited_for() {
    let rows = format!("gold,A,true,0,x,1,1\ngold,\"{}", "B\n".repeat(1024 * 1024));
    assert_eq!(cut(&rows), Some(rows.as_str()));
}

#[test]
fn lines_are_cut_behind_the_last_line_end() {
    assert_eq!(after_last_line(b"{}\n{}\n{"), Some(6));
    assert_eq!(after_last_line(b"{"), None);
}
