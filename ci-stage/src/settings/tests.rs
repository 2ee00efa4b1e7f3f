use proptest::prelude::*;

use super::{Percent, Settings};

#[test]
fn a_percentage_is_read_exactly_or_refused() {
    for (text, shown) in [
        ("90", "90"),
        ("87.5", "87.50"),
        ("0", "0"),
        ("100.00", "100"),
    ] {
        assert_eq!(
            text.parse::<Percent>().unwrap().to_string(),
            shown,
            "{text}"
        );
    }
    for text in [
        "", "-1", "101", "100.01", "90.", ".5", "1e2", "87.555", "+5", "ninety",
    ] {
        assert!(text.parse::<Percent>().is_err(), "{text}");
    }
}

#[test]
fn a_share_is_rounded_down_so_that_a_missed_gate_never_looks_met() {
    assert_eq!(format!("{:#}", Percent::of(89_999, 100_000)), "89.99");
    assert_eq!(format!("{:#}", Percent::of(0, 0)), "0.00");
    assert_eq!(Percent::DEFAULT_GATE.lines_needed(11), 10);
}

#[test]
fn an_unknown_setting_is_refused_with_the_ones_that_exist() {
    let written = serde_json::json!({ "covrage": { "lines": 90 } });
    let error = serde_json::from_value::<Settings>(written).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown field `covrage`, expected one of `name`, `bins`, `files`, `image`, `coverage`, `test`, \
         `mutate`, `stages`, `stage`, `env`, `cache`, `quarantine`, `environments`, `provider`, \
         `base`"
    );
}

proptest! {
    #[test]
    fn the_lines_needed_meet_the_gate_and_one_line_less_does_not(
        hundredths in 1_u64..=10_000, lines in 1_u64..1_000_000
    ) {
        let gate = Percent { hundredths };
        let needed = gate.lines_needed(lines);
        prop_assert!(needed * 10_000 >= hundredths * lines);
        prop_assert!((needed - 1) * 10_000 < hundredths * lines);
    }
}

#[test]
fn the_readme_s_example_is_valid_and_names_every_key() {
    let readme = include_str!("../../README.md");
    let (_, example) = readme.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let manifest: toml::Table = example.parse().unwrap();
    let section = &manifest["workspace"]["metadata"]["ci-stage"];
    let section = serde_json::to_value(section).unwrap();
    let settings: Settings = super::place::read(&section, example).unwrap();
    assert_eq!(settings.stage.len(), 3);
    for table in [
        "",
        "coverage",
        "coverage.packages.core",
        "test",
        "cache",
        "stage.smoke",
        "provider",
        "environments.production",
        "environments.production.impact",
        "environments.production.watch",
    ] {
        let unknown = match table {
            "" => serde_json::json!({ "?": 1 }),
            table => table.rsplit('.').fold(
                serde_json::json!({ "?": 1 }),
                |inner, key| serde_json::json!({ key: inner }),
            ),
        };
        let error = serde_json::from_value::<Settings>(unknown)
            .unwrap_err()
            .to_string();
        for key in error.split('`').skip(3).step_by(2) {
            assert!(example.contains(key), "{table}: {key} is not documented");
        }
    }
}
