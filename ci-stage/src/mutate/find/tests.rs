//! What the syntax tells of constants, literals and places.

use super::{Facts, Place, SiteKind};
use crate::mutate::matrix::ConstantKind;
use crate::mutate::source::Source;

fn facts(code: &str) -> (Source, Facts) {
    let source = Source::parse("x.rs".into(), code.into()).expect("the code parses");
    let facts = Facts::of(&source, false);
    (source, facts)
}

fn place_of(code: &str, name: &str) -> Place {
    let (source, facts) = facts(code);
    facts.place(source.text.rfind(name).expect("the name is there"))
}

#[test]
fn every_kind_of_constant_is_found_with_its_path() {
    let (_, facts) = facts(
        "mod m { pub const A: u8 = 1; fn f() { const K: u8 = 2; } }
         pub(crate) static B: u8 = 3; static mut C: u8 = 4;
         impl P { const D: u8 = 5; } impl T for P { const E: u8 = 6; }
         trait T { const E: u8; const F: u8 = 7; }",
    );
    let found: Vec<_> = facts
        .constants
        .iter()
        .map(|constant| {
            (
                constant.scope.join("::"),
                constant.name.as_str(),
                constant.kind,
                constant.skip,
            )
        })
        .collect();
    let expected = [
        ("m", "A", ConstantKind::Const, None),
        ("m::f", "K", ConstantKind::Const, None),
        ("", "B", ConstantKind::Static, None),
        ("", "C", ConstantKind::Static, Some("static mut")),
        ("P", "D", ConstantKind::Associated, None),
        ("P", "E", ConstantKind::TraitImpl, None),
        ("T", "E", ConstantKind::TraitDefault, None),
        ("T", "F", ConstantKind::TraitDefault, None),
    ];
    let expected: Vec<_> = expected
        .map(|(scope, name, kind, skip)| (scope.to_owned(), name, kind, skip))
        .into();
    assert_eq!(found, expected);
}

#[test]
fn places_that_need_a_value_at_compile_time_are_frozen() {
    let cases = [
        ("fn f(x: u8) { match x { X => 1, _ => 2 } }", "a pattern"),
        ("fn f() -> [u8; X] { todo() }", "a type"),
        ("fn f() { let _ = [0; X]; }", "an array's length"),
        ("fn f() { g::<X>() }", "a generic argument"),
        ("enum E { A = X }", "a discriminant"),
        ("#[arg(default_value_t = X)] struct S;", "an attribute"),
        ("fn f() { const { X } }", "a const block"),
        ("struct S<const N: usize = X>;", "a generic parameter"),
    ];
    for (code, reason) in cases {
        assert_eq!(place_of(code, "X"), Place::Frozen(reason), "{code}");
    }
}

#[test]
fn bodies_const_functions_and_initialisers_are_told_apart() {
    assert_eq!(
        place_of("fn f(x: u8) { match x { y if y == X => 1, _ => 2 } }", "X"),
        Place::Body
    );
    assert_eq!(
        place_of("pub const fn f() -> u8 { X }", "X"),
        Place::ConstFn(4)
    );
    assert_eq!(place_of("const A: u8 = X + 1;", "X"), Place::Initialiser(0));
    assert_eq!(
        place_of("fn f() { const A: u8 = X; }", "X"),
        Place::Initialiser(0)
    );
    assert_eq!(place_of("macro_rules! m { () => { X } }", "X"), Place::Body);
}

#[test]
fn literals_are_named_by_row_and_part() {
    let (source, facts) = facts(
        r#"const T: &[(&str, D)] = &[("gold", dec!(0.15)), ("silver", dec!(-0.05))];
           const R: [Row; 1] = [Row { name: "a", rate: 1, cap: 2 }];
           const A: [u8; 2] = [7, 8];
           const N: i8 = -5;"#,
    );
    let names: Vec<_> = facts
        .constants
        .iter()
        .flat_map(|constant| constant.sites.iter())
        .map(|site| (site.index_path(), site.key_path(), source.slice(&site.unit)))
        .collect();
    let expected = [
        ("[0].0", None, "\"gold\""),
        ("[0].1", Some(".gold"), "dec!(0.15)"),
        ("[1].0", None, "\"silver\""),
        ("[1].1", Some(".silver"), "dec!(-0.05)"),
        ("[0].name", Some(".a.name"), "\"a\""),
        ("[0].rate", Some(".a.rate"), "1"),
        ("[0].cap", Some(".a.cap"), "2"),
        ("[0]", None, "7"),
        ("[1]", None, "8"),
        ("", None, "-5"),
    ];
    let expected: Vec<_> = expected
        .map(|(index, key, unit)| (index.to_owned(), key.map(str::to_owned), unit))
        .into();
    assert_eq!(names, expected);
}

#[test]
fn a_macro_that_reads_a_file_holds_no_literal_to_mistype() {
    let (_, facts) = facts("const A: &str = include_str!(\"x\"); const B: &str = \"y\";");
    let kinds: Vec<Vec<SiteKind>> = facts
        .constants
        .iter()
        .map(|constant| constant.sites.iter().map(|site| site.kind).collect())
        .collect();
    assert_eq!(kinds, [vec![], vec![SiteKind::Text]]);
}

#[test]
fn numbers_that_steer_a_computation_are_no_values() {
    let (_, facts) = facts(
        "const A: [u8; 3] = { let mut a = [1; 3]; let mut i = 1; while i < 3 { a[i] = 2; i += 1; } a };
         const B: u8 = { let x = 1; x + 2 };",
    );
    let counts: Vec<_> = facts
        .constants
        .iter()
        .map(|constant| constant.sites.len())
        .collect();
    assert_eq!(counts, [0, 2]);
}

#[test]
fn a_returned_type_lives_forever() {
    let (_, facts) = facts(
        "const A: &[(&str, u8)] = &[]; const B: fn(&str) -> &str = f; const C: Cow<'_, str> = c();",
    );
    let types: Vec<_> = facts
        .constants
        .iter()
        .map(|constant| constant.return_type.as_str())
        .collect();
    assert_eq!(
        types,
        [
            "&'static [(&'static str, u8)]",
            "fn(&str) -> &str",
            "Cow<'static, str>"
        ]
    );
}

#[test]
fn constants_of_tests_and_test_functions_are_recognised() {
    let (_, facts) = facts(
        "const A: u8 = 1; #[cfg(test)] mod tests { const B: u8 = 2; #[test] fn t() { const C: u8 = 3; } }
         #[cfg(not(test))] const D: u8 = 4;",
    );
    let in_tests: Vec<_> = facts
        .constants
        .iter()
        .map(|constant| constant.in_tests)
        .collect();
    assert_eq!(in_tests, [false, true, true, false]);
    assert_eq!(facts.tests[0].path, ["tests", "t"]);
}

#[test]
fn imports_are_found_with_their_new_names() {
    let (source, facts) = facts("use a::{B as C, d::*, e::F}; use G;");
    let leaves: Vec<_> = facts
        .imports
        .iter()
        .map(|import| source.slice(&import.leaf))
        .collect();
    assert_eq!(leaves, ["B as C", "F", "G"]);
}
