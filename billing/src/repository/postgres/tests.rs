use super::PostgresUrl;

fn refusal(text: &str) -> Option<String> {
    let parsed = text.parse::<PostgresUrl>();
    parsed.err().map(|error| error.to_string())
}

#[test]
fn an_address_names_a_database_and_on_another_machine_it_is_reached_by_tls() {
    for text in [
        "postgres://billing@localhost/ledgerly",
        "postgresql://billing@127.0.0.1:5433/ledgerly",
        "postgres://billing@[::1]/ledgerly",
        "postgres:///ledgerly?host=/run/postgresql&user=billing",
        "postgres://billing@localhost/ledgerly?sslmode=prefer&connect_timeout=5",
        "postgres://billing@db.example.com/ledgerly",
        "postgres://billing@db.example.com/ledgerly?sslmode=require",
        "postgres://billing@db.example.com/a?sslmode=verify-ca&sslrootcert=%2Fetc%2Froot+1.pem",
    ] {
        assert!(PostgresUrl::is_meant_by(text));
        assert_eq!(refusal(text), None, "{text}");
    }
    for (text, problem) in [
        ("postgres://billing@localhost", "names no database"),
        (
            "postgres://billing@db.example.com/ledgerly?sslmode=prefer",
            "without TLS",
        ),
        (
            "postgres://billing@localhost/ledgerly?hostaddr=192.0.2.1&sslmode=disable",
            "without TLS",
        ),
        (
            "postgres://billing@localhost/ledgerly?sslmode=verify",
            "an sslmode that there is not",
        ),
        (
            "postgres://billing@db.example.com/ledgerly?sslcert=a.pem",
            "without the other",
        ),
        (
            "postgres://billing@localhost/a?b=c",
            "not one of PostgreSQL",
        ),
    ] {
        let message = refusal(text).unwrap();
        assert!(message.contains(problem), "{text}: {message}");
    }
    assert!(!PostgresUrl::is_meant_by("ledgerly.db"));
}

#[test]
fn a_password_is_never_shown_nor_replaced() {
    let url: PostgresUrl = "postgres://billing:hidden@localhost/a".parse().unwrap();
    assert_eq!(format!("{url:?}"), "PostgresUrl(redacted)");
    let url = url.with_password(Some("other"));
    assert_eq!(url.config.get_password(), Some(&b"hidden"[..]));
    let without: PostgresUrl = "postgres://billing@localhost/a".parse().unwrap();
    let given = without.with_password(Some("given"));
    assert_eq!(given.config.get_password(), Some(&b"given"[..]));
    let refused = refusal("postgres://billing:hidden@db.example.com/a?sslmode=allow").unwrap();
    assert!(!refused.contains("hidden"), "{refused}");
}
