//! `ci-stage lesson`

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn without_a_number_the_lessons_are_listed() {
    let answer = Project::of("passes").ci_stage(&["lesson"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
 1  The coverage gate
 2  The threshold that nobody checks
 3  The gold typo
 4  The platinum tier: delivery or deployment?
 5  One hundred per cent coverage that catches nothing

`ci-stage lesson 1` runs the first.

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn the_platinum_tier_waits_for_a_person_and_the_typo_does_not() {
    let answer = Project::of("passes").ci_stage(&["lesson", "4", "--predict", "a,b"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
LESSON 4: The platinum tier: delivery or deployment?

Two changes wait. The first adds a tier: platinum customers get 20 %. The second mends the subject of a
reminder e-mail: "invocie" becomes "invoice". Both pass every test, the gate and the lint. Continuous
deployment would ship both without a person; continuous delivery asks a person before production.

Workspace: [FOLDER]/target/ci/lessons/4-platinum-tier

QUESTION: Which of the two may ship without a person?
   a  Both: the pipeline is green, and that is what it is for.
   b  The e-mail subject ships by itself; the new tier waits for a person.
   c  The new tier ships by itself; the e-mail subject waits for a person.
   d  Neither: every change to production waits for a person.

PREDICTION: a, b

-- What the invoices of a small book cost today.
$ cargo run --quiet --example price_book
invoice,tier,total
INV-1,gold,141.69
INV-2,silver,82.08
INV-3,platinum,423.36
INV-4,bronze,64.80
INV-5,platinum,1360.80
INV-6,gold,220.32
INV-7,silver,35.19
INV-8,platinum,97.20

-- The new tier.
src/lib.rs:
  - ("silver", 5)]
  + ("silver", 5), ("platinum", 20)]

-- No test fails: none of them knows the tier.
$ ci-stage test
CI STAGE: running test suite at 'test_pricing'
test_pricing::calculate_subtotal_sums_price_times_quantity PASSED
test_pricing::apply_tier_discount_for_gold_customer PASSED
test_pricing::apply_tier_discount_for_unknown_tier_applies_no_discount PASSED
test_pricing::apply_loyalty_discount_for_member PASSED
test_pricing::apply_loyalty_discount_for_non_member PASSED
test_pricing::add_tax_adds_eight_percent PASSED
test_pricing::add_late_fee_when_overdue PASSED
test_pricing::add_late_fee_when_not_overdue PASSED
test_pricing::calculate_invoice_total_matches_full_pipeline PASSED
9 passed in [TIME]
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage

-- What changes, for whom, and by how much.
today -> with platinum:
   invoice  tier      before   after    change
   INV-3    platinum  423.36   338.69   -84.67
   INV-5    platinum  1360.80  1088.64  -272.16
   INV-8    platinum  97.20    77.76    -19.44
  3 of 8 rows change, by -376.27 in all

-- Back, and the other change: the e-mail's subject.
src/lib.rs:
  - , ("platinum", 20)]
  + ]

src/lib.rs:
  - Your invocie is due
  + Your invoice is due

today -> with the subject mended:
  none of 8 rows changes: nobody pays another amount

ANSWER: b
GRADE: not right (right: b; wrong: a)

WHY
  - Tests say whether the code does what was meant. They cannot say whether the right thing was meant.
  - A new rate changes what customers pay: somebody must have wanted exactly these amounts.
  - The pipeline can tell the two apart: it prices the same invoices before and after, and compares.
  - Nothing differs: it ships by itself (deployment). Something differs: a person looks first (delivery).
  - So people's attention goes to the one change in a hundred that moves money, and the rest flows.

TRY NEXT
  - Give platinum 15 % and compare again: does the sum of the differences scale?
  - Name a change that alters no amount in this book and should wait for a person all the same.
  - In .github/workflows/deploy.yml, find the line that makes production wait for a person.

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn the_coverage_gate_leads_to_the_mistake_that_no_test_ran() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "coverage-gate"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
LESSON 1: The coverage gate

A shop's module for postage has four tests, and all of them pass. The pipeline measures how many of the
module's lines the tests run: 82 %. Its gate asks for 90 %. Somebody says: "The tests are green, so the
gate only costs us time."

Workspace: [FOLDER]/target/ci/lessons/1-coverage-gate

QUESTION: What will the pipeline do, and what will the missing tests show?
   a  It passes: every test is green, so there is nothing to stop for.
   b  It stops at the gate, and the missing tests show that the code was right all along.
   c  It stops at the gate, and a missing test shows a mistake that every green test had passed by.
   d  It stops already at the tests.

PREDICTION: none was made (--predict a,b makes one)

-- First the tests, as the pipeline runs them.
$ ci-stage test
CI STAGE: running test suite at 'postage'
postage::a_small_parcel_costs_four_ninety PASSED
postage::a_large_parcel_costs_nine_ninety PASSED
postage::a_shipment_costs_the_sum_of_its_parcels PASSED
postage::the_invoice_shows_units_and_cents PASSED
4 passed in [TIME]
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage

-- Then the gate. It names the lines that no test runs.
$ ci-stage coverage --fail-under 90
coverage: 82.14 % of lines (23 of 28), the gate is 90 %
3 lines to go; most are missing in
  src/lib.rs: 5 of 28 lines missing: 20, 30-32, 45
BUILD FAILED: coverage is below the gate, stopping the pipeline

-- Write tests that run those lines: what should a bulky parcel cost, what insurance?
wrote tests/test_bulky.rs:
    //! What the gate asked for: tests that run the lines that no test ran.

    use parcels::{insurance, postage};

    #[test]
    fn a_bulky_parcel_costs_twenty_five_more() {
        assert_eq!(postage(500, true), 2_990);
    }

    #[test]
    fn insurance_costs_two_percent_and_at_least_one() {
        assert_eq!(insurance(20_000), 400);
        assert_eq!(insurance(1_000), 100);
    }

$ ci-stage test
CI STAGE: running test suite at 'postage'
postage::a_small_parcel_costs_four_ninety PASSED
postage::a_large_parcel_costs_nine_ninety PASSED
postage::a_shipment_costs_the_sum_of_its_parcels PASSED
postage::the_invoice_shows_units_and_cents PASSED
CI STAGE: running test suite at 'test_bulky'
test_bulky::a_bulky_parcel_costs_twenty_five_more FAILED
test_bulky::insurance_costs_two_percent_and_at_least_one PASSED
  test_bulky::a_bulky_parcel_costs_twenty_five_more at tests/test_bulky.rs:7
    assertion `left == right` failed
      left: -2010
     right: 2990
1 failed, 5 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline

-- A bulky parcel was 25.00 cheaper, not dearer: the line that no test ran had the wrong sign.
src/lib.rs:
  - cents -= BULKY_CENTS
  + cents += BULKY_CENTS

-- With the sign mended the tests pass, and the gate is met.
$ ci-stage coverage --fail-under 90
coverage: 96.42 % of lines (27 of 28), the gate is 90 %
COVERAGE PASSED: 1 line to spare

ANSWER: c

WHY
  - A passing test says something about the lines that it runs, and nothing about the others.
  - The gate after the tests asks how much of the code the green colour speaks of.
  - At 82 % one line in five was never run by a test; a customer would have been the first to run it.
  - The number proves nothing by itself: it points at lines, and writing their tests found the mistake.
  - So the gate stands after the tests and before the build: what nobody ran does not ship.

TRY NEXT
  - Run the gate on your own workspace: ci-stage coverage --fail-under 90
  - Lower the gate to 80 and ask which of the two mistakes would have shipped.
  - Lesson 5 shows the other side: 100 % coverage that catches nothing.

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn what_does_not_exist_cannot_be_taken_or_predicted() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "9"]);
    assert_data_eq!(
        answer.stderr,
        str![[r#"
error: there is no lesson `9`; there are 1 to 5: 1-coverage-gate, 2-late-fee-threshold, 3-gold-typo, 4-platinum-tier, 5-full-coverage

"#]]
    );
    assert_eq!(answer.code, 2);
    let answer = project.ci_stage(&["lesson", "4", "--predict", "e"]);
    assert_data_eq!(
        answer.stderr,
        str![[r#"
error: `e` cannot be predicted here
  name choices by their letters, a to d, or by their names, separated by commas, or say none

"#]]
    );
    assert_eq!(answer.code, 2);
}

#[test]
fn a_teacher_starts_from_a_lesson_that_can_be_listed() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["lesson", "new", "1-museum"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
made lessons/1-museum
run it: ci-stage lesson --lessons lessons 1-museum

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let answer = project.ci_stage(&["lesson", "--lessons", "lessons"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
 1  The second child pays half

`ci-stage lesson 1` runs the first.

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
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
