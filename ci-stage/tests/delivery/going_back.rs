//! Going back because somebody asks for it, and drills of it.

use std::fs;

use libtest_mimic::Trial;
use snapbox::str;

use crate::shop::{PRICES, Shop, digest};
use crate::{SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    [
        (
            "going_back_takes_what_is_named_or_what_ran_before",
            goes_back as fn(),
        ),
        (
            "a_drill_proves_that_going_back_works_and_leaves_nothing",
            drills,
        ),
    ]
    .map(|(name, test)| trial(name, &[SHELL], test))
    .into()
}

fn goes_back() {
    let shop = Shop::new();
    let releases: Vec<String> = ["well", "well 2", "well 3"]
        .map(|health| {
            let archive = shop.release(PRICES, health);
            shop.ci_stage(&["deploy", "staging"]).succeeds();
            digest(&archive)
        })
        .into();
    shop.ci_stage(&["rollback", "staging"]).prints(
        0,
        str![[r#"
staging at [FOLDER]/staging runs [SHORT]: 1 check passed

"#]],
    );
    assert_eq!(shop.current("staging").as_ref(), Some(&releases[1]));
    shop.ci_stage(&["rollback", "staging", &releases[0][..10]])
        .succeeds();
    assert_eq!(shop.current("staging").as_ref(), Some(&releases[0]));
    assert_eq!(shop.ci_stage(&["rollback", "staging", "abc"]).code, 2);
    let unknown = shop.ci_stage(&["rollback", "staging", "0123456789abc"]);
    assert!(
        unknown
            .stderr
            .contains("there is no such release to go back to"),
        "{unknown:?}"
    );
    let file = shop
        .path("staging/releases")
        .join(&releases[1])
        .join("health");
    fs::write(file, "well?").unwrap();
    let damaged = shop.ci_stage(&["rollback", "staging", &releases[1]]);
    assert!(
        damaged.stderr.contains("gone or not as they were packaged"),
        "{damaged:?}"
    );
    assert_eq!(shop.current("staging").as_ref(), Some(&releases[0]));
}

fn drills() {
    let shop = Shop::new();
    assert_eq!(shop.ci_stage(&["drill", "staging"]).code, 2);
    let archive = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.ci_stage(&["drill", "staging"]).prints(
        0,
        str![[r#"
staging at [FOLDER]/staging ROLLED BACK [SHORT]: 1 of 1 check failed, first: `echo this is a drill; exit 1` ended with exit code 1: this is a drill
[SHORT] runs again, verified: 1 check passed
DRILL PASSED: [SHORT] runs again after [SECONDS]

"#]],
    );
    assert_eq!(shop.current("staging"), Some(digest(&archive)));
    assert_eq!(
        fs::read_dir(shop.path("staging/releases")).unwrap().count(),
        1
    );
    let refused = shop.ci_stage(&["drill", "production"]);
    assert!(
        refused.stderr.contains("takes none without approval"),
        "{refused:?}"
    );
}
