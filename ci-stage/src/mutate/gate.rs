//! The gates: how many mutants may go unnoticed.

use super::matrix::Matrix;
use crate::console::complain;
use crate::exit::ExitCode;
use crate::settings::Percent;

/// What is asked of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates {
    /// The least share of mutants that are noticed.
    pub fail_under: Option<Percent>,
    /// How many may go unnoticed.
    pub max_survivors: Option<usize>,
}

impl Gates {
    /// These, and those of others where none is set.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self {
            fail_under: self.fail_under.or(others.fail_under),
            max_survivors: self.max_survivors.or(others.max_survivors),
        }
    }
}

/// Whether a sweep meets its gates; what is missing is said on standard error.
pub(crate) fn verdict(matrix: &Matrix, gates: Gates) -> ExitCode {
    let Gates {
        fail_under,
        max_survivors,
    } = gates;
    let counts = matrix.counts;
    let mut code = ExitCode::Passed;
    let score = Percent::of(counts.detected() as u64, counts.valid() as u64);
    if let Some(gate) = fail_under
        && counts.valid() > 0
        && score < gate
    {
        complain(format_args!(
            "gate not met: the score is {score:#} %, asked for are {gate} %"
        ));
        code = ExitCode::Gate;
    }
    if let Some(most) = max_survivors
        && counts.undetected() > most
    {
        complain(format_args!(
            "gate not met: {} mutants were not noticed, at most {most} may be",
            counts.undetected()
        ));
        code = ExitCode::Gate;
    }
    if let Some(verification) = &matrix.verification
        && !verification.differences.is_empty()
    {
        complain(format_args!(
            "{} verdicts differ from real edits",
            verification.differences.len()
        ));
        code = ExitCode::Gate;
    }
    code
}
