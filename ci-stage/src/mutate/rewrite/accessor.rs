//! What is put beside a constant: its variants, and the functions that pick one.

use std::fmt::Write;

use super::{Purpose, Schema, names, shift};
use crate::mutate::edits::{self, Edits};
use crate::mutate::matrix::ConstantKind;
use crate::mutate::plan::Slot;
use crate::mutate::source::on_one_line;

type Pieces = edits::Pieces<Purpose>;

impl Schema<'_> {
    /// All that stands behind a constant in the schema.
    pub(super) fn beside(&self, constant: usize) -> Pieces {
        if self.left_alone.contains(&constant) {
            return Vec::new();
        }
        let item = &self.program.constants[constant].item;
        let of_trait = matches!(
            item.kind,
            ConstantKind::TraitDefault | ConstantKind::TraitImpl
        );
        let mut pieces = if of_trait {
            Vec::new()
        } else {
            self.variants(constant)
        };
        if self.has_accessor(constant) {
            if of_trait {
                pieces.extend(self.trait_accessor(constant));
            } else {
                pieces.extend(self.value_function(constant));
                pieces.extend(self.reference_function(constant));
            }
        }
        pieces
    }

    fn variants(&self, constant: usize) -> Pieces {
        let item = &self.program.constants[constant].item;
        let keyword = if item.kind == ConstantKind::Static {
            "static"
        } else {
            "const"
        };
        let ty = on_one_line(self.program.text(constant, &item.ty)).unwrap_or_default();
        let (cfg, visibility) = (&item.cfg, &item.visibility);
        let carried = self.carried.get(&constant).into_iter().flatten();
        carried
            .filter_map(|&mutant| {
                let value = self.initialiser(constant, mutant)?;
                let name = if item.name == "_" {
                    "_".to_owned()
                } else {
                    names::variant(mutant, constant)
                };
                let text =
                    format!(" {cfg} #[doc(hidden)] {visibility} {keyword} {name}: {ty} = {value};");
                Some((text, Some(Purpose::Variant(mutant))))
            })
            .collect()
    }

    fn value_function(&self, constant: usize) -> Pieces {
        let item = &self.program.constants[constant].item;
        if item.kind == ConstantKind::Static || !self.needs(constant, false) {
            return Vec::new();
        }
        let name = names::value_accessor(self.program, constant);
        let purpose = Purpose::Accessor(constant);
        let own = self.qualified(constant, &item.name);
        let slot = |slot: &Slot| self.given(constant, slot, false);
        self.function(
            constant,
            &name,
            &item.return_type,
            purpose,
            &own,
            |variant| variant,
            slot,
        )
    }

    fn reference_function(&self, constant: usize) -> Pieces {
        let item = &self.program.constants[constant].item;
        if !self.needs(constant, true) {
            return Vec::new();
        }
        let name = names::ref_accessor(self.program, constant);
        let returned = format!("&'static {}", item.return_type);
        let own = format!("&{}", self.qualified(constant, &item.name));
        let purpose = Purpose::RefAccessor(constant);
        let slot = |slot: &Slot| self.given(constant, slot, true);
        self.function(
            constant,
            &name,
            &returned,
            purpose,
            &own,
            |variant| format!("&{variant}"),
            slot,
        )
    }

    fn qualified(&self, constant: usize, name: &str) -> String {
        if self.program.constants[constant].item.kind == ConstantKind::Associated {
            format!("Self::{name}")
        } else {
            name.to_owned()
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one function, written two ways")]
    fn function(
        &self,
        constant: usize,
        name: &str,
        returned: &str,
        purpose: Purpose,
        own: &str,
        variant: impl Fn(String) -> String,
        slot: impl Fn(&Slot) -> Option<String>,
    ) -> Pieces {
        let item = &self.program.constants[constant].item;
        let (cfg, visibility) = (&item.cfg, &item.visibility);
        let mut head = format!(
            " {cfg} #[doc(hidden)] {visibility} fn {name}() -> {returned} {{ match __ci_stage_rt::read({constant}) {{"
        );
        for mutant in self.carried.get(&constant).into_iter().flatten() {
            let value = variant(self.qualified(constant, &names::variant(*mutant, constant)));
            let _ = write!(head, " {mutant} => {value},");
        }
        let mut pieces = vec![(head, Some(purpose))];
        for one in self.slots.get(&constant).into_iter().flatten() {
            let arm = slot(one).map(|value| format!(" {} => {value},", one.id));
            pieces.extend(arm.map(|arm| (arm, Some(Purpose::Slot(one.id)))));
        }
        pieces.push((format!(" _ => {own} }} }}"), Some(purpose)));
        pieces
    }

    /// A trait's constants have no variants beside them, because an `impl` may hold only what the
    /// trait declares; their values stand inside the accessor, which each `impl` overrides.
    fn trait_accessor(&self, constant: usize) -> Pieces {
        let item = &self.program.constants[constant].item;
        let declared = self
            .plan
            .implements
            .get(&constant)
            .copied()
            .unwrap_or(constant);
        let name = names::value_accessor(self.program, declared);
        let purpose = Some(Purpose::Accessor(constant));
        let (cfg, returned) = (&item.cfg, &item.return_type);
        let head = format!(
            " {cfg} #[doc(hidden)] fn {name}() -> {returned} {{ match __ci_stage_rt::read({constant}) {{"
        );
        let mut pieces = vec![(head, purpose)];
        for &mutant in self.carried.get(&constant).into_iter().flatten() {
            let value = self.initialiser(constant, mutant);
            let arm = value.map(|value| format!(" {mutant} => const {{ {value} }},"));
            pieces.extend(arm.map(|arm| (arm, Some(Purpose::Variant(mutant)))));
        }
        pieces.push((format!(" _ => Self::{} }} }}", item.name), purpose));
        pieces
    }

    /// The constant's value with one number read from the environment.
    fn given(&self, constant: usize, slot: &Slot, reference: bool) -> Option<String> {
        let item = &self.program.constants[constant].item;
        let value = item.value.clone()?;
        let site = item.sites.get(slot.site)?;
        if site.unit == value {
            let given = "__ci_stage_rt::value()";
            return Some(if reference {
                format!("__ci_stage_rt::leak({given})")
            } else {
                given.to_owned()
            });
        }
        let source = &self.program.files[self.program.constants[constant].file].source;
        let mut edits: Edits<()> = Edits::default();
        edits.replace(shift(&site.unit, value.start), "__ci_stage_rt::value()", ());
        let text = on_one_line(&edits.apply(source.slice(&value)).text)?;
        // A borrowed table lives forever only where the compiler can build it.
        let table = text
            .strip_prefix('&')
            .filter(|table| table.trim_start().starts_with('['));
        let text = table.map_or_else(
            || text.clone(),
            |table| format!("__ci_stage_rt::leak({table})"),
        );
        let ty = &item.return_type;
        let copied = if reference { "" } else { ".clone()" };
        Some(format!(
            "{{ static GIVEN: __ci_stage_rt::OnceLock<{ty}> = __ci_stage_rt::OnceLock::new(); GIVEN.get_or_init(|| {text}){copied} }}"
        ))
    }
}
