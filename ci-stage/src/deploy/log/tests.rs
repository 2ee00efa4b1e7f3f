use super::*;

fn entry(event: Event, from: Option<&str>, to: Option<&str>, previous: &str) -> Entry {
    Entry {
        at: Timestamp::UNIX_EPOCH,
        who: "ada".into(),
        host: "desk".into(),
        event,
        note: Note {
            from: from.map(Into::into),
            to: to.map(Into::into),
            commit: Some("abc".into()),
            ..Note::default()
        },
        previous: previous.into(),
    }
}

fn log(lines: &[(Event, Option<&str>, Option<&str>)]) -> Log {
    Log::read(&text(lines), "", "log.jsonl").unwrap()
}

fn text(lines: &[(Event, Option<&str>, Option<&str>)]) -> String {
    let (mut text, mut previous) = (String::new(), String::new());
    for (event, from, to) in lines {
        let line = serde_json::to_string(&entry(*event, *from, *to, &previous)).unwrap();
        previous = hash(line.as_bytes());
        text = text + &line + "\n";
    }
    text
}

const A: Option<&str> = Some("a");
const B: Option<&str> = Some("b");

#[test]
fn a_release_that_was_rolled_back_is_not_proven_until_it_passes_again() {
    let before = [
        (Event::Deploying, None, A),
        (Event::Proven, None, A),
        (Event::Deploying, A, B),
        (Event::Proven, A, B),
        (Event::RolledBack, B, A),
    ];
    assert_eq!(log(&before).proven(), ["a"]);
    assert!(!log(&before).has_proven("b"));
    let again = [&before[..], &[(Event::Proven, A, B)]].concat();
    assert_eq!(log(&again).proven(), ["b", "a"]);
    assert_eq!(log(&again).arrival("a").unwrap().event, Event::RolledBack);
}

#[test]
fn what_began_and_was_not_concluded_is_open_even_when_somebody_approved_meanwhile() {
    let lines = [(Event::Deploying, None, A), (Event::Approved, None, B)];
    assert_eq!(log(&lines).open().unwrap().note.to.as_deref(), A);
    let concluded = [lines[0], (Event::CutOff, None, A), lines[1]];
    assert_eq!(log(&concluded).open(), None);
}

#[test]
fn a_line_cut_short_is_passed_over_and_a_changed_one_is_noticed() {
    let whole = text(&[(Event::Deploying, None, A), (Event::Proven, None, A)]);
    let torn = whole.clone() + "{\"at\":\"20";
    assert_eq!(Log::read(&torn, "", "log.jsonl").unwrap().entries.len(), 2);
    let changed = whole.replacen("ada", "eve", 1);
    let error = Log::read(&changed, "", "log.jsonl")
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("log.jsonl: line 2: it does not follow"),
        "{error}"
    );
}

#[test]
fn lines_that_are_missing_at_the_end_are_noticed_and_later_ones_accepted() {
    let whole = text(&[(Event::Deploying, None, A), (Event::Proven, None, A)]);
    let (first, last) = whole.trim_end().split_once('\n').unwrap();
    let read = |text: &str, head: &str| Log::read(text, &hash(head.as_bytes()), "log.jsonl");
    assert!(read(&whole, last).is_ok());
    assert!(read(&whole, first).is_ok());
    for cut in [first, ""] {
        let error = read(cut, last).unwrap_err().to_string();
        assert!(
            error.starts_with("log.jsonl: lines are missing at its end"),
            "{error}"
        );
    }
}
