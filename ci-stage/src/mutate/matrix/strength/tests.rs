use std::path::Path;

use super::{Standing, Strength};
use crate::mutate::matrix::Matrix;

fn strengths() -> (Matrix, Vec<Strength>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/report");
    let matrix = Matrix::read(&root.join("matrix.json")).unwrap();
    let strengths = matrix.strengths();
    (matrix, strengths)
}

#[test]
fn each_test_is_worth_what_only_it_notices() {
    let (matrix, strengths) = strengths();
    let told: Vec<_> = strengths
        .iter()
        .map(|one| {
            (
                &*matrix.tests[one.test].name,
                one.kills,
                one.unique,
                one.standing,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a_small_order_pays_shipping", 8, 8, Standing::Needed),
            ("a_large_order_is_sent_for_nothing", 1, 1, Standing::Needed),
            ("gold_earns_fifteen_percent", 4, 3, Standing::Needed),
            ("gold_earns_more_than_silver", 2, 1, Standing::Needed),
            ("silver_earns_what_the_table_says", 0, 0, Standing::Blind),
            ("an_order_has_room_for_its_addresses", 0, 0, Standing::Blind),
            ("a_refused_payment_ends", 1, 1, Standing::Needed),
            ("the_month_has_days", 0, 0, Standing::Apart),
            ("tests::made_by_a_macro", 1, 1, Standing::Needed),
        ]
    );
}

#[test]
fn a_test_whose_kills_another_shares_is_redundant() {
    let (mut matrix, _) = strengths();
    // Without the one mutant that only it kills, `gold_earns_more_than_silver` kills what
    // `gold_earns_fifteen_percent` kills too.
    matrix.mutants.retain(|mutant| mutant.replacement != "50");
    let strength = &matrix.strengths()[3];
    assert_eq!((strength.kills, strength.unique), (1, 0));
    assert_eq!(strength.standing, Standing::Redundant);
}

#[test]
fn a_test_that_names_a_constant_computes_its_expectation_from_it() {
    let (matrix, strengths) = strengths();
    let names = |test: usize| -> Vec<&str> {
        let constants = strengths[test].computes_from.iter();
        constants.map(|&id| &*matrix.constants[id].name).collect()
    };
    assert_eq!(names(4), ["TIER_PERCENT"]);
    assert_eq!(names(0), [""; 0]);
}
