//! How storing and sending overlap.

/// While a batch is on its way, the results of the one before and the intents of the next are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// At the same time.
    Threads,
    /// One after the other, storing first, so that a simulation is the same each time.
    InTurn,
}

impl Overlap {
    /// Does both.
    pub(super) fn both<S: Send, K>(
        self,
        send: impl FnOnce() -> S + Send,
        store: impl FnOnce() -> K,
    ) -> (S, K) {
        match self {
            Self::InTurn => {
                let stored = store();
                (send(), stored)
            }
            Self::Threads => std::thread::scope(|scope| {
                let sending = scope.spawn(send);
                let stored = store();
                match sending.join() {
                    Ok(came) => (came, stored),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }),
        }
    }
}
