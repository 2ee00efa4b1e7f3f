//! Which gateway a command talks to, and `ledgerly gateway serve`.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::args::{DatabaseOption, GatewayOptions, GatewayServeOptions, WebhooksServeOptions};
use super::clock;
use super::database::{self, gateway_ledger};
use super::exit::ExitStatus;
use crate::error::Error;
use crate::gateway::serve::{ServeOptions, serve};
use crate::gateway::{
    ApiKey, FakeGateway, GatewayError, HttpGateway, PaymentGateway, PaymentMethod, Secret,
};
use crate::webhook::{self, Receiver};

/// Where the key stands when no file is named. There is no option for the key itself: other users
/// of a machine can read command lines.
const KEY_VARIABLE: &str = "LEDGERLY_GATEWAY_KEY";

/// The gateway that is asked for: the one at an address, or the fake one beside the database.
pub(super) fn open(
    options: &GatewayOptions,
    database: &DatabaseOption,
) -> Result<Box<dyn PaymentGateway + Send>, Error> {
    let Some(url) = &options.gateway else {
        return Ok(Box::new(FakeGateway::open(&gateway_ledger(database)?)?));
    };
    let Some(key) = key(options.gateway_key_file.as_deref())? else {
        return Err(Error::Usage(format!(
            "the gateway at {url} asks for an API key (give it in {KEY_VARIABLE} or --gateway-key-file)"
        )));
    };
    let timeout = Duration::from_secs(options.gateway_timeout.get().into());
    Ok(Box::new(HttpGateway::with_timeout(url, key, timeout)?))
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
    let options = ServeOptions {
        listen: options.listen,
        ledger: options.ledger.clone(),
        key: key(options.gateway_key_file.as_deref())?,
        webhooks: webhooks(options)?,
        logs_requests: options.log_requests,
    };
    serve(options, &mut std::io::stdout())?;
    Ok(ExitStatus::Done)
}

/// Each place with its secret: one file serves all, or each has its own.
fn webhooks(options: &GatewayServeOptions) -> Result<Vec<(String, Secret)>, Error> {
    let (urls, files) = (&options.webhook, &options.webhook_secret_file);
    if files.len() > 1 && files.len() != urls.len() {
        return Err(Error::Usage(format!(
            "{} places for webhooks have {} files with secrets (give one --webhook-secret-file for all, or one for each --webhook, in the same order)",
            urls.len(),
            files.len()
        )));
    }
    let secrets = files.iter().map(|file| secret(file));
    let secrets = secrets.collect::<Result<Vec<_>, _>>()?;
    Ok(urls
        .iter()
        .cloned()
        .zip(secrets.into_iter().cycle())
        .collect())
}

/// Receives webhooks.
pub(super) fn serve_webhooks(options: &WebhooksServeOptions) -> Result<ExitStatus, Error> {
    let repository = database::open(&options.database)?;
    let secret = secret(&options.webhook_secret_file)?;
    let receiver = Receiver::new(repository, secret, clock::now);
    webhook::serve(options.listen, receiver, &mut std::io::stdout())?;
    Ok(ExitStatus::Done)
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
