//! A release's road from one environment to the next.

use std::fs;

use libtest_mimic::Trial;
use snapbox::str;

use crate::shop::{PRICES, Shop, digest};
use crate::{SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    [
        (
            "a_release_goes_through_staging_to_production_and_a_comment_ships_itself",
            road as fn(),
        ),
        (
            "an_approval_of_the_ci_server_counts_in_its_jobs_alone",
            provider,
        ),
        ("old_releases_are_forgotten_and_what_runs_is_kept", tidied),
        (
            "commands_of_one_s_own_bring_a_release_anywhere_and_take_it_back",
            own_commands,
        ),
    ]
    .map(|(name, test)| trial(name, &[SHELL], test))
    .into()
}

fn road() {
    let shop = Shop::new();
    shop.configure("approval = \"when-prices-change\"", "approval = \"never\"");
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "production"]).complains(
        5,
        str![[r#"
error: production takes only what staging has proven, and [SHORT] is not: run `ci-stage deploy staging` first

"#]],
    );
    shop.ci_stage(&["deploy", "staging"]).prints(
        0,
        str![[r#"
shop-[SHORT]: no approval is asked
staging at [FOLDER]/staging runs [SHORT]: 1 check passed

"#]],
    );
    shop.ci_stage(&["deploy", "production"]).succeeds();
    shop.configure(
        "approval = \"never\"\napprovers",
        "approval = \"when-prices-change\"\napprovers",
    );
    // The same prices, other bytes.
    let archive = shop.release(PRICES, "well, thank you");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.ci_stage(&["deploy", "production"]).prints(
        0,
        str![[r#"
shop-[SHORT]: none of 3 rows changes: nobody pays another amount
production at [FOLDER]/production runs [SHORT]: 1 check passed

"#]],
    );
    assert_eq!(shop.current("production"), Some(digest(&archive)));
    shop.ci_stage(&["deploy", "production"]).prints(
        0,
        str![[r#"
production at [FOLDER]/production runs shop-[SHORT] already

"#]],
    );
    shop.ci_stage(&["status"]).prints(
        0,
        str![[r#"
 environment  runs               digest        state   since                 by               approved by  verdict
 production   shop-[SHORT]  [SHORT]  proven  [TIME]  ada@example.com  -            [SHORT]
 staging      shop-[SHORT]  [SHORT]  proven  [TIME]  ada@example.com  -            [SHORT]

"#]],
    );
    let json = shop.ci_stage(&["--format", "json", "status", "production"]);
    let status: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(status[0]["state"], "proven");
    assert_eq!(status[0]["by"], "ada@example.com");
}

fn provider() {
    let shop = Shop::new();
    shop.configure("after = \"staging\"", "approved-by = \"provider\"");
    shop.release(PRICES, "well");
    let output = shop.path("target/output");
    shop.write("target/output", "");
    let mut command = shop.command(&["deploy", "production"]);
    command.env("GITHUB_OUTPUT", &output).env("CI_JOB_ID", "76");
    let waits = crate::shop::Answer::of(&mut command, &shop.path(""));
    assert_eq!(fs::read_to_string(output).unwrap(), "waiting=production\n");
    waits.prints(
        9,
        str![[r#"
WAITING FOR APPROVAL: nothing was released yet, so there is nothing to compare with
production is approved on the CI server, in a job that waits for it

"#]],
    );
    let mut command = shop.command(&["deploy", "production"]);
    command
        .env("CI_STAGE_APPROVED", "production")
        .env("CI_JOB_ID", "77")
        .env("GITLAB_USER_LOGIN", "grace");
    let deployed = crate::shop::Answer::of(&mut command, &shop.path(""));
    deployed.succeeds();
    let log = shop.log("production");
    assert_eq!(log[0]["who"], "grace");
    assert_eq!(log[0]["approved_by"][0], "GitLab, job 77");
}

fn tidied() {
    let shop = Shop::new();
    shop.configure("folder = \"staging\"", "folder = \"staging\"\nkeep = 2");
    for number in 0..4 {
        shop.release(PRICES, &format!("well {number}"));
        shop.ci_stage(&["deploy", "staging"]).succeeds();
    }
    let releases = fs::read_dir(shop.path("staging/releases")).unwrap().count();
    let archives = fs::read_dir(shop.path("staging/archives")).unwrap().count();
    assert_eq!((releases, archives), (2, 2));
    shop.ci_stage(&["rollback", "staging"]).succeeds();
}

/// A cluster that is a folder elsewhere: it runs what its own commands have brought there.
fn own_commands() {
    let shop = Shop::new();
    let cluster = shop.path("target/cluster");
    fs::create_dir_all(&cluster).unwrap();
    let cluster = cluster.display();
    shop.configure(
        "folder = \"staging\"",
        &format!(
            "folder = \"staging\"\n\
             activate = ['cp \"$CI_STAGE_ARCHIVE\" {cluster}/image && echo \"$CI_STAGE_DIGEST\" > {cluster}/live']\n\
             deactivate = ['rm {cluster}/live']"
        ),
    );
    shop.configure(
        "watch.checks = [\"./shop health\"]\n\n",
        &format!(
            "watch.checks = ['[ \"$(cat {cluster}/live)\" = \"$CI_STAGE_DIGEST\" ]', './shop health']\n\n"
        ),
    );
    let live = || fs::read_to_string(shop.path("target/cluster/live")).ok();
    shop.release(PRICES, "ill");
    let failed = shop.ci_stage(&["deploy", "staging"]);
    assert_eq!(failed.code, 10, "{failed:?}");
    assert_eq!(live(), None, "{failed:?}");
    let well = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    assert_eq!(live(), Some(digest(&well) + "\n"));
    let image = fs::read(shop.path("target/cluster/image")).unwrap();
    assert_eq!(image, fs::read(&well).unwrap());
    shop.release(PRICES, "ill again");
    assert_eq!(shop.ci_stage(&["deploy", "staging"]).code, 10);
    assert_eq!(live(), Some(digest(&well) + "\n"));
}
