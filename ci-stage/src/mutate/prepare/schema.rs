//! Building all mutants at once, again and again with fewer or other pieces until it compiles.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::mutate::fallback::Lesson;
use crate::mutate::lab::{Flavour, Lab, Trial};
use crate::mutate::plan::Plan;
use crate::mutate::program::Program;
use crate::mutate::rewrite::{Choices, Schema};
use crate::mutate::tree;

/// After so many builds the workspace is mutated with a rebuild each.
const ROUNDS_MAX: usize = 16;

/// The build, if there is one, and what was learned on the way.
pub(super) struct BuiltSchema {
    pub(super) trial: Option<Trial>,
    pub(super) choices: Choices,
}

/// What was learned from these very inputs the last time.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    inputs: String,
    choices: Choices,
}

pub(super) fn build(
    lab: &Lab,
    program: &Program,
    plan: &Plan,
    inputs: &str,
) -> Result<BuiltSchema, Error> {
    let path = lab.path("choices.json");
    let memory: Memory = tree::load(&path);
    let known = if memory.inputs == inputs {
        memory.choices
    } else {
        Choices::default()
    };
    let built = build_from(lab, program, plan, known)?;
    let memory = Memory {
        inputs: inputs.to_owned(),
        choices: built.choices.clone(),
    };
    tree::store(&path, &memory)?;
    Ok(built)
}

fn build_from(
    lab: &Lab,
    program: &Program,
    plan: &Plan,
    mut choices: Choices,
) -> Result<BuiltSchema, Error> {
    for _ in 0..ROUNDS_MAX {
        let schema = Schema::new(program, plan, &choices);
        let texts = schema.texts();
        let changed: BTreeMap<String, String> = texts
            .iter()
            .map(|(path, rewritten)| (path.clone(), rewritten.text.clone()))
            .collect();
        let trial = lab.build(Flavour::Schema, &changed)?;
        let lesson = Lesson {
            schema: &schema,
            texts: &texts,
            root: trial.workspace.root(),
        };
        let mut learned = choices.clone();
        lesson.learn(&trial.build.messages, &mut learned);
        // A lint in a variant stops no build of ours; it is only known to be no mutant.
        if trial.build.diagnostics.success {
            return Ok(BuiltSchema {
                trial: Some(trial),
                choices: learned,
            });
        }
        if learned == choices {
            break;
        }
        choices = learned;
    }
    Ok(BuiltSchema {
        trial: None,
        choices,
    })
}
