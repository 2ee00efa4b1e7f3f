//! `ci-stage doctor`: the tools, their versions, and how to get those that are missing.

use std::path::PathBuf;

use comfy_table::{Table, presets};
use serde::Serialize;

use super::Place;
use crate::console::{Format, complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::tools::{self, Tool, llvm};

/// Every tool: why it is there, and whether the default pipeline cannot do without it.
const TOOLS: [(Tool, &str, bool); 10] = [
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
    (Tool::CargoMachete, "unused, without cargo-shear", false),
    (Tool::Git, "commits, the cache and changes", false),
];

/// What became of looking for a tool.
#[derive(Serialize)]
struct Found {
    tool: &'static str,
    /// What it says of its version; none when it is missing.
    version: Option<String>,
    #[serde(rename = "for")]
    purpose: &'static str,
    /// Whether the default pipeline cannot do without it.
    needed: bool,
    /// The command that brings a missing one.
    install: Option<String>,
    /// Where programs lie that are not found by their names alone.
    programs: Vec<PathBuf>,
}

/// Lists them; without a tool that the default pipeline needs, set-up is not complete.
pub(super) fn run(place: &Place) -> Result<ExitCode, Error> {
    let mut tools = Vec::new();
    for (tool, purpose, needed) in TOOLS {
        if place.setup && needed {
            tools::require(&[tool], true)?;
        }
        tools.push(look(tool, purpose, needed)?);
    }
    let complete = tools
        .iter()
        .all(|found| found.version.is_some() || !found.needed);
    match place.format {
        Format::Json => print(json(&tools)?),
        Format::Text => print(table(&tools).trim_fmt()),
    }
    if complete {
        return Ok(ExitCode::Passed);
    }
    complain("the pipeline needs what is missing above; `ci-stage doctor --setup` installs it");
    Ok(ExitCode::Setup)
}

fn look(tool: Tool, purpose: &'static str, needed: bool) -> Result<Found, Error> {
    let version = tool.version()?;
    let install = match version {
        Some(_) => None,
        None => tool.remedies()?.into_iter().next(),
    };
    let programs = match tool {
        Tool::Llvm => llvm::find()?.map(|tools| vec![tools.cov, tools.profdata]),
        _ => None,
    };
    Ok(Found {
        tool: tool.name(),
        version,
        purpose,
        needed,
        install,
        programs: programs.unwrap_or_default(),
    })
}

fn json(tools: &[Found]) -> Result<String, Error> {
    serde_json::to_string_pretty(tools).map_err(|error| Error::Setup(error.to_string()))
}

fn table(tools: &[Found]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["tool", "version", "for", "to get it"]);
    for found in tools {
        let version = found.version.as_deref().unwrap_or("missing");
        let install = found.install.as_deref().unwrap_or_default();
        table.add_row([found.tool, version, found.purpose, install]);
    }
    table
}
