//! What is wrong with a setting, and where in the manifest it stands.

use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::de::DeTable;

use crate::suggest::did_you_mean;

/// The table of the settings, from the manifest's top.
const SECTION: [&str; 3] = ["workspace", "metadata", "ci-stage"];

/// Reads the settings as cargo hands them on; `manifest` is the text in which they stand.
pub(super) fn read<T: DeserializeOwned>(section: &Value, manifest: &str) -> Result<T, String> {
    serde_path_to_error::deserialize(section).map_err(|error| {
        let path = error.path().to_string();
        let keys: Vec<&str> = path.split('.').filter(|key| !is_unknown(key)).collect();
        let message = error.inner().to_string();
        wrong(&keys, &message, manifest)
    })
}

/// `line 9: [workspace.metadata.ci-stage] coverage.lines: ...`.
pub(super) fn wrong(keys: &[&str], message: &str, manifest: &str) -> String {
    let mut keys = keys.to_vec();
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (mut question, mut at) = (String::new(), keys.clone());
    if let [unknown, allowed @ ..] = words.as_slice()
        && message.starts_with("unknown ")
    {
        question = did_you_mean(unknown, allowed.iter().copied());
        if message.starts_with("unknown field") && keys.last() != Some(unknown) {
            at.push(unknown);
        } else if message.starts_with("unknown field") {
            keys.pop();
        }
    }
    let line = line_of(manifest, &at).map_or_else(String::new, |line| format!("line {line}: "));
    let section = SECTION.join(".");
    let name = match keys.as_slice() {
        [] => String::new(),
        keys => format!(" {}", keys.join(".")),
    };
    format!("{line}[{section}]{name}: {message}{question}")
}

/// What stands in a path where the key cannot be told.
fn is_unknown(key: &&str) -> bool {
    key.is_empty() || *key == "?"
}

/// The line on which the deepest of these keys that is there stands.
fn line_of(manifest: &str, keys: &[&str]) -> Option<usize> {
    let table = DeTable::parse(manifest).ok()?;
    let mut place = None;
    let mut level = Some(table.get_ref());
    for key in SECTION.iter().chain(keys) {
        let (name, index) = key.split_once('[').unwrap_or((key, ""));
        let mut entries = level.into_iter().flat_map(DeTable::iter);
        let Some((known, mut value)) = entries.find(|(known, _)| known.get_ref() == name) else {
            break;
        };
        place = Some(known.span().start);
        let index = index.trim_end_matches(']').parse::<usize>().ok();
        if let Some(item) = index.and_then(|index| value.get_ref().as_array()?.get(index)) {
            place = Some(item.span().start);
            value = item;
        }
        level = value.get_ref().as_table();
    }
    let before = manifest.get(..place?)?;
    Some(before.matches('\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::super::Settings;

    /// What is said of settings that are wrong.
    fn refusal(section: &str) -> String {
        let manifest = format!("[package]\nname = \"a\"\n\n{section}");
        let table: toml::Table = manifest.parse().expect("TOML");
        let section = &table["workspace"]["metadata"]["ci-stage"];
        let section = serde_json::to_value(section).expect("JSON");
        super::read::<Settings>(&section, &manifest).expect_err("it is refused")
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_line_and_what_was_meant() {
        for (section, expected) in [
            (
                "[workspace.metadata.ci-stage]\ncovrage.lines = 90",
                "line 5: [workspace.metadata.ci-stage]: unknown field `covrage`, expected one of",
            ),
            (
                "[workspace.metadata.ci-stage]\ncoverage.lines = 90\ncoverage.no-worse-then = \"main\"",
                "line 6: [workspace.metadata.ci-stage] coverage: unknown field `no-worse-then`,",
            ),
            (
                "[workspace.metadata.ci-stage.coverage]\n\nlines = 900",
                "line 6: [workspace.metadata.ci-stage] coverage.lines: `900` is not a percentage",
            ),
            (
                "[workspace.metadata]\nci-stage = { stage.own = { class = \"gates\" } }",
                "line 5: [workspace.metadata.ci-stage] stage.own.class: unknown variant `gates`,",
            ),
            (
                "[[workspace.metadata.ci-stage.quarantine]]\ntest = \"a\"\nreason = \"\"\nuntil = \"2030-01-01\"",
                "line 6: [workspace.metadata.ci-stage] quarantine[0].reason: a quarantine needs a reason",
            ),
        ] {
            let said = refusal(section);
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn a_similar_setting_is_asked_about() {
        for (section, meant) in [
            ("covrage.lines = 90", "coverage"),
            ("test.timeout = 9", "timeout-seconds"),
            ("stage.own = { class = \"gates\" }", "gate"),
        ] {
            let said = refusal(&format!("[workspace.metadata.ci-stage]\n{section}"));
            let question = format!("; did you mean `{meant}`?");
            assert!(said.ends_with(&question), "{said}");
        }
    }
}
