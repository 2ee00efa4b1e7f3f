//! Questions on a terminal.

use std::io::{IsTerminal, stderr, stdin};
use std::path::Path;

use dialoguer::{Input, MultiSelect};

use super::prediction::{Choices, Chosen};
use crate::console::complain;
use crate::error::Error;

/// Whether somebody is there to answer.
pub(super) fn somebody_is_there() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks for a prediction.
pub(super) fn prediction(choices: &Choices) -> Result<Chosen, Error> {
    let chosen = MultiSelect::new()
        .with_prompt("Your prediction (space ticks, enter confirms; nothing ticked means none)")
        .items(&choices.0)
        .interact()
        .map_err(unanswered)?;
    Ok(chosen.into_iter().collect())
}

/// Waits until the learner has written a file; `false` when the lesson shall write it.
pub(super) fn written(file: &Path) -> Result<bool, Error> {
    let prompt = format!(
        "Write {}, then press enter; or type `show` to let the lesson write it",
        file.display()
    );
    loop {
        let answer: String = Input::new()
            .with_prompt(&prompt)
            .allow_empty(true)
            .interact_text()
            .map_err(unanswered)?;
        match answer.trim() {
            "show" => return Ok(false),
            _ if file.exists() => return Ok(true),
            _ => complain(format_args!("{} is not there yet.", file.display())),
        }
    }
}

fn unanswered(error: dialoguer::Error) -> Error {
    let dialoguer::Error::IO(error) = error;
    match error.kind() {
        std::io::ErrorKind::Interrupted => Error::Interrupted,
        _ => Error::Setup(format!("cannot ask on this terminal: {error}")),
    }
}
