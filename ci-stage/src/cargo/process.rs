//! One way to run a program: no standard input, its own process group, nothing left behind.

mod lane;
mod listener;
mod mark;
mod session;

use std::fmt;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use crate::error::Error;
use lane::{Group, kill_group, live};
pub use lane::{Lane, interrupted, kill_everything_on_interrupt};
use listener::Listener;
pub use mark::{LeftBehind, Mark, TEST_NAME};
pub use session::{Said, Session};

/// Where a program's output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streams {
    /// Both streams are kept, interleaved as they were written.
    Capture,
    /// Standard output is kept, standard error goes to ours.
    CaptureStdout,
    /// Standard output is kept, standard error is dropped: the same run was shown before.
    StdoutOnly,
    /// Both go to our standard error, because our standard output holds results only.
    Show,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It returned this exit code.
    Exited(i32),
    /// This signal killed it.
    Signal(i32),
    /// It ran past this limit and was killed together with its process group.
    TimedOut(Duration),
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(out, "exit code {code}"),
            Self::Signal(signal) => write!(out, "signal {signal}"),
            Self::TimedOut(limit) => write!(out, "a kill after {limit:?}"),
        }
    }
}

impl End {
    /// Whether the program returned zero.
    #[must_use]
    pub fn success(self) -> bool {
        self == Self::Exited(0)
    }
}

/// A program that has ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What was captured; bytes that are not UTF-8 are replaced.
    pub output: String,
    /// Wall-clock time.
    pub duration: Duration,
}

/// Runs a program to its end, or kills its whole process group after `limit`.
///
/// Whatever the program left running in its group is killed when it ends.
///
/// # Errors
/// [`Error::Setup`] when it cannot be started, [`Error::Interrupted`] after ^C.
pub fn run(command: Command, streams: Streams, limit: Option<Duration>) -> Result<Finished, Error> {
    run_until(command, streams, limit, None)
}

/// Like [`run`], but kills the program as soon as it has written `last_words`.
///
/// # Errors
/// Those of [`run`].
pub fn run_until(
    command: Command,
    streams: Streams,
    limit: Option<Duration>,
    last_words: Option<&'static str>,
) -> Result<Finished, Error> {
    supervise(command, streams, limit, last_words, false)
}

/// Runs a program that starts process groups of its own, such as nextest: on ^C it is asked to
/// end them before it is killed.
///
/// # Errors
/// Those of [`run`].
pub fn run_leader(command: Command, streams: Streams) -> Result<Finished, Error> {
    supervise(command, streams, None, None, true)
}

/// Runs a program that may ask the person at the terminal for something; whether it succeeded.
///
/// # Errors
/// [`Error::Setup`] when it cannot be started, [`Error::Interrupted`] after ^C.
pub fn run_in_foreground(mut command: Command) -> Result<bool, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.stdout(io::stderr()).status();
    let status =
        status.map_err(|error| Error::Setup(format!("cannot run `{program}`: {error}")))?;
    if interrupted() {
        return Err(Error::Interrupted);
    }
    Ok(status.success())
}

fn supervise(
    mut command: Command,
    streams: Streams,
    limit: Option<Duration>,
    last_words: Option<&'static str>,
    leads_others: bool,
) -> Result<Finished, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let cannot_start = |error| Error::Setup(format!("cannot run `{program}`: {error}"));
    let started = Instant::now();
    let reader = connect(&mut command, streams).map_err(cannot_start)?;
    let mut child = spawn(&mut command, leads_others).map_err(cannot_start)??;
    // The command holds our end of the pipe; the reader sees the end only when it is gone.
    drop(command);
    let group = group_of(&child);
    let listener = reader.map(|pipe| Listener::to(pipe, last_words, group));
    let end = wait(&mut child, limit).map_err(cannot_start)?;
    let output = listener.map(Listener::heard).unwrap_or_default();
    if interrupted() || Lane::here().is_stopped() {
        return Err(Error::Interrupted);
    }
    Ok(Finished {
        end,
        output: String::from_utf8_lossy(&output).into_owned(),
        duration: started.elapsed(),
    })
}

fn connect(command: &mut Command, streams: Streams) -> io::Result<Option<io::PipeReader>> {
    command.stdin(Stdio::null()).process_group(0);
    if streams == Streams::Show {
        command.stdout(io::stderr()).stderr(Stdio::inherit());
        return Ok(None);
    }
    let (reader, writer) = io::pipe()?;
    match streams {
        Streams::Capture => command.stderr(writer.try_clone()?),
        Streams::StdoutOnly => command.stderr(Stdio::null()),
        Streams::CaptureStdout | Streams::Show => command.stderr(Stdio::inherit()),
    };
    command.stdout(writer);
    Ok(Some(reader))
}

/// Starts the program under the lock, so that ^C either sees its group or prevents it.
fn spawn(command: &mut Command, leads_others: bool) -> io::Result<Result<Child, Error>> {
    let mut live = live();
    if interrupted() || live.has_stopped(Lane::here()) {
        return Ok(Err(Error::Interrupted));
    }
    let child = command.spawn()?;
    let lane = Lane::here();
    let group = Group { lane, leads_others };
    live.groups.insert(group_of(&child), group);
    Ok(Ok(child))
}

/// The group's number is the number of the process that leads it.
fn group_of(child: &Child) -> i32 {
    i32::try_from(child.id()).unwrap_or(i32::MAX)
}

fn wait(child: &mut Child, limit: Option<Duration>) -> io::Result<End> {
    let group = group_of(child);
    let (sender, receiver) = mpsc::channel();
    let watcher = thread::spawn(move || {
        wait_without_reaping(group);
        let _ = sender.send(());
    });
    let timed_out = match limit {
        Some(limit) => receiver.recv_timeout(limit).is_err(),
        None => receiver.recv().is_err(),
    };
    if timed_out {
        kill_group(group);
    }
    let _ = watcher.join();
    // The leader is not reaped yet, so that its number cannot belong to another group.
    kill_group(group);
    live().groups.remove(&group);
    let status = child.wait()?;
    Ok(limit
        .filter(|_| timed_out)
        .map_or_else(|| end_of(status), End::TimedOut))
}

fn wait_without_reaping(process: i32) {
    let Some(process) = Pid::from_raw(process) else {
        return;
    };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while waitid(WaitId::Pid(process), options).err() == Some(Errno::INTR) {}
}

fn end_of(status: ExitStatus) -> End {
    match (status.code(), status.signal()) {
        (Some(code), _) => End::Exited(code),
        (None, signal) => End::Signal(signal.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;
