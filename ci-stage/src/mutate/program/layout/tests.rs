use std::path::Path;

use super::Layout;
use crate::cargo::Workspace;

#[test]
fn a_package_inside_a_member_is_no_part_of_it() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let workspace = Workspace::find(Some(&manifest)).unwrap();
    let lesson = "ci-stage/lessons/workspaces/pricing/src/lib.rs";
    assert!(workspace.root().join(lesson).is_file());
    assert_eq!(Layout::of(&workspace, lesson), None);
    assert!(Layout::of(&workspace, "ci-stage/src/exit.rs").is_some());
}
