//! Reconciling: what is unknown is found out, then the repository and the gateway are compared,
//! payment by payment.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::charge::send;
use crate::error::Error;
use crate::gateway::client::is_of_another;
use crate::gateway::{GatewayError, PaymentGateway, Refunded, TakenPayment};
use crate::refund;
use crate::repository::{Collected, Decision, InvoiceRepository};

const PAGE: usize = 200;

/// What reconciling found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Attempts and refunds whose outcome is known now.
    pub repaired: u64,
    /// Attempts and refunds whose outcome is still unknown.
    pub still_unknown: u64,
    /// Payments that both sides agree on.
    pub agreed: u64,
    /// Payments that other databases asked the same gateway for.
    pub of_others: u64,
    /// Everything that they do not agree on.
    pub differences: Vec<Difference>,
}

/// A payment on which the repository and the gateway do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The attempt, if the gateway knows one.
    pub attempt_id: Option<String>,
    /// The gateway's name for the payment, if it has one.
    pub payment_id: Option<String>,
    /// What is wrong.
    pub problem: String,
}

/// Repairs what is unknown, then compares every payment.
pub fn reconcile<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    now: i64,
) -> Result<Reconciliation, Error> {
    let mut found = Reconciliation::default();
    repository.take_over()?;
    repair_attempts(repository, gateway, now, &mut found)?;
    repair_refunds(repository, gateway, now, &mut found)?;
    compare(repository, gateway, &mut found)?;
    Ok(found)
}

fn repair_attempts<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    now: i64,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    let mut after = String::new();
    loop {
        let open = repository.open_attempts(&after, PAGE)?;
        let Some(last) = open.last() else {
            return Ok(());
        };
        after.clone_from(&last.attempt_id);
        let mut decisions = Vec::new();
        for attempt in open {
            match send::resolve(gateway, &attempt, now) {
                Ok(payment) => decisions.push(Decision {
                    attempt,
                    payment,
                    known_at: now,
                }),
                Err(error) => {
                    let name = Some(attempt.attempt_id);
                    found.left_unknown(name, &attempt.invoice_id, error)?;
                }
            }
        }
        found.repaired += decisions.len() as u64;
        repository.record(&decisions)?;
    }
}

fn repair_refunds<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    now: i64,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    for refund in repository.open_refunds()? {
        match refund::resolve(gateway, &refund, now) {
            Ok(answer) => {
                repository.record_refund(&refund, &answer)?;
                found.repaired += 1;
            }
            Err(error) => found.left_unknown(None, &refund.invoice_id, error)?,
        }
    }
    Ok(())
}

fn compare<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    let mut taken = taken_for(&repository.database_id()?, gateway, found)?;
    let mut disputed = Vec::new();
    repository.collected(&mut |ours| {
        match taken.remove(&ours.attempt_id) {
            Some(theirs) if agree(&ours, &theirs) => found.agreed += 1,
            Some(theirs) => disputed.push((ours, theirs)),
            None => found.differences.push(Difference {
                problem: format!(
                    "invoice {:?} is paid here, not at the gateway",
                    ours.invoice_id
                ),
                attempt_id: Some(ours.attempt_id),
                payment_id: None,
            }),
        }
        Ok(())
    })?;
    for (ours, theirs) in disputed {
        settle(repository, gateway, ours, &theirs, found)?;
    }
    for payment in taken.values() {
        found.differs(payment, "paid at the gateway, not here");
    }
    Ok(())
}

/// The payments that this database asked for, by attempt.
fn taken_for<G: PaymentGateway + ?Sized>(
    database_id: &String,
    gateway: &mut G,
    found: &mut Reconciliation,
) -> Result<BTreeMap<String, TakenPayment>, Error> {
    let mut taken = BTreeMap::new();
    let mut after = None;
    loop {
        let page = gateway.payments(after.as_deref())?;
        for payment in page.payments {
            // Without an attempt it is somebody else's altogether.
            let Some(attempt_id) = payment.attempt_id.clone() else {
                continue;
            };
            if is_of_another(payment.database_id.as_ref(), Some(database_id)) {
                found.of_others += 1;
            } else if let Some(twice) = taken.insert(attempt_id, payment) {
                found.differs(&twice, "the gateway took money twice for one attempt");
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(taken);
        }
    }
}

fn agree(ours: &Collected, theirs: &TakenPayment) -> bool {
    theirs.captured == ours.captured && theirs.refunded == ours.refunded
}

/// A refund can fail after the gateway said that it is done: that is taken back here. What is left
/// then is a difference.
fn settle<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    mut ours: Collected,
    theirs: &TakenPayment,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    for refund in repository.done_refunds(&ours.attempt_id)? {
        let answer = gateway.find_refund(&refund::request_of(&refund))?;
        if let Some(Refunded::Refused(reason)) = answer
            && repository.fail_refund(&refund.refund_id, &reason)?
        {
            ours.refunded -= refund.amount.get();
            found.repaired += 1;
        }
    }
    if agree(&ours, theirs) {
        found.agreed += 1;
        return Ok(());
    }
    let problem = format!(
        "invoice {:?}: {} taken and {} given back here, {} and {} at the gateway (minor units)",
        ours.invoice_id, ours.captured, ours.refunded, theirs.captured, theirs.refunded
    );
    found.differs(theirs, &problem);
    Ok(())
}

impl Reconciliation {
    /// Notes what could not be found out; what contradicts is a difference. A failure that everything
    /// else would meet ends it.
    fn left_unknown(
        &mut self,
        attempt_id: Option<String>,
        invoice_id: &str,
        error: GatewayError,
    ) -> Result<(), Error> {
        if error.meets_every_request() {
            return Err(error.into());
        }
        self.still_unknown += 1;
        if !error.leaves_unknown() {
            self.differences.push(Difference {
                attempt_id,
                payment_id: None,
                problem: format!("invoice {invoice_id:?}: {error}"),
            });
        }
        Ok(())
    }

    fn differs(&mut self, payment: &TakenPayment, problem: &str) {
        self.differences.push(Difference {
            attempt_id: payment.attempt_id.clone(),
            payment_id: Some(payment.payment_id.clone()),
            problem: problem.to_owned(),
        });
    }
}
