//! What a learner predicts, and how it is graded.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::suggest::did_you_mean;

/// What can be chosen: tests or sentences, each with a letter.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Choices(pub(super) Vec<String>);

/// Some of the choices, by their places.
pub(super) type Chosen = BTreeSet<usize>;

/// How a prediction compares with what happened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Grade {
    /// Predicted, and true.
    pub(super) hit: Chosen,
    /// True, and not predicted.
    pub(super) missed: Chosen,
    /// Predicted, and not true.
    pub(super) wrong: Chosen,
}

impl Choices {
    /// The letter of a choice: `a` to `z`, then `aa` and so on.
    pub(super) fn letter(place: usize) -> String {
        let letter = char::from(b'a' + u8::try_from(place % 26).unwrap_or_default());
        match place / 26 {
            0 => letter.to_string(),
            above => Self::letter(above - 1) + &letter.to_string(),
        }
    }

    /// Reads a prediction: letters or names, or `none`.
    pub(super) fn read(&self, predicted: &[String]) -> Result<Chosen, Error> {
        let mut chosen = Chosen::new();
        let words = predicted.iter().map(|word| word.trim());
        for word in words.filter(|word| !word.is_empty() && *word != "none") {
            chosen.insert(self.find(word)?);
        }
        Ok(chosen)
    }

    fn find(&self, word: &str) -> Result<usize, Error> {
        let named = self.0.iter().position(|choice| choice == word);
        let place = named.or_else(|| place_of_letter(word, self.0.len()).ok());
        place.ok_or_else(|| {
            let hint = did_you_mean(word, self.0.iter().map(String::as_str));
            let last = Self::letter(self.0.len().saturating_sub(1));
            Error::Usage(format!(
                "`{word}` cannot be predicted here{hint}\n  name choices by their letters, a to {last}, \
                 or by their names, separated by commas, or say none"
            ))
        })
    }
}

/// The place of a letter among so many choices.
pub(super) fn place_of_letter(letter: &str, count: usize) -> Result<usize, String> {
    let place = (0..count).find(|&place| Choices::letter(place) == letter);
    place.ok_or_else(|| format!("`{letter}` is not the letter of one of the {count} choices"))
}

impl Grade {
    /// Compares a prediction with the truth.
    pub(super) fn of(predicted: &Chosen, truth: &Chosen) -> Self {
        Self {
            hit: predicted & truth,
            missed: truth - predicted,
            wrong: predicted - truth,
        }
    }

    /// Whether nothing is missed and nothing is wrong.
    pub(super) fn is_right(&self) -> bool {
        self.missed.is_empty() && self.wrong.is_empty()
    }
}

#[cfg(test)]
mod tests;
