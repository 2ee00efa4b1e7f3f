//! `ci-stage doctor`: the tools, their versions, and how to get those that are missing.

use comfy_table::{Table, presets};

use super::Place;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::tools::{self, Tool};

/// Every tool: why it is there, and whether the default pipeline cannot do without it.
const TOOLS: [(Tool, &str, bool); 9] = [
    (Tool::Rustc, "everything", true),
    (Tool::Rustfmt, "lint", true),
    (Tool::Clippy, "lint", true),
    (Tool::Llvm, "coverage", true),
    (
        Tool::CargoNextest,
        "test: it is faster and knows its configuration",
        false,
    ),
    (Tool::CargoLlvmCov, "coverage --of-record", false),
    (Tool::CargoDeny, "audit", false),
    (Tool::CargoShear, "unused", false),
    (Tool::Git, "commits, the cache and changes", false),
];

/// Lists them; without a tool that the default pipeline needs, set-up is not complete.
pub(super) fn run(place: &Place) -> Result<ExitCode, Error> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["tool", "version", "for", "to get it"]);
    let mut complete = true;
    for (tool, purpose, needed) in TOOLS {
        if place.setup && needed {
            tools::require(&[tool], true)?;
        }
        let version = tool.version()?;
        complete &= version.is_some() || !needed;
        let remedy = match version {
            Some(_) => String::new(),
            None => tool.remedies()?.into_iter().next().unwrap_or_default(),
        };
        let version = version.unwrap_or_else(|| "missing".into());
        table.add_row([tool.name(), &version, purpose, &remedy]);
    }
    print(table.trim_fmt());
    if complete {
        Ok(ExitCode::Passed)
    } else {
        print("\nthe pipeline needs what is missing above; `ci-stage doctor --setup` installs it");
        Ok(ExitCode::Setup)
    }
}
