//! `ci-stage build`

use std::fs;
use std::process::Command;

use ci_stage::sources::hash;
use cyclonedx_bom::prelude::{Bom, Validate};

use crate::project::Project;

fn packages(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.path("dist")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_program_that_is_replaced_while_it_runs_still_builds_the_release() {
    let settings = "name = \"shop\"\nstages = [\"replace\", \"build\"]\n\
                    stage.replace.run = [\"rm $PROGRAM\"]";
    let project = Project::with_settings("no_tests", settings);
    let program = project.path("ci-stage-of-its-own");
    let answer = project.ci_stage_that_is(&program, &[("PROGRAM", &program)], &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(!program.exists());
}

#[test]
fn the_package_is_named_after_the_commit_that_the_binary_tells() {
    let project = Project::of("passes");
    project.commit();
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);

    let mut git = Command::new("git");
    git.current_dir(project.path(""))
        .args(["rev-parse", "--short=12", "HEAD"]);
    let commit = String::from_utf8(git.output().unwrap().stdout).unwrap();
    let name = format!("shop-{}", commit.trim());
    assert_eq!(
        answer.stdout,
        format!("BUILD PASSED: packaged dist/{name}\n")
    );
    let beside = |ending: &str| format!("{name}.{ending}");
    assert_eq!(
        packages(&project),
        [
            ".gitignore",
            &name,
            &beside("provenance.json"),
            &beside("tar.zst"),
            &beside("verdict.json")
        ]
    );

    let till = Command::new(project.path(&format!("dist/{name}/till")))
        .output()
        .unwrap();
    assert_eq!(till.stdout, format!("{} 42\n", commit.trim()).into_bytes());
    let version = project.read(&format!("dist/{name}/VERSION"));
    assert!(version.starts_with(&format!("shop {}\nrustc ", commit.trim())));
    let mut check = Command::new("sha256sum");
    check.current_dir(project.path(&format!("dist/{name}")));
    let checked = check.args(["--check", "SHA256SUMS"]).output().unwrap();
    let files = String::from_utf8(checked.stdout).unwrap();
    let names = [
        "LICENSE",
        "VERSION",
        "prices/till.csv",
        "sbom.cdx.json",
        "till",
    ];
    assert_eq!(files, names.map(|name| format!("{name}: OK\n")).concat());
}

#[test]
fn a_tree_with_changes_is_said_in_the_version_and_built_again_in_place() {
    let project = Project::of("passes");
    project.commit();
    project.edit("LICENSE", "like", "want");
    for _ in 0..2 {
        let answer = project.ci_stage(&["build"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(answer.stdout.ends_with("-dirty\n"), "{}", answer.stdout);
    }
    assert_eq!(packages(&project).len(), 5);
}

#[test]
fn of_two_clones_with_one_target_folder_each_delivers_its_own_sources() {
    let first = Project::of("passes");
    // A member that knows no commit is not compiled again for another one.
    fs::create_dir_all(first.path("sums/src")).unwrap();
    fs::rename(first.path("src/lib.rs"), first.path("sums/src/lib.rs")).unwrap();
    let sums = "[package]\nname = \"sums\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(first.path("sums/Cargo.toml"), sums).unwrap();
    let dependency = "[dependencies]\nsums = { path = \"sums\" }\n\n[[bin]]";
    first.edit("Cargo.toml", "[[bin]]", dependency);
    first.edit("src/till.rs", "passes::", "sums::");
    first.commit();
    // Older than what is built from the first: by the times alone nothing has changed.
    let second = Project::clone_of(&first);
    let shared = tempfile::tempdir().unwrap();
    let target = [("CARGO_TARGET_DIR", shared.path().to_str().unwrap())];
    first.edit("sums/src/lib.rs", ".sum()", ".sum::<u64>() + 1");
    for (project, sum) in [(&first, " 43\n"), (&second, " 42\n")] {
        let answer = project.ci_stage_with(&target, &["build"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let package = answer.stdout.trim_end().rsplit(' ').next().unwrap();
        let till = project.path(&format!("{package}/till"));
        let output = Command::new(till).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.ends_with(sum), "{said}");
    }
}

#[test]
fn code_that_does_not_compile_leaves_no_package() {
    let project = Project::of("does_not_compile");
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(!project.path("dist").exists());
}

#[test]
fn a_workspace_without_binaries_is_built_and_packages_nothing() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(!project.path("dist").exists());
}

#[test]
fn built_again_in_another_folder_the_package_has_the_same_bytes() {
    let project = Project::of("passes");
    project.commit();
    let answer = project.ci_stage(&["build", "--check"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let first = answer.stdout.lines().next().unwrap();
    assert!(
        first.starts_with("built again in another folder: the same bytes, SHA-256 "),
        "{first}"
    );
}

#[test]
fn a_binary_that_knows_its_folder_is_named_by_the_check() {
    let project = Project::of("passes");
    project.edit(
        "src/till.rs",
        "{} {}\"",
        "{} {} {}\", env!(\"CARGO_MANIFEST_DIR\")",
    );
    let answer = project.ci_stage(&["build", "--check"]);
    answer.prints(
        5,
        snapbox::str![[r#"
BUILD FAILED: built elsewhere, other bytes: till, stopping the pipeline

"#]],
    );
}

#[test]
fn the_provenance_binds_archive_commit_and_verdict_and_the_bill_of_materials_is_valid() {
    let project = Project::of("passes");
    project.commit();
    assert_eq!(project.ci_stage(&["build"]).code, 0);
    let names = packages(&project);
    let beside = |ending: &str| {
        let mut names = names.iter();
        let name = names.find(|name| name.ends_with(ending)).unwrap();
        project.path(&format!("dist/{name}"))
    };
    let sha256 = |ending: &str| hash(&fs::read(beside(ending)).unwrap());
    let provenance = fs::read_to_string(beside(".provenance.json")).unwrap();
    let provenance: serde_json::Value = serde_json::from_str(&provenance).unwrap();
    assert_eq!(
        provenance["subject"][0]["digest"]["sha256"],
        sha256(".tar.zst")
    );
    let predicate = &provenance["predicate"];
    let verdict = &predicate["runDetails"]["byproducts"][0];
    assert_eq!(verdict["digest"]["sha256"], sha256(".verdict.json"));
    assert_eq!(
        predicate["buildDefinition"]["externalParameters"]["commit"],
        project.verdict()["commit"]
    );
    let folder = names
        .iter()
        .find(|name| project.path(&format!("dist/{name}")).is_dir());
    let bill = project.read(&format!("dist/{}/sbom.cdx.json", folder.unwrap()));
    let bill = Bom::parse_from_json(bill.as_bytes()).unwrap();
    assert!(bill.validate().passed());
    let components = bill.components.unwrap().0;
    assert_eq!(components[0].name.to_string(), "passes");
}
