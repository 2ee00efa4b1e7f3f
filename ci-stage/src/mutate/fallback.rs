//! Learning from compile errors: each is traced to the piece of the schema that caused it, and that
//! piece is written another way or left out. A mutant is never half applied.

use std::collections::BTreeMap;
use std::path::Path;

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};

use super::edits::{At, Rewritten};
use super::plan::Role;
use super::program::Program;
use super::rewrite::{Choices, Purpose, Schema, const_fn_round};

/// Lints that stop a build unless someone has allowed them. The schema is built with them lowered
/// to warnings, so that one variant cannot stop the others.
const FATAL_LINTS: [&str; 4] = [
    "overflowing_literals",
    "arithmetic_overflow",
    "unconditional_panic",
    "long_running_const_eval",
];

/// Errors that a reference to a value that lives forever may cure.
const BORROW_ERRORS: [&str; 6] = ["E0716", "E0515", "E0597", "E0505", "E0700", "E0521"];

/// Errors that say that a place is evaluated by the compiler.
const CONST_ERRORS: [&str; 4] = ["E0015", "E0532", "E0435", "E0658"];

type Texts = BTreeMap<String, Rewritten<Purpose>>;

/// One build's messages against the schema that was built.
pub(super) struct Lesson<'a> {
    pub(super) schema: &'a Schema<'a>,
    pub(super) texts: &'a Texts,
    /// The root of the copy that was built.
    pub(super) root: &'a Path,
}

