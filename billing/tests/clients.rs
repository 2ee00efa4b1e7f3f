//! The served gateway under clients that others wrote: stripe-python and stripe-node.
//!
//! A client that is not installed cannot be run; its test is then reported as ignored, never as passed.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use billing::gateway::{Secret, sign};
use libtest_mimic::{Arguments, Failed, Trial};
use served::Served;

const PAYLOAD: &str = r#"{"id":"evt_1","object":"event","type":"payment_intent.succeeded"}"#;

fn main() {
    let trials = [python(), node()].map(|client| {
        let is_missing = !client.is_installed;
        if is_missing {
            eprintln!(
                "NOT RUN: {} is not installed: {}",
                client.name, client.remedy
            );
        }
        Trial::test(
            format!("the_fake_gateway_serves_{}", client.name),
            move || client.run(),
        )
        .with_ignored_flag(is_missing)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

/// A library that somebody else wrote for the real gateway.
struct Client {
    name: &'static str,
    program: PathBuf,
    script: &'static str,
    environment: Option<(&'static str, PathBuf)>,
    is_installed: bool,
    remedy: &'static str,
}

fn python() -> Client {
    let own = installed().join("python/bin/python");
    let program = if own.exists() { own } else { "python3".into() };
    let import = Command::new(&program)
        .args(["-c", "import stripe"])
        .output();
    Client {
        name: "stripe_python",
        program,
        script: "stripe_python.py",
        environment: None,
        is_installed: import.is_ok_and(|output| output.status.success()),
        remedy: "python3 -m venv target/clients/python && target/clients/python/bin/pip install stripe==16.1.0",
    }
}

fn node() -> Client {
    let modules = installed().join("node/node_modules");
    let runs = Command::new("node").arg("--version").output();
    Client {
        name: "stripe_node",
        program: "node".into(),
        script: "stripe_node.js",
        is_installed: modules.join("stripe").exists() && runs.is_ok(),
        environment: Some(("NODE_PATH", modules)),
        remedy: "npm install --prefix target/clients/node stripe@23.1.0",
    }
}

fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/clients")
}

impl Client {
    fn run(&self) -> Result<(), Failed> {
        let folder = tempfile::tempdir().unwrap();
        let gateway = Served::gateway(folder.path(), &[]);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let secret = "whsec_clients";
        let signature = sign(
            &Secret::new(secret).unwrap(),
            i64::try_from(now).unwrap(),
            PAYLOAD.as_bytes(),
        );
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        let output = Command::new(&self.program)
            .arg(scripts.join(self.script))
            .args([&gateway.url, PAYLOAD, &signature, secret])
            .envs(self.environment.clone())
            .output()
            .unwrap();
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}
