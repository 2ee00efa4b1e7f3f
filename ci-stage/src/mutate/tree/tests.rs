//! A copy follows its original, and only what changed is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Copy, Original};

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("ws");
        fs::create_dir_all(root.join("src")).expect("created");
        fs::create_dir_all(root.join("target/ci")).expect("created");
        fs::create_dir_all(folder.path().join("shared")).expect("created");
        fs::write(folder.path().join("shared/cases"), "1").expect("written");
        fs::write(root.join("src/lib.rs"), "const A: u8 = 1;").expect("written");
        fs::write(root.join("data"), "7").expect("written");
        Self { folder }
    }

    fn root(&self) -> std::path::PathBuf {
        self.folder.path().join("ws")
    }

    fn original(&self) -> Original {
        let target = self.root().join("target");
        Original::read(&self.root(), &target, &target.join("ci/memory.json")).expect("read")
    }

    fn copy(&self, changed: &[(&str, &str)]) -> Copy {
        let original = self.original();
        let copy = Copy::at(&self.root().join("target/ci/probe"), &original, &[]).expect("a copy");
        let changed = changed
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        copy.sync(&original, &changed.collect::<BTreeMap<_, _>>())
            .expect("equal");
        copy
    }
}

fn text(copy: &Copy, path: &str) -> String {
    fs::read_to_string(copy.root.join(path)).expect("it is there")
}

fn modified(path: &Path) -> std::time::SystemTime {
    fs::metadata(path)
        .and_then(|data| data.modified())
        .expect("it has a time")
}

#[test]
fn a_copy_holds_the_original_but_for_what_is_changed_and_leaves_out_build_output() {
    let fixture = Fixture::new();
    let copy = fixture.copy(&[("src/lib.rs", "const A: u8 = 2;")]);
    assert_eq!(text(&copy, "src/lib.rs"), "const A: u8 = 2;");
    assert_eq!(text(&copy, "data"), "7");
    assert!(!copy.root.join("target").exists());
    let original = fs::read_to_string(fixture.root().join("src/lib.rs")).expect("there");
    assert_eq!(original, "const A: u8 = 1;");
}

#[test]
fn what_lies_beside_the_workspace_lies_beside_its_copy() {
    let copy = Fixture::new();
    let copy = (copy.copy(&[]), copy);
    assert_eq!(text(&copy.0, "../shared/cases"), "1");
}

#[test]
fn a_file_that_has_not_changed_is_not_written_again() {
    let fixture = Fixture::new();
    let copy = fixture.copy(&[("src/lib.rs", "x")]);
    let before = ["src/lib.rs", "data"].map(|path| modified(&copy.root.join(path)));
    let copy = fixture.copy(&[("src/lib.rs", "x")]);
    let after = ["src/lib.rs", "data"].map(|path| modified(&copy.root.join(path)));
    assert_eq!(before, after);
}

#[test]
fn a_changed_file_is_put_back_when_the_change_is_over() {
    let fixture = Fixture::new();
    fixture.copy(&[("src/lib.rs", "x")]);
    let copy = fixture.copy(&[]);
    assert_eq!(text(&copy, "src/lib.rs"), "const A: u8 = 1;");
}

#[test]
fn what_a_test_wrote_over_or_left_behind_is_gone_the_next_time() {
    let fixture = Fixture::new();
    let copy = fixture.copy(&[]);
    fs::write(copy.root.join("data"), "8").expect("written");
    fs::write(copy.root.join("left"), "").expect("written");
    fs::create_dir(copy.root.join("empty")).expect("created");
    let copy = fixture.copy(&[]);
    assert_eq!(text(&copy, "data"), "7");
    assert!(!copy.root.join("left").exists() && !copy.root.join("empty").exists());
}

#[test]
fn the_hash_follows_names_and_contents_only() {
    let fixture = Fixture::new();
    let before = fixture.original().hash();
    fs::write(fixture.root().join("data"), "7").expect("written");
    assert_eq!(fixture.original().hash(), before);
    fs::write(fixture.root().join("data"), "8").expect("written");
    let changed = fixture.original().hash();
    assert_ne!(changed, before);
    fs::rename(fixture.root().join("data"), fixture.root().join("other")).expect("renamed");
    assert_ne!(fixture.original().hash(), changed);
}
