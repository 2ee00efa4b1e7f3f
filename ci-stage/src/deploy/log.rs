//! `log.jsonl`: who did what and when; lines are only ever added.
//!
//! Each line names the SHA-256 of the one before it, and `log.head` that of the last, so a line that
//! was changed or taken out by hand is noticed. It is no seal: whoever can write both files can
//! write them anew.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::sources::hash;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) who: String,
    pub(super) host: String,
    pub(super) event: Event,
    #[serde(flatten)]
    pub(super) note: Note,
    /// The SHA-256 of the line before.
    pub(super) previous: String,
}

/// What a line says of releases.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Note {
    /// The digest that ran before.
    pub(super) from: Option<String>,
    /// The digest that is to run, or does; nothing where nothing ran before.
    pub(super) to: Option<String>,
    /// The package's name and commit.
    pub(super) title: Option<String>,
    pub(super) commit: Option<String>,
    /// The SHA-256 of the verdict.
    pub(super) verdict: Option<String>,
    pub(super) approved_by: Vec<String>,
    #[serde(rename = "note")]
    pub(super) seen: Option<String>,
}

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event {
    /// A person approved `to`.
    Approved,
    /// `to` is about to be switched to, by a deployment.
    Deploying,
    /// `to` is about to be switched to, by a rollback that somebody asked for.
    RollingBack,
    /// `to` is about to be switched to, to see it fail.
    Drilling,
    /// `to` has run and passed its checks.
    Proven,
    /// It did not, and `to` runs again.
    RolledBack,
    /// Whoever began was killed; `to` is what runs.
    CutOff,
}

impl Event {
    /// Whether something was begun that another line has to conclude.
    fn begins(self) -> bool {
        matches!(self, Self::Deploying | Self::RollingBack | Self::Drilling)
    }

    fn concludes(self) -> bool {
        matches!(self, Self::Proven | Self::RolledBack | Self::CutOff)
    }

    /// In words for a table.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Deploying => "deploying",
            Self::RollingBack => "rolling back",
            Self::Drilling => "drilling",
            Self::Proven => "proven",
            Self::RolledBack => "rolled back",
            Self::CutOff => "cut off",
        }
    }
}

/// All lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    /// The SHA-256 of the last line.
    pub(super) last: String,
}

impl Log {
    /// Reads the lines. One that a crash cut short is passed over; one that does not follow from
    /// the line before it is an error, and so is the lack of the line whose SHA-256 is `head`. Later
    /// lines may be there: whoever wrote them was killed before the head followed.
    pub(super) fn read(text: &str, head: &str, file: &str) -> Result<Self, Error> {
        let mut log = Self::default();
        let mut is_whole = head.is_empty();
        for (number, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line)) {
            if let Ok(entry) = serde_json::from_str::<Entry>(line) {
                if entry.previous != log.last {
                    return Err(Error::Gate(format!(
                        "{file}: line {number}: it does not follow from the line before it: \
                         the log was changed by hand; find out by whom, then move it away \
                         together with log.head"
                    )));
                }
                log.entries.push(entry);
            }
            log.last = hash(line.as_bytes());
            is_whole |= log.last == head;
        }
        if !is_whole {
            return Err(Error::Gate(format!(
                "{file}: lines are missing at its end: the log was changed by hand; find out by \
                 whom, then move it away together with log.head"
            )));
        }
        Ok(log)
    }

    /// What was begun and not concluded.
    pub(super) fn open(&self) -> Option<&Entry> {
        let latest = self.entries.iter().rev();
        let mut steps = latest.filter(|entry| entry.event.begins() || entry.event.concludes());
        steps.next().filter(|entry| entry.event.begins())
    }

    /// Whether the last that is known of a release is that it passed its checks.
    pub(super) fn has_proven(&self, digest: &str) -> bool {
        let mut latest = self.entries.iter().rev();
        let last = latest.find(|entry| match entry.event {
            Event::Proven => entry.note.to.as_deref() == Some(digest),
            Event::RolledBack => entry.note.from.as_deref() == Some(digest),
            _ => false,
        });
        last.is_some_and(|entry| entry.event == Event::Proven)
    }

    /// The releases that have passed their checks, the latest first, each once.
    pub(super) fn proven(&self) -> Vec<&str> {
        let mut releases: Vec<&str> = Vec::new();
        for entry in self.entries.iter().rev() {
            if let (Event::Proven, Some(digest)) = (entry.event, entry.note.to.as_deref())
                && !releases.contains(&digest)
                && self.has_proven(digest)
            {
                releases.push(digest);
            }
        }
        releases
    }

    /// The last line that brought a release.
    pub(super) fn arrival(&self, digest: &str) -> Option<&Entry> {
        let brings = |event: Event| event.begins() || event == Event::RolledBack;
        let mut latest = self.entries.iter().rev();
        latest.find(|entry| brings(entry.event) && entry.note.to.as_deref() == Some(digest))
    }

    /// What the last line that names a release's commit says.
    pub(super) fn about(&self, digest: &str) -> Option<&Note> {
        let mut latest = self.entries.iter().rev().map(|entry| &entry.note);
        latest.find(|note| note.to.as_deref() == Some(digest) && note.commit.is_some())
    }
}

#[cfg(test)]
mod tests;
