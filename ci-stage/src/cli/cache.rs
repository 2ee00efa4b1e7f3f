//! `ci-stage cache`: the passes that are remembered.

use comfy_table::{Table, presets};

use super::Place;
use crate::cache::{Cache, age};
use crate::cargo::Workspace;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;

/// What to do with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// List them
    Show,
    /// Forget them
    Clear,
}

pub(super) fn run(place: &Place, what: What) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let cache = Cache::of(&workspace);
    match what {
        What::Show => show(&cache),
        What::Clear => {
            let count = cache.entries().len();
            cache.clear()?;
            print(format_args!("{count} forgotten"));
        }
    }
    Ok(ExitCode::Passed)
}

fn show(cache: &Cache) {
    let entries = cache.entries();
    if entries.is_empty() {
        return print("nothing is remembered");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["stage", "run", "passed", "key", ""]);
    for entry in entries {
        let key: String = entry.key.chars().take(12).collect();
        let age = age(entry.at);
        table.add_row([entry.report.name, entry.run, age, key, entry.report.summary]);
    }
    print(table.trim_fmt());
}
