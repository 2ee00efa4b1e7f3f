//! `ci-stage provider`: the files of CI servers.

use super::Place;
use crate::cargo::Workspace;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::provider::Provider;
use crate::settings::Settings;

/// What to do with a server's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// Write it
    Generate,
    /// Hold it against what would be written
    Check,
    /// Print what would be written
    Print,
}

pub(super) fn run(place: &Place, what: What, provider: Provider) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let settings = Settings::read(&workspace)?;
    match what {
        What::Generate => {
            for file in provider.write(&workspace, &settings)? {
                print(file.display());
            }
        }
        What::Print => {
            for (_, text) in provider.generate(&workspace, &settings)? {
                print(text.trim_end());
            }
        }
        What::Check => {
            for file in provider.check(&workspace, &settings)? {
                print(format!("{} is as generated", file.display()));
            }
        }
    }
    Ok(ExitCode::Passed)
}
