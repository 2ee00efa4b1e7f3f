//! A gateway that is served by the real binary, and stopped with the test.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) const LEDGERLY: &str = env!("CARGO_BIN_EXE_ledgerly");

pub(crate) struct ServedGateway {
    process: Child,
    pub(crate) url: String,
}

impl ServedGateway {
    /// Serves the gateway whose ledger is in `folder`, on a free port.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        let ledger = folder.join("gateway.db");
        let mut process = Command::new(LEDGERLY)
            .args(["gateway", "serve", "--listen", "127.0.0.1:0", "--ledger"])
            .arg(ledger)
            .args(more)
            .env_remove("LEDGERLY_GATEWAY_KEY")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url:?}");
        Self { process, url }
    }

    /// Ends it with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn control(&self, path: &str) -> serde_json::Value {
        let mut reply = ureq::get(format!("{}/_ledgerly/{path}", self.url))
            .call()
            .unwrap();
        serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap()
    }
}

impl Drop for ServedGateway {
    /// Asks it to stop, as an operator would.
    fn drop(&mut self) {
        let process = self.process.id().to_string();
        let asked = std::process::Command::new("kill").arg(process).status();
        if !asked.is_ok_and(|status| status.success()) {
            drop(self.process.kill());
        }
        drop(self.process.wait());
    }
}
