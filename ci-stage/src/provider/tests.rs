use std::path::PathBuf;

use clap::ValueEnum;

use super::*;

fn this_repository() -> (Workspace, Settings) {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let workspace = Workspace::find(Some(&manifest)).unwrap();
    let settings = Settings::read(&workspace).unwrap();
    (workspace, settings)
}

#[test]
fn this_repository_s_workflow_is_as_generated() {
    let (workspace, settings) = this_repository();
    Provider::Github.check(&workspace, &settings).unwrap();
}

#[test]
fn every_server_s_file_calls_the_pipeline_and_each_environment_in_its_order() {
    let (workspace, settings) = this_repository();
    for provider in Provider::value_variants() {
        let files = provider.generate(&workspace, &settings).unwrap();
        let text: String = files.into_iter().map(|(_, text)| text).collect();
        let call = |what: &str| {
            let call = format!("cargo run --quiet -p ci-stage -- {what}");
            text.find(&call)
                .unwrap_or_else(|| panic!("{provider:?}: {call}: {text}"))
        };
        if *provider == Provider::Travis {
            assert!(call("--setup") < text.len());
        } else {
            assert!(call("run lint --setup") < call("run test coverage --setup"));
            assert!(call("run test coverage --setup") < call("run build --setup"));
        }
        assert!(
            text.ends_with('\n') && !text.contains("{%"),
            "{provider:?}: {text}"
        );
        if *provider == Provider::Circleci {
            let named = |name: &str| text.find(&format!("environment: {name}")).unwrap();
            assert!(named("staging") < named("production"));
        } else {
            assert!(
                call("deploy staging") < call("deploy production"),
                "{provider:?}"
            );
        }
        // Travis has no approval of its own.
        let approves = text.contains("CI_STAGE_APPROVED");
        assert_eq!(approves, *provider != Provider::Travis, "{provider:?}");
    }
}

#[test]
fn a_file_that_was_changed_is_refused_with_the_first_line_that_differs() {
    let (workspace, mut settings) = this_repository();
    settings.provider.branch = "trunk".into();
    settings.provider.install = vec!["cargo install ci-stage".into()];
    let refused = Provider::Github.check(&workspace, &settings).unwrap_err();
    assert_eq!(
        refused.to_string(),
        ".github/workflows/ci.yml:7: `branches: [trunk]` is expected; \
         `ci-stage provider generate` writes it anew"
    );
    let missing = Provider::Travis.check(&workspace, &settings).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with(".travis.yml: it ends too early"),
        "{missing}"
    );
}

#[test]
fn without_environments_there_is_nothing_to_deploy() {
    let (workspace, mut settings) = this_repository();
    let names = |settings: &Settings| {
        let files = Provider::Github.generate(&workspace, settings).unwrap();
        files.into_iter().map(|(file, _)| file).collect::<Vec<_>>()
    };
    let deploy = Path::new(".github/workflows/deploy.yml");
    assert!(names(&settings).contains(&deploy));
    settings.environments.clear();
    assert!(!names(&settings).contains(&deploy));
}

#[test]
fn the_steps_keep_together_what_one_run_does_once() {
    let (workspace, mut settings) = this_repository();
    let mut of = |stages: &[&str], beside: Option<(&str, &str)>| {
        settings.stages = Some(stages.iter().map(ToString::to_string).collect());
        settings.stage.clear();
        if let Some((name, leader)) = beside {
            let stage = settings.stage.entry(name.into()).or_default();
            stage.beside = Some(leader.into());
        }
        let pipeline = Plan::select(&workspace, &settings, &Selection::default()).unwrap();
        let steps = steps(&pipeline).into_iter().map(|step| step.join(" "));
        steps.collect::<Vec<_>>()
    };
    let default = ["lint", "test", "coverage", "build"];
    assert_eq!(of(&default, None), ["lint", "test coverage", "build"]);
    let between = ["test", "docs", "coverage", "build"];
    assert_eq!(of(&between, None), ["test docs coverage", "build"]);
    let beside = of(&["lint", "test", "build"], Some(("build", "test")));
    assert_eq!(beside, ["lint", "test build"]);
    let without_tests = of(&["lint", "coverage"], None);
    assert_eq!(without_tests, ["lint", "coverage"]);
}

#[test]
fn several_machines_are_the_server_s_own_matrix_and_one_of_them_merges() {
    let (workspace, mut settings) = this_repository();
    settings.provider.shards = 3;
    settings.provider.mutate = true;
    for (provider, matrix, share) in [
        (
            Provider::Github,
            "shard: [1, 2, 3]",
            "--shard ${{ matrix.shard }}/3",
        ),
        (
            Provider::Gitlab,
            "parallel: 3",
            "--shard $CI_NODE_INDEX/$CI_NODE_TOTAL",
        ),
        (
            Provider::Circleci,
            "parallelism: 3",
            "--shard $((CIRCLE_NODE_INDEX + 1))/$CIRCLE_NODE_TOTAL",
        ),
        (
            Provider::Jenkins,
            "values '1', '2', '3'",
            "--shard $SHARD/3",
        ),
        (Provider::Travis, "- stage: shards", "--shard 3/3"),
    ] {
        let files = provider.generate(&workspace, &settings).unwrap();
        let text = &files[0].1;
        let merge = text.lines().filter(|line| line.contains("-- merge "));
        let merge: Vec<&str> = merge.collect();
        assert!(
            matches!(merge[..], [line] if line.contains(" --setup")),
            "{provider:?}: {merge:?}"
        );
        for part in [
            matrix,
            &format!("-- test --setup --defer {share}"),
            &format!("-- mutate --defer {share}"),
        ] {
            assert!(text.contains(part), "{provider:?}: {part}: {text}");
        }
        assert!(!text.contains("{%"), "{provider:?}: {text}");
    }
}
