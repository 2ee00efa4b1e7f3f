//! The binary, reading what a test gives it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The output of `ledgerly` that reads `input`.
pub(crate) fn ledgerly_reading(folder: &Path, arguments: &[&str], input: Vec<u8>) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ledgerly"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A run that is refused may go away before all is written.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}
