//! The rules of gitleaks: which text is a secret, and what looks like one but is none.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::Secret;
use crate::error::Error;

const GITLEAKS: &str = include_str!("../../../rules/gitleaks.toml");

/// Some of the rules are large; each is compiled only when one of its keywords is met.
const COMPILED_SIZE: usize = 64 << 20;

#[derive(Deserialize)]
struct File {
    allowlist: Allowed,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    id: String,
    description: String,
    regex: Option<String>,
    path: Option<String>,
    #[serde(rename = "secretGroup", default)]
    group: usize,
    #[serde(default)]
    entropy: f64,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    allowlists: Vec<Allowed>,
    #[serde(skip)]
    compiled: OnceLock<Option<Regex>>,
}

/// What is no secret after all.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Allowed {
    condition: String,
    regex_target: String,
    paths: Vec<String>,
    regexes: Vec<String>,
    stopwords: Vec<String>,
}

/// All rules, ready to search.
pub(super) struct Rules {
    all: Vec<Rule>,
    allowed: Allowed,
    allowed_paths: Vec<Regex>,
    keywords: AhoCorasick,
    /// Which rule each keyword belongs to.
    owners: Vec<usize>,
}

impl Rules {
    pub(super) fn load() -> Result<Self, Error> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Setup(format!("the rules for secrets cannot be read: {error}"))
        };
        let file: File = toml::from_str(GITLEAKS).map_err(|error| wrong(&error))?;
        let mut owners = Vec::new();
        let mut words = Vec::new();
        for (place, rule) in file.rules.iter().enumerate() {
            for keyword in &rule.keywords {
                words.push(keyword.to_lowercase());
                owners.push(place);
            }
        }
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(&words)
            .map_err(|error| wrong(&error))?;
        let allowed_paths = file.allowlist.paths.iter().filter_map(|path| compile(path));
        Ok(Self {
            allowed_paths: allowed_paths.collect(),
            all: file.rules,
            allowed: file.allowlist,
            keywords,
            owners,
        })
    }

    /// The secrets in a file's text.
    pub(super) fn search(&self, name: &str, text: &str) -> Vec<Secret> {
        if self.allowed_paths.iter().any(|path| path.is_match(name)) {
            return Vec::new();
        }
        let mut near = vec![false; self.all.len()];
        for found in self.keywords.find_overlapping_iter(text) {
            near[self.owners[found.pattern().as_usize()]] = true;
        }
        let mut secrets = Vec::new();
        for (rule, near) in self.all.iter().zip(near) {
            if near || (rule.keywords.is_empty() && rule.regex.is_some()) {
                self.apply(rule, name, text, &mut secrets);
            }
        }
        secrets
    }

    fn apply(&self, rule: &Rule, name: &str, text: &str, secrets: &mut Vec<Secret>) {
        if let Some(path) = rule.path.as_deref().and_then(compile)
            && !path.is_match(name)
        {
            return;
        }
        let compiled = rule
            .compiled
            .get_or_init(|| rule.regex.as_deref().and_then(compile));
        let Some(regex) = compiled else { return };
        for captures in regex.captures_iter(text) {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            let first = captures.iter().skip(1).flatten().next();
            let group = match rule.group {
                0 => first.unwrap_or(whole),
                group => captures.get(group).unwrap_or(whole),
            };
            let secret = group.as_str();
            let line = line_of(text, whole.start(), group.end());
            let is_allowed = |allowed: &Allowed| allowed.covers(name, secret, whole.as_str(), line);
            if entropy(secret) < rule.entropy
                || line.contains("gitleaks:allow")
                || is_allowed(&self.allowed)
                || rule.allowlists.iter().any(is_allowed)
            {
                continue;
            }
            secrets.push(found(rule, name, text, group.start(), secret));
        }
    }
}

fn found(rule: &Rule, name: &str, text: &str, start: usize, secret: &str) -> Secret {
    let before = &text[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Secret {
        rule: rule.id.clone(),
        description: rule.description.clone(),
        file: name.to_owned(),
        line: number(line),
        column: number(column),
        shown: secret.chars().take(4).collect(),
    }
}

/// The lines in which a match stands.
fn line_of(text: &str, start: usize, end: usize) -> &str {
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = text[end..].find('\n').map_or(text.len(), |at| end + at);
    &text[from..to]
}

impl Allowed {
    fn covers(&self, path: &str, secret: &str, whole: &str, line: &str) -> bool {
        let target = match self.regex_target.as_str() {
            "match" => whole,
            "line" => line,
            _ => secret,
        };
        let by = |expressions: &[String], text: &str| {
            let mut compiled = expressions.iter().filter_map(|one| compile(one));
            compiled.any(|expression| expression.is_match(text))
        };
        let lower = secret.to_lowercase();
        let tests = [
            (!self.paths.is_empty(), by(&self.paths, path)),
            (!self.regexes.is_empty(), by(&self.regexes, target)),
            (
                !self.stopwords.is_empty(),
                self.stopwords
                    .iter()
                    .any(|word| lower.contains(&word.to_lowercase())),
            ),
        ];
        let mut asked = tests
            .iter()
            .filter(|(asked, _)| *asked)
            .map(|(_, met)| *met);
        if self.condition == "AND" {
            asked.all(|met| met)
        } else {
            asked.any(|met| met)
        }
    }
}

/// Go lets a brace stand for itself where Rust wants it escaped.
fn compile(expression: &str) -> Option<Regex> {
    let build = |text: &str| RegexBuilder::new(text).size_limit(COMPILED_SIZE).build();
    let compiled = build(expression).or_else(|_| build(&with_literal_braces(expression)));
    compiled.ok()
}

fn with_literal_braces(expression: &str) -> String {
    let mut text = String::new();
    let mut rest = expression.chars().peekable();
    let mut counted = false;
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => {
                text.push(letter);
                text.extend(rest.next());
            }
            '{' => {
                counted = rest.peek().is_some_and(char::is_ascii_digit);
                text.push_str(if counted { "{" } else { "\\{" });
            }
            '}' if !counted => text.push_str("\\}"),
            '}' => {
                counted = false;
                text.push('}');
            }
            other => text.push(other),
        }
    }
    text
}

/// Shannon's measure, in bits a byte: keys are random, words are not.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0);
    shares
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::{Rules, compile};

    #[test]
    fn every_rule_can_be_compiled() {
        let rules = Rules::load().expect("rules");
        for rule in &rules.all {
            for text in rule.regex.iter().chain(&rule.path) {
                assert!(compile(text).is_some(), "{}: {text}", rule.id);
            }
            for allowed in rule.allowlists.iter().chain([&rules.allowed]) {
                for text in allowed.regexes.iter().chain(&allowed.paths) {
                    assert!(compile(text).is_some(), "{}: {text}", rule.id);
                }
            }
        }
    }

    #[test]
    fn a_token_is_found_where_it_stands_and_a_placeholder_is_not() {
        let rules = Rules::load().expect("rules");
        // Put together here, so that no scanner takes this file for a leak.
        let token = format!("ghp_{}", "x7Kq2mZp9LrT4vNw8YbC1dFg5HjS3aQe6UoI");
        let text = format!("# settings\nuser = me\ntoken = \"{token}\"\nkey = \"${{TOKEN}}\"\n");
        let found = rules.search("settings.toml", &text);
        assert!(!found.is_empty());
        assert_eq!((found[0].line, found[0].column), (3, 10));
    }
}
