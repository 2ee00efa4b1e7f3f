//! Which files are meant: folders and patterns stand for the files in them.

use std::path::{Path, PathBuf};

use super::InputFormat;

/// The files that `inputs` name, in the order given; those of a folder or a pattern by name. What
/// names no file is left as it is: opening it tells what is wrong.
#[must_use]
pub fn expanded(inputs: Vec<PathBuf>) -> Vec<PathBuf> {
    inputs
        .into_iter()
        .flat_map(|input| files_of(&input))
        .collect()
}

fn files_of(input: &Path) -> Vec<PathBuf> {
    let mut files = if input.is_dir() {
        known_files_in(input)
    } else if is_pattern(input) {
        matches_of(input)
    } else {
        Vec::new()
    };
    if files.is_empty() {
        return vec![input.to_owned()];
    }
    files.sort();
    files
}

/// Whether the path is no file, but can stand for some.
pub(super) fn is_pattern(path: &Path) -> bool {
    let is_special = |text: &str| text.contains(['*', '?', '[']);
    path.to_str().is_some_and(is_special) && !path.exists()
}

fn known_files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .filter(|path| path.is_file() && InputFormat::of_extension(path).is_some())
        .collect()
}

fn matches_of(pattern: &Path) -> Vec<PathBuf> {
    let found = pattern.to_str().and_then(|text| glob::glob(text).ok());
    let found = found.into_iter().flatten().filter_map(Result::ok);
    found.filter(|path| path.is_file()).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::expanded;

    #[test]
    fn folders_and_patterns_stand_for_their_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["b.csv", "a.ndjson.gz", "c.parquet", "notes.txt", "[d].csv"] {
            fs::write(path(name), "").unwrap();
        }
        fs::create_dir(path("e.csv")).unwrap();
        let names = |input: PathBuf| {
            let found = expanded(vec![input]).into_iter();
            let names = found.map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
            names.collect::<Vec<_>>()
        };
        let all = ["[d].csv", "a.ndjson.gz", "b.csv", "c.parquet"];
        assert_eq!(names(folder.path().to_owned()), all);
        assert_eq!(names(path("*.csv")), ["[d].csv", "b.csv"]);
        assert_eq!(names(path("?.csv")), ["b.csv"]);
        // A file of that name is meant before a pattern.
        assert_eq!(names(path("[d].csv")), ["[d].csv"]);
        // What stands for nothing is left to be refused.
        assert_eq!(names(path("*.json")), ["*.json"]);
        assert_eq!(names(path("[.csv")), ["[.csv"]);
        assert_eq!(expanded(vec!["-".into()]), [PathBuf::from("-")]);
    }
}
