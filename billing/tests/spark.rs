//! The Spark job: its own tests on a cluster of two executors, its types, and the line that submits it.
//!
//! `PySpark` and Java that are not installed cannot be run; the tests are then reported as ignored, never
//! as passed.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Failed, Trial};

const INSTALL: &str = "python3 -m venv target/clients/spark && target/clients/spark/bin/pip install './billing/spark[dev]'; Java 17 or later";

fn main() {
    let is_missing = !are_installed();
    if is_missing {
        eprintln!("NOT RUN: PySpark or Java is not installed: {INSTALL}");
    }
    let trials = vec![
        Trial::test(
            "ndjson_is_priced_though_an_executor_dies_in_each_stage",
            || pytest("ndjson_is_priced"),
        ),
        Trial::test(
            "parquet_is_priced_though_an_executor_dies_in_each_stage",
            || pytest("parquet_is_priced"),
        ),
        Trial::test("the_job_passes_its_other_tests", || pytest("not is_priced")),
        Trial::test("the_job_is_typed", || passed(&python(&["-m", "mypy"]))),
        Trial::test("the_job_is_tidy", || {
            passed(&python(&[
                "-m",
                "ruff",
                "check",
                "--no-cache",
                "src",
                "tests",
                "bench",
            ]))
        }),
        Trial::test("spark_submit_runs_the_job_with_this_binary", submitted),
    ];
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(is_missing));
    // Each starts a cluster; side by side they would only be slower.
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn interpreter() -> PathBuf {
    root().join("target/clients/spark/bin/python")
}

fn are_installed() -> bool {
    let imports = "import pyspark, pyarrow, pandas, pytest, mypy, ruff";
    let mut python = Command::new(interpreter());
    let python = python.args(["-c", imports]).output();
    let java = Command::new("java").arg("-version").output();
    [python, java]
        .into_iter()
        .all(|output| output.is_ok_and(|output| output.status.success()))
}

/// Runs Python beside the job's sources.
fn python(arguments: &[&str]) -> Output {
    Command::new(interpreter())
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("spark"))
        .env("LEDGERLY_BINARY", env!("CARGO_BIN_EXE_ledgerly"))
        .env("SPARK_LOCAL_IP", "127.0.0.1")
        .args(arguments)
        .output()
        .unwrap()
}

/// The tests of the job whose names match, in a session of their own.
fn pytest(names: &str) -> Result<(), Failed> {
    passed(&python(&[
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-k",
        names,
    ]))
}

fn passed(output: &Output) -> Result<(), Failed> {
    if output.status.success() {
        return Ok(());
    }
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    Err(format!("{out}\n{err}").into())
}

/// The whole way of a user: one command, this binary, a folder of totals.
fn submitted() -> Result<(), Failed> {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.ndjson");
    let worked = include_str!("../examples/worked.ndjson");
    std::fs::write(&book, worked.trim_end().to_owned() + "\n").unwrap();
    let output = folder.path().join("totals");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_ledgerly"))
            .current_dir(folder.path())
            .env("SPARK_LOCAL_IP", "127.0.0.1")
            .args(["spark", "submit", "--python"])
            .arg(interpreter())
            .args(["--conf", "spark.ui.enabled=false", "price"])
            .args([&book, Path::new("--output"), &output])
            .output()
            .unwrap()
    };
    let first = run();
    passed(&first)?;
    let line = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(
        line.contains("spark-submit --master 'local[*,4]' --files "),
        "{line}"
    );
    assert!(
        line.contains("1 priced, 0 rejected of 1 invoices"),
        "{line}"
    );
    let parts = std::fs::read_dir(output.join("totals")).unwrap();
    let parts = parts.map(|part| std::fs::read_to_string(part.unwrap().path()));
    let totals: String = parts
        .filter_map(Result::ok)
        .filter(|text| text.contains("INV"))
        .collect();
    assert_eq!(totals, "{\"invoice_id\":\"INV-1\",\"total\":\"141.69\"}\n");
    // The output is there: nothing is overwritten.
    assert_eq!(run().status.code(), Some(2));
    Ok(())
}
