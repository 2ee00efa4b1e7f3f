//! The examples of INVOICES.md: its files are written down, and its commands run on them.

use std::fs;
use std::path::Path;

/// Each block that has a file's name: the name, and what stands in it.
fn files(readme: &str) -> impl Iterator<Item = (&str, &str)> {
    let blocks = readme.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| {
        let (kind, content) = block.split_once('\n')?;
        let (_, name) = kind.split_once(' ')?;
        Some((name, content))
    })
}

#[test]
fn the_examples_come_to_what_is_said() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("INVOICES.md");
    let text = fs::read_to_string(&readme).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (linked, beside) = (
        folder.path().join("README.md"),
        folder.path().join("README.in"),
    );
    fs::create_dir(&beside).unwrap();
    // A link, so that TRYCMD=overwrite writes into the README itself.
    std::os::unix::fs::symlink(&readme, &linked).unwrap();
    let written = files(&text).map(|(name, content)| fs::write(beside.join(name), content));
    assert!(written.map(Result::unwrap).count() > 9);
    trycmd::TestCases::new()
        .default_bin_name("ledgerly")
        .env("COLUMNS", "100")
        .case(linked)
        .run();
}
