//! The constants of a sweep: what they are, where they are used, how their mutants were tested.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ConstantId, Span, TestId};

/// What sort of item a constant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ConstantKind {
    /// `const` in a module or a body.
    Const,
    /// `static`.
    Static,
    /// `const` in an inherent `impl`.
    Associated,
    /// The default of a `const` in a `trait`.
    TraitDefault,
    /// `const` in an `impl Trait for Type`.
    TraitImpl,
}

/// Why a constant's value matters little to what a program computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LowValue {
    /// A buffer's or cache's capacity.
    Capacity,
    /// A time-out, an interval, a number of retries.
    Timeout,
    /// A seed.
    Seed,
    /// A version, a name, a user agent.
    Version,
    /// Text for people: logs, messages, help.
    Text,
}

impl fmt::Display for LowValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Capacity => "capacity",
            Self::Timeout => "time-out",
            Self::Seed => "seed",
            Self::Version => "version",
            Self::Text => "text",
        })
    }
}

/// How a constant's mutants reach the tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Method {
    /// All of them live in one build and are switched at run time.
    Schema,
    /// Each is built anew.
    Rebuild {
        /// Why the build that holds all mutants cannot hold these.
        reason: String,
    },
}

/// A constant and where it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Constant {
    /// Its own index.
    pub id: ConstantId,
    /// Its name, without a path.
    pub name: String,
    /// Crate, modules, type and name: `pricing::policy::TAX_RATE`, `plan::Plan::MAX`.
    pub path: String,
    /// The package that holds it.
    pub package: String,
    /// What sort of item it is.
    pub kind: ConstantKind,
    /// The whole item, from its first keyword to the semicolon.
    pub span: Span,
    /// The initialiser.
    pub value_span: Span,
    /// The declared type, as written.
    pub type_text: String,
    /// The initialiser, as written.
    pub value_text: String,
    /// Set when the constant belongs to a group that is left out unless it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_value: Option<LowValue>,
    /// How its mutants were tested.
    pub method: Method,
    /// Constants whose initialiser is built from this one, directly.
    pub feeds: Vec<ConstantId>,
    /// Where the compiler says it is used, definitions and imports apart.
    pub uses: Vec<Use>,
    /// The tests that read it when they run, directly or through a constant built from it.
    pub read_by: Vec<TestId>,
}

impl Constant {
    /// A literal of this constant, by the name that `--set` takes, under its modules:
    /// `pricing::policy::TIER_DISCOUNTS.gold`.
    #[must_use]
    pub fn literal(&self, selector: &str) -> String {
        let modules = self.path.strip_suffix(&self.name).unwrap_or_default();
        format!("{modules}{selector}")
    }
}

/// One resolved use of a constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Use {
    /// Where its last path segment stands.
    pub span: Span,
    /// The test in whose body it stands: that test computes its expectation from the constant itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_test: Option<TestId>,
}
