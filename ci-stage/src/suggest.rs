//! The question that goes with a name that nothing bears.

/// A name as similar as this to what was typed is worth a question.
const SIMILAR: f64 = 0.8;

/// ``; did you mean `lines`?``, or nothing where no name is similar.
pub(crate) fn did_you_mean<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let alike = names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(name, word), name))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    alike.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn only_a_similar_name_is_asked_about() {
        let names = ["lines", "functions", "regions"];
        assert_eq!(did_you_mean("line", names), "; did you mean `lines`?");
        assert_eq!(did_you_mean("statements", names), "");
    }
}
