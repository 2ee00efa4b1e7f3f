//! Errors as the interface shows them.

use serde_json::{Value, json};

use crate::gateway::{ApiReply, GatewayError};

/// Why a request was not carried out as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) code: Option<&'static str>,
    pub(super) decline_code: Option<&'static str>,
    pub(super) param: Option<Box<str>>,
    pub(super) message: String,
    /// More fields of the error, such as the payment that was declined.
    pub(super) details: Vec<(&'static str, Value)>,
}

/// Either the reply's document or why there is none; the outer error is the ledger's.
pub(super) type Handled<T> = Result<Result<T, Refusal>, GatewayError>;

impl Refusal {
    /// The request itself is wrong.
    pub(super) fn invalid(param: &str, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            kind: "invalid_request_error",
            code: None,
            decline_code: None,
            param: Some(param.into()),
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The same, with a code that programs read.
    pub(super) fn code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    /// The object is not in a state in which this can be done.
    pub(super) fn unexpected_state(code: &'static str, message: String, object: Value) -> Self {
        Self {
            param: None,
            details: vec![("payment_intent", object)],
            ..Self::invalid("", message).code(code)
        }
    }

    /// There is no such object.
    pub(super) fn missing(kind: &str, param: &str, id: &str) -> Self {
        Self {
            status: 404,
            ..Self::invalid(param, format!("No such {kind}: '{id}'")).code("resource_missing")
        }
    }

    /// An error without a parameter to blame.
    pub(super) fn general(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            param: None,
            ..Self::invalid("", message)
        }
    }

    /// Whether the reply is kept under the key of the request: only that of an execution is.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.status, 402 | 500)
    }

    /// The `error` object.
    pub(super) fn document(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        let optional = [
            ("code", self.code.map(str::to_owned)),
            ("decline_code", self.decline_code.map(str::to_owned)),
            ("param", self.param.as_deref().map(str::to_owned)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                error[name] = Value::String(value);
            }
        }
        for (name, value) in &self.details {
            error[*name] = value.clone();
        }
        error
    }

    /// The reply.
    pub(super) fn reply(&self) -> ApiReply {
        ApiReply {
            status: self.status,
            body: json!({"error": self.document()}).to_string(),
            is_replayed: false,
        }
    }
}
