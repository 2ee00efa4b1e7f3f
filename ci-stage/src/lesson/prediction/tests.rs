use proptest::prelude::*;

use super::{Choices, Chosen, Grade, place_of_letter};

fn tests() -> Choices {
    Choices(
        ["adds_tax", "adds_late_fee", "gives_discount"]
            .map(str::to_owned)
            .to_vec(),
    )
}

fn read(words: &[&str]) -> Result<Chosen, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    tests().read(&words).map_err(|error| error.to_string())
}

#[test]
fn choices_are_named_by_letter_or_by_name() {
    assert_eq!(read(&["c", " adds_tax "]), Ok(Chosen::from([0, 2])));
    assert_eq!(read(&["none"]), Ok(Chosen::new()));
    assert_eq!(read(&[""]), Ok(Chosen::new()));
}

#[test]
fn an_unknown_name_is_refused_with_what_was_meant() {
    let problem = read(&["adds_taxx"]).unwrap_err();
    assert_eq!(
        problem,
        "`adds_taxx` cannot be predicted here; did you mean `adds_tax`?\n  name choices by their \
         letters, a to c, or by their names, separated by commas, or say none"
    );
    assert!(!read(&["d"]).unwrap_err().contains("did you mean"));
}

#[test]
fn after_z_comes_aa() {
    let letters = [0, 25, 26, 51, 52, 701, 702].map(Choices::letter);
    assert_eq!(letters, ["a", "z", "aa", "az", "ba", "zz", "aaa"]);
}

proptest! {
    #[test]
    fn every_letter_leads_back_to_its_place(place in 0..2000_usize) {
        prop_assert_eq!(place_of_letter(&Choices::letter(place), 2000), Ok(place));
    }

    #[test]
    fn a_grade_tells_every_place_once(
        predicted in proptest::collection::btree_set(0..9_usize, 0..9),
        truth in proptest::collection::btree_set(0..9_usize, 0..9),
    ) {
        let grade = Grade::of(&predicted, &truth);
        let told = grade.hit.len() + grade.missed.len() + grade.wrong.len();
        prop_assert_eq!(told, predicted.union(&truth).count());
        prop_assert_eq!(grade.is_right(), predicted == truth);
    }
}
