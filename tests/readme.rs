//! What the README promises about the repository itself.

use std::fs;
use std::path::Path;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &str) -> String {
    // A file that cannot be read is empty, and no test here passes on an empty one.
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_default()
}

fn newcomers_commands(readme: &str) -> Vec<&str> {
    let section = readme.split("\n## ").nth(1).unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1);
    blocks
        .filter_map(|block| block.split("\n```").next())
        .collect()
}

#[test]
fn a_newcomer_types_exactly_two_commands_and_ci_runs_the_same() {
    let readme = read("README.md");
    let commands = newcomers_commands(&readme);
    assert_eq!(commands.len(), 2, "{commands:?}");
    let ci = read(".ci/run");
    for command in commands {
        assert!(
            ci.lines().any(|line| line == command),
            ".ci/run lacks `{command}`"
        );
    }
}

#[test]
fn every_place_on_the_map_exists() {
    let readme = read("README.md");
    let map = readme.split("\n## The map\n").nth(1).unwrap_or_default();
    let rows = map.split("\n## ").next().unwrap_or_default().lines();
    let places: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert!(places.len() > 5, "{places:?}");
    for place in places {
        assert!(Path::new(ROOT).join(place).exists(), "{place}");
    }
}

#[test]
fn the_readme_stays_short() {
    assert!((50..150).contains(&read("README.md").lines().count()));
}
