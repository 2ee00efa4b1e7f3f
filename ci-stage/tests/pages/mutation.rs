//! The page of a sweep in a browser.

use std::path::{Path, PathBuf};

use ci_stage::mutate::matrix::Matrix;
use ci_stage::mutate::report::{Format, Sources};
use libtest_mimic::Trial;
use snapbox::{Data, assert_data_eq};

use crate::browser::{self, Theme};

pub(crate) fn trials() -> Vec<Trial> {
    let browser = browser::judge();
    vec![
        browser.trial(
            "the_page_draws_filters_and_explains_the_matrix",
            |chromium| {
                let seen = browser::observe(
                    chromium,
                    &rendered(Format::Html),
                    include_str!("mutation.js"),
                    Theme::Light,
                );
                let expected = fixture().join("expected/page.json");
                assert_data_eq!(seen + "\n", Data::read_from(&expected, None).raw());
            },
        ),
        browser.trial("the_page_follows_the_theme_of_the_machine", |chromium| {
            let colours = "return getComputedStyle(document.body).backgroundColor;";
            let page = rendered(Format::Html);
            let seen = [Theme::Light, Theme::Dark]
                .map(|theme| browser::observe(chromium, &page, colours, theme));
            assert_eq!(seen, ["\"rgb(255, 255, 255)\"", "\"rgb(15, 20, 25)\""]);
        }),
    ]
}

pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/report")
}

pub(crate) fn rendered(format: Format) -> String {
    let matrix = Matrix::read(&fixture().join("matrix.json")).unwrap();
    let sources = Sources::read(&matrix, &fixture()).unwrap();
    format.render(&matrix, &sources).unwrap()
}
