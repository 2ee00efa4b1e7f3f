//! Laws of comparisons, and what a memory-bounded one must not lose.

use std::fs;

use pricing::{Currency, Invoice, RawInvoice, RawLineItem};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::tally::Tally;
use super::units::Units;
use super::{Difference, Rule, Sides, of_policies, of_totals, page, table};
use crate::policy::Rules;
use crate::read::{Book, InputFormat};

fn rules(text: &str) -> Rules {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    Rules::load(Some(file.path()), None).unwrap()
}

fn policy(gold: u32, tax: u32, fee: u32, rounding: &str) -> String {
    format!(
        r#"{{"name":"p","versions":[{{"rounding":{{"rule":"{rounding}","mode":"half-away"}},
        "tiers":[{{"tier":"gold","rate":"0.{gold:02}"}}],"loyalty":{{"rate":"0.02"}},
        "taxes":[{{"code":"standard","rate":"0.{tax:02}"}}],
        "late_fee":{{"rate":"0.{fee:02}","after_days":30}}}}]}}"#
    )
}

fn policies() -> impl Strategy<Value = String> {
    let rounding = prop_oneof![Just("total"), Just("shown-amounts")];
    (0_u32..20, 0_u32..20, 0_u32..9, rounding)
        .prop_map(|(gold, tax, fee, rounding)| policy(gold, tax, fee, rounding))
}

fn books() -> impl Strategy<Value = Vec<Invoice>> {
    let item = (0_i64..1_000_000, 0_u32..=4, 1_i64..20).prop_map(|(digits, scale, quantity)| {
        RawLineItem {
            sku: String::new(),
            unit_price: Decimal::new(digits, scale),
            quantity: Decimal::from(quantity),
        }
    });
    let tier = prop_oneof![Just("gold"), Just("none")];
    let invoice = (
        tier,
        any::<bool>(),
        0_i64..60,
        prop::collection::vec(item, 1..4),
    );
    prop::collection::vec(invoice, 0..12).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let invoices = numbered.map(|(number, (tier, loyalty_member, days_overdue, items))| {
            let raw = RawInvoice {
                invoice_id: number.to_string(),
                tier: tier.to_owned(),
                loyalty_member,
                days_overdue,
                items,
            };
            Invoice::try_from(raw).unwrap()
        });
        invoices.collect()
    })
}

fn units(amount: Decimal) -> i128 {
    Units::of(amount).unwrap().count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_sums_are_those_of_the_single_invoices_and_the_rules_add_up_to_them(
        book in books(), before in policies(), after in policies(),
    ) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), serde_json::to_string(&book).unwrap()).unwrap();
        let sides = Sides { before: rules(&before), after: rules(&after) };
        let opened = Book::new(vec![file.path().to_owned()], Some(InputFormat::Json));
        let mut listed = 0_i128;
        let impact = of_policies(opened, &sides, 3, &mut |difference| {
            listed += difference.amount.count();
            Ok(())
        }).unwrap();

        let total = |rules: &Rules, invoice| {
            units(rules.engine_for(invoice).unwrap().total(invoice).unwrap())
        };
        let mut expected: Vec<i128> = book
            .iter()
            .map(|invoice| total(&sides.after, invoice) - total(&sides.before, invoice))
            .collect();
        let sum: i128 = expected.iter().sum();
        expected.retain(|&difference| difference != 0);
        expected.sort_unstable();
        prop_assert_eq!(impact.changed, expected.len() as u64);
        prop_assert_eq!(listed, sum);
        for of in &impact.currencies {
            prop_assert_eq!(of.difference.count(), sum);
            prop_assert_eq!(of.rules.iter().map(|rule| rule.difference.count()).sum::<i128>(), sum);
            prop_assert_eq!(of.tiers.iter().map(|tier| tier.difference.count()).sum::<i128>(), sum);
            let in_bins: u64 = of.histogram.iter().map(|bin| bin.invoices).sum();
            prop_assert_eq!(in_bins, impact.changed);
            if let Some(percentiles) = &of.percentiles {
                prop_assert_eq!(percentiles.lowest.count(), expected[0]);
                prop_assert_eq!(percentiles.p50.count(), expected[(expected.len() - 1) / 2]);
                prop_assert_eq!(percentiles.highest.count(), expected[expected.len() - 1]);
            }
        }
        prop_assert!(!table(&impact).is_empty() && page(&impact).is_ok());
    }
}

