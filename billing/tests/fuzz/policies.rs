//! Policy files, as JSON and as TOML.

use billing::policy;
use ledgerly_tests::documents::{policy as rules, rounding};
use pricing::Policy;
use pricing::policy::{RawPolicy, RawPolicyFile};

use super::damage::{fuzz, texts};
use super::held::{Scratch, numbers, one_spelling};

/// A policy that was taken is the same when it is written and read again, its rates to the last digit.
fn keeps_policy(path: &std::path::Path, text: &[u8]) -> bool {
    let Ok(timeline) = policy::read(path) else {
        return false;
    };
    let written = numbers(text);
    for period in timeline.periods() {
        let policy = period.engine.policy();
        let json = serde_json::to_string(policy).unwrap();
        let again: Policy = serde_json::from_str(&json).unwrap();
        assert_eq!(again.id().hash, policy.id().hash);
        let is_hidden = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
        if is_hidden("\\u") || is_hidden("_") && is_hidden("rate = 0_") {
            continue;
        }
        for tax in policy.taxes().iter().filter(|tax| tax.code != "exempt") {
            let spelled = one_spelling(&tax.rate.fraction().to_string());
            assert!(written.contains(&spelled), "{spelled} of {policy:?}");
        }
    }
    true
}

#[test]
fn policies_in_json_survive_damage() {
    let scratch = Scratch::new();
    let texts = texts(rules(rounding()), |rules| {
        let file = RawPolicyFile {
            name: "fuzzed".to_owned(),
            versions: vec![RawPolicy {
                name: String::new(),
                ..rules.clone()
            }],
        };
        serde_json::to_string(&file).unwrap()
    });
    fuzz("policy JSON", texts, |text| {
        keeps_policy(&scratch.file("policy.json", text), text)
    });
}

#[test]
fn policies_in_toml_survive_damage() {
    let scratch = Scratch::new();
    let texts = texts(rules(rounding()), |rules| {
        let head = "name = \"fuzzed\"\n[[versions]]\neffective_from = 2024-01-01\n";
        let tiers = rules.tiers.iter().map(|tier| {
            let (name, rate) = (&tier.tier, tier.rate.fraction());
            format!("[[versions.tiers]]\ntier = \"{name}\"\nrate = {rate}\n")
        });
        let taxes = rules.taxes.iter().map(|tax| {
            let rate = tax.rate.map(pricing::Rate::fraction).unwrap_or_default();
            let code = &tax.code;
            format!("[[versions.taxes]]\ncode = \"{code}\"\nrate = \"{rate}\"\n")
        });
        let lists: String = tiers.chain(taxes).collect();
        format!("{head}{lists}[versions.late_fee]\nrate = 0.05\nafter_days = 30\n")
    });
    fuzz("policy TOML", texts, |text| {
        keeps_policy(&scratch.file("policy.toml", text), text)
    });
}
