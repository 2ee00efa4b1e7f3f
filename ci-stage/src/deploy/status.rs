//! `ci-stage status`: what runs where, since when, with which verdict.

use comfy_table::{Table, presets};
use serde::Serialize;

use super::environment::Environment;
use super::log::Event;
use super::place::Place;
use super::short;
use crate::cargo::Workspace;
use crate::console::{Format, print};
use crate::error::Error;
use crate::settings::Settings;

/// So many of the last lines of one environment's log are shown.
const SHOWN: usize = 10;

/// An environment, as a program reads it.
#[derive(Debug, Serialize)]
struct Status {
    environment: String,
    /// The digest of what runs.
    runs: Option<String>,
    title: Option<String>,
    commit: Option<String>,
    verdict: Option<String>,
    since: Option<String>,
    by: Option<String>,
    approved_by: Vec<String>,
    /// `proven`, `unproven`, `damaged`, `empty`.
    state: &'static str,
    /// What was begun and not concluded.
    unfinished: Option<String>,
}

/// Shows one environment with the end of its log, or all in a table.
pub(super) fn show(
    workspace: &Workspace,
    settings: &Settings,
    name: Option<&str>,
    format: Format,
) -> Result<(), Error> {
    let names: Vec<&str> = match name {
        Some(name) => vec![name],
        None => settings.environments.keys().map(String::as_str).collect(),
    };
    let mut all = Vec::new();
    let mut history = None;
    for environment in names {
        let environment = Environment::find(workspace, settings, environment)?;
        let mut place = Place::visit(workspace, &environment)?;
        all.push(status(&mut place, &environment)?);
        history = Some(lines(&place));
    }
    if format == Format::Json {
        let json = serde_json::to_string_pretty(&all);
        print(json.map_err(|error| Error::Setup(format!("cannot write the status: {error}")))?);
        return Ok(());
    }
    print(table(&all));
    if let (Some(_), Some(history)) = (name, history) {
        print(format!("\n{history}"));
    }
    Ok(())
}

fn status(place: &mut Place, environment: &Environment) -> Result<Status, Error> {
    let runs = place.current()?;
    let state = match &runs {
        None => "empty",
        Some(digest) if !place.has_intact(digest)? => "damaged",
        Some(digest) if place.log.has_proven(digest) => "proven",
        Some(_) => "unproven",
    };
    let log = &place.log;
    let digest = runs.as_deref().unwrap_or_default();
    let (about, arrival) = (log.about(digest), log.arrival(digest));
    let of = |field: fn(&super::log::Note) -> Option<String>| about.and_then(field);
    Ok(Status {
        environment: environment.name.clone(),
        title: of(|note| note.title.clone()),
        commit: of(|note| note.commit.clone()),
        verdict: of(|note| note.verdict.clone()),
        since: arrival.map(|entry| entry.at.to_string()),
        by: arrival.map(|entry| entry.who.clone()),
        approved_by: arrival
            .map(|entry| entry.note.approved_by.clone())
            .unwrap_or_default(),
        state,
        unfinished: log.open().map(|entry| {
            let (event, who, at) = (entry.event.label(), &entry.who, entry.at);
            format!("{event}, by {who} since {at}")
        }),
        runs,
    })
}

fn table(all: &[Status]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "environment",
        "runs",
        "digest",
        "state",
        "since",
        "by",
        "approved by",
        "verdict",
    ]);
    for one in all {
        let digits = |digest: &Option<String>| digest.as_deref().map_or("-", short).to_owned();
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
        let state = match &one.unfinished {
            Some(unfinished) => format!("{} ({unfinished})", one.state),
            None => one.state.to_owned(),
        };
        let approved = match &one.approved_by[..] {
            [] => "-".to_owned(),
            by => by.join(", "),
        };
        table.add_row([
            one.environment.clone(),
            text(&one.title),
            digits(&one.runs),
            state,
            text(&one.since),
            text(&one.by),
            approved,
            digits(&one.verdict),
        ]);
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

fn lines(place: &Place) -> String {
    let entries = &place.log.entries;
    let shown = &entries[entries.len().saturating_sub(SHOWN)..];
    let line = |entry: &super::log::Entry| {
        let what = match (entry.event, &entry.note.to) {
            (Event::RolledBack, None) => "to nothing".to_owned(),
            (_, to) => to.as_deref().map_or("-", short).to_owned(),
        };
        let note = entry
            .note
            .seen
            .as_ref()
            .map_or_else(String::new, |note| format!(": {note}"));
        let (at, who, event) = (entry.at, &entry.who, entry.event.label());
        format!("{at}  {who}  {event} {what}{note}")
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}
