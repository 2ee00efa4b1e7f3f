//! Stryker's JSON against the schema that its makers publish.

use std::path::{Path, PathBuf};

use ci_stage::mutate::report::Format;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::Judge;
use crate::mutation::rendered;

/// Where the schema lies after the remedy's command, from the workspace's root.
const SCHEMA: &str = "target/ci/npm/node_modules/mutation-testing-report-schema/dist/src/\
                      mutation-testing-report-schema.json";

pub(crate) fn trials() -> Vec<Trial> {
    let schema = Judge {
        found: Some(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(SCHEMA),
        )
        .filter(|file| file.is_file()),
        remedy: "no schema of Stryker; `npm install --prefix target/ci/npm \
                 mutation-testing-report-schema@3.8.4` brings it",
    };
    vec![schema.trial(
        "the_stryker_report_validates_against_the_published_schema",
        validates,
    )]
}

fn validates(schema: &PathBuf) {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let mut report: Value = serde_json::from_str(&rendered(Format::Stryker)).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    report["files"]["src/lib.rs"]["mutants"][0]["status"] = "Dead".into();
    assert!(
        !validator.is_valid(&report),
        "the schema tells a wrong status"
    );
}
