//! The README's `ledgerly` commands, run as they stand there. A test of the package `billing`,
//! which alone knows where its binary is.

#[test]
fn the_readmes_ledgerly_commands_print_what_it_says() {
    // The commands are typed at the root.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap();
    trycmd::TestCases::new()
        .register_bin("ledgerly", trycmd::cargo::cargo_bin!("ledgerly"))
        .register_bin("ci-stage", trycmd::schema::Bin::Ignore)
        .case("README.md")
        .run();
}
