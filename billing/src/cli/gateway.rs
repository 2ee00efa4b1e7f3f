//! Which gateway a command talks to, and `ledgerly gateway serve`.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::{GatewayOptions, GatewayServeOptions, WebhooksServeOptions};
use super::clock;
use super::exit::ExitStatus;
use crate::error::Error;
use crate::gateway::serve::{ServeOptions, serve};
use crate::gateway::{
    ApiKey, FakeGateway, GatewayError, HttpGateway, PaymentGateway, PaymentMethod, Secret,
};
use crate::repository::SqliteRepository;
use crate::webhook::{self, Receiver};

/// Where the key stands when no file is named. There is no option for the key itself: other users
/// of a machine can read command lines.
const KEY_VARIABLE: &str = "LEDGERLY_GATEWAY_KEY";

/// The gateway that is asked for: the one at an address, or the fake one beside the database.
pub(super) fn open(
    options: &GatewayOptions,
    database: &Path,
) -> Result<Box<dyn PaymentGateway + Send>, Error> {
    let Some(url) = &options.gateway else {
        return Ok(Box::new(FakeGateway::open(&ledger_beside(database))?));
    };
    let Some(key) = key(options.gateway_key_file.as_deref())? else {
        return Err(Error::Usage(format!(
            "the gateway at {url} asks for an API key (give it in {KEY_VARIABLE} or --gateway-key-file)"
        )));
    };
    Ok(Box::new(HttpGateway::new(url, key)?))
}

/// Refuses a payment method that the gateway is known not to know, before anything is stored.
pub(super) fn check_method(
    options: &GatewayOptions,
    method: &PaymentMethod,
) -> Result<(), GatewayError> {
    let remedy = match options.gateway {
        None => FakeGateway::method_remedy(method.as_str()),
        Some(_) => None,
    };
    match remedy {
        None => Ok(()),
        Some(remedy) => Err(GatewayError::UnknownPaymentMethod {
            name: method.to_string(),
            remedy,
        }),
    }
}

/// Serves the fake gateway over HTTP.
pub(super) fn serve_gateway(options: &GatewayServeOptions) -> Result<ExitStatus, Error> {
    let webhook = match (&options.webhook, &options.webhook_secret_file) {
        (Some(url), Some(file)) => Some((url.clone(), secret(file)?)),
        _ => None,
    };
    let options = ServeOptions {
        listen: options.listen,
        ledger: options.ledger.clone(),
        key: key(options.gateway_key_file.as_deref())?,
        webhook,
    };
    serve(options, &mut std::io::stdout())?;
    Ok(ExitStatus::Done)
}

/// Receives webhooks.
pub(super) fn serve_webhooks(options: &WebhooksServeOptions) -> Result<ExitStatus, Error> {
    let repository = SqliteRepository::open(&options.database.database)?;
    let secret = secret(&options.webhook_secret_file)?;
    let receiver = Receiver::new(repository, secret, clock::now);
    webhook::serve(options.listen, receiver, &mut std::io::stdout())?;
    Ok(ExitStatus::Done)
}

/// The fake gateway's ledger stands beside the database, as a file of its own.
fn ledger_beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".gateway");
    PathBuf::from(path)
}

fn key(file: Option<&Path>) -> Result<Option<ApiKey>, Error> {
    let text = match file {
        Some(path) => Some(read(path)?),
        None => std::env::var(KEY_VARIABLE).ok(),
    };
    Ok(text.map(|text| ApiKey::new(&text)).transpose()?)
}

/// The secret in a file.
fn secret(path: &Path) -> Result<Secret, Error> {
    Secret::new(&read(path)?).ok_or_else(|| {
        Error::Usage(format!(
            "the secret in {} is empty or not one word (allowed: one line of visible ASCII characters)",
            path.display()
        ))
    })
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path)
        .map_err(|error| Error::Usage(format!("{} cannot be read: {error}", path.display())))
}
