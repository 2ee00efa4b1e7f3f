use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Matrix;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/report/matrix.json")
}

fn refusal(pointer: &str, value: Value) -> String {
    let text = std::fs::read_to_string(fixture()).unwrap();
    let mut matrix: Value = serde_json::from_str(&text).unwrap();
    *matrix.pointer_mut(pointer).unwrap() = value;
    Matrix::from_json(&matrix.to_string()).unwrap_err()
}

#[test]
fn a_stored_matrix_comes_back_as_it_was() {
    let text = std::fs::read_to_string(fixture()).unwrap();
    let matrix = Matrix::read(&fixture()).unwrap();
    let again = serde_json::to_value(&matrix).unwrap();
    assert_eq!(again, serde_json::from_str::<Value>(&text).unwrap());
}

#[test]
fn a_reference_that_leads_nowhere_is_named() {
    for (pointer, value, expected) in [
        (
            "/constants/1/id",
            json!(7),
            "constants[1].id is 7, but its place is 1",
        ),
        (
            "/constants/0/feeds",
            json!([6]),
            "constants[0].feeds names 6, but there are 6 constants",
        ),
        (
            "/constants/0/read_by",
            json!([0, 9]),
            "constants[0].read_by names 9, but there are 9 tests",
        ),
        (
            "/constants/2/uses/1/in_test",
            json!(12),
            "constants[2].uses names 12, but there are 9 tests",
        ),
        (
            "/mutants/0/constant",
            json!(99),
            "mutants[0].constant names 99, but there are 6 constants",
        ),
        (
            "/mutants/0/killed_by/0/test",
            json!(10),
            "mutants[0].killed_by names 10, but there are 9 tests",
        ),
        (
            "/mutants/0/covered_by",
            json!([11]),
            "mutants[0].covered_by names 11, but there are 9 tests",
        ),
        (
            "/tests/3/id",
            json!(0),
            "tests[3].id is 0, but its place is 3",
        ),
        (
            "/slack/0/constant",
            json!(6),
            "slack[0].constant names 6, but there are 6 constants",
        ),
        (
            "/slack/0/high/failing",
            json!([9]),
            "slack[0].high.failing names 9, but there are 9 tests",
        ),
    ] {
        assert_eq!(refusal(pointer, value), expected, "{pointer}");
    }
}

#[test]
fn another_major_version_is_refused() {
    assert_eq!(
        refusal("/schema_version", json!("2.0")),
        "schema_version is 2.0, and this ci-stage reads 1.1"
    );
}

#[test]
fn a_later_minor_version_is_read() {
    let text = std::fs::read_to_string(fixture()).unwrap();
    let later = text.replace(r#""schema_version": "1.1""#, r#""schema_version": "1.7""#);
    assert_eq!(Matrix::from_json(&later).unwrap().schema_version, "1.7");
}

#[test]
fn a_file_that_is_no_matrix_is_named_with_the_remedy() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[]").unwrap();
    let error = Matrix::read(file.path()).unwrap_err().to_string();
    let name = file.path().display();
    assert!(
        error.starts_with(&format!("{name}: this is no matrix: invalid length 0")),
        "{error}"
    );
    assert!(
        error.ends_with("make a fresh one with `ci-stage mutate`"),
        "{error}"
    );
}

#[test]
fn an_older_file_without_intervals_is_given_them() {
    let text = std::fs::read_to_string(fixture()).unwrap();
    let mut matrix: Value = serde_json::from_str(&text).unwrap();
    matrix["schema_version"] = json!("1.0");
    let slacks = matrix["slack"].as_array_mut().unwrap();
    for slack in slacks.iter_mut() {
        slack.as_object_mut().unwrap().remove("interval");
    }
    let matrix = Matrix::from_json(&matrix.to_string()).unwrap();
    let intervals = matrix.slack.iter().map(|slack| slack.interval.as_str());
    let expected = ["490..=490", "1001..=8000", "15..=15", "..=14", ".."];
    assert_eq!(intervals.collect::<Vec<_>>(), expected);
}
