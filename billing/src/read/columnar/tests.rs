//! Books of columns are read, whatever the types of the columns and however the file is damaged.

mod books;
mod refused;

use arrow_array::{ArrayRef, Decimal32Array, Decimal64Array, Decimal128Array};
use proptest::prelude::*;

use books::{
    array, batch, every_type, file_of, flat, nested, parquet_of, read, stream_of, totals, with,
};

#[test]
fn each_type_of_a_column_gives_the_same_totals_in_each_container() {
    for columns in every_type() {
        let batch = batch(columns);
        let schema = batch.schema();
        for bytes in [
            parquet_of(std::slice::from_ref(&batch)),
            stream_of(std::slice::from_ref(&batch)),
            file_of(std::slice::from_ref(&batch)),
        ] {
            assert_eq!(totals(bytes), ["141.69", "1.08"], "{schema}");
        }
    }
}

#[test]
fn decimals_whose_point_stands_behind_their_digits_are_read() {
    let hundreds = Decimal128Array::from(vec![4, 1, 1]);
    let columns = with(
        "unit_price",
        array(hundreds.with_precision_and_scale(5, -2).unwrap()),
    );
    let invoices = read(stream_of(&[batch(columns)]));
    let price = invoices[0].as_ref().unwrap().items()[0].unit_price();
    assert_eq!(price.to_string(), "400");
    let invoices: Vec<_> = [5_i8, 9]
        .map(|digits| {
            let thousands: ArrayRef = if digits == 5 {
                let decimals = Decimal32Array::from(vec![4, 1, 1]);
                array(decimals.with_precision_and_scale(5, -3).unwrap())
            } else {
                let decimals = Decimal64Array::from(vec![4, 1, 1]);
                array(decimals.with_precision_and_scale(9, -3).unwrap())
            };
            read(stream_of(&[batch(with("unit_price", thousands))]))
                .remove(0)
                .unwrap()
        })
        .into();
    for invoice in invoices {
        assert_eq!(invoice.items()[0].unit_price().to_string(), "4000");
    }
}

#[test]
fn an_invoice_goes_on_from_one_batch_to_the_next() {
    let whole = batch(flat());
    let parts = [whole.slice(0, 1), whole.slice(1, 1), whole.slice(2, 1)];
    assert_eq!(totals(stream_of(&parts)), ["141.69", "1.08"]);
    // Longer than a decoded batch of Parquet.
    let many = vec![whole.slice(0, 1); 10_000];
    let book = read(parquet_of(&many));
    assert_eq!(book.len(), 1);
    assert_eq!(book[0].as_ref().unwrap().items().len(), 10_000);
}

#[test]
fn a_file_that_is_cut_off_is_refused_and_gives_nothing_for_whole() {
    for bytes in [parquet_of(&[batch(flat())]), stream_of(&[batch(flat())])] {
        let cut = bytes[..bytes.len() / 2].to_vec();
        let problem = read(cut).pop().unwrap().unwrap_err();
        assert!(problem.contains("cannot be decoded: "), "{problem}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_file_is_read_or_refused_without_a_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        is_parquet in any::<bool>(),
    ) {
        let batch = batch(nested(false));
        let mut bytes = if is_parquet { parquet_of(&[batch]) } else { stream_of(&[batch]) };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read(bytes);
    }
}
