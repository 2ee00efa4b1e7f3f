//! `ci-stage secrets`, `audit`, `docs` and `unused`: with a finding, without one, without their tool.

use crate::project::{Answer, Project};

#[test]
fn a_committed_token_is_found_and_never_shown_whole() {
    let project = Project::of("no_tests");
    // Put together here, so that no scanner takes this file for a leak.
    let token = format!("ghp_{}", "x7Kq2mZp9LrT4vNw8YbC1dFg5HjS3aQe6UoI");
    std::fs::write(project.path("settings.ini"), format!("token = {token}\n")).unwrap();
    let answer = project.ci_stage(&["secrets"]);
    assert!(
        answer
            .stdout
            .contains("settings.ini:1:9: github-pat: ghp_..."),
        "{}",
        answer.stdout
    );
    assert!(
        !answer.stdout.contains(&token) && !project.read("target/ci/verdict.json").contains(&token)
    );
    assert_eq!(answer.code, 5, "{}", answer.stderr);
}

#[test]
fn what_cannot_be_checked_is_not_run_and_never_passed() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage_without("deny", &["audit"]);
    assert!(
        answer
            .stdout
            .starts_with("audit: NOT RUN: cargo-deny is not there"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 7);
    let beside = project.ci_stage_without("deny", &["run", "lint", "audit"]);
    assert!(
        beside.stdout.contains(" audit  not run"),
        "{}",
        beside.stdout
    );
    assert_eq!(beside.code, 0, "{}", beside.stderr);
}

#[test]
fn a_broken_link_in_the_documentation_is_red() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "//! ", "//! See [`nothing`]. ");
    let answer = project.ci_stage(&["docs"]);
    assert!(
        answer.stdout.contains("unresolved link to `nothing`"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 6, "{}", answer.stderr);
}

#[test]
fn an_example_in_the_documentation_that_fails_is_a_failed_test() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["docs"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let (from, to) = ("passes::total(&[1, 2]), 3", "passes::total(&[1, 2]), 4");
    project.edit("src/lib.rs", from, to);
    let answer = project.ci_stage(&["docs"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("left: 3"), "{}", answer.stdout);
}

#[test]
fn without_a_token_the_secrets_pass_and_an_allowed_one_is_none() {
    let project = Project::of("no_tests");
    let token = format!("ghp_{}", "x7Kq2mZp9LrT4vNw8YbC1dFg5HjS3aQe6UoI");
    let allowed = format!("token = {token} # gitleaks:allow\n");
    std::fs::write(project.path("settings.ini"), allowed).unwrap();
    let answer = project.ci_stage(&["secrets"]);
    assert!(
        answer.stdout.starts_with("SECRETS PASSED"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

/// A cargo-deny that says this and ends so.
fn audited(project: &Project, says: &str, code: i32) -> Answer {
    let lines = format!(
        "[ \"$1 $2\" = 'deny --version' ] && exit 0\n\
         [ \"$1\" = deny ] && {{ echo '{says}' >&2; exit {code}; }}"
    );
    let home = project.path("cargo-home");
    let variables = [("CARGO_HOME", home.to_str().unwrap())];
    project.ci_stage_where_cargo(&lines, &variables, &["audit"])
}

#[test]
fn an_audit_finds_what_cargo_deny_finds_and_passes_only_with_a_database() {
    let vulnerable = r#"{"type":"diagnostic","fields":{"severity":"error","code":"vulnerability","message":"a use after free","advisory":{"id":"RUSTSEC-2021-0001"},"labels":[]}}"#;
    let project = Project::of("no_tests");
    let nothing = audited(&project, "", 0);
    let why = "audit: NOT RUN: there is no advisory database and no deny.toml";
    assert!(nothing.stdout.starts_with(why), "{}", nothing.stdout);
    assert_eq!(nothing.code, 7);

    std::fs::write(project.path("deny.toml"), "").unwrap();
    let licences = audited(&project, "", 0);
    let why =
        "audit: NOT RUN: licences and sources are in order, but there is no advisory database";
    assert!(licences.stdout.starts_with(why), "{}", licences.stdout);
    assert_eq!(licences.code, 7);

    std::fs::create_dir_all(project.path("cargo-home/advisory-dbs/of-today")).unwrap();
    let clean = audited(&project, "", 0);
    let verdict = "AUDIT PASSED: cargo-deny has checked advisories, licenses, bans, sources\n";
    assert_eq!((clean.stdout.as_str(), clean.code), (verdict, 0));

    let found = audited(&project, vulnerable, 1);
    let said = "error: RUSTSEC-2021-0001: a use after free\n\
                AUDIT FAILED: 1 found by cargo-deny, stopping the pipeline\n";
    assert_eq!((found.stdout.as_str(), found.code), (said, 5));
    let broken = audited(&project, "cannot open the database", 2);
    assert!(
        broken.stdout.contains("ended with exit code 2"),
        "{}",
        broken.stdout
    );
    assert_eq!(broken.code, 7);
}

#[test]
fn unused_dependencies_are_red_with_either_tool_and_not_run_without() {
    let project = Project::of("no_tests");
    let with = |tool: &str, code: i32| {
        let other = if tool == "shear" { "machete" } else { "shear" };
        let lines = format!(
            "[ \"$1\" = {other} ] && exit 101\n\
             [ \"$1\" = {tool} ] && {{ [ \"$2\" = --version ] && exit 0; exit {code}; }}"
        );
        project.ci_stage_where_cargo(&lines, &[], &["unused", "--no-cache"])
    };
    for tool in ["shear", "machete"] {
        let passed = with(tool, 0);
        let verdict = format!("UNUSED PASSED: cargo {tool} finds no unused dependency\n");
        assert_eq!((passed.stdout, passed.code), (verdict, 0));
        let red = with(tool, 1);
        assert!(red.stdout.starts_with("UNUSED FAILED"), "{}", red.stdout);
        assert_eq!(red.code, 6);
        assert_eq!(with(tool, 3).code, 7);
    }
    let lines = "case \"$1\" in shear|machete) exit 101;; esac";
    let absent = project.ci_stage_where_cargo(lines, &[], &["unused"]);
    let why = "unused: NOT RUN: neither cargo-shear nor cargo-machete is there";
    assert!(absent.stdout.starts_with(why), "{}", absent.stdout);
    assert_eq!(absent.code, 7);
}

#[test]
fn the_doctor_names_the_command_for_each_tool_that_is_missing() {
    let project = Project::of("no_tests");
    let lines = "case \"$1\" in deny|shear|machete|nextest) exit 101;; esac";
    let answer = project.ci_stage_where_cargo(lines, &[], &["doctor"]);
    for tool in [
        "cargo-deny",
        "cargo-shear",
        "cargo-machete",
        "cargo-nextest",
    ] {
        let line = answer
            .stdout
            .lines()
            .find(|line| line.contains(tool))
            .unwrap();
        let install = format!("cargo install {tool} --locked");
        assert!(
            line.contains("missing") && line.contains(&install),
            "{line}"
        );
    }
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}
