//! `ledgerly completions` and `ledgerly man`.

use clap::CommandFactory;

use super::args::Arguments;
use super::exit::ExitStatus;
use super::invoice::print;
use crate::error::Error;

/// Prints the completion script of `shell`.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<ExitStatus, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ledgerly", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Prints the manual page of the command that `names` lead to.
pub(super) fn page(names: &[String]) -> Result<ExitStatus, Error> {
    let mut command = Arguments::command();
    command.build();
    for name in names {
        let Some(found) = command.find_subcommand(name) else {
            let problem = format!("there is no command {name:?} (see ledgerly --help)");
            return Err(Error::Usage(problem));
        };
        command = found.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Error::io("writing", "the manual page", error))?;
    print(&String::from_utf8_lossy(&page))
}