impl Lesson<'_> {
    /// Notes what the messages teach. Whether a build with the new choices may go better shows in
    /// whether they changed.
    pub(super) fn learn(&self, messages: &[CompilerMessage], choices: &mut Choices) {
        let before = choices.clone();
        let mut unexplained = Vec::new();
        for CompilerMessage { message, .. } in messages {
            if is_fatal_lint(message) {
                self.drop_variants(message, choices);
            } else if matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice)
                && !message.spans.is_empty()
                && !self.explain(message, choices)
            {
                unexplained.push(message);
            }
        }
        // Errors often follow from others; they count only when nothing else is to be done.
        if *choices == before {
            for message in unexplained {
                self.freeze_nearby(message, choices);
            }
        }
    }

    fn rewritten(&self, span: &DiagnosticSpan) -> Option<&Rewritten<Purpose>> {
        self.texts.get(&self.path(span))
    }

    fn path(&self, span: &DiagnosticSpan) -> String {
        let name = Path::new(&span.file_name);
        name.strip_prefix(self.root)
            .unwrap_or(name)
            .to_string_lossy()
            .into_owned()
    }

    fn touched(&self, span: &DiagnosticSpan) -> Vec<Purpose> {
        let Some(text) = self.rewritten(span) else {
            return Vec::new();
        };
        let (start, end) = (span.byte_start as usize, span.byte_end as usize);
        let mut touched: Vec<Purpose> = text.touched(start..end.max(start + 1)).collect();
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    fn drop_variants(&self, message: &Diagnostic, choices: &mut Choices) {
        for span in message.spans.iter().filter(|span| span.is_primary) {
            for purpose in self.touched(span) {
                if let Purpose::Variant(mutant) = purpose {
                    choices
                        .unviable
                        .entry(mutant)
                        .or_insert_with(|| headline(message));
                }
            }
        }
    }

    /// Traces an error by its own place first, then by the other places that it mentions.
    fn explain(&self, message: &Diagnostic, choices: &mut Choices) -> bool {
        let code = message.code.as_ref().map_or("", |code| code.code.as_str());
        if code == "E0015" && self.keep_const(message, choices) {
            return true;
        }
        let (primary, others): (Vec<_>, Vec<_>) =
            message.spans.iter().partition(|span| span.is_primary);
        let notes = message.children.iter().flat_map(|note| &note.spans);
        let groups = [primary, others, notes.collect()];
        groups.into_iter().any(|spans| {
            let touched: Vec<Purpose> = spans
                .into_iter()
                .flat_map(|span| self.touched(span))
                .collect();
            for purpose in &touched {
                self.react(*purpose, code, message, choices);
            }
            !touched.is_empty()
        })
    }

    fn react(&self, purpose: Purpose, code: &str, message: &Diagnostic, choices: &mut Choices) {
        match purpose {
            Purpose::Variant(mutant) => {
                choices
                    .unviable
                    .entry(mutant)
                    .or_insert_with(|| headline(message));
            }
            Purpose::Slot(slot) => {
                choices.without_slot.insert(slot);
            }
            Purpose::Use(number) => self.redirect(number, code, message, choices),
            Purpose::Accessor(constant) | Purpose::RefAccessor(constant) => {
                freeze(
                    choices,
                    constant,
                    &format!("its accessor does not compile: {}", message.message),
                );
            }
            Purpose::ConstFn(file, keyword) => {
                choices.stay_const.insert((file, keyword));
            }
        }
    }

    fn redirect(&self, number: usize, code: &str, message: &Diagnostic, choices: &mut Choices) {
        let one = &self.schema.plan.uses[number];
        match one.role {
            Role::ConstFn(keyword) if code == "E0015" => {
                choices.stay_const.insert((one.file, keyword));
            }
            Role::Run | Role::ConstFn(_) if BORROW_ERRORS.contains(&code) => {
                if !choices.by_reference.insert(number) {
                    freeze(choices, one.constant, &message.message);
                }
            }
            _ if CONST_ERRORS.contains(&code) => {
                freeze(
                    choices,
                    one.constant,
                    "it is used where the compiler needs its value",
                );
            }
            _ => freeze(choices, one.constant, &message.message),
        }
    }

    /// A function that lost its `const` is called by something that is evaluated early: the caller
    /// loses it too where it can, otherwise the function keeps it.
    fn keep_const(&self, message: &Diagnostic, choices: &mut Choices) -> bool {
        let Some(name) = called(&message.message) else {
            return false;
        };
        let program = self.schema.program;
        let uses = self.schema.plan.uses.iter();
        let lost: Vec<(usize, usize)> = uses
            .filter_map(|one| match one.role {
                Role::ConstFn(keyword) => Some((one.file, keyword)),
                _ => None,
            })
            .filter(|place| {
                !choices.stay_const.contains(place) && name_of(program, *place) == Some(name)
            })
            .collect();
        choices.stay_const.extend(&lost);
        !lost.is_empty()
    }

    /// Nothing of ours is mentioned: whatever is used on the same line has to do with it.
    fn freeze_nearby(&self, message: &Diagnostic, choices: &mut Choices) {
        let program = self.schema.program;
        for span in &message.spans {
            let path = self.path(span);
            let Some(file) = program.file(&path) else {
                continue;
            };
            let source = &program.files[file].source;
            let byte = self
                .texts
                .get(&path)
                .map(|text| text.at(span.byte_start as usize));
            let Some(At::Original(byte)) = byte else {
                continue;
            };
            let line = source.position(byte).0;
            let round = const_fn_round(program, file, byte);
            for one in self.schema.plan.uses.iter().filter(|one| one.file == file) {
                let beside = source.position(one.at).0 == line;
                let same_function =
                    round.is_some() && const_fn_round(program, file, one.at) == round;
                if beside || same_function {
                    freeze(choices, one.constant, &message.message);
                }
            }
        }
    }
}

fn freeze(choices: &mut Choices, constant: usize, reason: &str) {
    choices
        .frozen
        .entry(constant)
        .or_insert_with(|| reason.to_owned());
}

fn is_fatal_lint(message: &Diagnostic) -> bool {
    let code = message.code.as_ref();
    code.is_some_and(|code| FATAL_LINTS.contains(&code.code.as_str()))
}

fn headline(message: &Diagnostic) -> String {
    let code = message
        .code
        .as_ref()
        .filter(|code| code.code.starts_with('E'));
    match code {
        Some(code) => format!("error[{}]: {}", code.code, message.message),
        None => format!("error: {}", message.message),
    }
}

/// The function in ``cannot call non-const function `a::f` in constants``.
fn called(message: &str) -> Option<&str> {
    let path = message.split('`').nth(1)?;
    let path = path.split_once("::<").map_or(path, |(path, generic)| {
        // `S::<T>::f` ends in its method, `f::<T>` in its arguments.
        generic
            .rsplit_once(">::")
            .map_or(path, |(_, method)| method)
    });
    path.rsplit("::").next()
}

fn name_of(program: &Program, (file, keyword): (usize, usize)) -> Option<&str> {
    let functions = program.files[file].facts.const_fns.iter();
    functions
        .filter(|(at, _)| *at == keyword)
        .map(|(_, name)| name.as_str())
        .next()
}
