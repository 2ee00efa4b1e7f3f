//! The cells of one column, whatever type the file gives it.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Decimal128Array, Int32Array, Int64Array,
    LargeStringArray, PrimitiveArray, StringArray, StringViewArray,
};
use arrow_schema::DataType;
use pricing::kernel::Fixed;
use pricing::{AmountError, amount};
use rust_decimal::Decimal;

use super::repeated::Repeated;

/// Texts.
#[derive(Clone, Debug)]
pub(super) enum Texts {
    View(StringViewArray),
    Plain(StringArray),
    Large(LargeStringArray),
    /// A dictionary, with the place of each row's text in it.
    Keyed(Int32Array, Box<Self>),
    Repeated(Repeated),
}

impl Texts {
    /// The column as texts; whole numbers are texts too.
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Utf8 => Self::Plain(array.as_string().clone()),
            DataType::LargeUtf8 => Self::Large(array.as_string().clone()),
            DataType::Dictionary(_, _) => {
                let values = Self::of(array.as_any_dictionary().values())?;
                Self::Keyed(keys(array)?, Box::new(values))
            }
            DataType::UInt64 => Self::Plain(written(array.as_primitive::<UInt64Type>())),
            _ => Self::Plain(written(&whole_numbers(array)?)),
        })
    }

    #[inline]
    pub(super) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::View(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Large(texts) => texts.is_valid(row).then(|| texts.value(row)),
            Self::Keyed(_, values) => values.get(self.key(row)?),
            Self::Repeated(texts) => Some(texts.get(row)),
        }
    }

    /// The place of a row's text in the dictionary, if there is one and it has a text.
    #[inline]
    pub(super) fn key(&self, row: usize) -> Option<usize> {
        match self {
            Self::Keyed(keys, _) if keys.is_valid(row) => usize::try_from(keys.value(row)).ok(),
            _ => None,
        }
    }

    /// The texts of a short dictionary, in their places; none where there is no such.
    pub(super) fn listed(&self) -> impl Iterator<Item = Option<&str>> {
        const LISTED_MAX: usize = 64;
        let listed = match self {
            Self::Keyed(_, values) => Some(values.as_ref()),
            _ => None,
        };
        let listed = listed.filter(|texts| texts.len() <= LISTED_MAX);
        listed
            .into_iter()
            .flat_map(|texts| (0..texts.len()).map(|place| texts.get(place)))
    }

    /// The texts, if each is held once for the rows that repeat it.
    pub(super) fn repeated(&self) -> Option<&Repeated> {
        match self {
            Self::Repeated(texts) => Some(texts),
            _ => None,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::View(texts) => texts.len(),
            Self::Plain(texts) => texts.len(),
            Self::Large(texts) => texts.len(),
            Self::Keyed(keys, _) => keys.len(),
            Self::Repeated(texts) => texts.rows(),
        }
    }

    /// Whether two rows hold the same text.
    pub(super) fn is_same(&self, row: usize, other: usize) -> bool {
        if let Self::View(texts) = self
            && texts.null_count() == 0
        {
            let (one, two) = (texts.views()[row], texts.views()[other]);
            // A view of at most 12 bytes holds the whole text.
            let is_short = one & u128::from(u32::MAX) <= 12;
            return one == two || (!is_short && texts.value(row) == texts.value(other));
        }
        self.get(row) == self.get(other)
    }
}

/// The keys of a dictionary; `None` where there are more than any real one has.
fn keys(array: &ArrayRef) -> Option<Int32Array> {
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        return Some(dictionary.keys().clone());
    }
    let dictionary = array.as_any_dictionary();
    // An empty dictionary has no key to normalise.
    let keys = if dictionary.values().is_empty() {
        vec![0; array.len()]
    } else {
        dictionary.normalized_keys()
    };
    let keys = keys.into_iter().enumerate();
    let keys = keys.map(|(row, key)| {
        let key = array.is_valid(row).then(|| i32::try_from(key));
        key.transpose().ok()
    });
    keys.collect()
}

/// Each value as its text.
fn written<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>) -> StringArray
where
    T::Native: std::fmt::Display,
{
    array
        .iter()
        .map(|value| value.map(|value| value.to_string()))
        .collect()
}

/// Whole numbers as 64 bits; `None` for other types, and for unsigned ones of 64 bits.
pub(super) fn whole_numbers(array: &ArrayRef) -> Option<Int64Array> {
    Some(match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().clone(),
        DataType::Int32 => widened(array.as_primitive::<Int32Type>()),
        DataType::Int16 => widened(array.as_primitive::<Int16Type>()),
        DataType::Int8 => widened(array.as_primitive::<Int8Type>()),
        DataType::UInt32 => widened(array.as_primitive::<UInt32Type>()),
        DataType::UInt16 => widened(array.as_primitive::<UInt16Type>()),
        DataType::UInt8 => widened(array.as_primitive::<UInt8Type>()),
        _ => return None,
    })
}

