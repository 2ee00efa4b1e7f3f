//! The interface that gateways speak: requests with form parameters, replies in JSON.

use super::{GatewayError, each_until_failure};

/// Sends requests to a gateway, in this process or over HTTP.
pub trait Transport {
    /// Sends `request` and gives back the gateway's reply, whatever its status.
    ///
    /// [`GatewayError::TimedOut`] means that no reply came, so that the request may have been
    /// executed; [`GatewayError::Unreachable`] that it was certainly not.
    fn send(&mut self, request: &ApiRequest) -> Result<ApiReply, GatewayError>;

    /// Sends requests one after the other and gives back what became of each, up to a failure that
    /// would meet all that follow.
    fn send_all(&mut self, requests: &[ApiRequest]) -> Vec<Result<ApiReply, GatewayError>> {
        each_until_failure(requests, |request| self.send(request))
    }

    /// So many requests are best sent at once.
    fn group(&self) -> usize {
        1
    }
}

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Make or change.
    Post,
}

impl Method {
    /// The word of HTTP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request, independent of how it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRequest {
    /// What is done.
    pub method: Method,
    /// To what, such as `/v1/payment_intents`; without a query.
    pub path: String,
    /// The parameters of query or body, decoded, in their order.
    pub parameters: Parameters,
    /// Under which key a POST is executed at most once.
    pub idempotency_key: Option<String>,
}

impl ApiRequest {
    /// A request that reads.
    #[must_use]
    pub fn get(path: impl Into<String>, parameters: Parameters) -> Self {
        Self {
            method: Method::Get,
            path: path.into(),
            parameters,
            idempotency_key: None,
        }
    }

    /// A request that changes something, at most once for each key.
    #[must_use]
    pub fn post(path: impl Into<String>, parameters: Parameters, key: &str) -> Self {
        Self {
            method: Method::Post,
            path: path.into(),
            parameters,
            idempotency_key: Some(key.to_owned()),
        }
    }
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiReply {
    /// The HTTP status.
    pub status: u16,
    /// A JSON document.
    pub body: String,
    /// Whether this is the first reply under the same key, given again.
    pub is_replayed: bool,
}

/// Named parameters; a nested one is named with brackets, such as `metadata[invoice]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameters of an `application/x-www-form-urlencoded` text, brackets literal or encoded.
    #[must_use]
    pub fn of_form(form: &[u8]) -> Self {
        Self(form_urlencoded::parse(form).into_owned().collect())
    }

    /// The same parameters and those of another text.
    #[must_use]
    pub fn and_form(mut self, form: &[u8]) -> Self {
        self.0.extend(form_urlencoded::parse(form).into_owned());
        self
    }

    /// The same parameters and one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// The value of a parameter; the last one when it is given twice.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The entries of a map or list, such as those of `metadata`: what stands in the brackets, and
    /// the value.
    pub fn entries<'a>(&'a self, map: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.iter().filter_map(move |(name, value)| {
            let inside = name.strip_prefix(map)?.strip_prefix('[')?;
            Some((inside.strip_suffix(']')?, value))
        })
    }

    /// The text that goes over the wire.
    #[must_use]
    pub fn to_form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.iter())
            .finish()
    }

    /// The same text whatever the order of the parameters: what is compared under one key.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut sorted = self.clone();
        sorted.0.sort();
        sorted.to_form()
    }
}

#[cfg(test)]
mod tests {
    use super::Parameters;

    #[test]
    fn brackets_are_read_literal_and_encoded() {
        for form in ["metadata[a]=b+c&limit=3", "metadata%5Ba%5D=b%20c&limit=3"] {
            let parameters = Parameters::of_form(form.as_bytes());
            assert_eq!(parameters.get("metadata[a]"), Some("b c"), "{form}");
            let entries: Vec<_> = parameters.entries("metadata").collect();
            assert_eq!(entries, [("a", "b c")], "{form}");
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_make_another_request() {
        let one = Parameters::default().with("a", "1").with("b", "2");
        let other = Parameters::default().with("b", "2").with("a", "1");
        assert_eq!(one.canonical(), other.canonical());
        assert_ne!(one.canonical(), one.clone().with("c", "3").canonical());
    }
}
