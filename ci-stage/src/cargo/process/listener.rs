//! What a program writes, as far as it is heard until the program has ended.

use std::io::{PipeReader, Read};
use std::mem;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::lane::kill_group;

/// How long what has been written may take to arrive once the program has ended. The end of the
/// pipe need not come: what the program left running, in a session of its own, may hold it open.
const PATIENCE: Duration = Duration::from_secs(1);

/// A thread that reads a pipe.
pub(super) struct Listener {
    bytes: Arc<Mutex<Vec<u8>>>,
    end: Receiver<()>,
}

impl Listener {
    /// Reads to the end, or to the line with the last words, at which it kills the group.
    pub(super) fn to(mut pipe: PipeReader, last_words: Option<&'static str>, group: i32) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&bytes);
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            let mut piece = [0; 8192];
            let mut line = 0;
            while let Ok(read @ 1..) = pipe.read(&mut piece) {
                let mut bytes = shared.lock().unwrap_or_else(PoisonError::into_inner);
                bytes.extend_from_slice(&piece[..read]);
                let Some(last_words) = last_words else {
                    continue;
                };
                if String::from_utf8_lossy(&bytes[line..]).contains(last_words) {
                    kill_group(group);
                }
                let newline = bytes.iter().rposition(|byte| *byte == b'\n');
                line = newline.map_or(line, |newline| newline + 1);
            }
            let _ = end.send(());
        });
        Self { bytes, end: ended }
    }

    /// All that was written by a program that has ended.
    pub(super) fn heard(self) -> Vec<u8> {
        let _ = self.end.recv_timeout(PATIENCE);
        mem::take(&mut self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
