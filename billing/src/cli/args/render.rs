//! What `ledgerly render` can be asked.

use std::path::PathBuf;

use clap::Args;

use super::RulesOptions;
use crate::read::InputFormat;
use crate::render::Form;

pub(super) const RENDER_EXAMPLES: &str = "\
Examples:
  ledgerly render invoice.json
  ledgerly render invoice.json --format html -o invoice.html
  ledgerly render invoice.json --policy shop.toml --format ubl -o invoice.xml
  ledgerly render invoice.xml --policy shop.toml --format json

UBL is written in the shape of EN 16931, which rounds every amount that it shows: the policy
needs rounding.rule = \"shown-amounts\". When UBL is read, the tax category and rate of each
line is looked up among the tax codes of the policy.";

/// The options of `ledgerly render`.
#[derive(Args, Debug)]
pub struct RenderOptions {
    /// A file with one invoice; - is standard input
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    /// Format of the input [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Form of the document
    #[arg(long, short, value_name = "FORM", default_value = "text")]
    pub format: Form,
    /// File for the document; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// Under which rules.
    #[command(flatten)]
    pub rules: RulesOptions,
}
