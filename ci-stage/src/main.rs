//! The `ci-stage` command.
fn main() {}
