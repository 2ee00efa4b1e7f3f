//! The stages of one run, one after the other or side by side.

use std::collections::BTreeMap;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use super::Run;
use crate::cache::{Cache, Inputs, age};
use crate::cargo::process::Lane;
use crate::commit::Commit;
use crate::console::Console;
use crate::error::Error;
use crate::plan::{Plan, Step};
use crate::stage::{Context, Options, Report, Shared, Stage, State};

/// What the stages of one run need of it.
pub(super) struct Running<'a> {
    pub(super) run: &'a Run,
    pub(super) inputs: Option<Inputs>,
    pub(super) cache: Cache,
    pub(super) shared: Shared,
    pub(super) started: Instant,
}

/// A stage that runs beside others.
struct Companion<'scope> {
    lane: Lane,
    work: ScopedJoinHandle<'scope, (Result<Report, Error>, Console)>,
}

impl Running<'_> {
    /// Runs them all, or those before the first red one.
    pub(super) fn stages(&self) -> Result<Vec<Report>, Error> {
        let steps = &self.run.plan.steps;
        thread::scope(|scope| {
            let mut companions: BTreeMap<usize, Companion<'_>> = BTreeMap::new();
            let mut reports: BTreeMap<usize, Report> = BTreeMap::new();
            let mut end = Ok(());
            for (place, step) in steps.iter().enumerate() {
                if step.beside.is_some() {
                    continue;
                }
                for (other, companion) in self.companions_of(step) {
                    let lane = Lane::fresh();
                    let work = scope.spawn(move || {
                        let console = Console::held(self.run.format);
                        let context = self.run.context(&companion.stage, console);
                        let report = lane.run(|| self.stage(&companion.stage, &context));
                        (report, context.console)
                    });
                    companions.insert(other, Companion { lane, work });
                }
                if steps.len() > 1 {
                    self.run.format.say(format!("==> {}", step.stage.name()));
                }
                let context = self
                    .run
                    .context(&step.stage, Console::open(self.run.format));
                match self.stage(&step.stage, &context) {
                    Err(error) => end = Err(error),
                    Ok(report) => {
                        reports.insert(place, report);
                    }
                }
                let red = end.is_err() || reports.values().any(Report::is_red);
                if red {
                    for other in companions.values() {
                        other.lane.stop();
                    }
                }
                self.collect(&mut companions, &mut reports, red, &mut end);
                if red || end.is_err() || reports.values().any(Report::is_red) {
                    break;
                }
            }
            self.collect(&mut companions, &mut reports, true, &mut end);
            end?;
            Ok(self.in_order(reports))
        })
    }

    fn companions_of(&self, leader: &Step) -> Vec<(usize, &Step)> {
        let steps = self.run.plan.steps.iter().enumerate();
        let name = leader.stage.name();
        steps
            .filter(|(_, step)| step.beside.as_deref() == Some(name))
            .collect()
    }

    /// Takes in the companions that have ended, or waits for all.
    fn collect(
        &self,
        companions: &mut BTreeMap<usize, Companion<'_>>,
        reports: &mut BTreeMap<usize, Report>,
        wait: bool,
        end: &mut Result<(), Error>,
    ) {
        let places: Vec<usize> = companions.keys().copied().collect();
        for place in places {
            let ended = companions[&place].work.is_finished();
            if !(wait || ended) {
                continue;
            }
            let Some(companion) = companions.remove(&place) else {
                continue;
            };
            let lane = companion.lane;
            let joined = companion.work.join();
            let (report, console) = joined.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let name = self.run.plan.steps[place].stage.name();
            match report {
                Err(Error::Interrupted) if lane.is_stopped() && end.is_ok() => {
                    let mut report = Report::not_run(name, "stopped with the run");
                    report.state = State::Cancelled;
                    reports.insert(place, report);
                }
                Err(error) if end.is_ok() => *end = Err(error),
                Err(_) => {}
                Ok(report) => {
                    self.run.format.say(format!("==> {name}"));
                    console.release();
                    reports.insert(place, report);
                }
            }
        }
    }

    fn in_order(&self, mut reports: BTreeMap<usize, Report>) -> Vec<Report> {
        let red = reports.values().find(|report| report.is_red());
        let red = red.map(|report| report.name.clone());
        let steps = self.run.plan.steps.iter().enumerate();
        steps
            .map(|(place, step)| {
                let why = red.as_ref().map(|red| format!("{red} is red"));
                let missing =
                    || Report::not_run(step.stage.name(), why.as_deref().unwrap_or_default());
                reports.remove(&place).unwrap_or_else(missing)
            })
            .collect()
    }

    /// Runs a stage, or answers from the cache.
    fn stage(&self, stage: &Stage, context: &Context) -> Result<Report, Error> {
        let began = self.started.elapsed();
        let key = self.key(stage);
        let is_merged = self.run.merged.is_some() && Plan::is_of_tests(stage);
        let remembered = key.as_deref().filter(|_| self.run.cached && !is_merged);
        if let Some(mut report) = remembered.and_then(|key| self.cache.find(stage.name(), key)) {
            report.started = began;
            report.duration = self.started.elapsed().saturating_sub(began);
            if let Some(cached) = &report.cached {
                let age = age(cached.at);
                context.console.say(format!(
                    "cached (run {}, {age}): {}",
                    cached.run, report.summary
                ));
            }
            return Ok(report);
        }
        let mut report = stage.run(context, &self.shared)?;
        report.started = began;
        if let (true, Some(key), Some(inputs)) = (report.has_passed(), key, &self.inputs)
            && inputs.are_unchanged(&self.run.workspace)
        {
            self.cache.remember(&report, &key);
        }
        if report.is_red() {
            (self.run.on_failure)(&report);
        }
        Ok(report)
    }

    /// The key under which the stage is remembered, if it is at all.
    fn key(&self, stage: &Stage) -> Option<String> {
        if self.run.options.sharding.is_some() {
            return None;
        }
        let own = self.run.settings.stage.get(stage.name());
        let wanted = own.and_then(|own| own.cache);
        if !(self.run.settings.cache.enabled && wanted.unwrap_or(stage.is_cached_by_default())) {
            return None;
        }
        let inputs = self.inputs.as_ref()?;
        let Options {
            limits,
            retries,
            nextest,
            fused,
            ..
        } = &self.run.options;
        let mut asked = format!("{limits:?} {retries} {nextest} {fused}");
        if matches!(stage, Stage::Build(_)) {
            // A package is named after its commit, which says nothing about the sources.
            let commit = Commit::of(self.run.workspace.root()).ok()?;
            asked.push_str(&commit.to_string());
        }
        Some(inputs.key(stage, &self.run.settings, &asked))
    }
}
