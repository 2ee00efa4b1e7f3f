//! Prices the invoices of `book.csv`: invoice, tier, total.

use pricing::{Invoice, calculate_invoice_total};

fn main() {
    println!("invoice,tier,total");
    for row in include_str!("../book.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let units: i64 = fields[4].parse().expect("a whole amount");
        let total = calculate_invoice_total(&Invoice {
            items: &[(units * 10_000, 1)],
            tier: fields[1],
            loyalty_member: fields[2] == "yes",
            days_overdue: fields[3].parse().expect("a number of days"),
        });
        let (units, cents) = (total / 100, total % 100);
        println!("{},{},{units}.{cents:02}", fields[0], fields[1]);
    }
}
