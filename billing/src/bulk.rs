//! Books priced block by block on all cores, their order kept.
//!
//! The main thread reads blocks and writes results; the others price. Each block is handed to the
//! workers in turn and its result is taken from them in turn, so results come in the order of the
//! input, and no more blocks are under way than memory was set aside for.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use pricing::BookSummary;

use crate::error::{BadInput, Error};
use crate::policy::Rules;
use crate::read::OriginalRecord;
use crate::read::blocks::{Block, Blocks, Rest};
use crate::read::recent::BlockIds;
use crate::write::{OutputFormat, TotalRows};

mod price;

pub(crate) use price::{quote, total};

/// So many blocks wait for each worker, besides the one that it prices.
const WAITING_MAX: usize = 2;

/// How a book is priced.
#[derive(Debug)]
pub(crate) struct Job<'j> {
    /// The input, as messages call it.
    pub(crate) file: &'j str,
    pub(crate) rules: &'j Rules,
    /// How totals are written; `None` when they are not.
    pub(crate) format: Option<OutputFormat>,
    /// Whether what the invoices come to is added up.
    pub(crate) sums_up: bool,
}

/// A block with its prices.
#[derive(Debug)]
pub(crate) struct PricedBlock {
    pub(crate) block: Block,
    pub(crate) results: Results,
}

/// The prices of a block.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) rows: TotalRows,
    /// What its invoices come to, when that is asked for.
    pub(crate) summary: Option<BookSummary>,
    pub(crate) ids: BlockIds,
    /// Invoices, refused ones included.
    pub(crate) count: u64,
    pub(crate) refused: Vec<Refused>,
    /// Whether something is wrong that ends the reading of the input.
    pub(crate) is_torn: bool,
}

/// An invoice that was refused.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) bad: BadInput,
    pub(crate) original: OriginalRecord,
    /// Its identifier, if its text tells it.
    pub(crate) id: Option<String>,
}

/// Memory that is used again.
#[derive(Debug, Default)]
struct Memory {
    block: Vec<u8>,
    rows: Vec<u8>,
    ids: BlockIds,
}

/// Prices what is left of an input; `done` takes each block with its prices, in order.
pub(crate) fn price(
    rest: Rest,
    job: &Job<'_>,
    mut done: impl FnMut(PricedBlock) -> Result<Option<PricedBlock>, Error>,
) -> Result<(), Error> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let mut workers: Vec<Worker> = Vec::with_capacity(cores);
        for _ in 0..cores {
            let (worker, tasks, results) = Worker::new();
            scope.spawn(move || work(job, &tasks, &results));
            workers.push(worker);
        }
        let mut queue = Queue {
            blocks: Blocks::new(rest),
            workers,
            memory: Vec::new(),
            sent: 0,
            taken: 0,
        };
        let unreadable = |error| Error::io("reading", job.file, error);
        queue.fill().map_err(unreadable)?;
        while let Some(priced) = queue.take() {
            if let Some(used) = done(priced)? {
                queue.recycle(used);
            }
            queue.fill().map_err(unreadable)?;
        }
        Ok(())
    })
}

type Task = (Block, Memory);

struct Worker {
    tasks: SyncSender<Task>,
    results: Receiver<PricedBlock>,
}

impl Worker {
    fn new() -> (Self, Receiver<Task>, SyncSender<PricedBlock>) {
        let (tasks, for_worker) = sync_channel(WAITING_MAX);
        let (from_worker, results) = sync_channel(WAITING_MAX);
        (Self { tasks, results }, for_worker, from_worker)
    }
}

/// Ends when there are no more tasks, or nobody waits for results.
fn work(job: &Job<'_>, tasks: &Receiver<Task>, results: &SyncSender<PricedBlock>) {
    for (block, memory) in tasks {
        let rows = TotalRows::new(job.format, memory.rows);
        let priced = price::block(block, rows, memory.ids.cleared(), job);
        if results.send(priced).is_err() {
            return;
        }
    }
}

/// The blocks under way.
struct Queue {
    blocks: Blocks,
    workers: Vec<Worker>,
    memory: Vec<Memory>,
    sent: usize,
    taken: usize,
}

impl Queue {
    /// Gives the workers all the blocks that they may have.
    fn fill(&mut self) -> io::Result<()> {
        let count = self.workers.len();
        while self.sent - self.taken < count * WAITING_MAX {
            let mut memory = self.memory.pop().unwrap_or_default();
            let Some(block) = self.blocks.next(std::mem::take(&mut memory.block))? else {
                return Ok(());
            };
            // A worker ends only when its results are no longer taken.
            if self.workers[self.sent % count]
                .tasks
                .send((block, memory))
                .is_err()
            {
                return Ok(());
            }
            self.sent += 1;
        }
        Ok(())
    }

    /// The next block in the order of the input.
    fn take(&mut self) -> Option<PricedBlock> {
        if self.taken == self.sent {
            return None;
        }
        let worker = &self.workers[self.taken % self.workers.len()];
        self.taken += 1;
        worker.results.recv().ok()
    }

    fn recycle(&mut self, used: PricedBlock) {
        self.memory.push(Memory {
            block: used.block.into_memory(),
            rows: used.results.rows.into_memory(),
            ids: used.results.ids,
        });
    }
}
