//! Running test programs, one process a test, and telling what became of each test.

mod conditions;
mod doctests;
mod failure;
mod flaky;
mod list;
mod nextest;
mod order;
mod run;
mod share;

pub use conditions::{Conditions, Limits};
pub(crate) use doctests::can_have_doctests;
pub use doctests::doctests;
pub(crate) use failure::describe;
pub use flaky::{FlakyTest, Retries};
pub(crate) use list::tests as listed;
pub use run::{Tested, run, run_one};
pub use share::Share;

use crate::cargo::{Built, TestExecutable};
use cargo_metadata::TargetKind;

/// The name under which a program's tests are shown: its target's, made unique where two
/// programs would share it (`package::target`, `package::bin/target`, as nextest names them).
#[must_use]
pub fn name(built: &Built, test: &TestExecutable) -> String {
    let sharing = built
        .tests
        .iter()
        .filter(|other| other.target == test.target);
    if sharing.count() <= 1 {
        return test.target.clone();
    }
    let (package, target) = (&test.package_name, &test.target);
    match test.kind {
        TargetKind::Test => format!("{package}::{target}"),
        TargetKind::Bin => format!("{package}::bin/{target}"),
        TargetKind::Example => format!("{package}::example/{target}"),
        TargetKind::Bench => format!("{package}::bench/{target}"),
        _ => package.clone(),
    }
}
