//! What a stage's verdict depends on.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::cargo::{Workspace, rustc_version};
use crate::error::Error;
use crate::settings::Settings;
use crate::sources::{Contents, Sources, digest, hash};
use crate::stage::Stage;

/// Tools whose version a verdict depends on and that do not come with rustc.
const TOOLS: [&str; 8] = [
    "cargo-nextest",
    "cargo-llvm-cov",
    "cargo-deny",
    "cargo-shear",
    "cargo-machete",
    "buildah",
    "git",
    "sh",
];

/// Beginnings of the names of variables that builds and tests read.
const VARIABLES: [&str; 12] = [
    "CARGO_",
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTC",
    "RUST_",
    "RUSTUP_TOOLCHAIN",
    "PROPTEST_",
    "INSTA_",
    "NEXTEST_",
    "LLVM_",
    "TZ",
    "LANG",
];

/// Variables that an outer `cargo run` or `cargo test` sets for its program.
const SET_BY_CARGO: [&str; 7] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "CARGO_TERM_",
];

/// What every stage of a run depends on.
#[derive(Debug, Clone)]
pub struct Inputs {
    sources: Sources,
    /// The content of each file when the run began.
    pub contents: Contents,
    root: PathBuf,
    machine: String,
}

impl Inputs {
    /// Reads the sources and asks about the machine; `None` when the workspace depends on files
    /// that cannot be watched.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read; [`Error::Interrupted`] after ^C.
    pub fn read(workspace: &Workspace, settings: &Settings) -> Result<Option<Self>, Error> {
        let root = workspace.root().to_path_buf();
        if !root.join("Cargo.lock").exists() {
            // The first build would make it, and the sources would have changed under the run.
            let _ = workspace.full_metadata(None);
        }
        let sources = Sources::of(workspace)?;
        let contents = sources.contents()?;
        if depends_on_others(workspace, &contents) {
            return Ok(None);
        }
        Ok(Some(Self {
            machine: machine(workspace, settings)?,
            contents,
            sources,
            root,
        }))
    }

    /// The key of a stage, with what else was asked of it.
    #[must_use]
    pub fn key(&self, stage: &Stage, settings: &Settings, asked: &str) -> String {
        let own = settings.stage.get(stage.name());
        hash(
            format!(
                "{stage:?}\n{asked}\n{own:?}\n{}\n{}",
                self.machine,
                self.digest()
            )
            .as_bytes(),
        )
    }

    /// One hash over the sources.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.contents, &self.root)
    }

    /// Whether every file still has the content that it had when the run began.
    #[must_use]
    pub fn are_unchanged(&self, workspace: &Workspace) -> bool {
        let now = Sources::of(workspace).and_then(|sources| sources.contents());
        now.is_ok_and(|now| now == self.contents)
    }

    /// The files.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }
}

/// Whether a member depends on a package whose files are not among the sources.
fn depends_on_others(workspace: &Workspace, contents: &Contents) -> bool {
    let packages = workspace.packages();
    let mut dependencies = packages.iter().flat_map(|package| &package.dependencies);
    dependencies.any(|dependency| {
        let manifest = dependency.path.as_ref().map(|path| path.join("Cargo.toml"));
        manifest.is_some_and(|manifest| !contents.contains_key(manifest.as_std_path()))
    })
}

fn machine(workspace: &Workspace, settings: &Settings) -> Result<String, Error> {
    let mut parts = vec![env!("CARGO_PKG_VERSION").to_owned(), rustc_version()?];
    if let Ok(own) = std::env::current_exe() {
        parts.push(stamp(&own));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    for tool in TOOLS {
        let places = std::env::split_paths(&path).map(|folder| folder.join(tool));
        let found = places.into_iter().find(|place| place.is_file());
        parts.push(found.map_or_else(|| format!("no {tool}"), |place| stamp(&place)));
    }
    let home = cargo_config2::cargo_home_with_cwd(workspace.root());
    let folders = workspace
        .root()
        .ancestors()
        .map(|folder| folder.join(".cargo"));
    for folder in folders.chain(home) {
        for name in ["config.toml", "config"] {
            let file = folder.join(name);
            if let Ok(bytes) = std::fs::read(&file) {
                parts.push(format!("{} {}", file.display(), hash(&bytes)));
            }
        }
    }
    parts.push(variables(settings));
    Ok(parts.join("\n"))
}

fn variables(settings: &Settings) -> String {
    let mut set: Vec<String> = std::env::vars_os()
        .map(|(name, value)| {
            let name = name.to_string_lossy().into_owned();
            (name, value.to_string_lossy().into_owned())
        })
        .filter(|(name, _)| {
            let begins = |beginnings: &[&str]| beginnings.iter().any(|one| name.starts_with(one));
            settings.cache.env.contains(name) || (begins(&VARIABLES) && !begins(&SET_BY_CARGO))
        })
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    set.sort();
    format!("{set:?} {:?} {:?}", settings.env, std::env::var_os("CARGO"))
}

/// What changes when a program is replaced.
fn stamp(program: &Path) -> String {
    let about = std::fs::metadata(program);
    let time = about.as_ref().ok().and_then(|about| about.modified().ok());
    let since = time.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let length = about.map(|about| about.len()).unwrap_or_default();
    format!("{} {length} {since:?}", program.display())
}
