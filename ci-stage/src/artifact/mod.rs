//! What is delivered: one archive a commit, made once, known by its digest.
//!
//! [`package`] makes `dist/NAME-COMMIT/` and `dist/NAME-COMMIT.tar.zst` with the same content:
//! the binaries, licences, further files of the settings, a bill of materials, `VERSION` and
//! `SHA256SUMS`; where the settings ask for it [`image`] makes an OCI image of it. [`attest`] lays the verdict and where it all came from beside the archive;
//! [`Artifact::read`] takes the three together again and trusts none that does not fit.

mod archive;
mod bill;
pub mod image;
mod package;
mod provenance;
mod reproduce;

pub use archive::{files, pack, unpack};
pub use package::{Package, checksums, package};
pub use provenance::{Artifact, attest};
pub use reproduce::{Comparison, reproduce};

/// What ends the name of an archive.
pub const ENDING: &str = ".tar.zst";
