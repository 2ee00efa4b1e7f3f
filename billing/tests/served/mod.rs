//! Processes that serve until they are stopped, and are stopped with the test.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

pub(crate) const LEDGERLY: &str = env!("CARGO_BIN_EXE_ledgerly");

/// The real binary, serving on a free port.
pub(crate) struct Served {
    /// Nothing once it was waited for: its number may then be another's.
    process: Option<Child>,
    lines: Option<Lines<BufReader<ChildStdout>>>,
    pub(crate) url: String,
}

impl Served {
    /// The fake gateway whose ledger is in `folder`. What it says on standard error stands in a log there.
    pub(crate) fn gateway(folder: &Path, more: &[&str]) -> Self {
        let ledger = folder.join("gateway.db");
        let ledger = ledger.to_str().unwrap();
        let serve = ["gateway", "serve", "--ledger", ledger];
        Self::start(folder, &[&serve, more].concat())
    }

    /// A receiver of webhooks for the database in `folder`.
    pub(crate) fn receiver(folder: &Path, more: &[&str]) -> Self {
        Self::start(folder, &[&["webhooks", "serve"], more].concat())
    }

    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let log = File::create(folder.join(format!("{}.log", arguments[0]))).unwrap();
        let mut process = Command::new(LEDGERLY)
            .args(arguments)
            .args(["--listen", "127.0.0.1:0"])
            .current_dir(folder)
            .env_remove("LEDGERLY_GATEWAY_KEY")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines.next().unwrap().unwrap();
        assert!(url.starts_with("http://127.0.0.1:"), "{url:?}");
        Self {
            process: Some(process),
            lines: Some(lines),
            url,
        }
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> String {
        self.lines.as_mut().unwrap().next().unwrap().unwrap()
    }

    /// The lines that it prints from now on, for another thread.
    pub(crate) fn hand_over_lines(&mut self) -> Lines<BufReader<ChildStdout>> {
        self.lines.take().unwrap()
    }

    /// Stops it; gives back what it printed that was not read.
    pub(crate) fn finish(mut self) -> String {
        self.stop();
        let lines = self.lines.take().unwrap();
        lines.map(|line| line.unwrap() + "\n").collect()
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            stop(&mut process);
        }
    }

    pub(crate) fn control(&self, path: &str) -> serde_json::Value {
        let mut reply = ureq::get(format!("{}/_ledgerly/{path}", self.url))
            .call()
            .unwrap();
        serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Asks a process to stop, as an operator would, and waits for it.
pub(crate) fn stop(process: &mut Child) {
    let asked = Command::new("kill").arg(process.id().to_string()).status();
    if !asked.is_ok_and(|status| status.success()) {
        drop(process.kill());
    }
    drop(process.wait());
}
