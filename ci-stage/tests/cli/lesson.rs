//! `ci-stage lesson`

use snapbox::{file, str};

use crate::project::Project;

#[test]
fn without_a_number_the_lessons_are_listed() {
    let answer = Project::of("passes").ci_stage(&["lesson"]);
    answer.prints(
        0,
        str![[r#"
 1  The coverage gate
 2  The threshold that nobody checks
 3  The gold typo
 4  The platinum tier: delivery or deployment?
 5  One hundred per cent coverage that catches nothing

`ci-stage lesson 1` runs the first.

"#]],
    );
}

#[test]
fn the_platinum_tier_waits_for_a_person_and_the_typo_does_not() {
    let answer = Project::of("passes").ci_stage(&["lesson", "4", "--predict", "a,b"]);
    answer.prints(0, file!["expected/lesson_4.txt"]);
}

#[test]
fn the_coverage_gate_leads_to_the_mistake_that_no_test_ran() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "coverage-gate"]);
    answer.prints(0, file!["expected/lesson_1.txt"]);
}

#[test]
fn what_does_not_exist_cannot_be_taken_or_predicted() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "9"]);
    answer.complains(2, str![[r#"
error: there is no lesson `9`; there are 1 to 5: 1-coverage-gate, 2-late-fee-threshold, 3-gold-typo, 4-platinum-tier, 5-full-coverage

"#]]);
    let answer = project.ci_stage(&["lesson", "4", "--predict", "e"]);
    answer.complains(
        2,
        str![[r#"
error: `e` cannot be predicted here
  name choices by their letters, a to d, or by their names, separated by commas, or say none

"#]],
    );
}

#[test]
fn a_teacher_starts_from_a_lesson_that_can_be_listed() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "new", "1-museum"]);
    answer.prints(
        0,
        str![[r#"
made lessons/1-museum
run it: ci-stage lesson --lessons lessons 1-museum

"#]],
    );
    let answer = project.ci_stage(&["lesson", "--lessons", "lessons"]);
    answer.prints(
        0,
        str![[r#"
 1  The second child pays half

`ci-stage lesson 1` runs the first.

"#]],
    );
}

#[test]
fn a_lesson_that_sees_something_else_than_its_teacher_stops() {
    let project = Project::of("passes");
    project.ci_stage(&["lesson", "new", "museum"]);
    let lesson = "lessons/museum/lesson.toml";
    let text = project.read(lesson);
    let (head, rest) = text.split_once("[[steps]]").unwrap();
    let (_, tail) = rest.split_once("[explain]").unwrap();
    let choices = head.replace(r#"tests = "tickets""#, r#"choices = ["yes"]"#);
    let steps = "[[steps]]\ndo = \"ci-stage\"\narguments = [\"test\"]\nexit = 1\n\n[explain]";
    std::fs::write(
        project.path(lesson),
        choices.replace("# ... or sentences", "answer = []\n# ... or sentences") + steps + tail,
    )
    .unwrap();
    let answer = project.ci_stage(&["lesson", "--lessons", "lessons", "museum"]);
    let last = answer.stderr.lines().last().unwrap_or_default();
    assert_eq!(
        last,
        "error: lesson museum, step 1: `ci-stage test` ended with exit code 0, and the lesson expects 1"
    );
    assert_eq!(answer.code, 2);
}

#[test]
fn nobody_notices_the_threshold_until_both_sides_are_tested() {
    let answer = Project::of("passes").ci_stage(&["lesson", "2", "--predict", "g,h"]);
    answer.prints(0, file!["expected/lesson_2.txt"]);
}

#[test]
fn the_gold_typo_is_caught_by_two_tests() {
    let predicted = "apply_tier_discount_for_gold_customer,i";
    let answer = Project::of("passes").ci_stage(&["lesson", "3", "--predict", predicted]);
    answer.prints(0, file!["expected/lesson_3.txt"]);
}

#[test]
fn full_coverage_catches_nothing_until_tests_say_the_numbers() {
    let answer = Project::of("passes").ci_stage(&["lesson", "5", "--predict", "none"]);
    answer.prints(0, file!["expected/lesson_5.txt"]);
}

#[test]
fn a_teachers_lesson_runs_as_it_was_made() {
    let project = Project::of("passes");
    project.ci_stage(&["lesson", "new", "museum"]);
    let answer = project.ci_stage(&["lesson", "--lessons", "lessons", "museum"]);
    answer.prints(0, file!["expected/lesson_new.txt"]);
}

#[test]
fn a_lesson_about_failing_tests_can_speak_of_the_learners_own_workspace() {
    let project = Project::of("passes");
    project.ci_stage(&["lesson", "new", "museum"]);
    let museum = project.path("lessons/museum/workspace");
    let directory = museum.to_str().unwrap();
    let own = ["--set", "CHILD_CENTS=900", "--test", "tickets"];
    let mut arguments = vec!["-C", directory, "lesson", "3", "--predict", "b"];
    arguments.extend(own);
    let answer = project.ci_stage(&arguments);
    answer.prints(0, file!["expected/lesson_own_mistake.txt"]);
}
