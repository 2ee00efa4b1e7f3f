//! One connection: requests in, replies out, or nothing when the reply is to be lost.

use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Method as HttpMethod, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::{Served, control};
use crate::gateway::fake::{Ended, request_id};
use crate::gateway::http::is_loopback;
use crate::gateway::{ApiReply, ApiRequest, GatewayError, Method, Parameters};

/// Nothing that a client sends is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
const HEADER_BYTES_MAX: usize = 16 * 1024;

/// A client that dawdles longer is cut off.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) type Reply = Response<Full<Bytes>>;

/// Serves the requests of one connection to the gateway.
pub(super) async fn serve(stream: TcpStream, served: Rc<Served>) {
    serve_requests(stream, move |request| {
        let served = Rc::clone(&served);
        async move { answer(request, &served).await }
    })
    .await;
}

/// Serves the requests of one connection; an error closes it without a reply.
pub(crate) async fn serve_requests<F: Future<Output = io::Result<Reply>>>(
    stream: TcpStream,
    answer: impl Fn(Request<Incoming>) -> F,
) {
    // Without this a reply could wait 40 ms for the client's acknowledgement.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(READ_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service_fn(answer));
    // How a connection ends is its client's matter; a lost reply ends it, too.
    drop(connection.await);
}

/// The reply; an error closes the connection without one.
async fn answer(request: Request<Incoming>, served: &Rc<Served>) -> io::Result<Reply> {
    let (head, body) = request.into_parts();
    let body = match whole(body).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(*refusal),
    };
    if let Some(path) = head.uri.path().strip_prefix("/_ledgerly") {
        return Ok(controlled(&head, path, &body, served));
    }
    if !is_known(&head, served) {
        let message = "You did not provide the API key that this gateway accepts. You need to \
                       provide it in the Authorization header, using Bearer auth.";
        return Ok(refused(StatusCode::UNAUTHORIZED, message));
    }
    match api_request(&head, &body) {
        Ok(request) => {
            let mut reply = executed(&request, served).await?;
            repeat(&head.headers, reply.headers_mut());
            Ok(reply)
        }
        Err(refusal) => Ok(*refusal),
    }
}

/// The reply says again under which key and in which version of the interface it was asked.
fn repeat(asked: &HeaderMap, reply: &mut HeaderMap) {
    for name in ["idempotency-key", "stripe-version"].map(HeaderName::from_static) {
        if let Some(value) = asked.get(&name) {
            reply.insert(name, value.clone());
        }
    }
}

/// The whole body, or the refusal of one that is too long.
pub(crate) async fn whole(body: Incoming) -> io::Result<Result<Bytes, Box<Reply>>> {
    let body = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(READ_TIMEOUT, body).await {
        Ok(Ok(body)) => Ok(Ok(body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let message = format!("The body is longer than {BODY_BYTES_MAX} bytes.");
            Ok(Err(Box::new(refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                &message,
            ))))
        }
        Ok(Err(_)) | Err(_) => Err(io::ErrorKind::ConnectionAborted.into()),
    }
}

/// The text of a header.
pub(crate) fn text<'a>(head: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

