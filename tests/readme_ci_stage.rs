//! The README's `ci-stage` commands, run as they stand there. A test of the package `ci-stage`,
//! which alone knows where its binary is.

#[test]
fn the_readmes_ci_stage_commands_print_what_it_says() {
    // The commands are typed at the root.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap();
    trycmd::TestCases::new()
        .register_bin("ci-stage", trycmd::cargo::cargo_bin!("ci-stage"))
        .register_bin("ledgerly", trycmd::schema::Bin::Ignore)
        // A coverage run must not make the commands measure themselves.
        .env("RUSTC_WRAPPER", "")
        // Cargo's own report of its work goes to standard error and differs from run to run.
        .env("CARGO_TERM_QUIET", "true")
        .case("README.md")
        .run();
}
