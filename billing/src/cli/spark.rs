//! `ledgerly spark submit`: the line that starts the job of the Python package on a cluster.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::args::{SparkCommand, SubmitOptions};
use super::exit::ExitStatus;
use crate::error::Error;

/// What the executors know the binary by.
const BINARY: &str = "ledgerly";

/// By this spark-submit finds the Spark of a Python package, and the driver its Python.
const PYTHON: &str = "PYSPARK_PYTHON";

/// Tells where the package's main file is, and the spark-submit that belongs to this Python.
const FIND: &str = "\
import importlib.util, os, shutil, sys
spec = importlib.util.find_spec('ledgerly_spark')
print(os.path.join(os.path.dirname(spec.origin), '__main__.py') if spec else '')
print(shutil.which('spark-submit', path=os.pathsep.join([os.path.dirname(sys.executable), os.environ.get('PATH', '')])) or '')";

pub(super) fn run(command: &SparkCommand) -> Result<ExitStatus, Error> {
    match command {
        SparkCommand::Submit(options) => submit(options),
    }
}

fn submit(options: &SubmitOptions) -> Result<ExitStatus, Error> {
    let line = line(options)?;
    let words: Vec<String> = line
        .iter()
        .map(|word| quoted(&word.to_string_lossy()))
        .collect();
    let python = quoted(&options.python.to_string_lossy());
    println!("{PYTHON}={python} {}", words.join(" "));
    if options.print {
        return Ok(ExitStatus::Done);
    }
    let ended = Command::new(&line[0])
        .args(&line[1..])
        .env(PYTHON, &options.python)
        .status();
    let ended = ended.map_err(|error| Error::io("starting", words[0].as_str(), error))?;
    Ok(match ended.code() {
        Some(0) => ExitStatus::Done,
        Some(1) if options.job.first().is_some_and(|job| job == "impact") => ExitStatus::Different,
        Some(2) => ExitStatus::BadInput,
        Some(3) => ExitStatus::Rejects,
        _ => ExitStatus::Failed,
    })
}

/// The command and its arguments.
fn line(options: &SubmitOptions) -> Result<Vec<OsString>, Error> {
    let found = Found::by(&options.python);
    let submit = options.spark_submit.clone().or_else(of_spark_home);
    let submit = submit.or(found.submit).ok_or_else(|| {
        missing(
            "spark-submit is not found",
            "set SPARK_HOME, or name it with --spark-submit",
        )
    })?;
    let app = options.app.clone().map(OsString::from);
    let app = app.or(found.app.map(Into::into)).ok_or_else(|| {
        let what = format!("{} has no package ledgerly_spark", options.python.display());
        missing(
            &what,
            "pip install ./billing/spark, or name its Python with --python",
        )
    })?;
    let mut line: Vec<OsString> = vec![
        submit.into(),
        "--master".into(),
        options.master.clone().into(),
    ];
    if let Some(mode) = &options.deploy_mode {
        line.extend(["--deploy-mode".into(), mode.into()]);
    }
    line.extend(["--files".into(), binary(options)?.into()]);
    let mut python = OsString::from("spark.pyspark.python=");
    python.push(&options.python);
    line.extend(["--conf".into(), python]);
    for setting in &options.conf {
        line.extend(["--conf".into(), setting.into()]);
    }
    line.push(app);
    line.extend(options.job.iter().map(OsString::from));
    Ok(line)
}

fn binary(options: &SubmitOptions) -> Result<PathBuf, Error> {
    let own = || std::env::current_exe().map_err(|error| Error::io("finding", BINARY, error));
    let binary = options.binary.clone().map_or_else(own, Ok)?;
    if binary.file_name().is_some_and(|name| name == BINARY) {
        return Ok(binary);
    }
    Err(Error::Usage(format!(
        "{} is not named {BINARY}, by which the job knows it (rename it, or name another with --binary)",
        binary.display()
    )))
}

fn of_spark_home() -> Option<PathBuf> {
    let home = PathBuf::from(std::env::var_os("SPARK_HOME")?);
    Some(home.join("bin/spark-submit"))
}

/// What the Python of the job knows.
#[derive(Default)]
struct Found {
    app: Option<PathBuf>,
    submit: Option<PathBuf>,
}

impl Found {
    fn by(python: &Path) -> Self {
        let Ok(output) = Command::new(python).args(["-c", FIND]).output() else {
            return Self::default();
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut paths = text
            .lines()
            .map(|line| (!line.is_empty()).then(|| line.into()));
        Self {
            app: paths.next().flatten(),
            submit: paths.next().flatten(),
        }
    }
}

fn missing(what: &str, remedy: &str) -> Error {
    Error::Usage(format!("{what} ({remedy})"))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:=,@%+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_change_it() {
        assert_eq!(quoted("s3a://books/march"), "s3a://books/march");
        assert_eq!(quoted("local[*,4]"), "'local[*,4]'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }
}
