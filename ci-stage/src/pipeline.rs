//! Running the stages of a plan, stopping at the first that is red.

mod earlier;
mod running;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use crate::cache::{Cache, Inputs, Restored};
use crate::cargo::{TestScope, Workspace};
use crate::commit::Commit;
use crate::console::{Console, Format};
use crate::error::Error;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::shard::Merged;
use crate::stage::{Context, Options, Report, Shared, Stage};
use crate::tools;
use crate::verdict::Verdict;
use running::Running;

/// A run: what, of which workspace, and how.
#[derive(Debug)]
pub struct Run {
    /// The workspace that is checked.
    pub workspace: Workspace,
    /// Its settings.
    pub settings: Settings,
    /// How the stages work.
    pub options: Options,
    /// The stages.
    pub plan: Plan,
    /// What the verdict calls the run.
    pub command: String,
    /// Where text goes.
    pub format: Format,
    /// Whether a remembered pass counts.
    pub cached: bool,
    /// Whether missing tools are installed.
    pub install: bool,
    /// Called when a stage is red, before the run ends.
    pub on_failure: fn(&Report),
    /// What other machines have done of it.
    pub(crate) merged: Option<Arc<Merged>>,
}

impl Run {
    /// Runs the stages; what follows a red one is not run. Writes the verdict file.
    ///
    /// # Errors
    /// [`Error::ToolMissing`] before anything runs; [`Error::Interrupted`] after ^C, and then the
    /// verdict file of an earlier run stays as it was.
    pub fn execute(&self) -> Result<Verdict, Error> {
        let (verdict, _) = self.carry_out()?;
        verdict.write(&self.workspace)?;
        Ok(verdict)
    }

    /// Does the same without writing the verdict; gives what the stages left for each other too.
    pub(crate) fn carry_out(&self) -> Result<(Verdict, Shared), Error> {
        for step in &self.plan.steps {
            tools::require(&step.stage.tools(&self.options), self.install)?;
        }
        if self.install && self.plan.has("coverage") {
            // Measuring takes LLVM's tools alone; the gate of record is there for whoever asks.
            tools::require(&[tools::Tool::CargoLlvmCov], true)?;
        }
        let started = Instant::now();
        let inputs = self.inputs()?;
        let restored = inputs
            .as_ref()
            .map(|inputs| Restored::begin(&self.workspace, &inputs.contents));
        let running = Running {
            run: self,
            inputs,
            cache: Cache::of(&self.workspace),
            shared: Shared {
                merged: self.merged.clone(),
                ..Shared::default()
            },
            started,
        };
        let reports = running.stages()?;
        if let (Some(restored), Some(inputs)) = (restored, &running.inputs) {
            restored.end(&inputs.contents);
        }
        let commit = Commit::of(self.workspace.root())?;
        let sources = running.inputs.as_ref().map(Inputs::digest);
        let mut stages = earlier::stages(self, &commit, sources.as_deref());
        stages.extend(reports);
        let mut verdict = Verdict::new(&self.command, &commit, stages, started.elapsed());
        verdict.sources = sources;
        verdict.lowered_gates = crate::base::lowered_gates(&self.workspace, &self.settings)?;
        Ok((verdict, running.shared))
    }

    fn inputs(&self) -> Result<Option<Inputs>, Error> {
        match Inputs::read(&self.workspace, &self.settings) {
            Err(Error::Interrupted) => Err(Error::Interrupted),
            // What cannot be read cannot be compared: nothing is cached then.
            inputs => Ok(inputs.ok().flatten()),
        }
    }

    fn context(&self, stage: &Stage, console: Console) -> Context {
        let mut variables: BTreeMap<String, String> = self.settings.env.clone();
        if let Some(own) = self.settings.stage.get(stage.name()) {
            variables.extend(own.env.clone());
        }
        Context {
            workspace: self.workspace.with_environment(variables),
            settings: self.settings.clone(),
            options: self.options.clone(),
            console,
        }
    }

    /// The exact commands of each stage, without running any.
    ///
    /// # Errors
    /// [`Error::Setup`] when a tool cannot be asked.
    pub fn explain(&self) -> Result<String, Error> {
        let mut text = String::new();
        let mut tests_ran = false;
        for step in &self.plan.steps {
            let stage = &step.stage;
            let context = self.context(stage, Console::open(self.format));
            let beside = step.beside.as_ref();
            let beside = beside.map_or_else(String::new, |leader| format!(" (beside {leader})"));
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{}{beside}: {}", stage.name(), stage.covers());
            for command in stage.commands(&context, tests_ran)? {
                let _ = writeln!(text, "    {command}");
            }
            tests_ran |= matches!(stage, Stage::Test(TestScope::Workspace));
        }
        Ok(text)
    }
}
