//! Copies of the workspace in which everything is tried out; the user's own files are only read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use crate::error::Error;

/// What tells a changed file from an unchanged one without reading it: the status-change time
/// cannot be set back by any program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
}

impl Stamp {
    fn of(path: &Path) -> Result<Self, Error> {
        let data = fs::symlink_metadata(path).map_err(Error::io("read", path))?;
        Ok(Self {
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
            inode: data.ino(),
        })
    }
}

/// The files of a workspace as they are now.
pub(super) struct Original {
    pub(super) root: PathBuf,
    /// Relative path, stamp and content hash.
    files: BTreeMap<String, (Stamp, String)>,
    links: BTreeMap<String, PathBuf>,
}

impl Original {
    /// Lists and hashes the files; hashes of files that have kept their stamp come from `memory`.
    pub(super) fn read(root: &Path, target: &Path, memory: &Path) -> Result<Self, Error> {
        let known: BTreeMap<String, (Stamp, String)> = load(memory);
        let mut original = Self {
            root: root.to_path_buf(),
            files: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        let walk = WalkDir::new(root).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| belongs(entry, target)) {
            let entry = entry
                .map_err(|error| Error::Setup(format!("cannot list the workspace: {error}")))?;
            let relative = relative(root, entry.path());
            if entry.path_is_symlink() {
                let to = fs::read_link(entry.path()).map_err(Error::io("read", entry.path()))?;
                original.links.insert(relative, to);
            } else if entry.file_type().is_file() {
                let stamp = Stamp::of(entry.path())?;
                let hash = match known.get(&relative) {
                    Some((old, hash)) if *old == stamp => hash.clone(),
                    _ => hash_of(&read(entry.path())?),
                };
                original.files.insert(relative, (stamp, hash));
            }
        }
        if original.files != known {
            store(memory, &original.files)?;
        }
        Ok(original)
    }

    /// One hash over every name and content.
    pub(super) fn hash(&self) -> String {
        let mut all = Sha256::new();
        for (path, (_, hash)) in &self.files {
            all.update(path);
            all.update([0]);
            all.update(hash);
        }
        for (path, to) in &self.links {
            all.update(path);
            all.update([1]);
            all.update(to.as_os_str().as_encoded_bytes());
        }
        hex(&all.finalize())
    }

    pub(super) fn text(&self, path: &str) -> Result<String, Error> {
        let path = self.root.join(path);
        fs::read_to_string(&path).map_err(Error::io("read", &path))
    }
}

/// Whether an entry is part of the workspace: no build output, no version control.
fn belongs(entry: &DirEntry, target: &Path) -> bool {
    if !entry.file_type().is_dir() || entry.depth() == 0 {
        return true;
    }
    let hidden_state = [".git", ".hg", ".jj", ".svn"];
    entry.path() != target
        && !hidden_state.iter().any(|name| entry.file_name() == *name)
        && !entry.path().join("CACHEDIR.TAG").is_file()
}

fn relative(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.to_string_lossy().into_owned()
}

/// A copy of the workspace at a place that stays, so that cargo finds its work of the last time.
pub(super) struct Copy {
    /// The copied workspace's root.
    pub(super) root: PathBuf,
    index: PathBuf,
}

/// The stamp of a file's original and that of its copy.
type Index = BTreeMap<String, (Stamp, Stamp)>;

impl Copy {
    /// A copy below `folder`. What lies beside the workspace lies beside the copy, as links.
    pub(super) fn at(
        folder: &Path,
        original: &Original,
        outside: &[PathBuf],
    ) -> Result<Self, Error> {
        let parent = original.root.parent().unwrap_or(&original.root);
        let mut top = parent;
        while !outside.iter().all(|path| path.starts_with(top)) {
            top = top.parent().unwrap_or(top);
        }
        let below = original.root.strip_prefix(top).unwrap_or(&original.root);
        let root = folder.join("tree").join(below);
        let mut level = original.root.as_path();
        let mut copied = root.as_path();
        while level != top {
            let (Some(above), Some(beside)) = (level.parent(), copied.parent()) else {
                break;
            };
            fs::create_dir_all(beside).map_err(Error::io("create", beside))?;
            link_siblings(above, level, beside)?;
            (level, copied) = (above, beside);
        }
        Ok(Self {
            index: folder.join("index.json"),
            root,
        })
    }

