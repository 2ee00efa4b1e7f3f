//! Mistakes in numbers.

use super::{Edit, Literal, Number};

/// The keys beside each digit on the row of digits and on the number pad.
const BESIDE: [&str; 10] = [
    "912", "204", "1350", "2460", "35178", "42689", "5379", "684", "7905", "806",
];

pub(super) fn neighbouring_keys(literal: &Literal<'_>) -> Vec<Edit> {
    literal.numbers(|number| {
        let digits = number.digits.char_indices();
        digits
            .filter_map(|(at, letter)| Some((at, letter.to_digit(10)?)))
            .flat_map(|(at, digit)| {
                let beside = BESIDE[digit as usize].chars();
                let valid = beside.filter(|key| key.is_digit(number.radix));
                valid.map(move |key| replaced(number, at, 1, &key.to_string()))
            })
            .collect()
    })
}

fn replaced(number: &Number, at: usize, length: usize, with: &str) -> Number {
    let mut digits = number.digits.clone();
    digits.replace_range(at..at + length, with);
    number.with(&digits)
}

pub(super) fn swapped(literal: &Literal<'_>) -> Vec<Edit> {
    literal.numbers(|number| {
        let pairs = number.digits.as_bytes().windows(2).enumerate();
        let pairs = pairs.filter(|(_, pair)| pair[0] != pair[1] && !pair.contains(&b'.'));
        pairs
            .map(|(at, pair)| {
                let exchanged: String = pair.iter().rev().map(|&digit| char::from(digit)).collect();
                replaced(number, at, 2, &exchanged)
            })
            .collect()
    })
}

/// One more or less; below zero where the type allows it.
pub(super) fn off_by_one(literal: &Literal<'_>) -> Vec<Edit> {
    let whole = literal
        .number
        .as_ref()
        .is_some_and(|number| !number.has_point());
    if whole {
        by_last_place(literal)
    } else {
        Vec::new()
    }
}

pub(super) fn last_place(literal: &Literal<'_>) -> Vec<Edit> {
    by_last_place(literal)
}

fn by_last_place(literal: &Literal<'_>) -> Vec<Edit> {
    let Some(number) = &literal.number else {
        return Vec::new();
    };
    let Some(integer) = number.integer() else {
        return Vec::new();
    };
    let up = integer
        .checked_add(1)
        .map(|up| number.with_integer(up).to_string());
    let down = match integer.checked_sub(1) {
        Some(down) => Some(number.with_integer(down).to_string()),
        None if !literal.may_be_negative() || literal.site.minus.is_some() => None,
        None => Some(format!("-{}", number.with_integer(1))),
    };
    up.into_iter()
        .chain(down)
        .map(|text| literal.edit(text))
        .collect()
}

pub(super) fn zeros(literal: &Literal<'_>) -> Vec<Edit> {
    literal.numbers(|number| {
        let mut others = Vec::new();
        if number.integer() == Some(0) {
            return others;
        }
        let dropped = number
            .digits
            .char_indices()
            .filter(|&(at, digit)| digit == '0' && !is_alone(number, at));
        others.extend(dropped.map(|(at, _)| replaced(number, at, 1, "")));
        let behind_point = number.digits.find('.').map(|point| point + 1);
        let added = behind_point
            .into_iter()
            .chain((!number.has_point()).then_some(number.digits.len()));
        others.extend(added.map(|at| replaced(number, at, 0, "0")));
        others
    })
}

/// Whether a digit is all that stands on its side of the point.
fn is_alone(number: &Number, at: usize) -> bool {
    let (whole, behind) = number
        .digits
        .split_once('.')
        .unwrap_or((&number.digits, ""));
    if at < whole.len() {
        whole.len() == 1
    } else {
        behind.len() == 1
    }
}

pub(super) fn tens(literal: &Literal<'_>) -> Vec<Edit> {
    let keep_point = !literal.in_macro();
    literal.numbers(|number| {
        let moved = [1, -1].map(|places| shifted(number, places, keep_point));
        moved.into_iter().flatten().collect()
    })
}

/// The percentage that a fraction stands for.
pub(super) fn percent(literal: &Literal<'_>) -> Vec<Edit> {
    let keep_point = !literal.in_macro();
    literal.numbers(|number| {
        let fraction = number.has_point() && number.digits.starts_with("0.");
        let moved = shifted(number, 2, keep_point);
        moved.filter(|_| fraction).into_iter().collect()
    })
}

/// The number with its point moved to the right by so many places.
///
/// A float has to keep its point, or it would turn into an integer.
fn shifted(number: &Number, places: isize, keep_point: bool) -> Option<Number> {
    if number.radix != 10 || number.has_exponent() || number.integer() == Some(0) {
        return None;
    }
    let (whole, behind) = number
        .digits
        .split_once('.')
        .unwrap_or((&number.digits, ""));
    let scale = isize::try_from(behind.len()).ok()?.checked_sub(places)?;
    let mut digits = format!("{whole}{behind}");
    if scale <= 0 {
        digits.push_str(&"0".repeat(scale.unsigned_abs()));
        let point = if keep_point && number.has_point() {
            ".0"
        } else {
            ""
        };
        return Some(number.with(&format!("{digits}{point}")));
    }
    let scale = scale.unsigned_abs();
    if !number.has_point() {
        // A whole number stays one, or it would be of another type.
        let rest = digits.strip_suffix(&"0".repeat(scale))?;
        return (!rest.is_empty()).then(|| number.with(rest));
    }
    let missing = (scale + 1).saturating_sub(digits.len());
    digits.insert_str(0, &"0".repeat(missing));
    digits.insert(digits.len() - scale, '.');
    Some(number.with(&digits))
}

pub(super) fn sign(literal: &Literal<'_>) -> Vec<Edit> {
    let zero = literal
        .number
        .as_ref()
        .is_none_or(|number| number.integer() == Some(0));
    if zero || !literal.may_be_negative() {
        return Vec::new();
    }
    let range = literal.site.minus.unwrap_or(literal.site.range.start)..literal.site.range.end;
    let sign = if literal.site.minus.is_some() {
        ""
    } else {
        "-"
    };
    vec![Edit {
        range,
        replacement: format!("{sign}{}", literal.text()),
    }]
}

/// The lowest and the highest set bit cleared, and the one above set.
pub(super) fn bits(literal: &Literal<'_>) -> Vec<Edit> {
    literal.numbers(|number| {
        let Some(mask) = number.integer().filter(|_| number.radix != 10) else {
            return Vec::new();
        };
        let highest = mask.checked_ilog2();
        let lowest = highest.map(|_| mask.trailing_zeros());
        let above = highest.map_or(Some(0), |bit| (bit < 127).then_some(bit + 1));
        let bits = [Some(0), lowest, highest, above].into_iter().flatten();
        bits.map(|bit| number.with_integer(mask ^ (1 << bit)))
            .collect()
    })
}

/// Zeros behind the point, which some types keep and show.
pub(super) fn scale(literal: &Literal<'_>) -> Vec<Edit> {
    literal.numbers(|number| {
        if !number.has_point() {
            return Vec::new();
        }
        let added = number.with(&format!("{}0", number.digits));
        let dropped = number
            .digits
            .strip_suffix('0')
            .filter(|rest| !rest.ends_with('.'));
        dropped
            .map(|digits| number.with(digits))
            .into_iter()
            .chain([added])
            .collect()
    })
}
