//! SARIF 2.1.0: what tools said of places in the source, for code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Level};
use crate::error::Error;
use crate::verdict::Verdict;

/// One run a stage that found something.
///
/// # Errors
/// [`Error::Setup`] when it cannot be written, which its types rule out.
pub(super) fn render(verdict: &Verdict) -> Result<String, Error> {
    let stages = verdict.stages.iter();
    let runs: Vec<Value> = stages
        .filter(|stage| stage.has_passed() || stage.is_red())
        .map(|stage| run(&stage.name, &stage.findings.diagnostics))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    serde_json::to_string_pretty(&log)
        .map(|text| text + "\n")
        .map_err(|error| Error::Setup(format!("cannot write SARIF: {error}")))
}

fn run(stage: &str, found: &[Diagnostic]) -> Value {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for diagnostic in found {
        let id = rule(diagnostic);
        rules.entry(id).or_insert_with(|| json!({ "id": id }));
    }
    json!({
        "tool": { "driver": {
            "name": format!("ci-stage {stage}"),
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules.into_values().collect::<Vec<_>>(),
        } },
        "originalUriBaseIds": { "ROOT": { "description": { "text": "the workspace's root" } } },
        "results": found.iter().map(result).collect::<Vec<_>>(),
    })
}

fn rule(found: &Diagnostic) -> &str {
    found.code.as_deref().unwrap_or("rustc")
}

fn result(found: &Diagnostic) -> Value {
    let level = match found.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let mut result = json!({
        "ruleId": rule(found),
        "level": level,
        "message": { "text": found.message },
    });
    if let Some(file) = &found.file {
        let mut place = json!({
            "artifactLocation": { "uri": file.replace(' ', "%20"), "uriBaseId": "ROOT" },
        });
        if let Some((first, last)) = found.lines {
            let mut region = json!({ "startLine": first, "endLine": last });
            if let Some(column) = found.column {
                region["startColumn"] = column.into();
            }
            place["region"] = region;
        }
        result["locations"] = json!([{ "physicalLocation": place }]);
    }
    result
}
