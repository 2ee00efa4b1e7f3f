use std::path::Path;

use super::{Coverage, FileCoverage, Share};

const LCOV: &str = "\
SF:/w/src/full.rs\nDA:1,3\nDA:2,1\nLF:2\nLH:2\nend_of_record\n\
SF:/w/src/partly.rs\nDA:1,1\nDA:3,0\nDA:4,0\nDA:7,0\nDA:8,2\nDA:9,0\nLF:6\nLH:2\nend_of_record\n";

#[test]
fn missing_lines_are_joined_to_stretches_and_the_worst_file_stands_first() {
    let coverage = Coverage::of_lcov(LCOV, Path::new("/w"));
    assert_eq!((coverage.lines, coverage.covered), (8, 4));
    assert_eq!(coverage.percent.to_string(), "50");
    let per_line = Share {
        count: 8,
        covered: 4,
    };
    assert_eq!(coverage.per_line, per_line);
    let worst = FileCoverage {
        path: "src/partly.rs".into(),
        lines: 6,
        covered: 2,
        missing: vec![(3, 7), (9, 9)],
        per_line: Share {
            count: 6,
            covered: 2,
        },
        ..FileCoverage::default()
    };
    assert_eq!(coverage.files[0], worst);
    assert_eq!(coverage.files[1].path, "src/full.rs");
}
