//! One invoice of two lines: a full quote, a total, and beside them the totals that one would write in
//! plain `rust_decimal`, without a step to be shown.
#![allow(missing_docs)] // criterion_main! makes undocumented functions.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ledgerly_benches::{factor_total, naive_total, worked_invoice};
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
    group.bench_function("quote, written down and read", |bencher| {
        bencher.iter(|| engine.quote(black_box(&invoice)).map(|quote| quote.due));
    });
    group.bench_function("total", |bencher| {
        bencher.iter(|| engine.total(black_box(&invoice)));
    });
    group.bench_function("total, plain rust_decimal", |bencher| {
        bencher.iter(|| naive_total(black_box(&invoice)));
    });
    group.bench_function("total, plain rust_decimal by factors", |bencher| {
        bencher.iter(|| factor_total(black_box(&invoice)));
    });
    group.finish();
}

criterion_group!(benches, one_invoice);
criterion_main!(benches);
