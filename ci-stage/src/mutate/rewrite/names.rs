//! The names that the schema adds, and how they are taken out of what a test prints.

use crate::mutate::program::Program;

const PREFIX: &str = "__ci_stage_";

/// The function that gives a constant's value.
pub(super) fn value_accessor(program: &Program, constant: usize) -> String {
    format!(
        "{PREFIX}{constant}_{}",
        program.constants[constant].item.name
    )
}

/// The function that gives a reference to a constant's value.
pub(super) fn ref_accessor(program: &Program, constant: usize) -> String {
    format!(
        "{PREFIX}{constant}r_{}",
        program.constants[constant].item.name
    )
}

/// The constant that holds another one's value under a mutant.
pub(super) fn variant(mutant: u32, constant: usize) -> String {
    format!("__CI_STAGE_{mutant}_{constant}")
}

/// Undoes the rewriting in a text that holds pieces of the source, such as
/// `assertion failed: __ci_stage_3_LIMIT() > 4`.
pub(in crate::mutate) fn restore_names(text: &str) -> String {
    let mut restored = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(PREFIX) {
        let after = &rest[at + PREFIX.len()..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let reference = after[digits..].starts_with("r_");
        let name_at = digits + if reference { 2 } else { 1 };
        let name = after.get(name_at..).unwrap_or_default();
        let length = name
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(name.len());
        let is_call = digits > 0 && name[length..].starts_with("()");
        if !is_call {
            restored.push_str(&rest[..at + PREFIX.len()]);
            rest = after;
            continue;
        }
        restored.push_str(&rest[..at]);
        let closed =
            reference && name[length..].starts_with("())") && remove_dereference(&mut restored);
        restored.push_str(&name[..length]);
        rest = &name[length + if closed { 3 } else { 2 }..];
    }
    restored.push_str(rest);
    restored
}

/// Takes back the `(*` before the path that ends the text.
fn remove_dereference(text: &mut String) -> bool {
    let path_start = text
        .rfind(|letter: char| !letter.is_alphanumeric() && !"_:$<>, ".contains(letter))
        .unwrap_or_default();
    let found = path_start > 0 && text[..=path_start].ends_with("(*");
    if found {
        text.replace_range(path_start - 1..=path_start, "");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::restore_names;

    #[test]
    fn printed_source_reads_as_it_was_written() {
        let cases = [
            ("a > __ci_stage_3_LIMIT()", "a > LIMIT"),
            ("a > m::__ci_stage_3_LIMIT() + 1", "a > m::LIMIT + 1"),
            ("(*m::__ci_stage_12r_ARR()).len() == 3", "m::ARR.len() == 3"),
            (
                "f(&(*__ci_stage_12r_ARR()), __ci_stage_1_B())",
                "f(&ARR, B)",
            ),
            ("nothing of ours", "nothing of ours"),
            ("__ci_stage_ is no name", "__ci_stage_ is no name"),
        ];
        for (printed, written) in cases {
            assert_eq!(restore_names(printed), written);
        }
    }
}
