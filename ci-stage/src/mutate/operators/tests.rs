//! Each operator by example, and the laws that all of them keep.

use super::{OPERATORS, mistakes};
use crate::mutate::find::Facts;
use crate::mutate::source::Source;

fn edits(code: &str, operator: &str) -> Vec<String> {
    let source = Source::parse("x.rs".into(), code.into()).expect("the code parses");
    let facts = Facts::of(&source, false);
    let chosen: Vec<_> = OPERATORS
        .iter()
        .filter(|candidate| operator == "all" && candidate.default || candidate.name == operator)
        .collect();
    let constants = facts.constants.iter();
    constants
        .flat_map(|constant| mistakes(&source, constant, &chosen))
        .map(|mistake| mistake.edit.replacement)
        .collect()
}

#[test]
fn each_operator_makes_its_mistakes() {
    let cases = [
        ("const A: u32 = 30;", "digit", "20 40 60 0 39 31 32"),
        (
            "const A: D = dec!(0.15);",
            "digit",
            "9.15 1.15 2.15 0.25 0.05 0.45 0.14 0.12 0.16 0.18 0.19",
        ),
        ("const A: D = dec!(0.15);", "digit-swap", "0.51"),
        ("const A: u32 = 30;", "off-by-one", "31 29"),
        ("const A: u32 = 0;", "off-by-one", "1"),
        ("const A: i32 = 0;", "off-by-one", "1 -1"),
        ("const A: i32 = -5;", "off-by-one", "6 4"),
        ("const A: u32 = 30;", "zero", "3 300"),
        ("const A: D = dec!(0.05);", "zero", "0.5 0.005"),
        ("const A: D = dec!(0.15);", "ten", "1.5 0.015"),
        ("const A: u32 = 30;", "ten", "300 3"),
        ("const A: D = dec!(0.15);", "percent", "15"),
        ("const A: f64 = 0.15;", "percent", "15.0"),
        ("const A: D = dec!(1.15);", "percent", ""),
        ("const A: D = dec!(0.15);", "last-place", "0.16 0.14"),
        ("const A: i32 = 5;", "sign", "-5"),
        ("const A: i32 = -5;", "sign", "5"),
        ("const A: u32 = 5;", "sign", ""),
        ("const A: u8 = 0x0e;", "bit", "0x0f 0x0c 0x06 0x1e"),
        ("const A: bool = true;", "bool", "false"),
        ("const A: &str = \"gold\";", "text-edit", "\"god\""),
        ("const A: &str = \"gold\";", "text-empty", "\"\""),
        ("const A: &str = \"gold\";", "text-case", "\"Gold\""),
        ("const A: &[u8] = b\"abc\";", "text-edit", "b\"acc\""),
        ("const A: char = 'c';", "char", "'d' 'C'"),
        ("const A: D = dec!(0.10);", "scale", "0.1 0.100"),
        (
            "const A: u64 = 10_000_u64;",
            "off-by-one",
            "10001u64 9999u64",
        ),
        ("const A: f64 = 2.5e-3;", "last-place", "2.6e-3 2.4e-3"),
    ];
    for (code, operator, expected) in cases {
        assert_eq!(
            edits(code, operator).join(" "),
            expected,
            "{operator} on {code}"
        );
    }
}

#[test]
fn a_row_gets_its_neighbours_value_or_the_two_are_exchanged() {
    let table = r#"const T: &[(&str, D)] = &[("gold", dec!(0.15)), ("silver", dec!(0.05))];"#;
    assert_eq!(edits(table, "neighbour"), ["0.05", "0.15"]);
    assert_eq!(edits(table, "row-swap"), ["0.05)), (\"silver\", dec!(0.15"]);
    assert_eq!(
        edits("const A: [i8; 3] = [7, -8, 7];", "neighbour"),
        ["-8", "7", "-8"]
    );
}

#[test]
fn no_edit_stands_twice_and_none_leaves_the_value_as_it_is() {
    for code in [
        "const A: u32 = 30;",
        "const A: f64 = 0.50;",
        "const A: u8 = 0x0F;",
        "const A: u8 = 255;",
    ] {
        let edits = edits(code, "all");
        let distinct: std::collections::BTreeSet<_> = edits.iter().collect();
        assert_eq!(distinct.len(), edits.len(), "{code}: {edits:?}");
        for edit in &edits {
            let same = ["30", "0.5", "0.50", "0x0f", "0x0F", "15", "255"].contains(&edit.as_str());
            assert!(!same, "{code}: {edit} is the value itself");
        }
    }
}

#[test]
fn a_long_table_is_mutated_at_spread_places() {
    let rows: Vec<String> = (0..200).map(|row| row.to_string()).collect();
    let code = format!("const A: [u8; 200] = [{}];", rows.join(","));
    let mistakes = edits(&code, "sign");
    assert!(mistakes.is_empty());
    let changed = edits(&code, "off-by-one").len();
    assert!((40..=96).contains(&changed), "{changed}");
}
