//! The command line of `ledgerly`: what is asked, who does it, and the exit code.

mod args;
mod charge;
mod chunks;
mod clock;
mod database;
mod db;
mod exit;
mod filter;
mod gateway;
mod impact;
mod invoice;
mod manual;
mod overdue;
mod policy;
mod price;
mod progress;
mod refund;
mod render;
mod replay;
mod run;
mod spark;
mod summary;

use clap::Parser;

pub use args::{
    Arguments, Command, DbCommand, GatewayCommand, InvoiceCommand, PolicyCommand, SparkCommand,
    WebhooksCommand,
};
pub use exit::ExitStatus;

use crate::error::Error;
use crate::read;
use crate::write::printable;

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitStatus {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            // Help and version are asked for; anything else is a wrong usage.
            let status = if message.use_stderr() {
                ExitStatus::BadInput
            } else {
                ExitStatus::Done
            };
            return message.print().map_or(ExitStatus::Failed, |()| status);
        }
    };
    match execute(arguments.command) {
        Ok(status) => status,
        Err(error) if error.is_broken_pipe() => ExitStatus::Done,
        Err(error) => {
            eprintln!("error: {}", printable(&error.to_string()));
            ExitStatus::of_error(&error)
        }
    }
}

fn execute(command: Command) -> Result<ExitStatus, Error> {
    match command {
        Command::Price(options) => match options.filter {
            None => price::price(&options),
            Some(format) => filter::price(&options, format),
        },
        Command::Explain(options) if options.replay => replay::replay_all(&options.book.inputs),
        Command::Explain(options) => price::price(&options.into_price()),
        Command::Summary(options) => summary::summary(&options),
        Command::Impact(options) => impact::impact(&options),
        Command::Split(options) => chunks::split(&options),
        Command::Merge(options) => chunks::merge(&options),
        Command::Spark(command) => spark::run(&command),
        Command::Invoice(InvoiceCommand::Import(options)) => invoice::import(&options),
        Command::Invoice(InvoiceCommand::List(options)) => invoice::list(&options),
        Command::Invoice(InvoiceCommand::Overdue(options)) => overdue::raise(&options),
        Command::Invoice(InvoiceCommand::Show(options)) => invoice::show(&options),
        Command::Invoice(InvoiceCommand::Schema) => invoice::print(read::SCHEMA),
        Command::Render(options) => render::render(&options),
        Command::Policy(command) => policy::run(&command),
        Command::Charge(options) => charge::charge(&options),
        Command::Refund(options) => refund::refund(&options),
        Command::Reconcile(options) => refund::reconcile(&options),
        Command::Journal(options) => refund::journal(&options),
        Command::Webhooks(WebhooksCommand::Serve(options)) => gateway::serve_webhooks(&options),
        Command::Db(DbCommand::Backup(options)) => db::backup(&options),
        Command::Db(DbCommand::Check(options)) => db::check(&options),
        Command::Db(DbCommand::Adopt(options)) => db::adopt(&options),
        Command::Db(DbCommand::Migrate(options)) => db::migrate(&options),
        Command::Db(DbCommand::Role(options)) => db::role(&options),
        Command::Gateway(GatewayCommand::Serve(options)) => gateway::serve_gateway(&options),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { command } => manual::page(&command),
    }
}
