use super::Changes;
use crate::exit::ExitCode;

const BEFORE: &str = "invoice,tier,total\nA,gold,10.00\nB,silver,0.30\nC,gold,7\n";

#[test]
fn only_rows_whose_amount_differs_are_changes() {
    let after = "invoice,tier,total\nA,gold,10.0\nB,silver,0.10\nC,gold,9.5\n";
    let changes = Changes::between(BEFORE, after).unwrap();
    assert_eq!(changes.rows, 3);
    assert_eq!(changes.columns, ["invoice", "tier"]);
    assert_eq!(
        changes.to_string(),
        "   invoice  tier    before  after  change\n   \
         B        silver  0.30    0.10   -0.20\n   \
         C        gold    7       9.5    2.5\n\
         2 of 3 rows change, by 2.30 in all"
            .replace("   invoice", " invoice")
            .replace("   B", " B")
            .replace("   C", " C")
    );
}

#[test]
fn equal_amounts_are_no_change_however_they_are_written() {
    let changes = Changes::between(BEFORE, &BEFORE.replace(",7\n", ",7.000\n")).unwrap();
    assert_eq!(
        changes.to_string(),
        "none of 3 rows changes: nobody pays another amount"
    );
}

#[test]
fn tables_that_cannot_be_compared_are_refused() {
    let refused = |after: &str| Changes::between(BEFORE, after).unwrap_err();
    assert_eq!(
        refused("invoice,tier,total\nA,gold,1\nA,gold,2\n"),
        "line 3: this row stands there twice"
    );
    assert_eq!(
        refused("invoice,tier,total\nA,gold,10.00\nB,silver,free\n"),
        "line 3: the last column, `free`, is not an amount"
    );
}

#[test]
fn a_row_that_only_one_table_has_needs_a_person_as_a_changed_amount_does() {
    let after = "invoice,tier,total\nA,gold,10.00\nC,gold,7\nD,gold,1\n";
    let changes = Changes::between(BEFORE, after).unwrap();
    assert_eq!(changes.gone, [["B", "silver"]]);
    assert_eq!(changes.new, [["D", "gold"]]);
    assert_eq!(changes.gate(), ExitCode::WaitingForApproval);
    assert!(
        changes
            .to_string()
            .starts_with("gone: B, silver\nnew: D, gold\n")
    );
    let same = Changes::between(BEFORE, BEFORE).unwrap();
    assert_eq!(same.gate(), ExitCode::Passed);
}
