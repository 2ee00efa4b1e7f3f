//! The real binary: commands, whole outputs, exit codes.

#[test]
fn each_command_prints_what_its_transcript_shows() {
    trycmd::TestCases::new()
        .default_bin_name("ledgerly")
        .env("COLUMNS", "100")
        .case("tests/cmd/*.trycmd");
}
