//! From the command line to a sweep.

use super::{Place, scope};
use crate::cargo::Workspace;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate::matrix::SCHEMA;
use crate::mutate::{self, Arguments};

pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode, Error> {
    if arguments.print_schema {
        print(SCHEMA.trim_end());
        return Ok(ExitCode::Passed);
    }
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let judges = scope::find(&workspace, arguments.test.as_deref())?;
    mutate::run(&workspace, arguments, judges, place.format)
}
