//! The shards of one run, all of them and nothing else.

use std::collections::BTreeMap;

use super::{Identity, Part, Shard};
use crate::error::Error;

/// Every shard of one kind of work, in order, of the same sources, tools and wishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    first: Part,
    others: Vec<Part>,
}

impl Set {
    /// Takes shards of one kind as a whole.
    ///
    /// # Errors
    /// [`Error::Usage`] when one is missing or there twice, or when they do not belong together.
    pub fn of(parts: Vec<Part>) -> Result<Self, Error> {
        let refused = |why: String| Err(Error::Usage(why));
        let mut by_number: BTreeMap<u16, Part> = BTreeMap::new();
        let mut count = 0;
        for part in parts {
            let Shard { number, of } = part.manifest.shard;
            if let Some((_, other)) = by_number.first_key_value()
                && of != other.manifest.shard.of
            {
                return refused(format!(
                    "{part} and {other} are of two divisions: {} and {}",
                    part.folder.display(),
                    other.folder.display()
                ));
            }
            count = of;
            if let Some(twice) = by_number.get(&number) {
                return refused(format!(
                    "{part} is there twice: {} and {}",
                    twice.folder.display(),
                    part.folder.display()
                ));
            }
            by_number.insert(number, part);
        }
        let missing: Vec<String> = (1..=count)
            .filter(|number| !by_number.contains_key(number))
            .map(|number| format!("{number}/{count}"))
            .collect();
        let mut parts = by_number.into_values();
        let Some(first) = parts.next() else {
            return refused("there is no shard to merge".into());
        };
        if !missing.is_empty() {
            return refused(format!(
                "{} shard {} is missing; a run is merged whole or not at all",
                first.manifest.work.kind(),
                missing.join(", ")
            ));
        }
        let others = parts.collect();
        let set = Self { first, others };
        set.agrees()?;
        Ok(set)
    }

    /// The first shard.
    #[must_use]
    pub fn first(&self) -> &Part {
        &self.first
    }

    /// The shards from the first to the last.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn agrees(&self) -> Result<(), Error> {
        let first = &self.first;
        for part in &self.others {
            let difference = part.manifest.identity.difference(&first.manifest.identity);
            let (by, other) = (&part.manifest.divided_by, &first.manifest.divided_by);
            let difference = difference.or_else(|| {
                (by != other).then(|| {
                    format!(
                        "was divided by {by}, the other by {other}; every shard has to have the \
                         same file of times"
                    )
                })
            });
            if let Some(difference) = difference {
                return Err(Error::Usage(format!(
                    "{part} does not belong to {first}: it {difference}"
                )));
            }
        }
        Ok(())
    }

    /// Refuses shards that are not of the sources and of the compiler that are here.
    ///
    /// # Errors
    /// [`Error::Usage`] with the first difference.
    pub fn is_of(&self, here: &Identity) -> Result<(), Error> {
        let there = &self.first().manifest.identity;
        let mut difference = there.difference_in_sources(here);
        if difference.is_none() {
            let of_tools = Identity {
                conditions: there.conditions.clone(),
                ..here.clone()
            };
            difference = there.difference(&of_tools);
        }
        match difference {
            None => Ok(()),
            Some(difference) => Err(Error::Usage(format!(
                "{} does not belong to the workspace here: it {difference}\n  shards are merged \
                 where the same commit is checked out, and lie outside of it or in target",
                self.first()
            ))),
        }
    }
}
