//! What to show of a failed test. The exit code has already decided that it failed.

use crate::cargo::process::{End, Finished};
use crate::transcript::Failure;

/// Describes a failed test: how its process ended if that is unusual, then the panic of its
/// thread, or, when there was none, what it wrote.
pub(crate) fn describe(test: &str, finished: &Finished) -> Failure {
    let lines: Vec<&str> = finished.output.lines().collect();
    let mut message = match finished.end {
        End::Exited(_) => Vec::new(),
        End::Signal(signal) => vec![format!("killed by signal {}", signal_name(signal))],
        End::TimedOut(limit) => vec![format!("timed out after {limit:?}, killed")],
    };
    let panic = Panic::of_thread(&lines, test).or_else(|| Panic::first(&lines));
    let location = panic.as_ref().map(|panic| panic.location.clone());
    match panic {
        Some(panic) => {
            message.extend(panic.message);
            message.extend(remark(&lines, test));
        }
        None => message.extend(without_frame(&lines, test)),
    }
    if message.is_empty() {
        message.push(match finished.end {
            End::Exited(code) => format!("exit status {code}, and no output"),
            _ => "no output".into(),
        });
    }
    Failure {
        location,
        message: message.join("\n"),
        timed_out: matches!(finished.end, End::TimedOut(_)),
        output: finished.output.clone(),
    }
}

/// Describes examples that failed: which, then all that was written.
pub(super) fn of_examples(finished: &Finished) -> Failure {
    let examples = failed_examples(&finished.output);
    let mut message = finished.output.trim().to_owned();
    match &examples[..] {
        [] => {}
        [(_, item)] => message.insert_str(0, &format!("the example of {item} fails\n")),
        many => {
            let places: Vec<&str> = many.iter().map(|(place, _)| place.as_str()).collect();
            message.insert_str(0, &format!("the examples at {} fail\n", places.join(", ")));
        }
    }
    Failure {
        location: examples.into_iter().next().map(|(place, _)| place),
        message,
        timed_out: matches!(finished.end, End::TimedOut(_)),
        output: finished.output.clone(),
    }
}

/// Where they stand and what they are examples of, from the list with which rustdoc ends:
/// `    src/lib.rs - money::add (line 12)`.
fn failed_examples(output: &str) -> Vec<(String, String)> {
    let (_, list) = output.rsplit_once("\nfailures:\n").unwrap_or_default();
    let names = list.lines().map_while(|line| line.strip_prefix("    "));
    let example = |name: &str| {
        let (file, rest) = name.split_once(" - ")?;
        let (item, rest) = rest.split_once(" (line ").or_else(|| {
            let rest = rest.strip_prefix("(line ")?;
            Some(("its file", rest))
        })?;
        let (line, _) = rest.split_once(')')?;
        Some((format!("{file}:{line}"), item.to_owned()))
    };
    names.filter_map(example).collect()
}

/// A panic as the standard library reports it.
struct Panic {
    /// `file:line`.
    location: String,
    message: Vec<String>,
}

impl Panic {
    fn of_thread(lines: &[&str], test: &str) -> Option<Self> {
        Self::find(lines, &format!("thread '{test}' "))
    }

    fn first(lines: &[&str]) -> Option<Self> {
        Self::find(lines, "thread '")
    }

    fn find(lines: &[&str], opening: &str) -> Option<Self> {
        let (at, place) = lines.iter().enumerate().find_map(|(at, line)| {
            let (_, rest) = line.split_once(opening)?;
            let (_, place) = rest.split_once("panicked at ")?;
            Some((at, place.trim_end_matches(':')))
        })?;
        // `file:line:column`: the column says little and moves with every formatting.
        let location = place.rsplit_once(':').map_or(place, |(line, _)| line);
        let message = message_in(&lines[at + 1..]);
        Some(Self {
            location: location.to_owned(),
            message: trimmed(message.iter().map(|line| (*line).to_owned()).collect()),
        })
    }
}

/// The message of a panic at the head of what was written. That of an assertion goes on up to both of
/// its values, though it quote what a program said that itself panicked.
fn message_in<'l>(lines: &'l [&'l str]) -> &'l [&'l str] {
    let is_assertion = lines
        .first()
        .is_some_and(|line| line.starts_with("assertion `"));
    let of_test = lines.iter().take_while(|line| !is_verdict(line)).count();
    let values = lines[..of_test]
        .windows(2)
        .position(|two| two[0].starts_with("  left: ") && two[1].starts_with(" right: "));
    let quoted = values.filter(|_| is_assertion).unwrap_or(0);
    let end = lines[quoted..].iter().position(|line| ends_panic(line));
    end.map_or(lines, |end| &lines[..quoted + end])
}

fn is_verdict(line: &str) -> bool {
    line.starts_with("test ") && line.ends_with(" ... FAILED")
}

fn ends_panic(line: &str) -> bool {
    line.starts_with("note: run with `RUST_BACKTRACE")
        || line == "stack backtrace:"
        || is_verdict(line)
        || (line.starts_with("thread '") && line.contains(" panicked at "))
}

/// What libtest itself says of a test that panicked, but not as `#[should_panic]` expects.
fn remark(lines: &[&str], test: &str) -> Vec<String> {
    let headline = format!("---- {test} stdout ----");
    let after = lines.iter().skip_while(|line| **line != headline).skip(1);
    let remark = after.take_while(|line| **line != "failures:");
    trimmed(remark.map(|line| (*line).to_owned()).collect())
}

/// The output without the lines that libtest itself puts around a test.
fn without_frame(lines: &[&str], test: &str) -> Vec<String> {
    let headline = format!("---- {test} stdout ----");
    let is_frame = |line: &str| {
        line == "running 1 test"
            || line == "failures:"
            || line.starts_with("test result: ")
            || line.starts_with(&format!("test {test}"))
            || line == headline
            || line.trim() == test
    };
    let kept = lines.iter().filter(|line| !is_frame(line));
    let mut kept = trimmed(kept.map(|line| (*line).to_owned()).collect());
    kept.dedup_by(|next, line| next.is_empty() && line.is_empty());
    kept
}

/// Without empty lines at either end.
fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let start = lines.iter().position(|line| !line.trim().is_empty());
    lines.split_off(start.unwrap_or(0))
}

/// The name of a signal that kills tests, with its number where it has a common one.
fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL (illegal instruction)",
        6 => "SIGABRT (abort)",
        8 => "SIGFPE (arithmetic error)",
        9 => "SIGKILL (killed, out of memory?)",
        11 => "SIGSEGV (invalid memory, or the stack overflowed)",
        15 => "SIGTERM (asked to end)",
        _ => return signal.to_string(),
    };
    format!("{signal}, {name}")
}

#[cfg(test)]
mod tests;
