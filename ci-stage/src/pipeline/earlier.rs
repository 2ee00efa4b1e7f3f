//! A pipeline in several steps, such as `run lint`, then `run test coverage`, then `run build`, has one
//! verdict all the same.

use super::Run;
use crate::commit::Commit;
use crate::plan::{Plan, Selection};
use crate::stage::{Report, State};
use crate::verdict::Verdict;

/// What passed in the steps before this one, on the same commit and the same sources.
///
/// Only stages that stand before all of this run's count, so that a first step begins anew. A run
/// of one command, such as `ci-stage test shop`, is no step: it need not have run all of its stage.
pub(super) fn stages(run: &Run, commit: &Commit, sources: Option<&str>) -> Vec<Report> {
    let whole = Plan::select(&run.workspace, &run.settings, &Selection::default());
    let earlier = Verdict::read(&Verdict::file(&run.workspace));
    let (Ok(whole), Ok(earlier), Some(sources)) = (whole, earlier, sources) else {
        return Vec::new();
    };
    let is_of_the_same = earlier.command == run.command
        && earlier.commit == commit.to_string()
        && earlier.sources.as_deref() == Some(sources);
    if !is_of_the_same {
        return Vec::new();
    }
    let before: Vec<&str> = whole
        .names()
        .take_while(|name| !run.plan.has(name))
        .collect();
    // All of them would stand before a run of none of them.
    if before.len() == whole.steps.len() {
        return Vec::new();
    }
    let mut stages = earlier.stages;
    stages.retain(|stage| stage.has_passed() && before.contains(&stage.name.as_str()));
    for stage in &mut stages {
        stage.state = State::Earlier;
    }
    stages
}
