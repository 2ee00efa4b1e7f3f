//! What the fake gateway keeps, in the words and shapes of Stripe's interface.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names and values that a client attaches to an object.
pub(super) type Metadata = BTreeMap<String, String>;

/// A kind of object: the prefix of its identifiers and its name.
pub(super) trait Object: Serialize + for<'a> Deserialize<'a> {
    const PREFIX: &'static str;
    const KIND: &'static str;
    fn id(&self) -> &str;
    fn created(&self) -> i64;
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
    pub(super) captured: bool,
    pub(super) created: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) failure_code: Option<String>,
    pub(super) failure_message: Option<String>,
    pub(super) livemode: bool,
    pub(super) metadata: Metadata,
    pub(super) paid: bool,
    pub(super) payment_intent: String,
    pub(super) payment_method: Option<String>,
    pub(super) refunded: bool,
    pub(super) status: String,
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
pub(super) struct Event {
    pub(super) id: String,
    pub(super) object: String,
    pub(super) api_version: String,
    pub(super) created: i64,
    pub(super) data: Value,
    pub(super) livemode: bool,
    pub(super) pending_webhooks: i64,
    pub(super) request: Value,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

macro_rules! object {
    ($type:ty, $prefix:literal, $kind:literal) => {
        impl Object for $type {
            const PREFIX: &'static str = $prefix;
            const KIND: &'static str = $kind;
            fn id(&self) -> &str {
                &self.id
            }
            fn created(&self) -> i64 {
                self.created
            }
        }
    };
}

object!(PaymentIntent, "pi", "payment_intent");
object!(Charge, "ch", "charge");
object!(Refund, "re", "refund");
object!(Event, "evt", "event");
