//! A CI harness and a teacher for any Cargo workspace.
