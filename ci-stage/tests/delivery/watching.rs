//! A release is watched, and goes back by itself when it misbehaves.

use std::io::{Read, Write};
use std::net::TcpListener;

use libtest_mimic::Trial;
use snapbox::str;

use crate::shop::{PRICES, Shop, digest};
use crate::{SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    [
        (
            "an_unhealthy_release_is_rolled_back_and_what_ran_before_verified",
            unhealthy as fn(),
        ),
        (
            "the_first_release_that_fails_leaves_nothing_running",
            first_fails,
        ),
        (
            "a_release_may_fail_as_many_checks_as_its_error_budget_allows",
            budget,
        ),
        ("an_address_that_answers_badly_fails_the_watch", http),
    ]
    .map(|(name, test)| trial(name, &[SHELL], test))
    .into()
}

fn unhealthy() {
    let shop = Shop::new();
    let good = shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.release(PRICES, "ill");
    shop.ci_stage(&["deploy", "staging"]).prints(
        10,
        str![[r#"
shop-[SHORT]: no approval is asked
staging at [FOLDER]/staging ROLLED BACK [SHORT]: 1 of 1 check failed, first: `./shop health` ended with exit code 1: ill
[SHORT] runs again, verified: 1 check passed

"#]],
    );
    assert_eq!(shop.current("staging"), Some(digest(&good)));
    shop.ci_stage(&["status", "staging"]).prints(
        0,
        str![[r#"
 environment  runs               digest        state   since                 by               approved by  verdict
 staging      shop-[SHORT]  [SHORT]  proven  [TIME]  ada@example.com  -            [SHORT]

[TIME]  ada@example.com  deploying [SHORT]
[TIME]  ada@example.com  proven [SHORT]: 1 check passed
[TIME]  ada@example.com  deploying [SHORT]
[TIME]  ada@example.com  rolled back [SHORT]: 1 of 1 check failed, first: `./shop health` ended with exit code 1: ill; [SHORT] runs again, verified: 1 check passed

"#]],
    );
    shop.configure(
        "after = \"staging\"",
        "after = \"staging\"\nactivate = [\"exit 4\"]",
    );
    shop.configure("approval = \"when-prices-change\"", "approval = \"never\"");
    let refused = shop.ci_stage(&["deploy", "production"]);
    assert!(
        refused.stderr.contains("there is no such artifact"),
        "{}",
        refused.stderr
    );
}

fn first_fails() {
    let shop = Shop::new();
    shop.configure(
        "folder = \"staging\"",
        "folder = \"staging\"\nactivate = [\"echo no service; exit 4\"]",
    );
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).prints(
        10,
        str![[r#"
shop-[SHORT]: no approval is asked
staging at [FOLDER]/staging ROLLED BACK [SHORT]: 1 of 1 check failed, first: `echo no service; exit 4` ended with exit code 4: no service
nothing runs, as before

"#]],
    );
    assert_eq!(shop.current("staging"), None);
}

fn budget() {
    let shop = Shop::new();
    // Every other check fails.
    let check =
        "n=$(cat ../../n 2>/dev/null || echo 0); echo $((n + 1)) > ../../n; [ $((n % 2)) = 1 ]";
    shop.configure(
        "watch.checks = [\"./shop health\"]\n\n[workspace.metadata.ci-stage.environments.production]",
        &format!(
            "watch = {{ seconds = 1, every-seconds = 1, error-budget = 50, checks = ['{check}'] }}\n\n\
             [workspace.metadata.ci-stage.environments.production]"
        ),
    );
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).prints(
        0,
        str![[r#"
shop-[SHORT]: no approval is asked
staging at [FOLDER]/staging runs [SHORT]: 1 of 2 checks failed, first: `n=$(cat ../../n 2>/dev/null || echo 0); echo $((n + 1)) > ../../n; [ $((n % 2)) = 1 ]` ended with exit code 1

"#]],
    );
    shop.configure("error-budget = 50", "error-budget = 49");
    shop.release(PRICES, "well again");
    assert_eq!(shop.ci_stage(&["deploy", "staging"]).code, 10);
}

fn http() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/health", server.local_addr().unwrap());
    let answers = std::thread::spawn(move || {
        for status in ["200 OK", "503 Service Unavailable", "200 OK"] {
            let (mut client, _) = server.accept().unwrap();
            let _ = client.read(&mut [0; 1024]).unwrap();
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            client.write_all(answer.as_bytes()).unwrap();
        }
    });
    let shop = Shop::new();
    shop.configure(
        "approval = \"never\"",
        &format!("approval = \"never\"\nwatch.http = [\"{address}\"]"),
    );
    shop.release(PRICES, "well");
    shop.ci_stage(&["deploy", "staging"]).succeeds();
    shop.release(PRICES, "well 2");
    let answer = shop.ci_stage(&["deploy", "staging"]);
    assert_eq!(answer.code, 10, "{answer:?}");
    assert!(
        answer.stdout.contains("answered 503 Service Unavailable"),
        "{answer:?}"
    );
    answers.join().unwrap();
}
