//! Shards that are not exactly one run, and what `ci-stage merge` says of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use ci_stage::sources::hash;
use serde_json::Value;

use crate::project::Project;
use crate::shards::{shard, shards};

#[test]
fn what_is_not_exactly_one_run_is_refused_and_leaves_no_verdict() {
    let project = Project::of("killed");
    project.commit();
    shards(&project, &["test"], 2);
    let one = shard(&project, "test-1-of-2");
    let two = shard(&project, "test-2-of-2");
    let refused = |arguments: &[&str], why: &str| {
        let answer = project.ci_stage(&[&["merge"], arguments].concat());
        assert!(answer.stderr.contains(why), "{why}: {}", answer.stderr);
        assert_eq!(answer.code, 2, "{why}");
        assert!(!project.path("target/ci/verdict.json").exists(), "{why}");
    };
    let one_alone = one.to_str().unwrap();
    refused(&[one_alone], "test shard 2/2 is missing");
    refused(
        &[one_alone, "target/ci/shards"],
        "test shard 1/2 is there twice",
    );
    refused(&["src"], "there is no shard here");
    refused(
        &["target/ci/shards", "--max-survivors", "0"],
        "are about mutants",
    );

    tamper(&one, "\"ignored\"", "\"passed\"", Sums::Left);
    refused(&["target/ci/shards"], "the shard is damaged");
    project.ci_stage(&["test", "--shard", "1/2"]);
    fs::remove_file(two.join("shard.json")).unwrap();
    refused(&["target/ci/shards"], "test shard 2/2 is missing");
    project.ci_stage(&["test", "--shard", "2/2"]);

    // Somebody else's sources, commit, wishes, tools and division; each is mended again.
    let kept = fs::read(two.join("shard.json")).unwrap();
    let sums = fs::read(two.join("SHA256SUMS")).unwrap();
    for (from, to, why) in [
        (
            "\"src/lib.rs\": \"",
            "\"src/lib.rs\": \"0",
            "is of other sources: src/lib.rs",
        ),
        ("\"commit\": \"", "\"commit\": \"0", "is of another commit"),
        (
            "\"retries\": \"0\"",
            "\"retries\": \"3\"",
            "had another retries: `3` and `0`",
        ),
        (
            "\"rustc\": \"rustc ",
            "\"rustc\": \"rustc 0",
            "had another rustc",
        ),
        (
            "\"ci-stage\": \"",
            "\"ci-stage\": \"9",
            "had another ci-stage",
        ),
        (
            "\"divided_by\": \"number\"",
            "\"divided_by\": \"times\"",
            "was divided by times",
        ),
        ("\"version\": 1", "\"version\": 7", "a shard of version 7"),
        ("\"of\": 2", "\"of\": 3", "are of two divisions"),
    ] {
        tamper(&two, from, to, Sums::Made);
        refused(&["target/ci/shards"], why);
        fs::write(two.join("shard.json"), &kept).unwrap();
        fs::write(two.join("SHA256SUMS"), &sums).unwrap();
    }
    project.edit("src/lib.rs", "Nothing", "Something");
    refused(
        &["target/ci/shards"],
        "does not belong to the workspace here",
    );
}

#[test]
fn a_test_that_ran_in_no_shard_or_in_two_is_named() {
    let project = Project::of("passes");
    shards(&project, &["test", "test_total"], 2);
    let two = shard(&project, "test-2-of-2");
    let merge = || project.ci_stage(&["merge", "target/ci/shards"]);
    let ran = "\"name\": \"a_test_sees_what_cargo_gives_it\"";
    tamper(&two, ran, "\"name\": \"totals_add_up\"", Sums::Made);
    let answer = merge();
    assert_eq!(answer.code, 2);
    assert!(
        answer
            .stderr
            .contains("ran test_total::totals_add_up, which does not fall to it"),
        "{}",
        answer.stderr
    );
    project.ci_stage(&["test", "test_total", "--shard", "2/2"]);
    let mut text: Value =
        serde_json::from_str(&fs::read_to_string(two.join("shard.json")).unwrap()).unwrap();
    let suites = &mut text["work"]["tests"]["report"]["tests"]["suites"];
    suites[0]["tests"].as_array_mut().unwrap().pop();
    rewrite(&two, &text.to_string());
    let answer = merge();
    assert_eq!(answer.code, 2);
    assert!(
        answer.stderr.contains("no shard has run test_total::"),
        "{}",
        answer.stderr
    );
}

#[derive(Clone, Copy)]
enum Sums {
    Left,
    Made,
}

/// Replaces a text in what a shard says of itself; a careful forger makes the sums anew.
fn tamper(shard: &Path, from: &str, to: &str, sums: Sums) {
    let file = shard.join("shard.json");
    let text = fs::read_to_string(&file).unwrap();
    let changed = text.replacen(from, to, 1);
    if let Sums::Left = sums {
        fs::write(file, changed + " ").unwrap();
        return;
    }
    assert_ne!(text, changed, "{from}");
    rewrite(shard, &changed);
}

fn rewrite(shard: &Path, text: &str) {
    fs::write(shard.join("shard.json"), text).unwrap();
    let sum = hash(text.as_bytes());
    let sums = fs::read_to_string(shard.join("SHA256SUMS")).unwrap();
    let lines = sums
        .lines()
        .map(|line| match line.strip_suffix("  shard.json") {
            Some(_) => format!("{sum}  shard.json\n"),
            None => format!("{line}\n"),
        });
    let lines: String = lines.collect();
    fs::write(shard.join("SHA256SUMS"), lines).unwrap();
    // What people would do by hand agrees.
    let mut check = Command::new("sha256sum");
    check
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(shard);
    assert!(check.status().unwrap().success());
}
