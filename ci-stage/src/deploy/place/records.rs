//! What is kept about the releases of an environment: the log, and who approved what.

use super::{Place, now};
use crate::deploy::log::{Entry, Event, Log, Note};
use crate::deploy::{short, who};
use crate::error::Error;
use crate::sources::hash;
use crate::stage::quoted;

impl Place {
    pub(super) fn note_what_was_cut_off(&mut self) -> Result<(), Error> {
        let Some(open) = self.log.open() else {
            return Ok(());
        };
        let (event, who, at) = (open.event.label(), open.who.clone(), open.at);
        let current = self.current()?;
        let runs = current.as_deref().map_or("nothing", short).to_owned();
        crate::console::complain(format_args!(
            "note: {}: what {who} began at {at} ({event}) was cut off; {runs} runs",
            self.name
        ));
        let note = Note {
            to: current,
            seen: Some(format!("{event}, by {who} at {at}")),
            ..Note::default()
        };
        self.record(Event::CutOff, note)
    }

    pub(super) fn read_log(&mut self) -> Result<(), Error> {
        // The head first: what is written meanwhile only makes the log longer.
        let said = self.shell.tell("[ ! -e log.head ] || cat log.head")?;
        let head = self.done("read the log of", &said)?;
        let said = self.shell.tell("[ ! -e log.jsonl ] || cat log.jsonl")?;
        let text = self.done("read the log of", &said)?;
        self.log = Log::read(&text, &head, &format!("{}/log.jsonl", self.name))?;
        Ok(())
    }

    /// Adds a line to the log, on the disk before this returns.
    pub(in crate::deploy) fn record(&mut self, event: Event, note: Note) -> Result<(), Error> {
        let entry = Entry {
            at: now(),
            who: self.who.clone(),
            host: who::host(),
            event,
            note,
            previous: self.log.last.clone(),
        };
        let line = serde_json::to_string(&entry)
            .map_err(|error| Error::Setup(format!("cannot write the log: {error}")))?;
        let head = hash(line.as_bytes());
        // A line that a crash cut short stays a line of its own.
        self.work(
            "write the log of",
            &format!(
                "[ ! -s log.jsonl ] || [ -z \"$(tail -c 1 log.jsonl)\" ] || echo >> log.jsonl\n\
                 printf '%s\\n' {} >> log.jsonl && sync log.jsonl && \
                 printf '%s\\n' {head} > .log.head && sync .log.head && mv -f .log.head log.head",
                quoted(line)
            ),
        )?;
        self.read_log()
    }

    /// The records of approvals of a release, each a line.
    pub(in crate::deploy) fn approvals(&mut self, digest: &str) -> Result<String, Error> {
        let said = self.shell.tell(&format!(
            "[ ! -d approvals/{digest} ] || cat approvals/{digest}/*.json"
        ))?;
        self.done("read the approvals of", &said)
    }

    /// Keeps the record of an approval, whole or not at all.
    pub(in crate::deploy) fn approve(&mut self, digest: &str, record: &str) -> Result<(), Error> {
        let name = hash(record.as_bytes());
        let folder = format!("approvals/{digest}");
        self.work(
            "keep the approval at",
            &format!(
                "mkdir -p {folder} && printf '%s\\n' {} > .approval && sync .approval \
                 && mv -f .approval {folder}/{}.json",
                quoted(record),
                short(&name)
            ),
        )
    }
}
