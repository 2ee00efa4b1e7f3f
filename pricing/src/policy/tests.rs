use rust_decimal::dec;

use super::{Policy, RawPolicyFile, Timeline};
use crate::{LineItem, add_late_fee, add_tax, apply_loyalty_discount, apply_tier_discount};

#[test]
fn the_standard_numbers_are_those_of_the_price_list() {
    assert_eq!(apply_tier_discount(dec!(100), "gold"), Ok(dec!(85)));
    assert_eq!(apply_tier_discount(dec!(100), "silver"), Ok(dec!(95)));
    assert_eq!(apply_loyalty_discount(dec!(100), true), Ok(dec!(98)));
    assert_eq!(add_tax(dec!(100)), Ok(dec!(108)));
    assert_eq!(add_late_fee(dec!(100), 30), Ok(dec!(100)));
    assert_eq!(add_late_fee(dec!(100), 31), Ok(dec!(105)));
    let item = LineItem::new("A", dec!(0.1), dec!(3)).unwrap();
    assert_eq!(crate::calculate_subtotal(&[item]), Ok(dec!(0.3)));
}

#[test]
fn a_policy_comes_back_from_json_the_same() {
    let json = serde_json::to_string(&Policy::standard()).unwrap();
    assert_eq!(
        serde_json::from_str::<Policy>(&json).unwrap(),
        Policy::standard()
    );
}

fn refused(json: &str) -> String {
    serde_json::from_str::<Policy>(json)
        .unwrap_err()
        .to_string()
}

#[test]
fn a_policy_with_an_unknown_key_or_a_percentage_is_refused() {
    let unknown = refused(r#"{"loyalti":{"rate":"0.02"}}"#);
    assert!(unknown.contains("unknown field `loyalti`"), "{unknown}");
    let percentage = refused(r#"{"tiers":[{"tier":"gold","rate":15}]}"#);
    assert!(percentage.contains("15 % is written 0.15"), "{percentage}");
}

#[test]
fn each_mistake_in_a_policy_is_named_with_its_field_and_its_remedy() {
    let cases = [
        (
            r#"{"tiers":[{"tier":"a","rate":0},{"tier":"a","rate":0}]}"#,
            r#"tiers[1].tier: "a" stands twice (an earlier entry has it; keep one)"#,
        ),
        (
            r#"{"taxes":[{"code":" ","rate":0}]}"#,
            "taxes[0].code: the name is empty (give it one)",
        ),
        (
            r#"{"taxes":[{"code":"reduced"}]}"#,
            r#"taxes[0].rate: tax code "reduced" has no rate (write rate = "0.19" for 19 %, or rates with dates)"#,
        ),
        (
            r#"{"taxes":[{"code":"exempt","rate":"0.19"}]}"#,
            "taxes[0].category: category E bears no tax, but the rate is 19 % (set it to 0, or choose another category)",
        ),
        (
            r#"{"taxes":[{"code":"a","rates":[{"rate":"0.19"}]}]}"#,
            "taxes[0].rates: a date has no meaning here: give the policy as a file with versions",
        ),
        (
            r#"{"late_fee":{"after_days":30}}"#,
            "late_fee: a late fee needs a rate (0.05 for 5 %) or an amount",
        ),
        (
            r#"{"late_fee":{"after_days":30,"rate":"0.05","amount":"10"}}"#,
            "late_fee.amount: a late fee is a rate or an amount, not both",
        ),
        (
            r#"{"late_fee":{"after_days":30,"rate":"0.05","cap":"-1"}}"#,
            "late_fee.cap: -1 is below zero (allowed: 0 or more)",
        ),
        (
            r#"{"late_fee":{"after_days":30,"rate":"0.05","minimum":"9","cap":"5"}}"#,
            "late_fee.minimum: the minimum 9 is above the cap 5 (swap them)",
        ),
        (
            r#"{"late_fee":{"after_days":30,"amount":"10"}}"#,
            r#"currency: the policy has amounts, but no currency (add currency = "EUR")"#,
        ),
        (
            r#"{"currency":"CHF","cash_step":"0.025"}"#,
            "cash_step: cash step 0.025 is not a whole number of minor units of 2 decimal places",
        ),
        (
            r#"{"currency":"CHF","cash_step":"0"}"#,
            "cash_step: cash step 0 is not above zero (leave it out when there is none)",
        ),
        (
            r#"{"effective_from":"2026-02-01","effective_until":"2026-01-31"}"#,
            "effective_until: ends on 2026-01-31, before it begins on 2026-02-01 (swap the dates)",
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(refused(json), expected);
    }
}

#[test]
fn the_hash_is_of_the_rules_not_of_their_spelling() {
    let hash = |json: &str| {
        serde_json::from_str::<Policy>(json)
            .unwrap()
            .id()
            .hash
            .clone()
    };
    let rules = hash(r#"{"name":"a","tiers":[{"tier":"x","rate":"0.10"},{"tier":"y","rate":0}]}"#);
    let same = hash(r#"{"tiers":[{"tier":"y","rate":"0.00"},{"tier":"x","rate":"0.1"}]}"#);
    let other = hash(r#"{"tiers":[{"tier":"y","rate":"0.00"},{"tier":"x","rate":"0.11"}]}"#);
    assert_eq!(rules.len(), 64);
    assert_eq!(rules, same);
    assert_ne!(rules, other);
}

fn timeline(versions: &str) -> Result<Timeline, String> {
    let json = format!(r#"{{"name":"shop","versions":{versions}}}"#);
    let raw: RawPolicyFile = serde_json::from_str(&json).unwrap();
    Timeline::try_from(raw).map_err(|error| error.to_string())
}

#[test]
fn a_policy_over_time_answers_for_each_day() {
    let shop = timeline(
        r#"[{"effective_from":"2020-01-01","taxes":[{"code":"standard","rates":[
              {"rate":"0.19"},{"from":"2020-07-01","until":"2020-12-31","rate":"0.16"},
              {"from":"2021-01-01","rate":"0.19"}]}]},
            {"effective_from":"2024-01-01","effective_until":"2024-12-31","taxes":[]}]"#,
    )
    .unwrap();
    let rate = |day: &str| {
        let engine = shop
            .engine_on(Some(day.parse().unwrap()))
            .map_err(|error| error.to_string())?;
        let listed = engine
            .policy()
            .taxes()
            .iter()
            .find(|tax| tax.code == "standard");
        Ok::<_, String>(listed.map(|tax| tax.rate.to_string()))
    };
    assert_eq!(rate("2020-06-30"), Ok(Some("19 %".to_owned())));
    assert_eq!(rate("2020-07-01"), Ok(Some("16 %".to_owned())));
    assert_eq!(rate("2020-12-31"), Ok(Some("16 %".to_owned())));
    assert_eq!(rate("2023-12-31"), Ok(Some("19 %".to_owned())));
    assert_eq!(rate("2024-01-01"), Ok(None));
    let known = "in effect: 2020-01-01 to 2020-06-30, 2020-07-01 to 2020-12-31, \
                 2021-01-01 to 2023-12-31, 2024-01-01 to 2024-12-31";
    assert_eq!(
        rate("2025-01-01"),
        Err(format!(
            r#"policy "shop" has no version for 2025-01-01 ({known})"#
        ))
    );
    assert_eq!(
        shop.engine_on(None).unwrap_err().to_string(),
        format!(
            r#"policy "shop" changes over time, so it needs a day (give the invoice an issue_date, or name a day; {known})"#
        )
    );
}

#[test]
fn days_that_two_entries_claim_are_refused() {
    let versions = timeline(
        r#"[{"effective_from":"2024-01-01"},{"effective_from":"2023-01-01","effective_until":"2024-01-01"}]"#,
    );
    assert_eq!(
        versions.unwrap_err(),
        "versions[1]: overlaps with entry 0: both are in effect on 2024-01-01 (end one before the other begins)"
    );
    let rates = timeline(
        r#"[{},{"effective_from":"2024-01-01","taxes":[{"code":"a","rates":[
            {"from":"2024-05-01","rate":0},{"from":"2024-05-01","rate":1}]}]}]"#,
    );
    assert_eq!(
        rates.unwrap_err(),
        "versions[1].taxes[0].rates[1]: overlaps with entry 0: both are in effect on 2024-05-01 (end one before the other begins)"
    );
    assert_eq!(
        timeline("[]").unwrap_err(),
        "versions: the policy has no version (give at least one)"
    );
}

