//! The clock and the calendar: the only place where a command asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::Offset};
use pricing::{Currency, Invoice};

use crate::error::Error;

/// The currency of an invoice that names none, under a policy that names none.
const STANDARD_CURRENCY: &str = "USD";

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// The day that it is, in UTC.
pub(super) fn today() -> Result<Date, Error> {
    let time = Timestamp::from_second(now()).map_err(|error| Error::Usage(error.to_string()))?;
    Ok(Offset::UTC.to_datetime(time).date())
}

/// The day by which an invoice is to be paid: as it says, or as many days ago as it is overdue.
pub(super) fn due_on(invoice: &Invoice) -> Option<Date> {
    if let Some(date) = invoice.due_date() {
        return Some(date);
    }
    today()
        .ok()?
        .checked_sub(i64::from(invoice.days_overdue()).days())
        .ok()
}

/// The currency of an invoice that names none.
pub(super) fn standard_currency() -> Result<Currency, Error> {
    let parsed = STANDARD_CURRENCY.parse::<Currency>();
    parsed.map_err(|error| Error::Usage(error.to_string()))
}
