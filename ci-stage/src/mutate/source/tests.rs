//! Paths are found backwards from their last name, and code keeps to its line.

use super::{Source, on_one_line};

fn path_of(code: &str, last: &str) -> String {
    let source = Source::parse("x.rs".into(), code.into()).expect("the code parses");
    let at = code.rfind(last).expect("the name is there");
    let token = source.token_at(at).expect("a token starts there");
    let start = source.tokens[source.path_start(token)].range.start;
    code[start..at + last.len()].to_owned()
}

#[test]
fn a_path_is_found_from_its_last_name() {
    let cases = [
        ("fn f() { g(X) }", "X"),
        ("fn f() { g(a::b::X) }", "a::b::X"),
        ("fn f() { g(::a::X) }", "::a::X"),
        ("fn f() { Self::X }", "Self::X"),
        ("fn f() { G::<u8>::X }", "G::<u8>::X"),
        ("fn f() { b::G::<Vec<u8>>::X }", "b::G::<Vec<u8>>::X"),
        ("fn f() { 1 + <G<u8> as T>::X }", "<G<u8> as T>::X"),
        ("macro_rules! m { () => { $crate::a::X } }", "$crate::a::X"),
        ("fn f() { x; X }", "X"),
    ];
    for (code, expected) in cases {
        assert_eq!(path_of(code, "X"), expected, "{code}");
    }
}

#[test]
fn positions_count_lines_and_characters_from_one() {
    let source = Source::parse("x.rs".into(), "// ä\nconst Ä: u8 = 1;".into()).expect("parses");
    let at = source.text.find('=').expect("is there");
    assert_eq!(source.position(at), (2, 13));
}

#[test]
fn a_byte_order_mark_and_a_script_line_shift_nothing() {
    let text = "\u{feff}#!/usr/bin/env run\nconst A: u8 = 1;";
    let source = Source::parse("x.rs".into(), text.into()).expect("parses");
    let item = source.range(&source.tree.items[0]);
    assert_eq!(source.slice(&item), "const A: u8 = 1;");
}

#[test]
fn code_of_several_lines_becomes_one_line_with_the_same_meaning() {
    let line = on_one_line("&[ // two rows\n  (\"a\\n\", 1),\n \"x\ny\",\n]").expect("tokens");
    assert!(!line.contains('\n'), "{line}");
    let tokens: proc_macro2::TokenStream = line.parse().expect("still tokens");
    assert_eq!(tokens.to_string(), "& [(\"a\\n\" , 1) , \"x\\ny\" ,]");
}

#[test]
fn what_is_no_sequence_of_tokens_has_no_line() {
    assert_eq!(on_one_line("(1"), None);
}