#[test]
fn a_tier_that_is_almost_listed_is_recognised() {
    let policy = Policy::standard();
    let meant = |tier| {
        policy
            .tier_meant_by(tier)
            .map(|listed| listed.tier.as_str())
    };
    assert_eq!(meant(" GOLD"), Some("gold"));
    assert_eq!(meant("gold"), None);
    assert_eq!(meant("platinum"), None);
}

#[test]
fn the_days_of_dunning_are_data_and_change_no_hash_until_they_differ() {
    let days = |json: &str| -> Vec<u32> {
        let policy: Policy = serde_json::from_str(json).unwrap();
        (0..5)
            .filter_map(|attempt| policy.dunning().days_after(attempt))
            .collect()
    };
    assert_eq!(days("{}"), [3, 5, 7], "what a policy leaves out");
    assert_eq!(days(r#"{"dunning":{"retry_after_days":[1,14]}}"#), [1, 14]);
    assert_eq!(days(r#"{"dunning":{"retry_after_days":[]}}"#), [0; 0]);
    let policy = |json: &str| -> Policy { serde_json::from_str(json).unwrap() };
    let standard = policy("{}");
    let same = policy(r#"{"dunning":{"retry_after_days":[3,5,7]}}"#);
    let other = policy(r#"{"dunning":{"retry_after_days":[3,5]}}"#);
    assert_eq!(standard.id(), same.id());
    assert_ne!(standard.id(), other.id());
    for days in ["0", "366"] {
        let json = format!(r#"{{"dunning":{{"retry_after_days":[3,{days}]}}}}"#);
        let refused = serde_json::from_str::<Policy>(&json).unwrap_err();
        assert_eq!(
            refused.to_string(),
            format!(
                "dunning.retry_after_days[1]: a next attempt after {days} days cannot be planned (allowed: 1 to 365)"
            )
        );
    }
}
