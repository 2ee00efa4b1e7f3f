//! The audit stage with the real cargo-deny: a stand-in takes switches that the real one refuses.

use libtest_mimic::Trial;

use crate::shop::{Answer, Shop};
use crate::{Tool, trial};

const DENY: Tool = ("cargo-deny", "cargo install cargo-deny --locked");

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial(
        "the_real_cargo_deny_finds_a_licence_that_is_not_allowed",
        &[DENY],
        licences,
    )]
}

fn licences() {
    let shop = Shop::new();
    shop.write("deny.toml", "[licenses]\nallow = [\"MIT\"]\n");
    let audit = || {
        // An empty home: no advisory database.
        let mut command = shop.command(&["audit", "--no-cache"]);
        command.env("CARGO_HOME", shop.path("target/cargo-home"));
        Answer::of(&mut command, &shop.path(""))
    };
    let red = audit();
    assert_eq!(red.code, 5, "{red:?}");
    assert!(red.stdout.contains("unlicensed: shop"), "{red:?}");

    shop.configure(
        "edition = \"2024\"",
        "edition = \"2024\"\nlicense = \"MIT\"",
    );
    let green = audit();
    let why =
        "audit: NOT RUN: licences and sources are in order, but there is no advisory database";
    assert_eq!(green.code, 7, "{green:?}");
    assert!(green.stdout.starts_with(why), "{green:?}");
}
