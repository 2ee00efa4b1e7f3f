//! `image.*`: the package as an OCI image.

use serde::Deserialize;

/// ```toml
/// image.entrypoint = "till"        # dist/NAME-COMMIT.oci, which runs this file of the package
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageSettings {
    /// The file of the package that a container runs.
    pub entrypoint: String,
}
