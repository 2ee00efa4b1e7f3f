//! Few different texts, as the keys of one dictionary.

use arrow_array::{Int32Array, StringArray};

use super::column::Cells;
use super::dictionary::Dictionary;
use super::file_pages::length;
use super::{Unusual, Usual};
use crate::read::columnar::cells::Texts;

/// With more of them a list is no longer searched quickly.
const NAMES_MAX: usize = 64;

/// Texts of which there are few in the whole file.
#[derive(Default)]
pub(super) struct Names {
    known: Vec<Box<[u8]>>,
    listed: Option<StringArray>,
    /// The place in `known` of each entry of the file's dictionary.
    dictionary: Dictionary<i32>,
    keys: Vec<i32>,
}

impl Names {
    /// The place of a name, which is added if it is new.
    fn place(&mut self, name: &[u8]) -> Usual<i32> {
        let found = self.known.iter().position(|known| **known == *name);
        let place = match found {
            Some(place) => place,
            None if self.known.len() == NAMES_MAX => return Err(Unusual),
            None => {
                self.known.push(name.into());
                self.listed = None;
                self.known.len() - 1
            }
        };
        i32::try_from(place).map_err(|_| Unusual)
    }

    fn listed(&mut self) -> Usual<StringArray> {
        if let Some(listed) = &self.listed {
            return Ok(listed.clone());
        }
        let names = self.known.iter().map(|name| std::str::from_utf8(name).ok());
        let names: Option<Vec<&str>> = names.collect();
        let listed = StringArray::from(names.ok_or(Unusual)?);
        self.listed = Some(listed.clone());
        Ok(listed)
    }
}

/// The text that stands at `at` behind its length; `at` moves behind it.
pub(super) fn text<'p>(page: &'p [u8], at: &mut usize) -> Usual<&'p [u8]> {
    let start = *at + 4;
    let end = start.checked_add(length(page, *at)?).ok_or(Unusual)?;
    *at = end;
    page.get(start..end).ok_or(Unusual)
}

impl Cells for Names {
    type Taken = Texts;

    fn set_dictionary(&mut self, page: &[u8], count: usize) -> Usual<()> {
        let mut at = 0;
        let places = (0..count).map(|_| self.place(text(page, &mut at)?));
        self.dictionary = Dictionary::of(places.collect::<Usual<_>>()?);
        Ok(())
    }

    fn add_plain(&mut self, page: &[u8], at: &mut usize, _: usize, count: usize) -> Usual<()> {
        for _ in 0..count {
            let place = self.place(text(page, at)?)?;
            self.keys.push(place);
        }
        Ok(())
    }

    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()> {
        self.dictionary.look_up(keys, &mut self.keys)
    }

    fn take(&mut self) -> Usual<Texts> {
        let next = Vec::with_capacity(self.keys.len());
        let keys = Int32Array::from(std::mem::replace(&mut self.keys, next));
        let names = Texts::Plain(self.listed()?);
        Ok(Texts::Keyed(keys, Box::new(names)))
    }
}
