use std::path::Path;

use cargo_metadata::TargetKind;

use super::HarnessFlags;
use crate::cargo::Workspace;

#[test]
fn a_harness_made_with_libtest_mimic_lists_its_tests() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let workspace = Workspace::find(Some(&manifest)).unwrap();
    let packages = workspace.packages();
    let package = packages
        .iter()
        .find(|package| package.name == "ci-stage")
        .unwrap();
    assert!(HarnessFlags::default().of(package, &TargetKind::Test, "pages"));

    let mut plain = (*package).clone();
    plain.dependencies.clear();
    assert!(!HarnessFlags::default().of(&plain, &TargetKind::Test, "pages"));
}
