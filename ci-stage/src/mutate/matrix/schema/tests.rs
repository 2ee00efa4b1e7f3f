use std::path::Path;

use serde_json::Value;

use super::super::{Matrix, SCHEMA_VERSION};
use super::SCHEMA;

#[test]
fn the_published_schema_is_the_one_of_the_model() {
    let mut schema = schemars::schema_for!(Matrix);
    let id = format!("urn:ci-stage:matrix:{SCHEMA_VERSION}");
    schema.insert("$id".to_owned(), id.into());
    let derived = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    // SNAPSHOTS=overwrite puts the derived schema in the file's place.
    let published = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/matrix.schema.json");
    snapbox::assert_data_eq!(derived, snapbox::Data::read_from(&published, None).raw());
}

#[test]
fn a_matrix_validates_and_a_broken_one_does_not() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = include_str!("../../../../tests/fixtures/report/matrix.json");
    let mut matrix: Value = serde_json::from_str(text).unwrap();
    validator.validate(&matrix).unwrap();
    matrix["mutants"][0]["verdict"] = "died".into();
    assert!(!validator.is_valid(&matrix));
}
