//! The coverage maps of programs, without the programs: what llvm-cov reads of an executable lies in
//! three sections, a hundredth of its size. Put into an object of their own, they give the same
//! numbers on another machine.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use object::write::Object as NewObject;
use object::{BinaryFormat, Endianness, Object, ObjectSection, SectionKind};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Names of functions, their maps, and the names of their files.
const SECTIONS: [&str; 3] = ["__llvm_prf_names", FUNCTIONS, "__llvm_covmap"];

/// A record a function: the hash of its name, the length of its map, the hash of its structure, the
/// hash of its list of files, then its map, filled up to a multiple of eight bytes.
const FUNCTIONS: &str = "__llvm_covfun";

/// Programs repeat the maps of the libraries in them: a long window finds them again.
const WINDOW_LOG: u32 = 27;

const LEVEL: i32 = 3;

/// The maps of all programs of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Maps {
    /// The objects, in the order of the programs.
    objects: Vec<Vec<u8>>,
    /// What is counted, in one digest: functions and their maps, not the paths of a machine.
    pub(crate) digest: String,
}

/// Takes the maps out of programs; one that was not instrumented has none.
pub(crate) fn maps_of(programs: &[PathBuf]) -> Result<Maps, Error> {
    let mut objects = Vec::new();
    let mut functions = BTreeSet::new();
    for program in programs {
        let bytes = fs::read(program).map_err(Error::io("read", program))?;
        let cannot = |error: String| {
            Error::Setup(format!("{}: no coverage map: {error}", program.display()))
        };
        objects.extend(extracted(&bytes, &mut functions).map_err(cannot)?);
    }
    let mut digest = Sha256::new();
    for function in &functions {
        digest.update(
            u64::try_from(function.len())
                .unwrap_or(u64::MAX)
                .to_le_bytes(),
        );
        digest.update(function);
    }
    let digest = crate::sources::hex(&digest.finalize());
    Ok(Maps { objects, digest })
}

fn extracted(bytes: &[u8], functions: &mut BTreeSet<Vec<u8>>) -> Result<Option<Vec<u8>>, String> {
    let told = |error: object::Error| error.to_string();
    let program = object::File::parse(bytes).map_err(told)?;
    let mut object = NewObject::new(
        BinaryFormat::Elf,
        program.architecture(),
        program.endianness(),
    );
    let mut found = false;
    for section in program.sections() {
        let name = section.name().map_err(told)?;
        if !SECTIONS.contains(&name) {
            continue;
        }
        found = true;
        let data = section.data().map_err(told)?;
        if name == FUNCTIONS {
            functions.extend(records(data, program.endianness()));
        }
        let new = object.add_section(Vec::new(), name.into(), SectionKind::Metadata);
        object.set_section_data(new, data.to_vec(), section.align());
    }
    if !found {
        return Ok(None);
    }
    object.write().map(Some).map_err(|error| error.to_string())
}

/// The records of functions without the hash of their list of files, which holds paths.
fn records(mut data: &[u8], endianness: Endianness) -> Vec<Vec<u8>> {
    const HEAD: usize = 28;
    const FILES: std::ops::Range<usize> = 20..28;
    let mut records = Vec::new();
    while let Some(head) = data.get(..HEAD) {
        let length = [head[8], head[9], head[10], head[11]];
        let length = match endianness {
            Endianness::Little => u32::from_le_bytes(length),
            Endianness::Big => u32::from_be_bytes(length),
        };
        let end = usize::try_from(length).map_or(usize::MAX, |length| HEAD.saturating_add(length));
        let Some(record) = data.get(..end) else { break };
        let mut record = record.to_vec();
        record[FILES].fill(0);
        records.push(record);
        data = data.get(end.next_multiple_of(8)..).unwrap_or_default();
    }
    // What is no record is compared as it is.
    if !data.is_empty() {
        records.push(data.to_vec());
    }
    records
}

impl Maps {
    /// Packs the objects into one file.
    pub(crate) fn write(&self, file: &Path) -> Result<(), Error> {
        let cannot = || Error::io("write", file);
        let pack = || {
            let writer = BufWriter::new(File::create(file)?);
            let mut writer = zstd::Encoder::new(writer, LEVEL)?;
            writer.long_distance_matching(true)?;
            writer.window_log(WINDOW_LOG)?;
            let mut builder = tar::Builder::new(writer);
            for (number, object) in self.objects.iter().enumerate() {
                let mut header = tar::Header::new_gnu();
                header.set_size(u64::try_from(object.len()).unwrap_or(u64::MAX));
                header.set_mode(0o644);
                builder.append_data(&mut header, format!("{number:06}.o"), object.as_slice())?;
            }
            builder.into_inner()?.finish()?.into_inner()?.sync_all()
        };
        pack().map_err(cannot())
    }

    /// Unpacks the objects of such a file into a folder, and gives them in their order.
    pub(crate) fn unpack(file: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let unpack = || {
            let mut reader = zstd::Decoder::new(File::open(file)?)?;
            reader.window_log_max(WINDOW_LOG)?;
            let mut archive = tar::Archive::new(reader);
            let mut objects = Vec::new();
            for entry in archive.entries()? {
                let mut entry = entry?;
                // `unpack_in` never leaves the folder.
                let name = entry.path()?.into_owned();
                if entry.unpack_in(folder)? {
                    objects.push(folder.join(name));
                }
            }
            Ok(objects)
        };
        unpack().map_err(Error::io("read", file))
    }
}

#[cfg(test)]
mod tests {
    use object::Endianness;

    use super::{Maps, maps_of, records};

    #[test]
    fn a_map_of_a_function_is_the_same_whatever_list_of_files_it_names() {
        let record = |files: u8, name: u8| {
            let mut record = vec![name; 8];
            record.extend([3, 0, 0, 0]);
            record.extend([7; 8]);
            record.extend([files; 8]);
            record.extend([1, 2, 3, 0]);
            record
        };
        let two = |files: u8| [record(files, 1), record(files, 2)].concat();
        let read = |data: &[u8]| records(data, Endianness::Little);
        assert_eq!(read(&two(5)).len(), 2);
        assert_eq!(read(&two(5)), read(&two(6)));
        assert_ne!(read(&record(5, 1)), read(&record(5, 2)));
        assert_eq!(read(&[9, 9]), [[9, 9]], "what is no record is kept");
    }

    #[test]
    fn a_program_that_was_not_instrumented_has_no_map_and_what_is_packed_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let none = maps_of(&["/bin/true".into()]).unwrap();
        assert!(none.objects.is_empty());
        let maps = Maps {
            objects: vec![vec![1; 100_000], vec![2], Vec::new()],
            digest: String::new(),
        };
        let file = folder.path().join("maps");
        maps.write(&file).unwrap();
        assert!(file.metadata().unwrap().len() < 1_000);
        let unpacked = Maps::unpack(&file, &folder.path().join("out")).unwrap();
        let read: Vec<Vec<u8>> = unpacked
            .iter()
            .map(|file| std::fs::read(file).unwrap())
            .collect();
        assert_eq!(read, maps.objects);
        let other = maps_of(&["/etc/hostname".into()]).unwrap_err();
        assert!(other.to_string().contains("no coverage map"), "{other}");
    }
}