#[test]
fn a_change_of_the_rounding_rule_alone_is_told_apart() {
    let book = r#"[{"invoice_id":"A","tier":"gold","loyalty_member":true,"days_overdue":45,
        "items":[{"unit_price":"0.333","quantity":1},{"unit_price":"0.333","quantity":1}]}]"#;
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), book).unwrap();
    let half_away = policy(0, 0, 0, "total");
    let up = half_away.replace("half-away", "up");
    let sides = Sides {
        before: rules(&half_away),
        after: rules(&up),
    };
    let opened = Book::new(vec![file.path().to_owned()], Some(InputFormat::Json));
    let impact = of_policies(opened, &sides, 1, &mut |_| Ok(())).unwrap();
    let rules: Vec<Rule> = impact.currencies[0]
        .rules
        .iter()
        .map(|by| by.rule)
        .collect();
    assert_eq!((impact.changed, rules), (1, vec![Rule::Rounding]));
}

fn difference(tier: &str, amount: Decimal) -> Difference {
    let amount = Units::of(amount).unwrap();
    Difference {
        invoice_id: "A".to_owned(),
        tier: Some(tier.to_owned()),
        currency: Some("EUR".parse::<Currency>().unwrap()),
        before: amount.negated(),
        after: Units::default(),
        amount,
        moves: Vec::new(),
    }
}

#[test]
fn many_tiers_share_one_place_and_a_sum_that_is_too_long_is_an_error() {
    let mut tally = Tally::new(0);
    for number in 0..1100 {
        tally
            .add(&difference(&number.to_string(), Decimal::ONE))
            .unwrap();
    }
    let currencies = tally.finish().unwrap();
    let others = currencies[0]
        .tiers
        .iter()
        .find(|tier| tier.tier == "(other tiers)");
    assert_eq!(others.map(|tier| tier.invoices), Some(100));
    assert!(currencies[0].largest.is_empty());

    let mut tally = Tally::new(1);
    tally.add(&difference("", Decimal::MAX)).unwrap();
    tally.add(&difference("", Decimal::MAX)).unwrap();
    let error = tally.add(&difference("", Decimal::MAX)).unwrap_err();
    assert!(
        error.to_string().contains("longer than 38 digits"),
        "{error}"
    );
}

#[test]
fn lists_in_another_order_are_joined_and_what_waits_is_named_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let list = |ids: &mut dyn Iterator<Item = u32>| {
        let rows = ids.map(|id| format!("I-{id},{id}.50\n"));
        format!("invoice_id,total\n{}", rows.collect::<String>())
    };
    fs::write(path("a.csv"), list(&mut (0..2000))).unwrap();
    fs::write(path("b.csv"), list(&mut (500..2500).rev())).unwrap();
    let mut absent = Vec::new();
    let sides = [&*path("a.csv"), &*path("b.csv")];
    let impact = of_totals(sides, 1, &mut |_| Ok(()), &mut |id, before, after| {
        absent.push((id.to_owned(), before.is_some(), after.is_some()));
        Ok(())
    })
    .unwrap();
    assert_eq!((impact.invoices, impact.changed), (1500, 0));
    assert_eq!((impact.missing.invoices, impact.added.invoices), (500, 500));
    assert_eq!(absent[0], ("I-0".to_owned(), true, false));
    assert_eq!(absent[500], ("I-2499".to_owned(), false, true));
    assert!(impact.is_any());
    assert!(table(&impact).contains(" and 490 more\n"));
}

#[test]
fn a_list_that_is_none_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let good = path("good.csv");
    fs::write(&good, "invoice_id,total\nA,1\n").unwrap();
    for (name, bytes, expected) in [
        ("a.xml", &b"<Invoice/>"[..], "not a list of totals"),
        (
            "a.csv",
            b"invoice_id,total\n\xff,1\n",
            "line 2: the text is not UTF-8",
        ),
        (
            "a.ndjson",
            b"{\"invoice_id\":\"\xff\"}",
            "line 1: the text is not UTF-8",
        ),
        (
            "b.csv",
            b"invoice_id,total\n\"A\"x,1\n",
            "line 2: text stands after",
        ),
        (
            "c.csv",
            b"invoice_id,total\n ,1\n",
            "line 2: invoice_id: the identifier is empty",
        ),
        (
            "d.csv",
            b"total,id\n",
            "line 1: column \"invoice_id\" is missing",
        ),
        ("e.csv", b"", "line 1: column"),
        ("e", b"", "the input is empty"),
        (
            "b.json",
            b"[{\"invoice_id\":1,\"total\":1}]",
            "line 1: invoice_id: found 1",
        ),
        ("c.json", b"[1]", "line 1: found 1 (allowed: an object"),
    ] {
        fs::write(path(name), bytes).unwrap();
        let sides = [&*good, &*path(name)];
        let error = of_totals(sides, 1, &mut |_| Ok(()), &mut |_, _, _| Ok(())).unwrap_err();
        assert!(error.to_string().contains(expected), "{name}: {error}");
    }
}
