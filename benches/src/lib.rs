//! Benchmarks of Ledgerly.
