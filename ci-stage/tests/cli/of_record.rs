//! `ci-stage coverage --of-record`, on this workspace itself.

use serde_json::Value;

use crate::project::Project;

/// What does not depend on time or luck, and compiles quickest. `CI_STAGE_TEST_MEMBERS` takes
/// others, written alike: `"pricing", "tests"`.
const MEMBERS: &str = "\"pricing\"";

/// Where tests draw values, both draw the same.
const DRAWN: [(&str, &str); 2] = [("PROPTEST_RNG_SEED", "7"), ("PROPTEST_CASES", "8")];

fn measured(project: &Project, arguments: &[&str]) -> Value {
    let all = [&["--no-cache", "coverage", "--fail-under", "0"], arguments].concat();
    let answer = project.ci_stage_with(&DRAWN, &all);
    assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
    project.verdict()["stages"][0]["coverage"].take()
}

/// Each file's lines, functions and missing lines are the same for both; gives the coverage.
fn agreed(project: &Project) -> Value {
    let own = measured(project, &[]);
    let record = measured(project, &["--of-record"]);
    for part in ["lines", "covered", "functions", "files"] {
        assert_eq!(own[part], record[part], "{part}");
    }
    assert_ne!(own["covered"], 0);
    own
}

#[test]
fn ci_stage_and_cargo_llvm_cov_count_this_workspace_alike_also_after_an_edit_and_a_new_version() {
    let members = std::env::var("CI_STAGE_TEST_MEMBERS");
    let members = members.unwrap_or_else(|_| MEMBERS.into());
    let project = Project::of_this_workspace(&members);
    let at_first = measured(&project, &[]);

    let file = "pricing/src/tier.rs";
    let added = "\n/// Nothing calls it.\npub fn never_called() -> u64 {\n    7\n}\n";
    let text = project.read(file);
    std::fs::write(project.path(file), format!("{text}{added}")).unwrap();
    let edited = agreed(&project);
    assert_eq!(edited["covered"], at_first["covered"]);
    assert_ne!(edited["lines"], at_first["lines"]);

    // Another version is another file name: what an earlier build left must not count.
    project.edit(file, added, "");
    project.edit("Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    let with_new_version = agreed(&project);
    assert_eq!(with_new_version["files"], at_first["files"]);
}
