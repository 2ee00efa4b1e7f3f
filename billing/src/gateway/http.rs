//! A gateway over HTTP.

use std::fmt;
use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use ureq::http::{Request, Response, Uri};
use ureq::{Agent, Body, Error as HttpError};

use super::{ApiReply, ApiRequest, GatewayError, Method, Transport};

/// A gateway that has not answered by then may still execute the request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(80);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// No reply is longer; a page of a hundred charges has some 100 KiB.
const REPLY_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How often a request is sent at most, when the gateway is busy or cannot be reached, and how long
/// is waited after the first time; twice as long each time after.
const SENDS_MAX: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The key that a gateway asks for. It is never shown.
#[derive(Clone)]
pub struct ApiKey(String);

impl ApiKey {
    /// The key in `text`, such as the content of a file; a line end after it does not count.
    pub fn new(text: &str) -> Result<Self, GatewayError> {
        let key = text.trim_end_matches(['\r', '\n']);
        if key.is_empty() {
            return Err(GatewayError::InvalidApiKey("empty"));
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(GatewayError::InvalidApiKey("not one word"));
        }
        Ok(Self(key.to_owned()))
    }

    /// Whether `given` is this key, in a time that does not tell how much of it is right.
    pub(super) fn is(&self, given: &str) -> bool {
        super::signature::is_equal(self.0.as_bytes(), given.as_bytes())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey(redacted)")
    }
}

/// A gateway at an address, such as `https://api.stripe.com` or `http://127.0.0.1:12111`.
#[derive(Clone, Debug)]
pub struct HttpGateway {
    agent: Agent,
    base: String,
    key: ApiKey,
}

impl HttpGateway {
    /// The gateway at `url`. Without TLS only one on this machine is accepted, because the key
    /// would be readable on its way.
    pub fn new(url: &str, key: ApiKey) -> Result<Self, GatewayError> {
        Self::with_timeout(url, key, ANSWER_TIMEOUT)
    }

    /// The same, with the time that an answer is waited for.
    pub fn with_timeout(url: &str, key: ApiKey, timeout: Duration) -> Result<Self, GatewayError> {
        let base = checked_base(url)?;
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIMEOUT.min(timeout)))
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false);
        if base.starts_with("http:") {
            // A proxy would see what is meant for this machine alone.
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().into(),
            base,
            key,
        })
    }

    fn send_once(&self, request: &ApiRequest) -> Result<ApiReply, GatewayError> {
        let response = self
            .agent
            .run(self.http_request(request)?)
            .map_err(|error| unanswered(&error))?;
        reply_of(response)
    }

    fn http_request(&self, request: &ApiRequest) -> Result<Request<String>, GatewayError> {
        let form = request.parameters.to_form();
        let mut url = format!("{}{}", self.base, request.path);
        let mut body = String::new();
        let mut builder = Request::builder().method(request.method.name());
        match request.method {
            Method::Get if form.is_empty() => {}
            Method::Get => {
                url.push('?');
                url += &form;
            }
            Method::Post => {
                builder = builder.header("content-type", "application/x-www-form-urlencoded");
                body = form;
            }
        }
        if let Some(key) = &request.idempotency_key {
            builder = builder.header("idempotency-key", key);
        }
        builder
            .uri(url)
            .header("authorization", format!("Bearer {}", self.key.0))
            .body(body)
            .map_err(|error| GatewayError::Unreachable(error.to_string()))
    }
}

impl Transport for HttpGateway {
    fn send(&mut self, request: &ApiRequest) -> Result<ApiReply, GatewayError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..SENDS_MAX {
            match self.send_once(request) {
                Ok(reply) if matches!(reply.status, 409 | 429) => {}
                Err(GatewayError::Unreachable(_)) => {}
                ended => return ended,
            }
            thread::sleep(pause);
            pause *= 2;
        }
        self.send_once(request)
    }
}

fn checked_base(url: &str) -> Result<String, GatewayError> {
    let refused = |problem| GatewayError::InvalidUrl {
        url: url.to_owned(),
        problem,
    };
    let uri: Uri = url.parse().map_err(|_| refused("not a URL"))?;
    let authority = uri.authority().ok_or_else(|| refused("no host"))?;
    if authority.as_str().contains('@') {
        // Not repeated: what stands before the @ may be a password.
        return Err(GatewayError::InvalidUrl {
            url: "(with a user name)".to_owned(),
            problem: "a key does not belong into the address",
        });
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(refused("more than a host and a port"));
    }
    match uri.scheme_str() {
        Some("https") => {}
        Some("http") if is_loopback(authority.host()) => {}
        Some("http") => return Err(refused("without TLS the API key could be read on its way")),
        _ => return Err(refused("neither http nor https")),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Only what certainly happened before anything was sent leaves no doubt.
fn unanswered(error: &HttpError) -> GatewayError {
    let is_unsent = match error {
        HttpError::HostNotFound
        | HttpError::ConnectionFailed
        | HttpError::Tls(_)
        | HttpError::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => true,
        HttpError::Io(io) => io.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    };
    if is_unsent {
        GatewayError::Unreachable(error.to_string())
    } else {
        GatewayError::TimedOut
    }
}

fn reply_of(response: Response<Body>) -> Result<ApiReply, GatewayError> {
    let status = response.status().as_u16();
    let is_replayed = response
        .headers()
        .get("idempotent-replayed")
        .is_some_and(|value| value == "true");
    let mut body = response.into_body();
    let body = body
        .with_config()
        .limit(REPLY_BYTES_MAX)
        .read_to_string()
        .map_err(|_| GatewayError::TimedOut)?;
    Ok(ApiReply {
        status,
        body,
        is_replayed,
    })
}

#[cfg(test)]
mod tests {
    use super::{ApiKey, HttpGateway};

    #[test]
    fn a_key_is_never_shown() {
        let key = ApiKey::new("sk_test_hidden\n").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(redacted)");
        let gateway = HttpGateway::new("http://127.0.0.1:1", key).unwrap();
        assert!(!format!("{gateway:?}").contains("hidden"));
    }

    #[test]
    fn a_key_goes_without_tls_to_this_machine_alone() {
        let accepted = |url: &str| HttpGateway::new(url, ApiKey::new("k").unwrap()).is_ok();
        for url in [
            "https://api.example.com",
            "http://localhost:1",
            "http://[::1]:1/",
        ] {
            assert!(accepted(url), "{url}");
        }
        for url in [
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "https://user:secret@api.example.com",
            "https://api.example.com/v1",
            "ftp://localhost",
            "localhost",
            "",
        ] {
            assert!(!accepted(url), "{url}");
        }
    }

    #[test]
    fn a_key_is_one_word() {
        for text in ["", "\n", "two words", "two\nlines", "sk_\u{7f}"] {
            assert!(ApiKey::new(text).is_err(), "{text:?}");
        }
    }
}
