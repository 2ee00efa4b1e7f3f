//! What is allowed in each field of a policy, for people.

/// What is allowed in the field of this name.
pub(super) fn allowed_in(field: &str) -> &'static str {
    match field {
        "name" | "tier" | "code" => "allowed: a text in quotes",
        "versions" => "allowed: an array of versions, [[versions]]",
        "effective_from" | "effective_until" | "from" | "until" => {
            "allowed: a day such as 2026-01-31"
        }
        "rate" => "allowed: a decimal number from 0 to 1, such as 0.15 for 15 %",
        "amount" | "minimum" | "cap" | "cash_step" => "allowed: a decimal number such as 40.00",
        "after_days" => "allowed: whole days, 0 or more",
        "retry_after_days" => "allowed: whole days from 1 to 365, such as [3, 5, 7]",
        "dunning" => "allowed: a table with retry_after_days",
        "prices_include_tax" => "allowed: true or false",
        "currency" => "allowed: a currency of ISO 4217, such as EUR",
        "rule" => "allowed: total, shown-amounts, precise",
        "mode" => "allowed: half-away, half-even, up, down",
        "base" => "allowed: subtotal, running",
        "overdiscount" => "allowed: capped, allowed",
        "category" => "allowed: S, Z, E, AE, K, G, O, L, M, B",
        "rounding" => "allowed: a table such as { rule = \"shown-amounts\", mode = \"half-away\" }",
        "loyalty" => "allowed: a table with rate",
        "late_fee" => "allowed: a table with rate or amount, and after_days",
        "tiers" => "allowed: an array of tables with tier and rate",
        "taxes" => "allowed: an array of tables with code and rate, or with code and rates",
        "rates" => "allowed: an array of tables with from and rate",
        _ => "allowed: what the schema says, see ledgerly policy schema",
    }
}
