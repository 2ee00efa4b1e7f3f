//! Runs that are stopped from outside, and what is left of them.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, kill_process_group, pidfd_open};

use crate::binary::ci_stage;
use crate::project::Project;

/// Nothing here takes longer unless it hangs, also where every core has other work to do.
const PATIENCE: Timespec = Timespec {
    tv_sec: 600,
    tv_nsec: 0,
};
const NOW: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 0,
};

/// A run that goes on while the test looks at it.
pub(crate) struct Running {
    child: Child,
    pipe: BufReader<File>,
}

impl Running {
    /// Starts `ci-stage` as the leader of a process group, as a shell does. `FIXTURE_PIPE` names a
    /// pipe through which a fixture says how far it is.
    pub(crate) fn start(project: &Project, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let path = project.path("pipe");
        if !path.exists() {
            let made = Command::new("mkfifo").arg(&path).status();
            assert!(made.unwrap().success());
        }
        // Open for writing as well, so that neither side waits for the other to open it.
        let pipe = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .unwrap();
        let mut command = ci_stage();
        command
            .current_dir(project.path(""))
            .args(arguments)
            .env("FIXTURE_PIPE", &path)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        Self {
            child: command.spawn().unwrap(),
            pipe: BufReader::new(pipe),
        }
    }

    /// The next line that a fixture writes into the pipe.
    pub(crate) fn heard(&mut self) -> String {
        let end = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()).unwrap();
        let mut either = [
            PollFd::new(self.pipe.get_ref(), PollFlags::IN),
            PollFd::new(&end, PollFlags::IN),
        ];
        poll(&mut either, Some(&PATIENCE)).unwrap();
        let is_heard = either[0].revents().contains(PollFlags::IN);
        let (said, end) = if is_heard {
            (String::new(), None)
        } else {
            (self.said(), self.child.try_wait().unwrap())
        };
        // Nothing here is killed by itself: a signal would be another's.
        assert!(
            is_heard,
            "the run ended before a fixture spoke: {end:?}, {said:?}"
        );
        let mut line = String::new();
        self.pipe.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// What stands on both of its streams now.
    fn said(&mut self) -> String {
        let stderr = self.child.stderr.as_mut().unwrap();
        let mut said = waiting_in(stderr);
        said.extend(waiting_in(self.child.stdout.as_mut().unwrap()));
        String::from_utf8_lossy(&said).into_owned()
    }

    /// The next line on standard error.
    pub(crate) fn complains(&mut self) -> String {
        let stderr = self.child.stderr.as_mut().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(1, stderr)
            .read_line(&mut line)
            .unwrap();
        line.trim_end().to_owned()
    }

    /// Presses ^C and gives the exit code.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        kill_process_group(Pid::from_child(&self.child), Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }

    /// Kills `ci-stage` so that it can do nothing about it.
    pub(crate) fn kill(mut self) {
        kill_process(Pid::from_child(&self.child), Signal::KILL).unwrap();
        self.child.wait().unwrap();
    }
}

/// What can be read without waiting.
fn waiting_in(stream: &mut (impl Read + AsFd)) -> Vec<u8> {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    while poll(&mut [PollFd::new(stream, PollFlags::IN)], Some(&NOW)) == Ok(1) {
        match stream.read(&mut piece) {
            Ok(read @ 1..) => said.extend_from_slice(&piece[..read]),
            _ => break,
        }
    }
    said
}

/// Waits until a process has ended. A kill reaches it when it is next scheduled, which may be a
/// moment after the command that killed it has ended.
pub(crate) fn is_gone(process: &str) -> bool {
    let process = Pid::from_raw(process.trim().parse().unwrap()).unwrap();
    let Ok(handle) = pidfd_open(process, PidfdFlags::empty()) else {
        return true;
    };
    poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&PATIENCE)) == Ok(1)
}

/// The programs below a folder that are still running.
pub(crate) fn running_below(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().unwrap();
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let programs = processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
    programs
        .filter(|program| program.starts_with(&folder))
        .collect()
}
