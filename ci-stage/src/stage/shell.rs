//! Commands as a person would type them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::Command;

/// A word as a shell would take it.
pub(crate) fn quoted(text: impl AsRef<OsStr>) -> String {
    let text = text.as_ref().to_string_lossy();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=/.,:+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A command as a shell would take it, with the variables that are set for it.
pub(crate) fn shell(command: &Command) -> String {
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            variables.insert(name.to_string_lossy().into_owned(), quoted(value));
        }
    }
    let variables = variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let program = std::iter::once(command.get_program()).chain(command.get_args());
    variables
        .chain(program.map(quoted))
        .collect::<Vec<_>>()
        .join(" ")
}
