use super::{Bound, Slack};

/// `LIMIT = 30` with these ends; one without a failing value is open.
fn slack(low: (&str, bool), high: (&str, bool), suggested: &[&str]) -> Slack {
    let bound = |(value, open): (&str, bool)| Bound {
        value: value.to_owned(),
        open,
        fails_at: None,
        failing: Vec::new(),
    };
    let (low, high) = (bound(low), bound(high));
    Slack {
        constant: 0,
        selector: "LIMIT".to_owned(),
        value: "30".to_owned(),
        interval: Slack::interval(&low, &high),
        low,
        high,
        step: "1".to_owned(),
        runs: 18,
        duration_ms: 65,
        method: "bisection".to_owned(),
        suggested: suggested.iter().map(|&value| value.to_owned()).collect(),
    }
}

#[test]
fn every_interval_is_told_in_the_same_words() {
    for (slack, expected) in [
        (
            slack(("10", false), ("44", false), &["30", "31"]),
            "for any value in 10..=44 (by bisection); add tests at 30 and 31",
        ),
        (
            slack(("30", false), ("44", false), &["31"]),
            "for any value in 30..=44 (by bisection); add a test at 31",
        ),
        (
            slack(("30", false), ("30", false), &[]),
            "for any value in 30..=30 (by bisection); the tests hold it on both sides",
        ),
        (
            slack(("0", true), ("44", false), &["29", "30", "31"]),
            "for any value in ..=44 (by bisection); add tests at 29, 30 and 31",
        ),
        (
            slack(("30", false), ("99", true), &[]),
            "for any value in 30.. (by bisection)",
        ),
        (
            slack(("0", true), ("99", true), &[]),
            "whatever value stands there (by bisection)",
        ),
    ] {
        let expected = format!("LIMIT = 30: no test fails {expected}");
        assert_eq!(slack.sentence(), expected);
        let with_cost = expected.replace("bisection", "bisection, 18 runs, 65 ms");
        assert_eq!(slack.sentence_with_cost(), with_cost);
    }
}
