//! Which files do not count: those that cargo-llvm-cov leaves out as well, by the same rule.

use std::path::Path;

use cargo_config2::{Config, cargo_home_with_cwd, rustup_home_with_cwd};

use crate::cargo::Workspace;
use crate::error::Error;

/// An expression for `llvm-cov -ignore-filename-regex`.
pub(super) fn ignored(workspace: &Workspace) -> Result<String, Error> {
    let root = escaped(workspace.root());
    let config = Config::load_with_cwd(workspace.root())
        .map_err(|error| Error::Setup(format!("cannot read cargo's configuration: {error}")))?;
    let vendored = config.source.values();
    let vendored = vendored.filter_map(|source| source.directory.as_deref());
    let mut rules: Vec<String> = vendored.map(below).collect();
    rules.push("/rustc/([0-9a-f]+|[0-9]+\\.[0-9]+\\.[0-9]+)/".into());
    rules.push(format!("^{root}(/.*)?/(tests|examples|benches)/"));
    rules.push(format!(
        "^{root}(/.*)?/(tests\\.rs|[0-9a-zA-Z_-]+[_-]tests\\.rs)$"
    ));
    rules.push(below(workspace.target_directory()));
    rules.push(below(workspace.build_directory()));
    if let Some(home) = cargo_home_with_cwd(workspace.root()) {
        rules.push(format!("^{}/(registry|git)/", escaped(&home)));
    }
    if let Some(home) = rustup_home_with_cwd(workspace.root()) {
        rules.push(below(&home.join("toolchains")));
    }
    Ok(rules.join("|"))
}

fn below(folder: &Path) -> String {
    format!("^{}($|/)", escaped(folder))
}

fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for letter in path.to_string_lossy().chars() {
        if "\\.+*?()|[]{}^$#&-~".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_path_stands_for_itself() {
        assert_eq!(super::escaped(Path::new("/a.b/c+d")), "/a\\.b/c\\+d");
    }
}
