//! The product from outside: an oracle that prices with exact fractions, and invoices to try it on.

pub mod document_oracle;
pub mod documents;
pub mod invoices;
pub mod oracle;
