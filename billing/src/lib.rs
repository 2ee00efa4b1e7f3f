//! The shell around `pricing`.
