//! What is refused before anything changes: artifacts, settings, places changed by hand.

use std::fs;

use libtest_mimic::Trial;
use snapbox::str;

use crate::shop::{PRICES, Shop, digest};
use crate::{SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    [
        (
            "an_artifact_that_was_changed_is_refused_by_name",
            tampered as fn(),
        ),
        (
            "an_artifact_whose_verdict_is_not_green_and_whole_is_refused",
            not_green,
        ),
        (
            "settings_of_an_environment_that_make_no_sense_are_refused",
            wrong_settings,
        ),
        ("what_was_changed_by_hand_is_noticed", changed_by_hand),
    ]
    .map(|(name, test)| trial(name, &[SHELL], test))
    .into()
}

fn tampered() {
    let shop = Shop::new();
    let archive = shop.release(PRICES, "well");
    let other = shop.release(PRICES, "ill");
    fs::copy(&other, &archive).unwrap();
    let archive = archive.to_str().unwrap();
    shop.ci_stage(&["deploy", "staging", "--artifact", archive]).complains(
        5,
        str![[r#"
error: [FOLDER]/dist/shop-[SHORT].tar.zst is refused: its SHA-256 is [DIGEST], [FOLDER]/dist/shop-[SHORT].provenance.json says [DIGEST]

"#]],
    );
    let verdict = other.with_file_name(
        other
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .replace("tar.zst", "verdict.json"),
    );
    let text = fs::read_to_string(&verdict).unwrap();
    fs::write(&verdict, text.replace("\"version\": 1", "\"version\":  1")).unwrap();
    let refused = shop.ci_stage(&["deploy", "staging"]);
    assert!(
        refused
            .stderr
            .contains(".verdict.json is refused: its SHA-256 is"),
        "{refused:?}"
    );
    assert_eq!(refused.code, 5);
    fs::remove_file(&verdict).unwrap();
    assert_eq!(shop.ci_stage(&["deploy", "staging"]).code, 2);
    assert_eq!(shop.current("staging"), None);
}

fn not_green() {
    let shop = Shop::new();
    shop.release_with(PRICES, "well", "test_failed");
    shop.ci_stage(&["deploy", "staging"]).complains(
        5,
        str![[r#"
error: shop-[SHORT] is refused: its verdict is not green: a test failed

"#]],
    );
    shop.configure("stages = [\"smoke\",", "stages = [\"secrets\", \"smoke\",");
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).complains(
        5,
        str![[r#"
error: shop-[SHORT] is refused: its verdict does not cover secrets; run the whole pipeline: `ci-stage`

"#]],
    );
    shop.write("src/lib.rs", "//! Changed.\n");
    let refused = shop.ci_stage(&["deploy", "staging"]);
    assert!(
        refused
            .stderr
            .contains("-dirty.tar.zst: there is no such artifact"),
        "{refused:?}"
    );
    assert_eq!(refused.code, 2);
}

fn wrong_settings() {
    let cases = [
        (
            "folder = \"production\"",
            "",
            "environments.production: give it one place: `folder` or `ssh`",
        ),
        (
            "folder = \"production\"",
            "ssh = \"-oProxyCommand=x:y\"",
            "ssh: write HOST:FOLDER",
        ),
        (
            "after = \"staging\"",
            "after = \"stagin\"",
            "environments.production.after: `stagin` is no other environment",
        ),
        (
            "approvers = \"approvers\"\n",
            "",
            "environments.production.approvers: a person has to approve",
        ),
        (
            "impact.price = \"./shop price\"\n",
            "",
            "environments.production.impact.price: name the command",
        ),
        (
            "approvers = ",
            "aprovers = ",
            "unknown field `aprovers`, expected one of `folder`, `ssh`",
        ),
    ];
    for (from, to, expected) in cases {
        let shop = Shop::new();
        shop.configure(from, to);
        let answer = shop.ci_stage(&["status", "production"]);
        assert!(answer.stderr.contains(expected), "{to}: {}", answer.stderr);
        assert_eq!(answer.code, 2);
    }
    let unknown = Shop::new().ci_stage(&["deploy", "prod"]);
    unknown.complains(
        2,
        str![[r#"
error: no environment is called `prod`
  environments: production, staging

"#]],
    );
}

fn changed_by_hand() {
    let shop = Shop::new();
    let archive = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    let file = shop.path("staging/current/health");
    fs::write(file, "ill").unwrap();
    let status = shop.ci_stage(&["--format", "json", "status", "staging"]);
    assert!(status.stdout.contains("\"damaged\""), "{status:?}");
    // Deploying it again puts the files right.
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    assert_eq!(
        fs::read_to_string(shop.path("staging/current/health")).unwrap(),
        "well"
    );
    assert_eq!(shop.current("staging"), Some(digest(&archive)));
    let log = shop.path("staging/log.jsonl");
    let text = fs::read_to_string(&log).unwrap();
    fs::write(&log, text.replacen("ada@", "eve@", 1)).unwrap();
    let noticed = shop.ci_stage(&["deploy", "staging"]);
    assert!(
        noticed
            .stderr
            .contains("it does not follow from the line before it"),
        "{noticed:?}"
    );
    assert_eq!(noticed.code, 5);
    let (begun, _) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(&log, format!("{begun}\n")).unwrap();
    let noticed = shop.ci_stage(&["deploy", "staging"]);
    assert!(
        noticed.stderr.contains("lines are missing at its end"),
        "{noticed:?}"
    );
    assert_eq!(noticed.code, 5);
    fs::write(&log, text).unwrap();
    let link = shop.path("staging/current");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("/tmp", &link).unwrap();
    let noticed = shop.ci_stage(&["status", "staging"]);
    assert!(
        noticed
            .stderr
            .contains("`current` leads to /tmp, which is no release"),
        "{noticed:?}"
    );
}
