//! `PostgreSQL` behind TLS: what each `sslmode` accepts and refuses.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use billing::repository::Repository;

use super::server::{Server, own};

/// A certificate for `localhost`, and who issued it; and somebody else who issued nothing.
const CERTIFICATES: &str = "set -e
for name in ca other; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \\
        -keyout $name.key -out $name.pem -subj /CN=$name
done
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \\
    -keyout server.key -out server.csr -subj /CN=server
echo subjectAltName=DNS:localhost > names
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \\
    -extfile names -out server.pem";

/// Connections over the network are taken with TLS alone.
const RULES: &str =
    "local all all trust\nhostssl all all 127.0.0.1/32 trust\nhostssl all all ::1/128 trust\n";

fn prepare(folder: &Path) {
    let made = Command::new("sh")
        .args(["-c", CERTIFICATES])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    fs::write(folder.join("data/pg_hba.conf"), RULES).unwrap();
    own(folder);
}

pub(crate) fn each_mode_checks_what_it_says(_: &Server) {
    // The number may be taken before the server takes it, which is hardly ever.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let settings = [
        "ssl=on".to_owned(),
        "ssl_cert_file=../server.pem".to_owned(),
        "ssl_key_file=../server.key".to_owned(),
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
    ];
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let server = Server::start_with(&settings, prepare);
    let file = |name: &str| server.folder().join(name).display().to_string();
    let (ca, other) = (file("ca.pem"), file("other.pem"));
    let connect = |host: &str, options: &str| {
        let text = format!("postgres://postgres@{host}:{port}/postgres?{options}");
        Repository::connect(&text.parse().unwrap(), true)
            .map(drop)
            .map_err(|error| error.to_string())
    };
    for (host, options) in [
        ("localhost", format!("sslmode=verify-full&sslrootcert={ca}")),
        ("127.0.0.1", format!("sslmode=verify-ca&sslrootcert={ca}")),
        ("localhost", format!("sslmode=require&sslrootcert={ca}")),
        ("localhost", "sslmode=require".to_owned()),
        ("localhost", "sslmode=prefer".to_owned()),
    ] {
        let connected = connect(host, &options);
        assert_eq!(connected, Ok(()), "{host} {options}");
    }
    for (host, options, reason) in [
        ("localhost", "sslmode=disable".to_owned(), "no encryption"),
        (
            "127.0.0.1",
            format!("sslmode=verify-full&sslrootcert={ca}"),
            "not valid for",
        ),
        (
            "localhost",
            format!("sslmode=verify-ca&sslrootcert={other}"),
            "UnknownIssuer",
        ),
        (
            "localhost",
            format!("sslmode=require&sslrootcert={other}"),
            "UnknownIssuer",
        ),
        (
            "localhost",
            format!("sslmode=verify-full&sslrootcert={}", file("names")),
            "there is no certificate in it",
        ),
        (
            "localhost",
            "sslmode=verify-full&sslrootcert=/nowhere.pem".to_owned(),
            "TLS to the database cannot be used: /nowhere.pem",
        ),
    ] {
        let message = connect(host, &options).unwrap_err();
        assert!(message.contains(reason), "{host} {options}: {message}");
    }
}
