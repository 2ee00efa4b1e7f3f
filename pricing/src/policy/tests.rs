use rust_decimal::dec;

use super::Policy;
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

#[test]
fn a_policy_with_an_unknown_key_or_a_percentage_is_refused() {
    let json = serde_json::to_string(&Policy::standard()).unwrap();
    let refused = |json: String| {
        serde_json::from_str::<Policy>(&json)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(json.replace("tax_rate", "vat_rate")).contains("unknown field `vat_rate`"));
    assert!(refused(json.replace("0.15", "15")).contains("15 % is written 0.15"));
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
