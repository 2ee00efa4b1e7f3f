//! The `ledgerly` command.
fn main() {}
