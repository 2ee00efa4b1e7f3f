//! Pure, exact invoice pricing.
