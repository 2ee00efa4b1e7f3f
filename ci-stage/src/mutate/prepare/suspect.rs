//! Mutants that the compiler may refuse where the constant is used: `x % ZERO` is no panic but a
//! compile error. In the build of all mutants the value is not known then, so these are built alone.

use std::collections::BTreeSet;
use std::ops::{Range, RangeInclusive};

use crate::mutate::operators::Number;
use crate::mutate::plan::{Plan, PlannedMutant, Role, Use};
use crate::mutate::program::{File, Program};
use crate::mutate::source::TokenKind;

/// The mutants that need a real edit to be judged.
pub(super) fn suspects(program: &Program, plan: &Plan) -> BTreeSet<u32> {
    let suspect = |mutant: &&PlannedMutant| is_suspect(program, plan, mutant);
    plan.mutants
        .iter()
        .filter(suspect)
        .map(|mutant| mutant.id)
        .collect()
}

fn is_suspect(program: &Program, plan: &Plan, mutant: &PlannedMutant) -> bool {
    let item = &program.constants[mutant.constant].item;
    let ty = program.text(mutant.constant, &item.ty);
    let Some(range) = integer_range(ty) else {
        return false;
    };
    let replacement = &mutant.mistake.edit.replacement;
    let value = item.sites.get(mutant.mistake.site).and_then(|site| {
        let kept_sign = site.minus.is_some() && mutant.mistake.edit.range.start == site.range.start;
        let negative = replacement.starts_with('-') || kept_sign;
        integer(replacement.trim_start_matches('-'), negative)
    });
    let Some(value) = value else { return false };
    let affected = plan.feeds[mutant.constant].iter().chain([&mutant.constant]);
    let affected: BTreeSet<&usize> = affected.collect();
    plan.uses.iter().any(|one| {
        let at_run_time = matches!(one.role, Role::Run | Role::ConstFn(_));
        at_run_time
            && affected.contains(&one.constant)
            && Neighbours::of(program, plan, one).is_some_and(|round| round.refuses(value, &range))
    })
}

/// What stands before and behind a use.
struct Neighbours<'a> {
    resolved: (&'a Program, &'a Plan),
    file: &'a File,
    /// Index of the first token of its path, and one past its last.
    tokens: Range<usize>,
}

impl<'a> Neighbours<'a> {
    fn of(program: &'a Program, plan: &'a Plan, one: &Use) -> Option<Self> {
        let file = &program.files[one.file];
        let last = file.source.token_at(one.at)?;
        Some(Self {
            resolved: (program, plan),
            file,
            tokens: file.source.path_start(last)..last + 1,
        })
    }

    fn before(&self, distance: usize) -> &str {
        let index = self.tokens.start.checked_sub(distance);
        index.map_or("", |index| self.text(index))
    }

    fn behind(&self, distance: usize) -> &str {
        self.text(self.tokens.end + distance - 1)
    }

    fn text(&self, index: usize) -> &str {
        let token = self.file.source.tokens.get(index);
        token.map_or("", |token| self.file.source.slice(&token.range))
    }

    fn refuses(&self, value: i128, range: &RangeInclusive<i128>) -> bool {
        // Of `x %= LIMIT` the operator stands before the equals sign.
        let nearest = if self.before(1) == "=" { 2 } else { 1 };
        let operator = self.before(nearest);
        let zero_divisor = matches!(operator, "/" | "%") && value == 0;
        let shift = matches!(operator, "<" | ">")
            && matches!(self.before(nearest + 1), "<" | ">")
            && !(0..8).contains(&value);
        zero_divisor || shift || self.is_index() || self.overflows(value, range)
    }

    fn is_index(&self) -> bool {
        let opening = self
            .tokens
            .start
            .checked_sub(2)
            .and_then(|index| self.file.source.tokens.get(index));
        let after_value =
            opening.is_some_and(|token| matches!(token.kind, TokenKind::Ident | TokenKind::Close));
        self.before(1) == "[" && self.behind(1) == "]" && after_value
    }

    /// Both operands are known, so that the compiler computes the result.
    fn overflows(&self, value: i128, range: &RangeInclusive<i128>) -> bool {
        let before = self
            .tokens
            .start
            .checked_sub(2)
            .map(|index| self.operand(index));
        let behind = self.operand(self.last_name(self.tokens.end + 1));
        let sides = [
            (self.before(1), before.unwrap_or(Operand::Open), false),
            (self.behind(1), behind, true),
        ];
        sides
            .into_iter()
            .any(|(operator, operand, first)| operand.overflows(operator, value, first, range))
    }

    /// The index of the last name of the path that starts here.
    fn last_name(&self, mut index: usize) -> usize {
        while self.text(index + 1) == ":" && self.text(index + 2) == ":" {
            index += 3;
        }
        index
    }

    fn operand(&self, index: usize) -> Operand {
        let Some(token) = self.file.source.tokens.get(index) else {
            return Operand::Open;
        };
        match token.kind {
            TokenKind::Literal => {
                integer(self.text(index), false).map_or(Operand::Open, Operand::Known)
            }
            TokenKind::Ident => self.constant_at(token.range.start),
            _ => Operand::Open,
        }
    }

    fn constant_at(&self, at: usize) -> Operand {
        let (program, plan) = self.resolved;
        let path = &self.file.source.path;
        let mut uses = plan.uses.iter();
        let Some(one) =
            uses.find(|one| one.at == at && program.files[one.file].source.path == *path)
        else {
            return Operand::Open;
        };
        let item = &program.constants[one.constant].item;
        match item.sites.as_slice() {
            [site] if item.value.as_ref() == Some(&site.unit) => {
                let value = integer(
                    program.text(one.constant, &site.range),
                    site.minus.is_some(),
                );
                value.map_or(Operand::Constant, Operand::Known)
            }
            _ => Operand::Constant,
        }
    }
}

/// The other side of an operator.
enum Operand {
    /// Not known before the program runs.
    Open,
    /// Known to the compiler, but not here.
    Constant,
    Known(i128),
}

impl Operand {
    fn overflows(
        &self,
        operator: &str,
        value: i128,
        first: bool,
        range: &RangeInclusive<i128>,
    ) -> bool {
        let other = match self {
            Self::Open => return false,
            Self::Constant if operator == "-" => return *range.start() == 0,
            // Two numbers are rarely further apart than this.
            Self::Constant => 1000,
            Self::Known(other) => *other,
        };
        let result = match (operator, first) {
            ("+", _) => value.checked_add(other),
            ("*", _) => value.checked_mul(other),
            ("-", true) => value.checked_sub(other),
            ("-", false) => other.checked_sub(value),
            _ => return false,
        };
        result.is_none_or(|result| !range.contains(&result))
    }
}

fn integer(text: &str, negative: bool) -> Option<i128> {
    let size = i128::try_from(Number::parse(text)?.integer()?).ok()?;
    Some(if negative { -size } else { size })
}

/// The values of an integer type; the largest types are cut to what is computed with.
fn integer_range(ty: &str) -> Option<RangeInclusive<i128>> {
    let width = ty.strip_prefix(['u', 'i'])?;
    let bits: u32 = match width {
        "size" => 64,
        "128" => 127,
        _ => width
            .parse()
            .ok()
            .filter(|bits| matches!(bits, 8 | 16 | 32 | 64))?,
    };
    let signed = ty.starts_with('i');
    let bits = if signed { bits - 1 } else { bits };
    let max = 1_i128
        .checked_shl(bits)
        .map_or(i128::MAX, |limit| limit.wrapping_sub(1));
    Some(if signed { -max - 1..=max } else { 0..=max })
}
