//! The control plane of the served gateway, under `/_ledgerly/`, and its status page.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::Served;
use super::connection::{Reply, failed, json, refused};
use crate::gateway::{FakeGateway, Faults, GatewayError};

const PAGE: &str = include_str!("page.html");

/// So many of the last requests stand on the status page.
const SHOWN_REQUESTS: usize = 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Authentication {
    payment_intent: String,
    succeeds: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    /// Seconds.
    advance: u32,
}

/// Answers a request of the control plane; `body` is absent when it is not declared to be JSON.
pub(super) fn answer(method: &Method, path: &str, body: Option<&[u8]>, served: &Served) -> Reply {
    let mut gateway = served.gateway.borrow_mut();
    let answered = match (method, path) {
        (&Method::GET, "" | "/") => page(&gateway),
        (&Method::GET, "/ledger") => gateway.true_ledger().map(|ledger| shown(&ledger)),
        (&Method::GET, "/requests") => gateway.requests().map(|requests| shown(&requests)),
        (&Method::POST, "/faults") => match parsed::<Faults>(body) {
            Ok(faults) => gateway.set_faults(faults).map(|()| shown(&"set")),
            Err(refusal) => Ok(*refusal),
        },
        (&Method::POST, "/clock") => match parsed::<ClockChange>(body) {
            Ok(change) => gateway
                .advance_clock(change.advance)
                .map(|()| shown(&gateway.now())),
            Err(refusal) => Ok(*refusal),
        },
        (&Method::POST, "/authenticate") => match parsed::<Authentication>(body) {
            Ok(answer) => authenticated(&mut gateway, &answer),
            Err(refusal) => Ok(*refusal),
        },
        _ => Ok(refused(
            StatusCode::NOT_FOUND,
            "There are GET /_ledgerly/, /_ledgerly/ledger and /_ledgerly/requests, and POST \
             /_ledgerly/faults, /_ledgerly/clock and /_ledgerly/authenticate.",
        )),
    };
    answered.unwrap_or_else(|error| failed(&error))
}

fn authenticated(
    gateway: &mut FakeGateway,
    answer: &Authentication,
) -> Result<Reply, GatewayError> {
    let payment = gateway.authenticate(&answer.payment_intent, answer.succeeds)?;
    let none = "There is no such payment intent that requires an action.";
    Ok(payment.map_or_else(
        || refused(StatusCode::NOT_FOUND, none),
        |payment| json(StatusCode::OK, payment),
    ))
}

fn parsed<T: for<'a> Deserialize<'a>>(body: Option<&[u8]>) -> Result<T, Box<Reply>> {
    let Some(body) = body else {
        let message = "The control plane takes JSON (Content-Type: application/json).";
        return Err(Box::new(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            message,
        )));
    };
    serde_json::from_slice(body)
        .map_err(|error| Box::new(refused(StatusCode::BAD_REQUEST, &error.to_string())))
}

fn shown(value: &impl Serialize) -> Reply {
    match serde_json::to_string(value) {
        Ok(text) => json(StatusCode::OK, text),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn page(gateway: &FakeGateway) -> Result<Reply, GatewayError> {
    let truth = gateway.true_ledger()?;
    let requests = gateway.requests()?;
    let rows = requests.iter().rev().take(SHOWN_REQUESTS).map(|request| {
        let answer = serde_json::to_value(request.answer).unwrap_or_default();
        let cells = [
            request.ordinal.to_string(),
            request.method.clone(),
            request.path.clone(),
            request.idempotency_key.clone().unwrap_or_default(),
            answer.as_str().unwrap_or_default().to_owned(),
        ];
        let cells = cells.map(|cell| format!("<td>{}</td>", escaped(&cell)));
        format!("<tr>{}</tr>\n", cells.concat())
    });
    let page = PAGE
        .replace("{payments}", &truth.payments.len().to_string())
        .replace("{captured}", &truth.captured.to_string())
        .replace("{refunded}", &truth.refunded.to_string())
        .replace("{requests}", &requests.len().to_string())
        .replace("{rows}", &rows.collect::<String>());
    let mut response = Response::new(Full::new(Bytes::from(page)));
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
