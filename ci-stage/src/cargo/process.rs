//! One way to run a program: no standard input, its own process group, nothing left behind.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::error::Error;

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

/// What runs side by side and can be stopped by itself; threads of no lane are in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Lane(u32);

impl Lane {
    /// A lane that no thread is in yet.
    #[must_use]
    pub fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// The lane of this thread.
    #[must_use]
    pub fn here() -> Self {
        HERE.get()
    }

    /// Does work in this lane.
    pub fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let outer = HERE.replace(self);
        let result = work();
        HERE.set(outer);
        result
    }

    /// Kills every program of this lane and lets it start no other.
    pub fn stop(self) {
        let mut live = live();
        live.stopped.insert(self);
        let own = live.groups.iter().filter(|(_, group)| group.lane == self);
        for (&number, group) in own {
            group.stop(number);
        }
    }

    /// Whether [`Lane::stop`] was called.
    #[must_use]
    pub fn is_stopped(self) -> bool {
        live().stopped.contains(&self)
    }
}

thread_local! {
    static HERE: Cell<Lane> = const { Cell::new(Lane(0)) };
}

/// The process groups that are running, to be killed on ^C or with their lane.
struct Live {
    groups: BTreeMap<i32, Group>,
    stopped: BTreeSet<Lane>,
}

/// A process group that is running.
struct Group {
    lane: Lane,
    /// Whether its leader has groups of its own to end, and is given time for it.
    leads_others: bool,
}

/// How long a leader has for what it started after each signal.
const PATIENCE: Duration = Duration::from_secs(1);

impl Group {
    fn stop(&self, number: i32) {
        if !self.leads_others {
            return kill_group(number);
        }
        signal_group(number, Signal::TERM);
        thread::spawn(move || {
            // At the second request nextest kills what has not ended at the first.
            for signal in [Signal::TERM, Signal::KILL] {
                thread::sleep(PATIENCE);
                if live().groups.contains_key(&number) {
                    signal_group(number, signal);
                }
            }
        });
    }
}

static LIVE: Mutex<Live> = Mutex::new(Live {
    groups: BTreeMap::new(),
    stopped: BTreeSet::new(),
});
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn live() -> MutexGuard<'static, Live> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes ^C, SIGTERM and SIGHUP kill every program that [`run`] started; `run` then returns
/// [`Error::Interrupted`], so that callers unwind and remove their temporary folders.
/// A second ^C ends the process at once.
///
/// # Errors
/// [`Error::Setup`] when the handler cannot be installed.
pub fn kill_everything_on_interrupt() -> Result<(), Error> {
    ctrlc::set_handler(|| {
        let live = live();
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(crate::exit::ExitCode::Interrupted as u8));
        }
        for (&number, group) in &live.groups {
            group.stop(number);
        }
    })
    .map_err(|error| Error::Setup(format!("cannot listen for ^C: {error}")))
}

/// Whether ^C was pressed; a long computation without programs asks this between its steps.
#[must_use]
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
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
    let reader = reader.map(|pipe| thread::spawn(move || read(pipe, last_words, group)));
    let end = wait(&mut child, limit).map_err(cannot_start)?;
    let bytes = reader.and_then(|reader| reader.join().ok());
    if interrupted() || Lane::here().is_stopped() {
        return Err(Error::Interrupted);
    }
    Ok(Finished {
        end,
        output: String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned(),
        duration: started.elapsed(),
    })
}

/// Reads to the end, or to the line with the last words.
fn read(pipe: io::PipeReader, last_words: Option<&str>, group: i32) -> Vec<u8> {
    let mut pipe = io::BufReader::new(pipe);
    let mut bytes = Vec::new();
    let Some(last_words) = last_words else {
        let _ = pipe.read_to_end(&mut bytes);
        return bytes;
    };
    let mut start = 0;
    while pipe
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|read| read > 0)
    {
        if String::from_utf8_lossy(&bytes[start..]).contains(last_words) {
            kill_group(group);
        }
        start = bytes.len();
    }
    bytes
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
    if interrupted() || live.stopped.contains(&Lane::here()) {
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

fn kill_group(group: i32) {
    signal_group(group, Signal::KILL);
}

fn signal_group(group: i32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group) {
        // The group may be gone already, and then there is nothing to do.
        let _ = kill_process_group(group, signal);
    }
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
