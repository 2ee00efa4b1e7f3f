//! What the fake gateway keeps, in the words and shapes of Stripe's interface.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names and values that a client attaches to an object.
pub(super) type Metadata = BTreeMap<String, String>;

/// A kind of object: the prefix of its identifiers and its name.
pub(super) trait Object: Serialize {
    const PREFIX: &'static str;
    const KIND: &'static str;
    fn id(&self) -> &str;
    fn created(&self) -> i64;

    /// By what it is looked up beside its identifier.
    fn found_by(&self) -> FoundBy<'_> {
        FoundBy::default()
    }
}

/// A kind of object that is read again.
pub(super) trait Stored: Object + DeserializeOwned {}

impl<T: Object + DeserializeOwned> Stored for T {}

/// Columns beside the document, so that an index need not read it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FoundBy<'a> {
    pub(super) attempt_id: Option<&'a str>,
    pub(super) payment_intent: Option<&'a str>,
    pub(super) is_processing: bool,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntentStatus {
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
}

/// A payment, from the wish to its end.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) amount_capturable: i64,
    pub(super) amount_received: i64,
    pub(super) automatic_payment_methods: Option<Value>,
    pub(super) canceled_at: Option<i64>,
    pub(super) cancellation_reason: Option<String>,
    pub(super) capture_method: String,
    pub(super) client_secret: String,
    pub(super) confirmation_method: String,
    pub(super) created: i64,
    pub(super) currency: String,
    pub(super) customer: Option<String>,
    pub(super) description: Option<String>,
    pub(super) last_payment_error: Option<Value>,
    pub(super) latest_charge: Option<String>,
    pub(super) livemode: bool,
    pub(super) metadata: Metadata,
    pub(super) next_action: Option<Value>,
    pub(super) payment_method: Option<String>,
    pub(super) payment_method_types: Vec<String>,
    pub(super) status: IntentStatus,
    /// Not yet in the ledger.
    #[serde(skip)]
    pub(super) is_new: bool,
}

/// Money taken, or a decline.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the interface has them")]
pub(super) struct Charge {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) amount_captured: i64,
    pub(super) amount_refunded: i64,
    #[serde(default)]
    pub(super) billing_details: BillingDetails,
    pub(super) captured: bool,
    pub(super) created: i64,
    pub(super) currency: String,
    #[serde(default)]
    pub(super) customer: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) disputed: bool,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<String>,
    pub(super) livemode: bool,
    pub(super) metadata: Metadata,
    pub(super) paid: bool,
    pub(super) payment_intent: String,
    pub(super) payment_method: Option<String>,
    #[serde(default)]
    pub(super) payment_method_details: Option<PaymentMethodDetails>,
    pub(super) refunded: bool,
    pub(super) status: String,
}

/// Nobody has an address here; clients that read strictly want to be told so.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct BillingDetails {
    address: Option<String>,
    email: Option<String>,
    name: Option<String>,
    phone: Option<String>,
}

/// With which card a charge was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PaymentMethodDetails {
    card: CardDetails,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct CardDetails {
    brand: String,
}

impl PaymentMethodDetails {
    /// Those of a test payment method.
    pub(super) fn of(method: &str) -> Self {
        Self {
            card: CardDetails {
                brand: super::methods::brand(method).to_owned(),
            },
            kind: "card".to_owned(),
        }
    }
}

/// Money given back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) amount: i64,
    pub(super) charge: String,
    pub(super) created: i64,
    pub(super) currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure_reason: Option<String>,
    pub(super) metadata: Metadata,
    pub(super) payment_intent: String,
    pub(super) reason: Option<String>,
    pub(super) status: String,
}

/// That something happened to an object; what webhooks carry.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Event<T = Value> {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) api_version: String,
    pub(super) created: i64,
    pub(super) data: EventData<T>,
    pub(super) livemode: bool,
    pub(super) pending_webhooks: i64,
    pub(super) request: EventRequest,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// The object as it was then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EventData<T> {
    pub(super) object: T,
}

/// What led to an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EventRequest {
    pub(super) id: Option<String>,
    pub(super) idempotency_key: Option<String>,
}

macro_rules! object {
    ($prefix:literal, $kind:literal) => {
        const PREFIX: &'static str = $prefix;
        const KIND: &'static str = $kind;
        fn id(&self) -> &str {
            &self.id
        }
        fn created(&self) -> i64 {
            self.created
        }
    };
}

impl Object for PaymentIntent {
    object!("pi", "payment_intent");

    fn found_by(&self) -> FoundBy<'_> {
        FoundBy {
            attempt_id: self.metadata.get("attempt_id").map(String::as_str),
            is_processing: self.status == IntentStatus::Processing,
            ..FoundBy::default()
        }
    }
}

impl Object for Charge {
    object!("ch", "charge");

    fn found_by(&self) -> FoundBy<'_> {
        FoundBy {
            payment_intent: Some(&self.payment_intent),
            ..FoundBy::default()
        }
    }
}

impl Object for Refund {
    object!("re", "refund");

    fn found_by(&self) -> FoundBy<'_> {
        FoundBy {
            payment_intent: Some(&self.payment_intent),
            ..FoundBy::default()
        }
    }
}

impl<T: Serialize> Object for Event<T> {
    object!("evt", "event");
}
