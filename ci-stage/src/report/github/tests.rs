use std::path::Path;

use super::{Step, Warning, render};

fn warning(number: usize) -> Warning {
    Warning {
        file: "src/a,b:c.rs".into(),
        lines: (number, number + 1),
        title: "50 % of: a, b".into(),
        message: "first, 50 %: yes\r\nsecond".into(),
    }
}

#[test]
fn what_would_end_a_command_is_escaped() {
    assert_eq!(
        render(&[warning(7)]),
        "::warning file=src/a%2Cb%3Ac.rs,line=7,endLine=8,title=50 %25 of%3A a%2C b\
         ::first, 50 %25: yes%0D%0Asecond\n"
    );
}

#[test]
fn what_github_would_drop_is_counted() {
    let ten: Vec<Warning> = (1..=10).map(warning).collect();
    assert_eq!(render(&ten).lines().count(), 10);
    assert!(!render(&ten).contains("::notice"));
    let twelve: Vec<Warning> = (1..=12).map(warning).collect();
    let commands = render(&twelve);
    assert_eq!(commands.lines().count(), 11);
    assert_eq!(
        commands.lines().last(),
        Some("::notice::+2 more warnings; GitHub shows 10 of a step")
    );
}

#[test]
fn a_file_is_named_from_the_root_of_the_repository() {
    let step = Step {
        repository: "/home/runner/work/shop".into(),
        summary: None,
    };
    for (workspace, expected) in [
        ("/home/runner/work/shop", "src/lib.rs"),
        ("/home/runner/work/shop/server", "server/src/lib.rs"),
        ("/elsewhere", "src/lib.rs"),
    ] {
        let path = step.path_in_repository(Path::new(workspace), "src/lib.rs");
        assert_eq!(path, expected);
    }
}
