//! Programs that outlive the one that started them, found by a mark in their environment.
//!
//! A process group is left with `setsid`, an environment is inherited. Where there is no `/proc`,
//! nothing is found.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// The variable that holds the marks of all runs round a program.
const VARIABLE: &str = "CI_STAGE_MARK";

/// The variable in which our own runner names the test, as nextest does in one of its own.
pub const TEST_NAME: &str = "CI_STAGE_TEST";

/// Where a test's name may stand.
const NAMES: [&str; 2] = [TEST_NAME, "NEXTEST_TEST_NAME"];

/// A name that a run gives to everything that it starts.
#[derive(Debug, Clone)]
pub struct Mark(String);

/// A program that was still running when what started it had ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftBehind {
    /// Its number, while it ran.
    pub process: i32,
    /// Its command line.
    pub command: String,
    /// The test that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

impl fmt::Display for LeftBehind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = self.test.as_deref().unwrap_or("a test");
        let Self {
            command, process, ..
        } = self;
        write!(
            out,
            "{test} left `{command}` running; process {process} was ended"
        )
    }
}

impl Mark {
    /// A mark that nothing bears yet.
    #[must_use]
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let begun = jiff::Timestamp::now().as_nanosecond();
        Self(format!("{}.{begun}.{number}", std::process::id()))
    }

    /// The mark of whatever works in a folder, so that a later run finds what an earlier one left.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self(folder.display().to_string().replace(':', "_"))
    }

    /// The variable that puts the mark on a program. Marks of runs round this one stay.
    #[must_use]
    pub fn variable(&self) -> (&'static str, OsString) {
        let mut marks = std::env::var_os(VARIABLE).unwrap_or_default();
        if !marks.is_empty() {
            marks.push(":");
        }
        marks.push(&self.0);
        (VARIABLE, marks)
    }

    /// Kills every program that bears the mark and tells which there were.
    pub(crate) fn end_left_behind(&self) -> Vec<LeftBehind> {
        self.end(|_| true)
    }

    /// Kills the programs that bear the mark, but for daemons: a compiler's cache may serve others.
    pub(crate) fn end_unfinished_builds(&self) {
        self.end(|process| !is_daemon(process));
    }

    fn end(&self, is_meant: impl Fn(i32) -> bool) -> Vec<LeftBehind> {
        const ROUNDS_MAX: u32 = 100;
        let mut ended: Vec<LeftBehind> = Vec::new();
        // A program may start another one while it is being looked for.
        for round in 0..ROUNDS_MAX {
            let mut found = self.bearers();
            found.retain(|program| is_meant(program.process));
            if found.is_empty() {
                break;
            }
            if round > 0 {
                thread::sleep(Duration::from_millis(10));
            }
            for program in found {
                if let Some(process) = Pid::from_raw(program.process) {
                    // It may have ended by itself meanwhile.
                    let _ = kill_process(process, Signal::KILL);
                }
                let known = |other: &LeftBehind| other.process == program.process;
                if !ended.iter().any(known) {
                    ended.push(program);
                }
            }
        }
        ended
    }

    fn bearers(&self) -> Vec<LeftBehind> {
        let Ok(processes) = fs::read_dir("/proc") else {
            return Vec::new();
        };
        let own = std::process::id().to_string();
        let numbers = processes.filter_map(|process| process.ok()?.file_name().into_string().ok());
        let others = numbers.filter(|number| *number != own);
        others.filter_map(|number| self.bearer(&number)).collect()
    }

    fn bearer(&self, number: &str) -> Option<LeftBehind> {
        let process = number.parse().ok()?;
        let read = |file: &str| fs::read(format!("/proc/{number}/{file}")).ok();
        // A process that has ended and waits for its parent has no environment.
        let environment = read("environ")?;
        let marks = value(&environment, VARIABLE)?;
        marks.split(':').find(|mark| *mark == self.0)?;
        let command = read("cmdline")?;
        let words = command
            .split(|byte| *byte == 0)
            .map(String::from_utf8_lossy);
        Some(LeftBehind {
            process,
            command: words.collect::<Vec<_>>().join(" ").trim_end().to_owned(),
            test: NAMES.iter().find_map(|name| value(&environment, name)),
        })
    }
}

/// Whether a process leads a session of its own, as daemons do.
fn is_daemon(process: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    stat.is_ok_and(|stat| session(&stat) == Some(process))
}

/// The session in the line that the kernel writes about a process. In a container it is 0 where
/// the session began outside; `rustix::process::getsid` holds that for impossible and panics.
fn session(stat: &str) -> Option<i32> {
    // The name before the fields may itself hold blanks and parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    // State, parent, process group, session.
    fields.split_ascii_whitespace().nth(3)?.parse().ok()
}

/// The value of a variable in the form in which the kernel shows an environment.
fn value(environment: &[u8], name: &str) -> Option<String> {
    let mut variables = environment.split(|byte| *byte == 0);
    variables.find_map(|variable| {
        let variable = String::from_utf8_lossy(variable);
        let (found, value) = variable.split_once('=')?;
        (found == name).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests;
