use super::Currency;

#[test]
fn minor_units_are_those_of_iso_4217() {
    let cases = [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("TND", 3),
        ("CLF", 4),
        ("UYW", 4),
        ("MXN", 2),
        ("HUF", 2),
        ("VND", 0),
        ("UGX", 0),
        ("CLP", 0),
    ];
    for (code, places) in cases {
        let currency: Currency = code.parse().unwrap();
        assert_eq!(
            (currency.code(), currency.minor_unit_places()),
            (code, places)
        );
    }
}

#[test]
fn what_nobody_can_be_billed_in_is_refused() {
    let refused = |text: &str| text.parse::<Currency>().unwrap_err().to_string();
    assert_eq!(
        refused("eur"),
        r#""eur" is not a currency of ISO 4217 (allowed: its three capital letters, such as EUR)"#
    );
    assert_eq!(
        refused("XAU"),
        "XAU has no minor unit, so nothing can be billed in it (allowed: a currency, such as EUR)"
    );
}
