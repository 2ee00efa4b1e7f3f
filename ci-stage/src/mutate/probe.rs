//! Asking the compiler who uses what: each constant is marked as deprecated under a tag of ours,
//! and each warning is one resolved use with its exact place.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::DiagnosticSpan;

use super::edits::{At, Edits, Rewritten};
use super::find::Constant;
use super::matrix::ConstantKind;
use super::program::{FileRole, Program};

/// What a piece that was put into the probed text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The tag.
    Tag,
    /// A use of the constant beside it, which shows that it is compiled at all.
    Marker(usize),
}

const CONSTANT_TAG: &str = "ci-stage constant ";
const TRAIT_TAG: &str = "ci-stage trait ";

/// The tagged sources, by path.
pub(super) struct Probe(BTreeMap<String, Rewritten<Purpose>>);

impl Probe {
    /// Tags every constant of the program.
    pub(super) fn of(program: &Program) -> Self {
        let mut texts = BTreeMap::new();
        for (file, parsed) in program.files.iter().enumerate() {
            let mut edits = Edits::default();
            let mut traits = BTreeSet::new();
            for constant in program.constants_in(file) {
                let item = &program.constants[constant].item;
                tag(constant, item, &mut edits);
                // A trait goes by the number of its first constant.
                if let Some(at) = item.declaring_trait
                    && traits.insert(at)
                {
                    let text = format!("#[deprecated(note = \"{TRAIT_TAG}{constant}\")] ");
                    edits.insert(at, vec![(text, Some(Purpose::Tag))]);
                }
            }
            if !edits.is_empty() {
                let rewritten = edits.apply(&parsed.source.text);
                texts.insert(parsed.source.path.clone(), rewritten);
            }
        }
        Self(texts)
    }

    /// The texts that differ from the original.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        let texts = self.0.iter();
        texts
            .map(|(path, rewritten)| (path.clone(), rewritten.text.clone()))
            .collect()
    }

    /// Reads the compiler's answer. `root` is that of the probed copy.
    pub(super) fn read(
        &self,
        program: &Program,
        root: &Path,
        messages: &[CompilerMessage],
    ) -> Resolved {
        let mut resolved = Resolved::default();
        for message in messages {
            let build_time = message.target.kind.iter().any(|kind| {
                use cargo_metadata::TargetKind::{CustomBuild, ProcMacro};
                matches!(kind, CustomBuild | ProcMacro)
            });
            let Some(tagged) = Tagged::of(&message.message.message) else {
                continue;
            };
            let spans = message.message.spans.iter().filter(|span| span.is_primary);
            for span in spans {
                let place = self.place(program, root, span);
                resolved.add(&tagged, place, build_time);
            }
        }
        resolved
    }

    fn place(&self, program: &Program, root: &Path, span: &DiagnosticSpan) -> Place {
        let name = Path::new(&span.file_name);
        let name = name.strip_prefix(root).unwrap_or(name).to_string_lossy();
        let Some(file) = program.file(&name) else {
            return Place::Elsewhere;
        };
        let byte = span.byte_start as usize;
        match self
            .0
            .get(name.as_ref())
            .map_or(At::Original(byte), |text| text.at(byte))
        {
            At::Original(byte) => Place::File(file, byte),
            At::Edit(Purpose::Marker(constant)) => Place::Marker(constant),
            At::Edit(Purpose::Tag) => Place::Elsewhere,
        }
    }
}

fn tag(number: usize, item: &Constant, edits: &mut Edits<Purpose>) {
    if item.kind == ConstantKind::TraitImpl || item.name == "_" {
        return;
    }
    let tag = format!("#[deprecated(note = \"{CONSTANT_TAG}{number}\")] ");
    match &item.deprecated {
        Some(range) => edits.replace(range.clone(), tag, Purpose::Tag),
        None => edits.insert(item.item.start, vec![(tag, Some(Purpose::Tag))]),
    }
    let (cfg, name) = (&item.cfg, &item.name);
    let path = match item.kind {
        ConstantKind::TraitDefault => return,
        ConstantKind::Associated => format!("Self::{name}"),
        _ => name.clone(),
    };
    // A mutable static may not be named in safe code, and it is left alone anyway.
    if item.skip.is_none() {
        let marker = format!(" {cfg} fn __ci_stage_marker_{number}() {{ let _ = &{path}; }}");
        let purpose = Some(Purpose::Marker(number));
        edits.insert(item.item.end, vec![(marker, purpose)]);
    }
}

enum Place {
    File(usize, usize),
    Marker(usize),
    Elsewhere,
}

enum Tagged {
    Constant(usize),
    Trait(usize),
}

impl Tagged {
    fn of(message: &str) -> Option<Self> {
        let number = |tag: &str| message.rsplit_once(tag)?.1.parse().ok();
        // What a deprecated trait declares counts as deprecated too; only the trait is asked for.
        let of_trait = message.starts_with("use of deprecated trait ");
        number(CONSTANT_TAG)
            .map(Self::Constant)
            .or_else(|| number(TRAIT_TAG).filter(|_| of_trait).map(Self::Trait))
    }
}

/// Where the compiler says that constants and traits are used.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// Uses: constant, file, byte of the last name of the path.
    pub(super) uses: BTreeSet<(usize, usize, usize)>,
    /// Constants whose definition was compiled.
    pub(super) compiled: BTreeSet<usize>,
    /// Constants with a use that lies in no file of the copy.
    pub(super) elsewhere: BTreeSet<usize>,
    /// Constants used by code that runs while the program is built.
    pub(super) build_time: BTreeSet<usize>,
    /// Uses of a trait: the number of its first constant, file, byte.
    pub(super) trait_uses: BTreeSet<(usize, usize, usize)>,
}

impl Resolved {
    fn add(&mut self, tagged: &Tagged, place: Place, build_time: bool) {
        match (tagged, place) {
            (Tagged::Constant(constant), Place::File(file, byte)) => {
                self.uses.insert((*constant, file, byte));
                self.compiled.insert(*constant);
            }
            (Tagged::Constant(_), Place::Marker(constant)) => {
                self.compiled.insert(constant);
                return;
            }
            (Tagged::Constant(constant), Place::Elsewhere) => {
                self.elsewhere.insert(*constant);
            }
            (Tagged::Trait(number), Place::File(file, byte)) => {
                self.trait_uses.insert((*number, file, byte));
            }
            (Tagged::Trait(_), _) => {}
        }
        if let (Tagged::Constant(constant), true) = (tagged, build_time) {
            self.build_time.insert(*constant);
        }
    }
}

/// Constants of build scripts and procedural macros work while others are compiled.
pub(super) fn works_at_build_time(program: &Program, constant: usize) -> bool {
    program.file_of(constant).layout.role == FileRole::BuildTime
}
