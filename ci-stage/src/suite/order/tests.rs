use std::fs;
use std::path::Path;

use super::in_source_order;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}

#[test]
fn tests_stand_where_their_functions_stand_across_modules_and_files() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            (
                "src/lib.rs",
                "#[test] fn zebra() {}\nmod tax;\nmod inline { mod deep; #[test] fn b() {} }\n\
                 #[path = \"odd/place.rs\"] mod placed;\n#[test] fn ant() {}",
            ),
            ("src/tax.rs", "#[test] fn rate() {}\nmod tests;"),
            ("src/tax/tests.rs", "#[test] fn z() {}\n#[test] fn a() {}"),
            ("src/inline/deep/mod.rs", "#[test] fn x() {}"),
            ("src/odd/place.rs", "#[test] fn here() {}"),
        ],
    );
    let shown = [
        "zebra",
        "tax::rate",
        "tax::tests::z",
        "tax::tests::a",
        "inline::deep::x",
        "inline::b",
        "placed::here",
        "ant",
    ];
    let mut alphabetical = shown.map(str::to_owned).to_vec();
    alphabetical.sort();
    let ordered = in_source_order(alphabetical, &folder.path().join("src/lib.rs"));
    assert_eq!(ordered, shown);
}

#[test]
fn tests_made_by_macros_follow_their_function_or_come_last_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let source =
        "proptest! { #[test] fn later(x in 0..3) {} }\n#[case(1)] fn cased() {}\nmake!(q, p);";
    write(folder.path(), &[("t.rs", source)]);
    let names = ["cased::case_1", "cased::case_2", "later", "p", "q"].map(str::to_owned);
    let ordered = in_source_order(names.to_vec(), &folder.path().join("t.rs"));
    assert_eq!(
        ordered,
        ["later", "cased::case_1", "cased::case_2", "p", "q"]
    );
}
