//! "Did you mean": the allowed word that is nearest to what was written.

/// Below this likeness a suggestion would confuse more than it helps.
const LIKENESS_MIN: f64 = 0.7;

/// ` (did you mean "tier"?)`-like remedy for `written`: the nearest word and all allowed ones.
pub(crate) fn remedy(written: &str, allowed: &[&str]) -> String {
    let list = allowed.join(", ");
    match nearest(written, allowed) {
        Some(word) => format!("did you mean {word:?}? allowed: {list}"),
        None => format!("allowed: {list}"),
    }
}

/// The allowed word that was most likely meant, if any is near.
pub(crate) fn nearest<'a>(written: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let written = written.trim().to_lowercase();
    let likeness = |word: &str| strsim::jaro_winkler(&written, &word.to_lowercase());
    let best = allowed
        .iter()
        .max_by(|left, right| likeness(left).total_cmp(&likeness(right)))?;
    (likeness(best) >= LIKENESS_MIN).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::remedy;

    #[test]
    fn the_nearest_allowed_word_is_suggested() {
        let allowed = ["tier", "days_overdue"];
        assert_eq!(
            remedy("Teir", &allowed),
            "did you mean \"tier\"? allowed: tier, days_overdue"
        );
        assert_eq!(remedy("colour", &allowed), "allowed: tier, days_overdue");
    }
}
