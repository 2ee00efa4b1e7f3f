//! The reports that are rendered from the verdict.

use crate::project::Project;

#[test]
fn every_report_says_what_failed() {
    let project = Project::of("fails");
    assert_eq!(project.ci_stage(&["test", "test_discount"]).code, 1);
    let answer = project.ci_stage(&["report", "all"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let files = ["junit.xml", "report.html", "annotations.txt", "summary.md"];
    for file in files {
        let text = project.read(&format!("target/ci/{file}"));
        assert!(
            text.contains("gold_earns_fifteen_percent"),
            "{file}: {text}"
        );
        assert!(text.contains("12750"), "{file}: {text}");
    }
    let annotations = project.read("target/ci/annotations.txt");
    assert!(
        annotations.starts_with("::error file=core/tests/test_discount.rs,line=10,"),
        "{annotations}"
    );
    let sarif: serde_json::Value =
        serde_json::from_str(&project.read("target/ci/report.sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn coverage_is_rendered_line_by_line_and_the_page_needs_no_network() {
    let project = Project::of("below_gate");
    assert_eq!(
        project.ci_stage(&["coverage", "--fail-under", "90"]).code,
        5
    );
    project.ci_stage(&["report", "all"]);
    assert!(project.read("target/ci/lcov.info").contains("DA:24,0"));
    assert!(
        project
            .read("target/ci/cobertura.xml")
            .contains("lines-covered=\"41\"")
    );
    let page = project.read("target/ci/report.html");
    assert!(page.contains("24-33") && !page.contains("http"), "{page}");
    let again = project.ci_stage(&["repro", "--print"]);
    assert_eq!(again.stdout, "ci-stage coverage --fail-under 90\n");
}

#[test]
fn clippy_s_words_become_sarif_with_their_places() {
    let project = Project::of("no_tests");
    project.edit(
        "src/lib.rs",
        "pub fn",
        "/// Returns.\npub fn odd() -> u64 {\n    return 1;\n}\n\n/// More.\npub fn",
    );
    assert_eq!(project.ci_stage(&["lint"]).code, 6);
    let answer = project.ci_stage(&["report", "sarif", "--output", "-"]);
    let sarif: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "clippy::needless_return");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/lib.rs");
}