/// The key of a request: as a bearer's, or as the user's name, which is how curl -u sends it.
fn given_key(head: &Parts) -> Option<String> {
    let (scheme, credentials) = text(head, &AUTHORIZATION)?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(credentials.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64_STANDARD.decode(credentials.trim()).ok()?;
    let pair = String::from_utf8(decoded).ok()?;
    Some(pair.split(':').next().unwrap_or_default().to_owned())
}

/// On loopback the control plane is open, but not to a page of another site that a browser shows;
/// elsewhere it takes the key.
fn controlled(head: &Parts, path: &str, body: &Bytes, served: &Served) -> Reply {
    let is_allowed = match &served.key {
        _ if served.is_local => is_loopback(host_of(text(head, &HOST).unwrap_or_default())),
        Some(key) => given_key(head).is_some_and(|given| key.is(&given)),
        None => false,
    };
    if !is_allowed {
        return refused(StatusCode::FORBIDDEN, "The control plane is not yours.");
    }
    let kind = text(head, &CONTENT_TYPE).unwrap_or_default();
    let json = kind.starts_with("application/json").then_some(&**body);
    control::answer(&head.method, path, json, served)
}

fn is_known(head: &Parts, served: &Served) -> bool {
    match (&served.key, given_key(head)) {
        (Some(key), Some(given)) => key.is(&given),
        (None, Some(given)) => !given.is_empty(),
        (_, None) => false,
    }
}

fn api_request(head: &Parts, body: &Bytes) -> Result<ApiRequest, Box<Reply>> {
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default().as_bytes();
    let (method, parameters) = match head.method {
        HttpMethod::GET => (Method::Get, Parameters::of_form(query)),
        HttpMethod::POST => (Method::Post, Parameters::of_form(query).and_form(body)),
        _ => {
            let message = format!("Unrecognized request URL ({}: {path}).", head.method);
            return Err(Box::new(refused(StatusCode::NOT_FOUND, &message)));
        }
    };
    let key = head.headers.get("idempotency-key").map(HeaderValue::to_str);
    let idempotency_key = key.transpose().map_err(|_| {
        let message = "The Idempotency-Key is not visible ASCII.";
        Box::new(refused(StatusCode::BAD_REQUEST, message))
    })?;
    Ok(ApiRequest {
        method,
        path: path.to_owned(),
        parameters,
        idempotency_key: idempotency_key.map(str::to_owned),
    })
}

fn host_of(header: &str) -> &str {
    match header.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => header,
    }
}

async fn executed(request: &ApiRequest, served: &Rc<Served>) -> io::Result<Reply> {
    let ended = served.gateway.borrow_mut().handle(request);
    if served.logs_requests {
        log(request, &ended);
    }
    match ended {
        Ok(Ended::Replied {
            reply,
            late_by,
            ordinal,
        }) => {
            if let Some(delay) = late_by {
                hold_key(request, delay, served);
                tokio::time::sleep(delay).await;
            }
            Ok(sent(reply, ordinal))
        }
        Ok(Ended::Dropped) => Err(io::ErrorKind::ConnectionAborted.into()),
        Err(error) => Ok(failed(&error)),
    }
}

/// Until a late reply is sent its key is in use, also when its client no longer waits for it.
fn hold_key(request: &ApiRequest, delay: Duration, served: &Rc<Served>) {
    let (Method::Post, Some(key)) = (request.method, request.idempotency_key.clone()) else {
        return;
    };
    served.gateway.borrow_mut().hold_key(&key);
    let served = Rc::clone(served);
    tokio::task::spawn_local(async move {
        tokio::time::sleep(delay).await;
        served.gateway.borrow_mut().release_key(&key);
    });
}

/// Tells a request and how it ended; parameters are nobody's business.
fn log(request: &ApiRequest, ended: &Result<Ended, GatewayError>) {
    let ended = match ended {
        Ok(Ended::Replied { reply, .. }) => reply.status.to_string(),
        Ok(Ended::Dropped) => "no reply".to_owned(),
        Err(_) => "failed".to_owned(),
    };
    let line = format!("{} {} {ended}", request.method.name(), request.path);
    // Nobody need listen.
    drop(writeln!(io::stdout(), "{}", crate::write::printable(&line)));
}

fn sent(reply: ApiReply, ordinal: u64) -> Reply {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, reply.body);
    if let Ok(id) = HeaderValue::from_str(&request_id(ordinal)) {
        let name = HeaderName::from_static("request-id");
        response.headers_mut().insert(name, id);
    }
    if reply.is_replayed {
        let replayed = HeaderValue::from_static("true");
        response
            .headers_mut()
            .insert("idempotent-replayed", replayed);
    }
    response
}

/// A reply in JSON.
pub(crate) fn json(status: StatusCode, body: String) -> Reply {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// A refusal in the interface's form.
pub(crate) fn refused(status: StatusCode, message: &str) -> Reply {
    let error = serde_json::json!({"type": "invalid_request_error", "message": message});
    json(status, serde_json::json!({"error": error}).to_string())
}

/// The gateway's own failure: nothing was decided.
pub(super) fn failed(error: &GatewayError) -> Reply {
    eprintln!("error: {}", crate::write::printable(&error.to_string()));
    let error = serde_json::json!({"type": "api_error", "message": "The gateway's ledger failed."});
    let body = serde_json::json!({"error": error}).to_string();
    json(StatusCode::INTERNAL_SERVER_ERROR, body)
}
