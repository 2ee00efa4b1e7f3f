//! The files that a verdict depends on, and the hash of what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::cargo::Workspace;
use crate::cargo::process::{Streams, run};
use crate::error::Error;

/// Every file that Git tracks or would track, in the whole repository; without Git every file
/// that is not built.
#[derive(Debug, Clone)]
pub struct Sources {
    root: PathBuf,
    files: Vec<PathBuf>,
}

/// The hash of each file's content, by path.
pub type Contents = BTreeMap<PathBuf, String>;

impl Sources {
    /// Lists the files.
    ///
    /// # Errors
    /// [`Error::Io`] when a folder cannot be read; [`Error::Interrupted`] after ^C.
    pub fn of(workspace: &Workspace) -> Result<Self, Error> {
        let root = workspace.root();
        let mut files = Vec::new();
        if let Some(listed) = git(root)? {
            files = listed;
        } else {
            walk(root, workspace.target_directory(), &mut files)?;
        }
        // Libraries may leave it out of Git, and every build depends on it.
        files.push(root.join("Cargo.lock"));
        files.retain(|file| {
            !file.starts_with(workspace.target_directory()) && !file.starts_with(root.join("dist"))
        });
        files.sort();
        files.dedup();
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }

    /// Each file: its name from the workspace's root, and where it is.
    pub fn files(&self) -> impl Iterator<Item = (String, &Path)> {
        self.files.iter().map(|file| {
            let name = file.strip_prefix(&self.root).unwrap_or(file);
            (name.display().to_string(), file.as_path())
        })
    }

    /// Reads and hashes every file.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that is there but cannot be read.
    pub fn contents(&self) -> Result<Contents, Error> {
        let mut contents = Contents::new();
        for file in &self.files {
            contents.insert(file.clone(), content(file)?);
        }
        Ok(contents)
    }
}

/// One hash over names and contents.
#[must_use]
pub fn digest(contents: &Contents, root: &Path) -> String {
    let mut hash = Sha256::new();
    for (file, content) in contents {
        let name = file.strip_prefix(root).unwrap_or(file);
        hash.update(name.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(content);
        hash.update([0]);
    }
    hex(&hash.finalize())
}

/// A file that is tracked and deleted has no content; a link's content is where it points.
fn content(file: &Path) -> Result<String, Error> {
    let about = match fs::symlink_metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok("absent".into()),
        about => about.map_err(Error::io("read", file))?,
    };
    if about.is_symlink() {
        let target = fs::read_link(file).map_err(Error::io("read", file))?;
        let behind = fs::read(file).map_or_else(|_| String::new(), |bytes| hash(&bytes));
        return Ok(format!("link {} {behind}", target.display()));
    }
    if about.is_dir() {
        // A submodule stands in the list as its folder.
        let mut files = Vec::new();
        walk(file, Path::new("/nowhere"), &mut files)?;
        files.sort();
        let mut all = String::new();
        for inner in files {
            all.push_str(&inner.display().to_string());
            all.push_str(&content(&inner)?);
        }
        return Ok(hash(all.as_bytes()));
    }
    if !about.is_file() {
        // Reading a pipe or a device would wait, or take what is meant for another.
        return Ok("special".into());
    }
    let bytes = fs::read(file).map_err(Error::io("read", file))?;
    let mode = about.permissions().mode() & 0o111;
    Ok(format!("{} {mode:o}", hash(&bytes)))
}

/// The SHA-256 of bytes, in hexadecimal digits.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The files of the repository around a folder; `None` where there is none.
fn git(folder: &Path) -> Result<Option<Vec<PathBuf>>, Error> {
    let ask = |folder: &Path, arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(arguments);
        match run(command, Streams::Capture, None) {
            Err(Error::Interrupted) => Err(Error::Interrupted),
            Ok(finished) if finished.end.success() => Ok(Some(finished.output)),
            _ => Ok(None),
        }
    };
    let Some(top) = ask(folder, &["rev-parse", "--show-toplevel"])? else {
        return Ok(None);
    };
    let top = Path::new(top.trim_end());
    let list = [
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ];
    let listed = ask(top, &list)?;
    Ok(listed.map(|names| {
        let names = names.split('\0').filter(|name| !name.is_empty());
        names.map(|name| top.join(name)).collect()
    }))
}

fn walk(folder: &Path, target: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(Error::io("read", &path))?;
        if !kind.is_dir() {
            files.push(path);
        } else if path != target && entry.file_name() != ".git" {
            walk(&path, target, files)?;
        }
    }
    Ok(())
}