fn widened<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>) -> Int64Array
where
    i64: From<T::Native>,
{
    array.unary(i64::from)
}

/// Amounts.
#[derive(Clone, Debug)]
pub(super) enum Amounts {
    /// Machine words with one scale.
    Fixed(Int64Array, u32),
    Wide(Decimal128Array),
    Texts(Texts),
}

impl Amounts {
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Decimal32(_, scale) => match u32::try_from(*scale) {
                Ok(scale) => Self::Fixed(widened(array.as_primitive::<Decimal32Type>()), scale),
                Err(_) => decimals_written(array.as_primitive::<Decimal32Type>()),
            },
            DataType::Decimal64(_, scale) => match u32::try_from(*scale) {
                Ok(scale) => {
                    let mantissas = array.as_primitive::<Decimal64Type>();
                    Self::Fixed(mantissas.reinterpret_cast::<Int64Type>(), scale)
                }
                Err(_) => decimals_written(array.as_primitive::<Decimal64Type>()),
            },
            DataType::Decimal128(_, scale) if *scale >= 0 => {
                Self::Wide(array.as_primitive::<Decimal128Type>().clone())
            }
            DataType::Decimal128(_, _) => decimals_written(array.as_primitive::<Decimal128Type>()),
            DataType::Decimal256(_, _) => decimals_written(array.as_primitive::<Decimal256Type>()),
            _ => match whole_numbers(array) {
                Some(numbers) => Self::Fixed(numbers, 0),
                None => Self::Texts(Texts::of(array)?),
            },
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Fixed(mantissas, _) => mantissas.len(),
            Self::Wide(decimals) => decimals.len(),
            Self::Texts(texts) => texts.len(),
        }
    }

    /// The amount of a row; `None` where there is none.
    pub(super) fn get(&self, row: usize) -> Result<Option<Decimal>, AmountError> {
        Ok(match self {
            Self::Fixed(mantissas, scale) => {
                let mantissa = mantissas.is_valid(row).then(|| mantissas.value(row));
                match mantissa.map(|mantissa| Decimal::try_new(mantissa, *scale)) {
                    Some(Ok(amount)) => Some(amount),
                    None => None,
                    Some(Err(_)) => {
                        return self.text(row).map(|text| amount::parse(&text)).transpose();
                    }
                }
            }
            _ => return self.text(row).map(|text| amount::parse(&text)).transpose(),
        })
    }

    /// The amount of a row as a machine word, if it is there and fits one.
    #[inline]
    pub(super) fn fixed(&self, row: usize) -> Option<Fixed> {
        match self {
            Self::Fixed(mantissas, scale) => mantissas
                .is_valid(row)
                .then(|| Fixed::new(mantissas.value(row), *scale)),
            Self::Wide(decimals) => {
                let mantissa = decimals.is_valid(row).then(|| decimals.value(row))?;
                let scale = u32::try_from(decimals.scale()).ok()?;
                Some(Fixed::new(i64::try_from(mantissa).ok()?, scale))
            }
            Self::Texts(texts) => match Fixed::read(texts.get(row)?.as_bytes())? {
                (fixed, []) => Some(fixed),
                _ => None,
            },
        }
    }

    /// The amount of a row as text.
    pub(super) fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Fixed(mantissas, scale) => {
                let mantissa = mantissas.is_valid(row).then(|| mantissas.value(row))?;
                Some(point_in(i128::from(mantissa), *scale))
            }
            Self::Wide(decimals) => decimals
                .is_valid(row)
                .then(|| decimals.value_as_string(row)),
            Self::Texts(texts) => texts.get(row).map(str::to_owned),
        }
    }
}

/// A whole number with its point `scale` digits from the right.
fn point_in(mantissa: i128, scale: u32) -> String {
    let sign = if mantissa < 0 { "-" } else { "" };
    let scale = scale as usize;
    let digits = format!("{:0>1$}", mantissa.unsigned_abs(), scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

fn decimals_written<T: arrow_array::types::DecimalType>(array: &PrimitiveArray<T>) -> Amounts {
    let rows = (0..array.len()).map(|row| array.is_valid(row).then(|| array.value_as_string(row)));
    Amounts::Texts(Texts::Plain(rows.collect()))
}

/// Yes or no.
#[derive(Clone, Debug)]
pub(super) enum Flags {
    Booleans(BooleanArray),
    Texts(Texts),
}

impl Flags {
    pub(super) fn of(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Boolean => Self::Booleans(array.as_boolean().clone()),
            _ => Self::Texts(Texts::of(array)?),
        })
    }

    /// The flag of a row; `None` where there is none, its text where it is none.
    pub(super) fn get(&self, row: usize) -> Result<Option<bool>, String> {
        match self {
            Self::Booleans(flags) => Ok(flags.is_valid(row).then(|| flags.value(row))),
            Self::Texts(texts) => match texts.get(row) {
                None => Ok(None),
                Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
                Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
                Some(text) => Err(text.to_owned()),
            },
        }
    }
}
