//! Which database is used, and what `ledgerly db` can be asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// The commands of `ledgerly db`.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Copy the database as it is now into a new file, also while it is in use
    #[command(after_help = "Example:\n  ledgerly db backup ledgerly-2026-04-01.db")]
    Backup(BackupOptions),
    /// Check the file, and that invoices, attempts and journal agree
    #[command(
        after_help = "Example:\n  ledgerly db check --database ledgerly-2026-04-01.db\n\nExit code 1 when something is wrong."
    )]
    Check(CheckOptions),
    /// Go on in the place of a database that was lost, under the name that it gave to gateways
    #[command(
        after_help = "Example:\n  ledgerly db adopt 5f0c2a9e81b34d7793e6a1f2c4d8b096\n\nPayments carry the name in their metadata, as database_id. Import the invoices again, adopt the\nname, then charge: what was paid is found under its own keys and not charged twice."
    )]
    Adopt(AdoptOptions),
    /// Make the tables.
    #[command(
        about = "Make the tables in PostgreSQL, or bring them up to date, as their owner",
        after_help = "Example:\n  ledgerly db migrate --database postgres://owner@localhost/billing\n\nA file needs no such command: it is brought up to date whenever it is opened."
    )]
    Migrate(MigrateOptions),
    /// Print the rights of a role.
    #[command(
        about = "Print the SQL that gives a role in PostgreSQL the rights to charge, and no more",
        after_help = "Example:\n  ledgerly db role biller | psql --username owner billing"
    )]
    Role(RoleOptions),
}

/// The options of `ledgerly db migrate`.
#[derive(Args, Debug)]
pub struct MigrateOptions {
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly db role`.
#[derive(Args, Debug)]
pub struct RoleOptions {
    /// The role that charges
    #[arg(value_name = "ROLE", default_value = "ledgerly")]
    pub role: String,
}

/// The options of `ledgerly db adopt`.
#[derive(Args, Debug)]
pub struct AdoptOptions {
    /// The name of the lost database
    #[arg(value_name = "DATABASE_ID", value_parser = database_id)]
    pub database_id: String,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

fn database_id(text: &str) -> Result<String, String> {
    let is_name =
        (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let refused = "allowed: 1 to 64 visible ASCII characters, as in the metadata of payments";
    is_name.then(|| text.to_owned()).ok_or(refused.to_owned())
}

/// The options of `ledgerly db backup`.
#[derive(Args, Debug)]
pub struct BackupOptions {
    /// The new file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly db check`.
#[derive(Args, Debug)]
pub struct CheckOptions {
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// Which database is used.
#[derive(Args, Debug)]
pub struct DatabaseOption {
    /// Where it is.
    #[arg(
        help = "The database of invoices: a file, or postgres://USER@HOST/NAME with the password in LEDGERLY_DATABASE_PASSWORD; ?sslmode= and ?sslrootcert= choose how TLS is checked",
        long,
        value_name = "FILE|URL",
        env = "LEDGERLY_DATABASE",
        hide_env_values = true,
        default_value = "ledgerly.db"
    )]
    pub database: PathBuf,
}
