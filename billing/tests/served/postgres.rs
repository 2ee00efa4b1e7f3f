//! A real `PostgreSQL` server in a temporary folder, reached by a socket there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::served::stop;

/// The part of an address after the database's name, such as `host=/run/postgresql&user=postgres`, of
/// a server to be used instead.
pub(crate) const VARIABLE: &str = "LEDGERLY_TEST_POSTGRES";

pub(crate) struct Server {
    process: Option<Child>,
    folder: tempfile::TempDir,
    /// The part of an address after the database's name.
    pub(crate) place: String,
}

impl Server {
    /// Starts a server, unless there is one already.
    pub(crate) fn start() -> Self {
        if let Ok(place) = std::env::var(VARIABLE) {
            return Self {
                process: None,
                folder: tempfile::tempdir().unwrap(),
                place,
            };
        }
        Self::start_with(&[], |_| {})
    }

    /// Starts a server with more settings; `prepare` is shown its folder before.
    pub(crate) fn start_with(settings: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = Self::programs().unwrap();
        let data = folder.path().join("data");
        own(folder.path());
        let made = unprivileged(&programs.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--no-sync"])
            .args(["--no-locale", "--encoding=UTF8", "--pgdata"])
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        prepare(folder.path());
        let mut process = unprivileged(&programs.join("postgres"))
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(folder.path())
            .args(settings.iter().flat_map(|setting| ["-c", *setting]))
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let is_ready = lines.any(|line| line.unwrap().contains("ready to accept connections"));
        assert!(is_ready, "the server ended");
        // What it says later is of no interest, but must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let place = format!("host={}&user=postgres", folder.path().display());
        Self {
            process: Some(process),
            folder,
            place,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the server's programs, of the newest version; `None` when it is not installed.
    pub(crate) fn programs() -> Option<PathBuf> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let programs = versions.flatten().map(|version| version.path().join("bin"));
        programs.filter(|path| path.join("initdb").exists()).max()
    }

    /// A new, empty database: its address.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut client = self.client("postgres");
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .unwrap();
        self.url(name)
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("postgres:///{name}?{}", self.place)
    }

    pub(crate) fn client(&self, name: &str) -> postgres::Client {
        postgres::Client::connect(&self.url(name), postgres::NoTls).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            stop(process);
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// The server refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups"])
        .arg(program);
    command
}

/// Gives a file or a folder with all in it to the server.
pub(crate) fn own(place: &Path) {
    if is_root() {
        let owned = Command::new("chown")
            .args(["-R", "postgres"])
            .arg(place)
            .status();
        assert!(owned.unwrap().success());
    }
}
