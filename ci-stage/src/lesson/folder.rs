//! A folder of text files, from the disk or from inside the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry};

use crate::error::Error;
use crate::report::write_whole;

/// Texts by their path, which uses `/`.
#[derive(Debug, Clone, Default)]
pub(super) struct Folder {
    /// Where it lies, for messages.
    place: PathBuf,
    files: BTreeMap<String, String>,
}

impl Folder {
    /// A folder that was put into the program.
    pub(super) fn embedded(folder: &Dir<'_>) -> Self {
        let mut files = BTreeMap::new();
        collect(folder, &mut files);
        Self {
            place: PathBuf::from("(built-in)"),
            files,
        }
    }

    /// A folder on the disk. What cargo builds and hidden files are left out.
    pub(super) fn read(place: &Path) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        read_into(place, "", &mut files)?;
        Ok(Self {
            place: place.to_path_buf(),
            files,
        })
    }

    /// The text of a file.
    pub(super) fn text(&self, file: &str) -> Result<&str, String> {
        let text = self.files.get(file).map(String::as_str);
        text.ok_or_else(|| format!("{} is missing", self.path_of(file).display()))
    }

    /// The files in a folder of this one.
    pub(super) fn below(&self, folder: &str) -> Self {
        let inside = |(path, text): (&String, &String)| {
            let path = path.strip_prefix(folder)?.strip_prefix('/')?;
            Some((path.to_owned(), text.clone()))
        };
        Self {
            place: self.path_of(folder),
            files: self.files.iter().filter_map(inside).collect(),
        }
    }

    /// The folders right in this one that hold a file of this name, in order.
    pub(super) fn folders_with(&self, file: &str) -> Vec<&str> {
        let paths = self.files.keys().filter_map(|path| path.split_once('/'));
        paths
            .filter(|(_, inside)| *inside == file)
            .map(|(folder, _)| folder)
            .collect()
    }

    /// A path in this folder, for messages.
    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.place.join(file)
    }

    /// Writes all files below a folder of the disk.
    pub(super) fn write_to(&self, place: &Path) -> Result<(), Error> {
        for (path, text) in &self.files {
            write_whole(&place.join(path), text)?;
        }
        Ok(())
    }
}

fn collect(folder: &Dir<'_>, files: &mut BTreeMap<String, String>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(inner) => collect(inner, files),
            DirEntry::File(file) => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                let text = file.contents_utf8().unwrap_or_default();
                files.insert(path, text.to_owned());
            }
        }
    }
}

fn read_into(
    folder: &Path,
    prefix: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), Error> {
    let entries = std::fs::read_dir(folder).map_err(Error::io("read", folder))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        if path.is_dir() {
            read_into(&path, &format!("{prefix}{name}/"), files)?;
        } else {
            let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            files.insert(format!("{prefix}{name}"), text);
        }
    }
    Ok(())
}
