//! A full disk makes every tool fail in its own words; it is told apart from their verdicts.

use super::Context;
use super::report::Outcome;
use crate::exit::ExitCode;

/// With less than this, compilers and tests cannot write what they must.
const ROOM_NEEDED: u64 = 16 << 20;

/// How the operating system names a full disk in any tool's message.
const NO_SPACE: &str = "(os error 28)";

/// Turns a red outcome that a full disk explains into a matter of set-up.
pub(super) fn explained(context: &Context, outcome: Outcome) -> Outcome {
    let red = !matches!(outcome.class, ExitCode::Passed | ExitCode::Setup);
    if !red || !(is_full(context) || says_so(&outcome)) {
        return outcome;
    }
    let folder = context.workspace.target_directory().display();
    let message = format!("the disk of {folder} is full");
    context.console.say(format!(
        "error: {message}: free some space and run this again; what failed above proves nothing"
    ));
    Outcome {
        class: ExitCode::Setup,
        summary: message,
        ..outcome
    }
}

fn is_full(context: &Context) -> bool {
    let room = rustix::fs::statvfs(context.workspace.target_directory());
    room.is_ok_and(|room| room.f_bavail.saturating_mul(room.f_frsize) < ROOM_NEEDED)
}

/// The compiler removes its half-written files, and then there is room again.
fn says_so(outcome: &Outcome) -> bool {
    let findings = &outcome.findings.diagnostics;
    findings
        .iter()
        .any(|found| found.message.contains(NO_SPACE))
}
