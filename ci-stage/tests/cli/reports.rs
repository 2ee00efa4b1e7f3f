//! What `ci-stage mutate` leaves behind for people and programs.

use ci_stage::mutate::matrix::{Matrix, SCHEMA};
use snapbox::{assert_data_eq, str};

use crate::project::Project;

/// The skeleton's museum: a workspace in which one constant is not tested.
fn museum() -> Project {
    let project = Project::of("passes");
    let made = project.ci_stage(&["lesson", "new", "museum"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    project
}

#[test]
fn the_schema_of_the_matrix_is_printed() {
    let answer = museum().ci_stage(&["mutate", "--print-schema"]);
    assert_eq!(answer.stdout, SCHEMA);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_sweep_leaves_every_report_and_names_the_page() {
    let project = museum();
    let workspace = "lessons/museum/workspace";
    let answer = project.ci_stage(&["-C", workspace, "mutate"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let place = format!("{workspace}/target/ci/mutate");
    let last = answer.stderr.lines().last().unwrap();
    assert_eq!(last, format!("reports: [FOLDER]/{place}/mutation.html"));
    let matrix = Matrix::read(&project.path(&format!("{place}/matrix.json"))).unwrap();
    assert_eq!(matrix.constants.len(), 3);
    for file in ["stryker.json", "junit.xml", "summary.md", "annotations.txt"] {
        assert!(project.path(&format!("{place}/{file}")).is_file(), "{file}");
    }
    assert!(
        !answer.stdout.contains("::warning"),
        "only GitHub is annotated"
    );
}

#[test]
fn on_github_a_sweep_annotates_the_source_and_appends_to_the_summary() {
    let project = museum();
    std::fs::write(project.path("summary.md"), "before\n").unwrap();
    let answer = project.ci_stage_on_github(&["-C", "lessons/museum/workspace", "mutate"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let warnings: Vec<&str> = answer
        .stdout
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    assert_data_eq!(
        warnings.join("\n"),
        str![
            "::warning file=lessons/museum/workspace/src/lib.rs,line=10,endLine=10,title=FURTHER_CHILD_PERCENT%3A 11 of 11 mistakes go unnoticed::50 → 40, 20, 60, 80, 90, 59 and 5 more%0A2 tests read it and passed; FURTHER_CHILD_PERCENT = 50: no test fails whatever value stands there (by bisection); add tests at 50 and 51"
        ]
    );
    assert_data_eq!(
        project.read("summary.md"),
        str![[r#"
before
## Mutated constants: 73.80 % noticed

31 killed, 11 survived, 0 not covered, 0 timed out, 0 unviable; 3 constants, 2 tests, [..] s.

| Constant | Unnoticed | Mistakes | Why, and what to add |
|---|---|---|---|
| <code>FURTHER&#95;CHILD&#95;PERCENT</code><br>src/lib.rs:10 | 11 of 11 | <code>50</code> → <code>40, 20, 60, 80, 90, 59, 51, 52, 5, 49, 500</code> | 2 tests read it and passed; FURTHER&#95;CHILD&#95;PERCENT = 50: no test fails whatever value stands there (by bisection); add tests at 50 and 51 |

Every mutant that these tests kill is killed by another test as well: <code>tickets::an&#95;adult&#95;pays&#95;the&#95;full&#95;price</code>.

"#]]
    );
}
