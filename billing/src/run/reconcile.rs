//! Reconciling: what is unknown is found out, then the repository and the gateway are compared,
//! payment by payment.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::charge::{dunning, send};
use crate::error::Error;
use crate::gateway::{GatewayError, PaymentGateway, RefundRequest, TakenPayment};
use crate::repository::{InvoiceRepository, Refund};

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
    repair_attempts(repository, gateway, now, &mut found)?;
    repair_refunds(repository, gateway, &mut found)?;
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
                Ok(payment) => decisions.push(dunning::decision(attempt, payment, now)),
                Err(error) if error.leaves_unknown() => found.still_unknown += 1,
                Err(error @ GatewayError::IdempotencyConflict { .. }) => {
                    found.still_unknown += 1;
                    found.differences.push(Difference {
                        attempt_id: Some(attempt.attempt_id),
                        payment_id: None,
                        problem: error.to_string(),
                    });
                }
                Err(error) => return Err(error.into()),
            }
        }
        found.repaired += decisions.len() as u64;
        repository.record(&decisions)?;
    }
}

fn repair_refunds<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    for refund in repository.open_refunds()? {
        match gateway.refund(&request_of(&refund)) {
            Ok(answer) => {
                repository.record_refund(&refund, &answer)?;
                found.repaired += 1;
            }
            Err(error) if error.leaves_unknown() => found.still_unknown += 1,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The request for a stored refund.
pub(crate) fn request_of(refund: &Refund) -> RefundRequest {
    RefundRequest {
        refund_id: refund.refund_id.clone(),
        payment_id: refund.payment_id.clone(),
        amount: refund.amount,
    }
}

fn compare<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &R,
    gateway: &mut G,
    found: &mut Reconciliation,
) -> Result<(), Error> {
    let mut taken: BTreeMap<String, TakenPayment> = BTreeMap::new();
    let mut after = None;
    loop {
        let page = gateway.payments(after.as_deref())?;
        for payment in page.payments {
            let twice = match &payment.attempt_id {
                Some(attempt_id) => taken.insert(attempt_id.clone(), payment.clone()).is_some(),
                // Somebody else's: the gateway may serve others beside us.
                None => false,
            };
            if twice {
                found.differs(&payment, "the gateway took money twice for one attempt");
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    repository.collected(&mut |ours| {
        let Some(theirs) = taken.remove(&ours.attempt_id) else {
            found.differences.push(Difference {
                attempt_id: Some(ours.attempt_id),
                payment_id: None,
                problem: format!(
                    "invoice {:?} is paid here, not at the gateway",
                    ours.invoice_id
                ),
            });
            return Ok(());
        };
        if theirs.captured == ours.captured && theirs.refunded == ours.refunded {
            found.agreed += 1;
            return Ok(());
        }
        let problem = format!(
            "invoice {:?}: {} taken and {} given back here, {} and {} at the gateway (minor units)",
            ours.invoice_id, ours.captured, ours.refunded, theirs.captured, theirs.refunded
        );
        found.differs(&theirs, &problem);
        Ok(())
    })?;
    for payment in taken.values() {
        found.differs(payment, "paid at the gateway, not here");
    }
    Ok(())
}

impl Reconciliation {
    fn differs(&mut self, payment: &TakenPayment, problem: &str) {
        self.differences.push(Difference {
            attempt_id: payment.attempt_id.clone(),
            payment_id: Some(payment.payment_id.clone()),
            problem: problem.to_owned(),
        });
    }
}
