//! The price-impact gate, and approvals signed by real keys.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;
use snapbox::str;

use crate::shop::{PRICES, Shop, digest};
use crate::{KEYS, SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    [
        (
            "a_change_of_prices_waits_for_a_person_who_sees_the_report",
            waits as fn(),
        ),
        (
            "an_approval_that_is_not_for_this_is_refused_by_name",
            refused,
        ),
        (
            "an_author_of_the_change_cannot_approve_it_where_two_persons_are_asked",
            two_persons,
        ),
        (
            "a_candidate_that_does_not_price_the_book_is_refused",
            does_not_price,
        ),
    ]
    .map(|(name, test)| trial(name, &[SHELL, KEYS], test))
    .into()
}

/// A shop whose first release runs in production, approved by Grace.
fn shop() -> (Shop, String) {
    let shop = Shop::new();
    let key = shop.approver("grace@example.com");
    let archive = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    approve(&shop, &archive, &key).succeeds();
    shop.ci_stage(&["deploy", "production"]).succeeds();
    (shop, key)
}

fn approve(shop: &Shop, archive: &Path, key: &str) -> crate::shop::Answer {
    let digest = digest(archive);
    let name = key.rsplit("key-").next().unwrap();
    shop.ci_stage(&[
        "approve",
        "production",
        &digest[..12],
        "--as",
        name,
        "--key",
        key,
    ])
}

fn waits() {
    let (shop, key) = shop();
    let archive = shop.release("invoice_id,total\nA,10.00\nB,22.50\nC,29.00\n", "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.ci_stage(&["deploy", "production"]).prints(
        9,
        str![[r#"
WAITING FOR APPROVAL: 2 of 3 invoices cost another amount: +1.50 in all, the largest change is +2.50
 invoice_id  before  after  change
 B           20.00   22.50  2.50
 C           30.00   29.00  -1.00
all of them: [FOLDER]/target/ci/impact/impact.html
shop-[SHORT] waits for an approval: ci-stage approve production [SHORT]

"#]],
    );
    let page = fs::read_to_string(shop.path("target/ci/impact/impact.html")).unwrap();
    assert!(page.contains("A person has to approve this."), "{page}");
    let impact = shop.ci_stage(&["impact", "production"]);
    assert!(
        impact
            .stdout
            .starts_with("2 of 3 invoices cost another amount"),
        "{impact:?}"
    );
    assert_eq!(impact.code, 9);
    let approved = approve(&shop, &archive, &key);
    let last = approved.stdout.lines().last();
    assert_eq!(
        last,
        Some("grace@example.com approved shop-[SHORT] ([SHORT]) for production")
    );
    shop.ci_stage(&["deploy", "production"]).succeeds();
    assert_eq!(shop.current("production"), Some(digest(&archive)));
    let log = shop.log("production");
    let events: Vec<&str> = log
        .iter()
        .map(|entry| entry["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        events,
        [
            "approved",
            "deploying",
            "proven",
            "approved",
            "deploying",
            "proven"
        ]
    );
    assert_eq!(log[4]["approved_by"][0], "grace@example.com");
    shop.configure(
        "impact.price = \"./shop price\"",
        "impact.price = \"./shop price\"\nimpact.report = 'diff \"$CI_STAGE_BEFORE\" \"$CI_STAGE_AFTER\"'",
    );
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    let own = shop.ci_stage(&["deploy", "production"]);
    assert!(
        own.stdout.contains("< B,22.50\n< C,29.00\n---\n> B,20.00"),
        "{own:?}"
    );
}

fn refused() {
    let (shop, key) = shop();
    let archive = shop.release("invoice_id,total\nA,10.00\nB,22.50\nC,30.00\n", "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    let wrong = shop.ci_stage(&["approve", "production", "0123456789ab", "--key", &key]);
    assert!(
        wrong
            .stderr
            .contains("name at least the first 8 digits of what you approve"),
        "{wrong:?}"
    );
    assert_eq!(wrong.code, 2);
    // Somebody whom the list does not name, with a key of their own.
    let list = fs::read_to_string(shop.path("approvers")).unwrap();
    let stranger = shop.approver("eve@example.com");
    shop.write("approvers", &list);
    let refused = approve(&shop, &archive, &stranger);
    assert!(
        refused
            .stderr
            .contains("the approval of eve@example.com is refused"),
        "{refused:?}"
    );
    assert_eq!(refused.code, 5);
    approve(&shop, &archive, &key).succeeds();

    let folder = shop.path("production/approvals").join(digest(&archive));
    let file = fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let record = fs::read_to_string(&file).unwrap();
    let why = |record: &str| {
        fs::write(&file, record).unwrap();
        let answer = shop.ci_stage(&["deploy", "production"]);
        assert_eq!(answer.code, 9, "{answer:?}");
        let lines = answer.stdout.lines();
        lines
            .filter(|line| line.contains("refused"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(
        why(&record.replace("grace@", "linus@")),
        "the approval of linus@example.com is refused: its signature is not that of \
         linus@example.com in [FOLDER]/approvers: it is forged, or linus@example.com may not approve"
    );
    assert_eq!(why("{}"), "a record that cannot be read is refused");
    let other = shop.path("production/approvals");
    let other = fs::read_dir(other)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut other = other.filter(|path| *path != folder);
    let other = other.next().unwrap();
    let other = fs::read_dir(other).unwrap().next().unwrap().unwrap().path();
    assert_eq!(
        why(&fs::read_to_string(other).unwrap()),
        "the approval of grace@example.com is refused: it is for another digest: [DIGEST]"
    );
    // What ran when it was given does not run any more.
    fs::write(&file, &record).unwrap();
    let between = shop.release("invoice_id,total\nA,11.00\nB,22.50\nC,30.00\n", "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    approve(&shop, &between, &key).succeeds();
    shop.ci_stage(&["deploy", "production"]).succeeds();
    let archive = archive.to_str().unwrap();
    let stale = shop.ci_stage(&["deploy", "production", "--artifact", archive]);
    assert!(
        stale
            .stdout
            .contains("it was given while [SHORT] ran, and now [SHORT] does"),
        "{stale:?}"
    );
    assert_eq!(stale.code, 9);
}

fn two_persons() {
    let (shop, grace) = shop();
    let ada = shop.approver("ada@example.com");
    shop.configure(
        "approvers = \"approvers\"",
        "approvers = \"approvers\"\ntwo-person = true",
    );
    let archive = shop.release("invoice_id,total\nA,10.00\nB,22.50\nC,30.00\n", "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    approve(&shop, &archive, &ada).complains(
        5,
        str![[r#"
error: the approval of ada@example.com is refused: ada@example.com wrote a part of the change, and two persons are asked

"#]],
    );
    assert_eq!(shop.ci_stage(&["deploy", "production"]).code, 9);
    approve(&shop, &archive, &grace).succeeds();
    shop.ci_stage(&["deploy", "production"]).succeeds();
}

fn does_not_price() {
    let (shop, _) = shop();
    shop.configure("./shop price", "./shop price && ! grep -q fails health");
    shop.release(PRICES, "well, but fails");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.ci_stage(&["deploy", "production"]).complains(
        5,
        str![[r#"
error: shop-[SHORT] does not price the invoices: `./shop price && ! grep -q fails health` ended with exit code 1

"#]],
    );
}
