use std::io::Write;

use pricing::Policy;
use serde_json::Value;

use super::{SCHEMA, differences, read, read_raw, standard_file};

fn file(extension: &str, text: &str) -> tempfile::NamedTempFile {
    let mut builder = tempfile::Builder::new();
    let mut file = builder.suffix(extension).tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn refused(extension: &str, text: &str) -> String {
    let file = file(extension, text);
    let message = read(file.path()).unwrap_err().to_string();
    message.replace(&file.path().display().to_string(), "shop")
}

#[test]
fn the_standard_file_holds_the_rules_of_the_standard_policy() {
    let file = file(".toml", standard_file());
    let timeline = read(file.path()).unwrap();
    let read = timeline.engine_on(None).unwrap().policy();
    let standard = Policy::standard();
    assert_eq!(differences(&standard, read), []);
    assert_eq!(read.id(), standard.id());
}

#[test]
fn a_mistake_in_toml_is_named_with_its_line() {
    let cases = [
        (
            "name = \"a\"\nversions = [",
            "shop: line 2: not valid TOML: ",
        ),
        (
            "name = \"a\"\n[[versions]]\n\n[[versions.tiers]]\ntier = \"gold\"\nrate = 15\n",
            "shop: line 6: versions[0].tiers[0].rate: rate 15 is above 1 (allowed: 0 to 1; 15 % is written 0.15)",
        ),
        (
            "name = \"a\"\n[[versions]]\nloyalti = 1\n",
            "shop: line 3: versions[0].loyalti: unknown field (did you mean \"loyalty\"? allowed: ",
        ),
        (
            "name = \"a\"\n[[versions]]\n[[versions.taxes]]\ncode = \"x\"\nrate = 0.07\n[[versions.taxes]]\nrate = 0.19\n",
            "shop: line 6: versions[0].taxes[1].code: the field is missing (allowed: a text in quotes)",
        ),
        (
            "name = \"a\"\n[[versions]]\n[versions.late_fee]\nrate = 0.05\nafter_days = \"soon\"\n",
            "shop: line 5: versions[0].late_fee.after_days: found \"soon\" (allowed: whole days, 0 or more)",
        ),
        (
            "name = \"a\"\n[[versions]]\neffective_from = 2024-01-01\n[[versions]]\neffective_from = 2024-01-01\n",
            "shop: line 4: versions[1]: overlaps with entry 0: both are in effect on 2024-01-01",
        ),
        (
            "name = \"a\"\n[[versions]]\n[versions.dunning]\nretry_after_days = [3, 0]\n",
            "shop: line 4: versions[0].dunning.retry_after_days[1]: a next attempt after 0 days cannot be planned (allowed: 1 to 365)",
        ),
        (
            "name = \"a\"\n[[versions]]\n[[versions]]\n",
            "shop: line 3: versions[1]: overlaps with entry 0: neither has a first day (give the later one its own)",
        ),
        (
            "name = \"a\"\n[[versions]]\neffective_from = \"1.1.2026\"\n",
            "shop: line 3: versions[0].effective_from: found \"1.1.2026\" (allowed: a day such as 2026-01-31)",
        ),
        (
            "name = \"a\"\n[[versions]]\n[versions.loyalty]\nrate = \"8%\"\n",
            "shop: line 4: versions[0].loyalty.rate: \"8%\" is a percentage (write a number without the sign; a rate as a fraction, 0.15 for 15 %)",
        ),
        (
            "name = \"a\"\n[[versions]]\nrounding.rule = \"totals\"\n",
            "shop: line 3: versions[0].rounding.rule: found \"totals\" (allowed: total, shown-amounts, precise)",
        ),
    ];
    for (text, expected) in cases {
        let message = refused(".toml", text);
        assert!(message.starts_with(expected), "{message}\n{expected}");
    }
}

#[test]
fn a_mistake_in_json_is_named_with_its_line() {
    assert_eq!(
        refused(
            ".json",
            "{\"name\": \"a\",\n\"versions\": [{\n\"tiers\": [{\"tier\": \"gold\",\n\"rate\": \"1.5\"}]}]}"
        ),
        "shop: line 4: versions[0].tiers[0].rate: rate 1.5 is above 1 (allowed: 0 to 1; 1.5 % is written 0.015)"
    );
    assert!(refused(".json", "{\"name\": \"a\"").contains("not valid JSON: "));
}

#[test]
fn a_number_in_toml_keeps_its_digits() {
    let text = "name = \"a\"\n[[versions]]\ncurrency = \"EUR\"\n[versions.late_fee]\nafter_days = 1_0\namount = 90071992547409.93\n";
    let file = file(".toml", text);
    let raw = read_raw(file.path()).unwrap();
    let fee = raw.file.versions[0].late_fee.clone().unwrap();
    assert_eq!(
        fee.amount.map(|amount| amount.to_string()),
        Some("90071992547409.93".to_owned())
    );
    assert_eq!(fee.after_days, 10);
}

#[test]
fn the_schema_accepts_and_refuses_what_the_reader_does() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let accepted = [
        r#"{"name":"a","versions":[{}]}"#,
        r#"{"name":"a","versions":[{"effective_from":"2024-01-01","currency":"CHF","cash_step":"0.05",
            "prices_include_tax":true,"rounding":{"rule":"shown-amounts","mode":"half-even"},"overdiscount":"allowed",
            "tiers":[{"tier":"gold","rate":"0.15","base":"running"}],"loyalty":{"rate":0.02,"base":"subtotal"},
            "taxes":[{"code":"standard","rates":[{"rate":0.19},{"from":"2024-07-01","rate":"1"}],"category":"S","name":"VAT"}],
            "late_fee":{"amount":"10.00","after_days":30,"cap":20,"minimum":"5"}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{"retry_after_days":[1,365]}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{"retry_after_days":[]}}]}"#,
    ];
    let refused = [
        r#"{"versions":[{}]}"#,
        r#"{"name":"a","versions":[]}"#,
        r#"{"name":"a","versions":[{"tiers":[{"tier":"gold","rate":15}]}]}"#,
        r#"{"name":"a","versions":[{"tiers":[{"tier":"gold","rate":"1.5"}]}]}"#,
        r#"{"name":"a","versions":[{"loyalti":{}}]}"#,
        r#"{"name":"a","versions":[{"taxes":[{"code":"x"}]}]}"#,
        r#"{"name":"a","versions":[{"late_fee":{"rate":0.05}}]}"#,
        r#"{"name":"a","versions":[{"rounding":{"rule":"totals"}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{"retry_after_days":[0]}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{"retry_after_days":[366]}}]}"#,
        r#"{"name":"a","versions":[{"dunning":{"retry_after_days":[1.5]}}]}"#,
    ];
    let reads = |json: &str| read(file(".json", json).path()).is_ok();
    let valid = |json: &str| validator.is_valid(&serde_json::from_str(json).unwrap());
    for json in accepted {
        assert!(reads(json) && valid(json), "{json}");
    }
    for json in refused {
        assert!(!reads(json) && !valid(json), "{json}");
    }
}
