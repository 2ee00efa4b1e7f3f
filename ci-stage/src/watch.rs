//! Running again whenever a source changes; what has not changed is answered from the cache.

use std::thread;
use std::time::Duration;

use crate::cargo::process::interrupted;
use crate::console::complain;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::pipeline::Run;
use crate::sources::{Contents, Sources};

/// How often the sources are looked at; a person does not notice it.
const INTERVAL: Duration = Duration::from_millis(500);

/// Runs until ^C.
///
/// # Errors
/// [`Error::Interrupted`] after ^C, and what `once` gives besides.
pub fn run(
    run: &Run,
    mut once: impl FnMut() -> Result<ExitCode, Error>,
) -> Result<ExitCode, Error> {
    loop {
        let before = read(run)?;
        match once() {
            Ok(class) => complain(format_args!(
                "watch: {}; waiting for a change",
                class.label()
            )),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            // A manifest that is being edited is wrong for a moment.
            Err(error) => complain(format_args!("error: {error}")),
        }
        wait_for_change(run, &before)?;
    }
}

fn read(run: &Run) -> Result<Contents, Error> {
    Sources::of(&run.workspace)?.contents()
}

fn wait_for_change(run: &Run, before: &Contents) -> Result<(), Error> {
    loop {
        if interrupted() {
            return Err(Error::Interrupted);
        }
        let now = read(run)?;
        let changed = now
            .iter()
            .find(|(file, content)| before.get(*file) != Some(content));
        if let Some((file, _)) = changed {
            let shown = file.strip_prefix(run.workspace.root()).unwrap_or(file);
            complain(format_args!("watch: {} has changed", shown.display()));
            return Ok(());
        }
        if now.len() != before.len() {
            return Ok(());
        }
        thread::sleep(INTERVAL);
    }
}
