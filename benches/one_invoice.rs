//! One invoice: a full quote, a total, and the naive total beside them.
#![allow(missing_docs)] // criterion_main! makes undocumented functions.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ledgerly_benches::{naive_total, worked_invoice};
use pricing::PricingEngine;

fn one_invoice(criterion: &mut Criterion) {
    let invoice = match worked_invoice() {
        Ok(invoice) => invoice,
        Err(error) => unreachable!("the worked invoice is valid: {error}"),
    };
    let engine = PricingEngine::standard();
    let mut group = criterion.benchmark_group("one invoice");
    group.bench_function("quote", |bencher| {
        bencher.iter(|| engine.quote(black_box(&invoice)));
    });
    group.bench_function("total", |bencher| {
        bencher.iter(|| engine.total(black_box(&invoice)));
    });
    group.bench_function("total, naive rust_decimal", |bencher| {
        bencher.iter(|| naive_total(black_box(&invoice)));
    });
    group.finish();
}

criterion_group!(benches, one_invoice);
criterion_main!(benches);
