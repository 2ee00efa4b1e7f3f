//! What the command line says about itself: completions and manual pages.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use crate::error::Error;
use crate::exit::ExitCode;

/// Prints a shell's completions.
pub(super) fn completions(shell: Shell) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ci-stage", &mut script);
    print(&script)
}

/// Prints the manual page, or writes one for each command to a folder.
pub(super) fn pages(folder: Option<&Path>) -> Result<ExitCode, Error> {
    let command = Cli::command();
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        clap_mangen::generate_to(command, folder).map_err(Error::io("write", folder))?;
        return Ok(ExitCode::Passed);
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(Error::io("write", "the manual page".as_ref()))?;
    print(&page)
}

fn print(text: &[u8]) -> Result<ExitCode, Error> {
    match io::stdout().write_all(text) {
        // `ci-stage man | head` has read what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::Passed),
        written => written
            .map(|()| ExitCode::Passed)
            .map_err(Error::io("write", "standard output".as_ref())),
    }
}
