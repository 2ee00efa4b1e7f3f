use super::{OptionalColumn, every};

#[test]
fn every_column_is_found_by_its_name() {
    for column in every(3) {
        assert_eq!(OptionalColumn::named(column.name()), Some(column));
    }
}

#[test]
fn the_first_entry_may_bear_its_number_and_no_other_spelling_is_taken() {
    let first = OptionalColumn::named("line_discount_1_rate").unwrap();
    assert!(first.is_same(&OptionalColumn::named("line_discount_rate").unwrap()));
    assert!(!first.is_same(&OptionalColumn::named("document_discount_rate").unwrap()));
    for name in [
        "line_discount",
        "line_discount_0_rate",
        "line_discount_02_rate",
        "line_discount_100_rate",
        "line_discount_2_tax",
        "discount_rate",
        "seller",
        "prepayment_2",
    ] {
        assert_eq!(OptionalColumn::named(name), None, "{name}");
    }
}
