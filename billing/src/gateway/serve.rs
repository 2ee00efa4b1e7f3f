//! `ledgerly gateway serve`: the fake gateway over HTTP, for any client that speaks Stripe's interface.

pub(crate) mod connection;
mod control;
mod webhook;

use std::cell::RefCell;
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::rc::Rc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

use super::{ApiKey, FakeGateway, Secret};
use crate::error::Error;

/// How the gateway is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Its ledger, made when it is missing.
    pub ledger: PathBuf,
    /// The key that it accepts; `None` accepts any, which is allowed on loopback alone.
    pub key: Option<ApiKey>,
    /// Where its webhooks go, and with what each is signed.
    pub webhooks: Vec<(String, Secret)>,
    /// Whether each request is told on standard output.
    pub logs_requests: bool,
}

/// What every connection shares. One thread serves them all, so requests are executed one by one.
struct Served {
    gateway: RefCell<FakeGateway>,
    key: Option<ApiKey>,
    is_local: bool,
    logs_requests: bool,
}

/// Serves until the process is told to stop. The first line on `ready` is the address.
pub fn serve(options: ServeOptions, ready: &mut dyn Write) -> Result<(), Error> {
    let is_local = options.listen.ip().is_loopback();
    if !is_local && options.key.is_none() {
        return Err(Error::Usage(format!(
            "--listen {} is reachable from other machines, so a key is needed (give it in LEDGERLY_GATEWAY_KEY or --gateway-key-file, or listen on 127.0.0.1)",
            options.listen
        )));
    }
    let mut gateway = FakeGateway::open(&options.ledger)?;
    let endpoints = options.webhooks.iter().map(|(url, _)| url.clone());
    gateway.queue_webhooks_to(endpoints.collect());
    let senders = options.webhooks.into_iter();
    let senders = senders.map(|(url, secret)| webhook::Sender::start(&options.ledger, url, secret));
    let senders = senders.collect::<Result<Vec<_>, _>>()?;
    let served = Rc::new(Served {
        gateway: RefCell::new(gateway),
        key: options.key,
        is_local,
        logs_requests: options.logs_requests,
    });
    let ended = serve_connections(options.listen, ready, move |stream| {
        connection::serve(stream, Rc::clone(&served))
    });
    senders.into_iter().for_each(webhook::Sender::stop);
    ended
}

/// Serves every connection on one thread until the process is told to stop. The first line on
/// `ready` is the address.
pub(crate) fn serve_connections<F: Future<Output = ()> + 'static>(
    listen: SocketAddr,
    ready: &mut dyn Write,
    serve: impl Fn(TcpStream) -> F,
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::io("starting", "the server", error))?;
    LocalSet::new().block_on(&runtime, async {
        let failed = |error| Error::io("listening on", listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        writeln!(ready, "http://{bound}")
            .and_then(|()| ready.flush())
            .map_err(|error| Error::io("writing", "<stdout>", error))?;
        tokio::select! {
            () = accept(&listener, serve) => Ok(()),
            stopped = told_to_stop() => {
                stopped.map_err(|error| Error::io("waiting for", "signals", error))
            }
        }
    })
}

async fn accept<F: Future<Output = ()> + 'static>(
    listener: &TcpListener,
    serve: impl Fn(TcpStream) -> F,
) {
    loop {
        // A connection that fails while it is made is its client's matter.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(serve(stream));
        }
    }
}

#[cfg(unix)]
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
