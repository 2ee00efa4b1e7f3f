//! Delivery with the real binary: artifacts, environments in folders and on a real sshd,
//! approvals signed by real keys.
//!
//! A test whose tools are not on this machine is reported as ignored and says what would bring
//! them; so it never counts as passed.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts functions with #[test], and here are none"
)]
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes expected outputs in this form"
)]

mod approvals;
mod audit;
#[path = "../cli/binary.rs"]
mod binary;
mod going_back;
mod image;
mod kills;
mod promotion;
mod refusals;
mod remote;
mod servers;
mod shop;
mod watching;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Trial};

/// A program that a test needs, and the command that brings it.
type Tool = (&'static str, &'static str);

const SHELL: Tool = ("flock", "apt-get install util-linux");
const KEYS: Tool = ("ssh-keygen", "apt-get install openssh-client");
const SSHD: Tool = ("sshd", "apt-get install openssh-server");

fn trial(name: &'static str, tools: &[Tool], test: fn()) -> Trial {
    let missing = tools.iter().find(|(program, _)| find(program).is_none());
    if let Some((program, remedy)) = missing {
        eprintln!("NOT CHECKED: {name}: no {program}; on Debian `{remedy}` brings it");
        return Trial::test(name, || Ok(())).with_ignored_flag(true);
    }
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// Where a program is: one that was installed for these tests, or the machine's. Servers are not on
/// everybody's PATH.
fn find(program: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let own = [
        "target/ci/npm/node_modules/.bin",
        "target/ci/npm/node_modules",
        "target/clients/python/bin",
    ];
    let own = own.map(|folder| root.join(folder));
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders = own.into_iter().chain(std::env::split_paths(&folders));
    let mut files = folders
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(program));
    files.find(|file| file.is_file())
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = promotion::trials();
    trials.extend(audit::trials());
    trials.extend(refusals::trials());
    trials.extend(watching::trials());
    trials.extend(going_back::trials());
    trials.extend(approvals::trials());
    trials.extend(image::trials());
    trials.extend(kills::trials());
    trials.extend(remote::trials());
    trials.extend(servers::trials());
    libtest_mimic::run(&arguments, trials).exit();
}
