//! Help, completions, manual pages, and where the workspace is found.

use snapbox::{assert_data_eq, str};

use crate::binary::ci_stage;
use crate::project::Project;

#[test]
fn help_names_commands_examples_and_exit_codes() {
    let help = ci_stage().arg("--help").output().unwrap();
    assert_data_eq!(
        String::from_utf8(help.stdout).unwrap(),
        str![[r#"
A CI harness for any Cargo workspace: the same pipeline at a desk and on a CI server.

Without a command it runs the pipeline: lint, test, coverage and build, or the stages of the
settings, and stops at the first that is red. A verdict comes from exit codes, never from searching
a log; it is kept in target/ci/verdict.json.

Usage: ci-stage [OPTIONS] [COMMAND]

Commands:
  test         Run tests, a process each, and print the stage's transcript
  lint         Check formatting, then clippy with every warning an error
  coverage     Run the tests, measure how much of the code they reach and hold that against the
               gates
  build        Build for release and package the binaries in dist/NAME-COMMIT.tar.zst
  deploy       Bring the artifact to an environment, watch it there, and go back if it misbehaves
  impact       Say what the artifact would do to what customers pay, beside what runs
  approve      Approve exactly these bytes for an environment, with your SSH key
  rollback     Make an earlier release run again
  status       Show what runs where, since when, with which verdict
  drill        Prove on an environment that going back works: deploy a release that fails its checks
  lesson       Predict what the pipeline will do, see it, and learn why
  mutate       Mistype every constant in every likely way and show which test notices
  docs         Check the documentation: rustdoc's warnings, and the examples that it runs
  audit        Check the dependencies for known vulnerabilities, yanked versions and licences
  secrets      Look for committed keys and tokens
  unused       Look for dependencies that no source mentions
  run          Run some stages, in the order given, or a part of the pipeline
  merge        Put the shards of a run together into one verdict
  report       Render the last run's verdict for another program
  provider     Generate the file of a CI server, or hold it against what would be generated
  repro        Run again just what failed in the last run
  cache        Show or forget the passes that are remembered
  doctor       List the tools, their versions, and how to get those that are missing
  completions  Print completions for a shell
  man          Print the manual page, or write one for each command to a folder
  help         Print this message or the help of the given subcommand(s)

Options:
      --manifest-path <FILE>
          The manifest of the workspace, or of a member [default: found from the current folder]

  -C, --directory <DIR>
          Work in this folder

      --setup
          Install the tools that are missing; each command is printed before it runs

      --format <FORMAT>
          What standard output holds

          Possible values:
          - text: Text for people
          - json: The verdict as JSON; text for people goes to standard error
          
          [default: text]

      --no-cache
          Run every stage, also what has passed and has not changed since

      --fused
          Lint, test and measure with one compile: fastest from nothing, never for the artifact

      --retries <N>
          Try a failing test again so many times; one that then passes is flaky [default:
          test.retries]

      --watch
          Run again whenever a source changes

      --pause-on-failure
          When a stage is red, wait for Enter before the run ends

      --from <STAGE>
          Begin with this stage

      --until <STAGE>
          End with this stage

      --only <STAGE>
          Run only these stages of the pipeline

      --skip <STAGE>
          Leave these stages out

      --dry-run
          Show the exact commands and run none

      --explain <STAGE>
          Show the exact commands of one stage and run none

  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Examples:
    ci-stage                         the whole pipeline: lint, test, coverage, build
    ci-stage --setup                 the same, after installing the tools that are missing
    ci-stage test test_pricing       the tests of one target
    ci-stage coverage --fail-under 90
    ci-stage -C ../other --format json test

Exit codes:
    0  passed                        6  lint
    1  a test failed                 7  set-up: a tool is missing
    2  wrong usage or configuration  8  the baseline fails already
    3  does not build                9  waiting for approval
    4  no test ran                  10  deployment failed, rolled back
    5  a gate is not met           124  timed out
                                   130  interrupted

"#]]
    );
    assert!(help.status.success());
}

#[test]
fn every_command_has_examples() {
    for command in [
        "test",
        "lint",
        "coverage",
        "build",
        "lesson",
        "completions",
        "man",
    ] {
        let help = ci_stage().args([command, "--help"]).output().unwrap();
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(text.contains("\nExamples:\n    "), "{command}: {text}");
    }
}

#[test]
fn completions_and_manual_pages_are_made() {
    let bash = ci_stage().args(["completions", "bash"]).output().unwrap();
    assert!(
        String::from_utf8(bash.stdout)
            .unwrap()
            .contains("--fail-under")
    );
    let page = ci_stage().arg("man").output().unwrap();
    assert!(
        String::from_utf8(page.stdout)
            .unwrap()
            .contains(".TH ci-stage 1")
    );
    let folder = tempfile::tempdir().unwrap();
    let pages = ci_stage()
        .arg("man")
        .arg("--output")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(pages.status.success());
    assert!(folder.path().join("ci-stage-coverage.1").exists());
}

#[test]
fn the_workspace_is_found_from_a_folder_below_a_manifest_or_a_directory() {
    let project = Project::of("killed");
    let manifest = project.path("Cargo.toml");
    let below = project.path("src");
    for place in [
        ["-C", below.to_str().unwrap()],
        ["--manifest-path", manifest.to_str().unwrap()],
    ] {
        let outside = tempfile::tempdir().unwrap();
        let mut command = ci_stage();
        command.current_dir(outside.path()).args(place).arg("test");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{place:?}");
    }
}

#[test]
fn outside_of_a_workspace_cargo_s_own_words_are_shown() {
    let outside = tempfile::tempdir().unwrap();
    let output = ci_stage()
        .current_dir(outside.path())
        .arg("test")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("could not find `Cargo.toml`"), "{error}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_percentage_that_is_none_is_refused_with_what_is_allowed() {
    let output = ci_stage()
        .args(["coverage", "--fail-under", "101"])
        .output()
        .unwrap();
    assert_data_eq!(
        String::from_utf8(output.stderr).unwrap(),
        str![[r#"
error: invalid value '101' for '--fail-under <PERCENT>': `101` is not a percentage: write a number from 0 to 100 with at most two decimals, such as 90 or 87.5

For more information, try '--help'.

"#]]
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_doctor_answers_programs_in_json() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&["doctor", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let tools: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let named = |name: &str| {
        let mut tools = tools.as_array().unwrap().iter();
        tools.find(|tool| tool["tool"] == name).unwrap().clone()
    };
    assert_eq!(named("rustc")["needed"], true);
    let llvm = named("LLVM's tools");
    assert_eq!(llvm["programs"].as_array().unwrap().len(), 2, "{llvm}");
    assert_eq!(llvm["install"], serde_json::Value::Null);
}
