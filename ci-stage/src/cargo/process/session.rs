//! A shell that stays: told one script after the other, here or, through ssh, on another host.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::lane::live;
use super::{group_of, interrupted, spawn};
use crate::error::Error;
use crate::sources::hash;

/// A running shell. What it holds, such as a lock, is let go when this or the whole program ends.
#[derive(Debug)]
pub struct Session {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    /// A line that no script prints by chance.
    mark: String,
}

/// What a script said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its exit code.
    pub code: i32,
    /// Both of its streams.
    pub output: Vec<u8>,
}

impl Said {
    /// Whether it returned zero.
    #[must_use]
    pub fn success(&self) -> bool {
        self.code == 0
    }

    /// The output as text without the last line's end.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.output).trim_end().to_owned()
    }
}

impl Session {
    /// Starts a command that reads scripts from its standard input: `sh`, or `ssh HOST sh`.
    ///
    /// # Errors
    /// [`Error::Setup`] when it cannot be started.
    pub fn open(name: &str, mut command: Command) -> Result<Self, Error> {
        let cannot = |error| Error::Setup(format!("cannot reach {name}: {error}"));
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0);
        let mut child = spawn(&mut command, false).map_err(cannot)??;
        let nothing = || cannot(std::io::ErrorKind::BrokenPipe.into());
        let stdin = child.stdin.take().ok_or_else(nothing)?;
        let stdout = child.stdout.take().ok_or_else(nothing)?;
        let seed = format!("{} {:?}", std::process::id(), std::time::Instant::now());
        Ok(Self {
            name: name.to_owned(),
            child,
            stdin: Some(stdin),
            stdout: BufReader::new(stdout),
            mark: format!("ci-stage-{}", &hash(seed.as_bytes())[..24]),
        })
    }

    /// Runs a script in a shell of its own, without standard input.
    ///
    /// # Errors
    /// [`Error::Setup`] when the shell is gone; [`Error::Interrupted`] after ^C.
    pub fn tell(&mut self, script: &str) -> Result<Said, Error> {
        self.ask(&format!("(\n{script}\n) </dev/null 2>&1"))
    }

    /// Runs a script in the shell itself, for what is to last: its folder, its open files.
    ///
    /// # Errors
    /// Those of [`Session::tell`].
    pub fn remain(&mut self, script: &str) -> Result<Said, Error> {
        self.ask(script)
    }

    fn ask(&mut self, script: &str) -> Result<Said, Error> {
        let asked = format!("{script}\nprintf '\\n%s %d\\n' {} $?\n", self.mark);
        let stdin = self.stdin.as_mut();
        let written = stdin.is_some_and(|stdin| {
            let written = stdin.write_all(asked.as_bytes());
            written.and_then(|()| stdin.flush()).is_ok()
        });
        let answer = if written { self.answer() } else { None };
        match answer {
            _ if interrupted() => Err(Error::Interrupted),
            Some(said) => Ok(said),
            None => Err(Error::Setup(format!(
                "{} does not answer any more; what it says of that stands above",
                self.name
            ))),
        }
    }

    fn answer(&mut self) -> Option<Said> {
        let mut output = Vec::new();
        loop {
            let start = output.len();
            if self.stdout.read_until(b'\n', &mut output).ok()? == 0 {
                return None;
            }
            let Some(code) = output[start..].strip_prefix(self.mark.as_bytes()) else {
                continue;
            };
            let code = String::from_utf8_lossy(code).trim().parse().ok()?;
            // The line's end before the mark is not the script's.
            output.truncate(start.saturating_sub(1));
            return Some(Said { code, output });
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Not its whole group: what a script left working is meant to stay.
        let _ = self.child.kill();
        let _ = self.child.wait();
        live().groups.remove(&group_of(&self.child));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Session {
        Session::open("the test's shell", Command::new("sh")).unwrap()
    }

    #[test]
    fn scripts_answer_one_after_the_other_with_their_exit_codes_and_both_streams() {
        let mut shell = shell();
        let said = shell.tell("echo out; echo err >&2; exit 3").unwrap();
        assert_eq!((said.code, said.text().as_str()), (3, "out\nerr"));
        shell.remain("cd /").unwrap();
        assert_eq!(shell.tell("pwd; cat").unwrap().text(), "/");
        assert!(shell.tell("printf x").unwrap().success());
    }

    #[test]
    fn bytes_come_back_as_they_are() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        std::fs::write(file.path(), &bytes).unwrap();
        let said = shell().tell(&format!("cat {}", file.path().display()));
        assert!(said.unwrap().output == bytes);
    }

    #[test]
    fn a_shell_that_is_gone_is_an_error_and_not_a_wait() {
        let mut shell = shell();
        let error = shell.remain("exit 1").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the test's shell does not answer")
        );
    }
}
