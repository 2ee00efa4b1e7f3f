//! Mistakes in tables: a line copied and not changed, two lines mixed up.

use super::{Edit, Literal};
use crate::mutate::find::{Site, SiteKind, Step};

/// The literal that stands in the same column of the row with this number.
fn in_row<'a>(
    literal: &'a Literal<'_>,
    wanted: impl Fn(usize) -> Option<usize>,
) -> Option<&'a Site> {
    let steps = &literal.site.steps;
    let row = steps
        .iter()
        .rposition(|step| matches!(step, Step::Row(..)))?;
    let Step::Row(index, _) = steps[row] else {
        return None;
    };
    let other = wanted(index)?;
    literal.constant.sites.iter().find(|site| {
        site.kind == literal.site.kind
            && site.steps.len() == steps.len()
            && site.steps[..row] == steps[..row]
            && matches!(site.steps[row], Step::Row(index, _) if index == other)
            && site.steps[row + 1..] == steps[row + 1..]
    })
}

/// A row's key stays: with another's it would be another row, not another value.
fn is_key(site: &Site) -> bool {
    let last = site
        .steps
        .iter()
        .rposition(|step| matches!(step, Step::Row(_, Some(_))));
    site.kind == SiteKind::Text && last.is_some() && site.key_path().is_none()
}

fn signed(site: &Site) -> std::ops::Range<usize> {
    site.minus.unwrap_or(site.range.start)..site.range.end
}

pub(super) fn neighbour(literal: &Literal<'_>) -> Vec<Edit> {
    if is_key(literal.site) {
        return Vec::new();
    }
    let above = in_row(literal, |row| row.checked_sub(1));
    let below = in_row(literal, |row| row.checked_add(1));
    let own = signed(literal.site);
    let copied = above.into_iter().chain(below).map(|site| Edit {
        range: own.clone(),
        replacement: literal.source.slice(&signed(site)).to_owned(),
    });
    let changes = |edit: &Edit| edit.replacement != literal.source.slice(&own);
    copied.filter(changes).collect()
}

/// Exchanges the value with that of the next row.
pub(super) fn swapped(literal: &Literal<'_>) -> Vec<Edit> {
    let Some(below) = in_row(literal, |row| row.checked_add(1)).filter(|_| !is_key(literal.site))
    else {
        return Vec::new();
    };
    let (first, second) = (signed(literal.site), signed(below));
    let (source, between) = (literal.source, first.end..second.start);
    if second.start < first.end || source.slice(&first) == source.slice(&second) {
        return Vec::new();
    }
    vec![Edit {
        range: first.start..second.end,
        replacement: [&second, &between, &first]
            .map(|range| source.slice(range))
            .concat(),
    }]
}
