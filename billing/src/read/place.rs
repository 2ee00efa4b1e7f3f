//! Where in a JSON text a field stands.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// The line, from 0, of the field at `path` (such as `items[1].unit_price`) in `json`; the line of
/// the innermost part that can be found when the field itself is missing.
pub(crate) fn line_of(json: &str, path: &str) -> u64 {
    // The part borrows from `json`, so the distance of both is its offset.
    let distance = |part: &str| (part.as_ptr() as usize).checked_sub(json.as_ptr() as usize);
    let before = distance(text_of(json, path)).and_then(|offset| json.as_bytes().get(..offset));
    memchr::memchr_iter(b'\n', before.unwrap_or_default()).count() as u64
}

/// The text of the field at `path`, or of the innermost part that can be found.
pub(crate) fn text_of<'a>(json: &'a str, path: &str) -> &'a str {
    let Ok(mut part) = serde_json::from_str::<&RawValue>(json) else {
        return json;
    };
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let found = match step.strip_suffix(']') {
            Some(index) => index.parse().ok().and_then(|index| element(part, index)),
            None => member(part, step),
        };
        let Some(found) = found else { break };
        part = found;
    }
    part.get()
}

fn element(array: &RawValue, index: usize) -> Option<&RawValue> {
    let elements: Vec<&RawValue> = serde_json::from_str(array.get()).ok()?;
    elements.get(index).copied()
}

fn member<'a>(object: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(object.get()).ok()?;
    members.remove(name)
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn the_line_of_a_nested_value_is_found() {
        let json = "{\"a\":1,\n\"items\":[\n{\"b\":2},\n{\"b\":\n3}]}";
        for (path, line) in [
            ("a", 0),
            ("items", 1),
            ("items[0].b", 2),
            ("items[1]", 3),
            ("items[1].b", 4),
            ("items[1].missing", 3),
            ("", 0),
        ] {
            assert_eq!(line_of(json, path), line, "{path}");
        }
    }
}
