//! `ci-stage report`: the last verdict in the form that another program reads.

use std::path::PathBuf;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::Place;
use crate::cargo::Workspace;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::report::{Kind, Material, write_whole};
use crate::verdict::Verdict;

/// What is rendered, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The format
    #[arg(value_enum, default_value = "all")]
    kind: Which,
    /// The file to write, or `-` for standard output [default: below target/ci]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The verdict to render [default: target/ci/verdict.json]
    #[arg(long, value_name = "FILE")]
    verdict: Option<PathBuf>,
}

/// One format, or each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    One(Kind),
}

impl ValueEnum for Which {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<Which>> = LazyLock::new(|| {
            let kinds = Kind::value_variants().iter().copied().map(Which::One);
            std::iter::once(Which::All).chain(kinds).collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::All => Some(
                PossibleValue::new("all").help("Every format, each in its file below target/ci"),
            ),
            Self::One(kind) => kind.to_possible_value(),
        }
    }
}

pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let file = arguments.verdict.clone();
    let verdict = Verdict::read(&file.unwrap_or_else(|| Verdict::file(&workspace)))?;
    let material = Material::of(&workspace, &verdict);
    let kinds = match &arguments.kind {
        Which::All => Kind::value_variants(),
        Which::One(kind) => std::slice::from_ref(kind),
    };
    if arguments.output.is_some() && kinds.len() > 1 {
        return Err(Error::Usage(
            "--output takes one report; name its format, such as `ci-stage report html`".into(),
        ));
    }
    let to_console = arguments
        .output
        .as_ref()
        .is_some_and(|file| file.as_os_str() == "-");
    for &kind in kinds {
        let text = kind.render(&material)?;
        if to_console || (kind == Kind::Text && arguments.output.is_none()) {
            print(text.trim_end());
            continue;
        }
        let folder = workspace.target_directory().join("ci");
        let file = arguments.output.clone();
        let file = file.unwrap_or_else(|| folder.join(kind.file_name()));
        write_whole(&file, &text)?;
        print(file.display());
    }
    Ok(ExitCode::Passed)
}