    /// Makes the copy equal to the original but for `changed`, writing only what differs.
    pub(super) fn sync(
        &self,
        original: &Original,
        changed: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let old: Index = load(&self.index);
        let mut new = Index::new();
        self.remove_others(original)?;
        for (path, (stamp, _)) in &original.files {
            let to = self.root.join(path);
            if let Some(text) = changed.get(path) {
                write_if_different(&to, text.as_bytes())?;
                continue;
            }
            let unchanged = old.get(path).filter(|(from, copy)| {
                from == stamp && Stamp::of(&to).is_ok_and(|now| now == *copy)
            });
            if unchanged.is_none() {
                let from = original.root.join(path);
                write_if_different(&to, &read(&from)?)?;
                keep_permissions(&from, &to)?;
            }
            new.insert(path.clone(), (*stamp, Stamp::of(&to)?));
        }
        for (path, to) in &original.links {
            link(&original.root.join(path), to, &self.root.join(path))?;
        }
        if new != old {
            store(&self.index, &new)?;
        }
        Ok(())
    }

    /// Removes what the original no longer has, and what a test left behind.
    fn remove_others(&self, original: &Original) -> Result<(), Error> {
        let mut folders = BTreeSet::new();
        for path in original.files.keys().chain(original.links.keys()) {
            folders.extend(Path::new(path).ancestors().skip(1).map(Path::to_path_buf));
        }
        let walk = WalkDir::new(&self.root).min_depth(1).contents_first(true);
        for entry in walk.into_iter().filter_map(Result::ok) {
            let relative = relative(&self.root, entry.path());
            let path = entry.path();
            if entry.file_type().is_dir() {
                if !folders.contains(Path::new(&relative)) {
                    fs::remove_dir_all(path).map_err(Error::io("remove", path))?;
                }
            } else if !original.files.contains_key(&relative)
                && !original.links.contains_key(&relative)
                // A first build writes the lock file that the workspace does not have.
                && relative != "Cargo.lock"
            {
                fs::remove_file(path).map_err(Error::io("remove", path))?;
            }
        }
        Ok(())
    }
}

fn link_siblings(above: &Path, own: &Path, beside: &Path) -> Result<(), Error> {
    let Ok(entries) = fs::read_dir(above) else {
        return Ok(());
    };
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        let to = beside.join(entry.file_name());
        if path != own && fs::symlink_metadata(&to).is_err() {
            std::os::unix::fs::symlink(&path, &to).map_err(Error::io("link", &to))?;
        }
    }
    Ok(())
}

/// A link that leaves the workspace has to name its target from the root of the file system.
fn link(original: &Path, to: &Path, copy: &Path) -> Result<(), Error> {
    let target = if to.is_absolute() || !escapes(to) {
        to.to_path_buf()
    } else {
        original.parent().unwrap_or(original).join(to)
    };
    if fs::read_link(copy).is_ok_and(|there| there == target) {
        return Ok(());
    }
    let _ = fs::remove_file(copy);
    if let Some(folder) = copy.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    std::os::unix::fs::symlink(&target, copy).map_err(Error::io("link", copy))
}

fn escapes(to: &Path) -> bool {
    to.starts_with("..")
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(Error::io("read", path))
}

/// Writes a file unless it has this content already, so that its time tells of a real change.
pub(super) fn write_if_different(path: &Path, content: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let _ = fs::remove_file(path);
    fs::write(path, content).map_err(Error::io("write", path))
}

fn keep_permissions(from: &Path, to: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(from).map_err(Error::io("read", from))?.mode();
    // The copy has to be writable even where the original is not.
    let permissions = fs::Permissions::from_mode(mode | 0o600);
    fs::set_permissions(to, permissions).map_err(Error::io("write", to))
}

/// Reads a file of ours; one that is missing or half-written counts as empty.
pub(super) fn load<T: for<'a> Deserialize<'a> + Default>(path: &Path) -> T {
    let text = fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Writes a file of ours in one step.
pub(super) fn store(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::io("create", folder))?;
    serde_json::to_writer(std::io::BufWriter::new(&mut file), value)
        .map_err(std::io::Error::from)
        .map_err(Error::io("write", path))?;
    file.persist(path)
        .map_err(|error| error.error)
        .map_err(Error::io("write", path))?;
    Ok(())
}

/// The hash of some bytes, as hexadecimal digits.
pub(super) fn hash_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
