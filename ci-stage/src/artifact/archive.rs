//! `.tar.zst`: packed so that the same files always give the same bytes.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tar::{Archive, Builder, EntryType, Header};
use walkdir::WalkDir;

use crate::error::Error;

/// Smaller archives take many times as long; one thread, because the number of threads shows in
/// the bytes.
const LEVEL: i32 = 19;

/// Packs a folder's files below `top`. Names are sorted; owners, times and the like are the same
/// everywhere: `changed` is the time of change in seconds since 1970.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or the archive cannot be written.
pub fn pack(folder: &Path, top: &str, changed: u64, archive: &Path) -> Result<(), Error> {
    let cannot = || Error::io("write", archive);
    let file = File::create(archive).map_err(cannot())?;
    let writer = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(cannot())?;
    let mut builder = Builder::new(writer);
    for name in files(folder)? {
        let path = folder.join(&name);
        add(&mut builder, &path, &Path::new(top).join(&name), changed)
            .map_err(Error::io("pack", &path))?;
    }
    let finish = |builder: Builder<zstd::Encoder<'_, BufWriter<File>>>| {
        let file = builder.into_inner()?.finish()?.into_inner()?;
        file.sync_all()
    };
    finish(builder).map_err(cannot())
}

fn add(
    builder: &mut Builder<impl io::Write>,
    path: &Path,
    name: &Path,
    changed: u64,
) -> io::Result<()> {
    let about = fs::metadata(path)?;
    let executable = about.permissions().mode() & 0o111 != 0;
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(about.len());
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_mtime(changed);
    header.set_uid(0);
    header.set_gid(0);
    builder.append_data(&mut header, name, BufReader::new(File::open(path)?))
}

/// Every file below a folder, by its name from there, sorted.
///
/// # Errors
/// [`Error::Io`] when a folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| Error::io("read", folder)(error.into()))?;
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            files.push(name.to_path_buf());
        }
    }
    files.sort();
    Ok(files)
}

/// Unpacks an archive into an existing folder and gives the folder that was packed. A name that
/// leads out of the folder is never followed.
///
/// # Errors
/// [`Error::Io`] when it cannot be read; [`Error::Gate`] when it does not hold one folder.
pub fn unpack(archive: &Path, into: &Path) -> Result<PathBuf, Error> {
    let file = File::open(archive).map_err(Error::io("read", archive))?;
    let reader = zstd::Decoder::new(file).map_err(Error::io("unpack", archive))?;
    let unpacked = Archive::new(reader).unpack(into);
    unpacked.map_err(Error::io("unpack", archive))?;
    let entries = fs::read_dir(into).map_err(Error::io("read", into))?;
    let folders: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    match &folders[..] {
        [folder] if folder.is_dir() => Ok(folder.clone()),
        _ => Err(Error::Gate(format!(
            "{}: this is no package: it has to hold one folder",
            archive.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_files_in_another_folder_at_another_time_give_the_same_bytes() {
        let packed = || {
            let scratch = tempfile::tempdir().unwrap();
            let folder = scratch.path().join("some/where");
            fs::create_dir_all(folder.join("b")).unwrap();
            fs::write(folder.join("b/data"), "1").unwrap();
            fs::write(folder.join("a"), "2").unwrap();
            fs::set_permissions(folder.join("a"), fs::Permissions::from_mode(0o700)).unwrap();
            let archive = scratch.path().join("x.tar.zst");
            pack(&folder, "x", 1_700_000_000, &archive).unwrap();
            let into = tempfile::tempdir().unwrap();
            let unpacked = unpack(&archive, into.path()).unwrap();
            assert_eq!(unpacked, into.path().join("x"));
            assert_eq!(fs::read(unpacked.join("b/data")).unwrap(), b"1");
            let mode = |name| {
                fs::metadata(unpacked.join(name))
                    .unwrap()
                    .permissions()
                    .mode()
            };
            assert_eq!(mode("a") & 0o777, 0o755);
            assert_eq!(mode("b/data") & 0o777, 0o644);
            fs::read(&archive).unwrap()
        };
        assert_eq!(packed(), packed());
    }

    #[test]
    fn an_archive_without_one_folder_is_no_package() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("two");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a"), "1").unwrap();
        let archive = scratch.path().join("x.tar.zst");
        pack(&folder, "", 0, &archive).unwrap();
        let into = tempfile::tempdir().unwrap();
        let error = unpack(&archive, into.path()).unwrap_err();
        assert!(error.to_string().ends_with("it has to hold one folder"));
        fs::write(&archive, "no archive").unwrap();
        assert!(unpack(&archive, into.path()).is_err());
    }
}
