//! The folder of an environment, here or behind ssh: the only module that reads or writes it.
//!
//! One shell stands in the folder as long as a command works on it, and holds its lock. When
//! `ci-stage` is killed the shell ends with what it is doing and lets the lock go; each script
//! changes one thing, so that whoever comes next finds the old or the new.

mod records;
mod releases;
mod way;

use jiff::Timestamp;

use super::environment::{Environment, Target};
use super::log::Log;
use super::who;
use crate::cargo::Workspace;
use crate::cargo::process::{Said, Session};
use crate::error::Error;
use crate::stage::quoted;
use way::Way;

/// An environment's folder, with somebody in it.
pub(super) struct Place {
    shell: Session,
    way: Way,
    /// The folder, as a shell takes it.
    folder: String,
    /// `staging at /srv/shop`
    pub(super) name: String,
    who: String,
    pub(super) log: Log,
}

impl Place {
    /// Goes to look; whoever only looks does not wait for whoever works.
    pub(super) fn visit(workspace: &Workspace, environment: &Environment) -> Result<Self, Error> {
        let folder = match &environment.target {
            Target::Folder(folder) => folder.display().to_string(),
            Target::Ssh { folder, .. } => folder.clone(),
        };
        let name = format!("{} at {folder}", environment.name);
        let way = Way::of(environment, workspace.root());
        let mut shell = Session::open(&name, way.to("exec sh"))?;
        let folder = quoted(&folder);
        let came = shell.remain(&format!(
            "umask 022; {{ mkdir -p {folder} && cd {folder}; }} 2>&1"
        ))?;
        let mut place = Self {
            shell,
            way,
            folder,
            name,
            who: who::who(workspace.root()),
            log: Log::default(),
        };
        place.done("enter", &came)?;
        place.read_log()?;
        Ok(place)
    }

    /// Goes there to work: nobody else does at the same time. What somebody before was killed at
    /// is noted.
    pub(super) fn enter(workspace: &Workspace, environment: &Environment) -> Result<Self, Error> {
        let mut place = Self::visit(workspace, environment)?;
        // Whoever was killed a moment ago may just be ending.
        let locked = place.shell.remain("exec 9>>lock; flock -w 2 9 2>&1")?;
        if !locked.success() {
            let holder = place.shell.tell("cat lock")?.text();
            let missing = locked.text();
            return Err(if missing.is_empty() {
                Error::Setup(format!("{} is being worked on by {holder}", place.name))
            } else {
                Error::Setup(format!("{} cannot be locked: {missing}", place.name))
            });
        }
        let holder = format!(
            "{} on {}, process {}, since {}",
            place.who,
            who::host(),
            std::process::id(),
            now()
        );
        place.work("lock", &format!("printf '%s\\n' {} > lock", quoted(holder)))?;
        // What was written before the lock was ours is all there now.
        place.read_log()?;
        place.note_what_was_cut_off()?;
        Ok(place)
    }

    fn work(&mut self, action: &'static str, script: &str) -> Result<(), Error> {
        let said = self.shell.tell(script)?;
        self.done(action, &said).map(drop)
    }

    fn done(&self, action: &str, said: &Said) -> Result<String, Error> {
        if said.success() {
            return Ok(said.text());
        }
        Err(Error::Setup(format!(
            "cannot {action} {}: {}",
            self.name,
            said.text()
        )))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Where the shell is gone, so is the lock.
        let _ = self.shell.remain("exec 9>&-");
    }
}

/// The time, to the second.
pub(super) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
