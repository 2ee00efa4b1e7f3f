//! XML elements as a small tree, written with proper escaping.

use std::io;

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An element: either a text or children.
#[derive(Debug)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    children: Vec<Element>,
}

impl Element {
    /// An aggregate (`cac:`) with children; without any it is not written.
    pub(super) fn aggregate(name: &str, children: Vec<Option<Self>>) -> Option<Self> {
        let children: Vec<Self> = children.into_iter().flatten().collect();
        (!children.is_empty()).then(|| Self {
            name: format!("cac:{name}"),
            attributes: Vec::new(),
            text: None,
            children,
        })
    }

    /// A basic element (`cbc:`) with a text; always there.
    #[expect(
        clippy::unnecessary_wraps,
        clippy::needless_pass_by_value,
        reason = "it stands in lists beside elements that may be left out"
    )]
    pub(super) fn basic(name: &str, text: impl ToString) -> Option<Self> {
        Some(Self {
            name: format!("cbc:{name}"),
            attributes: Vec::new(),
            text: Some(text.to_string()),
            children: Vec::new(),
        })
    }

    /// A basic element that is left out when its text is empty.
    pub(super) fn optional(name: &str, text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        Self::basic(name, text)
    }

    /// The root, with the namespaces of its children.
    pub(super) fn root(
        name: &str,
        namespaces: [(&'static str, &str); 3],
        children: Vec<Option<Self>>,
    ) -> Self {
        let attributes = namespaces.map(|(name, uri)| (name, uri.to_owned()));
        Self {
            name: name.to_owned(),
            attributes: attributes.to_vec(),
            text: None,
            children: children.into_iter().flatten().collect(),
        }
    }

    /// The same element with an attribute.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "as for the text of an element"
    )]
    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    /// The element as an XML document.
    pub(super) fn to_xml(&self) -> io::Result<String> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        let declaration = BytesDecl::new("1.0", Some("UTF-8"), None);
        writer.write_event(Event::Decl(declaration))?;
        self.write(&mut writer)?;
        let mut xml = String::from_utf8_lossy(&writer.into_inner()).into_owned();
        xml.push('\n');
        Ok(xml)
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> io::Result<()> {
        let mut start = BytesStart::new(self.name.as_str());
        for (name, value) in &self.attributes {
            start.push_attribute((*name, value.as_str()));
        }
        writer.write_event(Event::Start(start))?;
        if let Some(text) = &self.text {
            let allowed: String = text.chars().filter(|char| is_xml(*char)).collect();
            // A reader takes a bare carriage return for the end of a line.
            let escaped = escape(allowed.as_str()).replace('\r', "&#13;");
            writer.write_event(Event::Text(BytesText::from_escaped(escaped)))?;
        }
        for child in &self.children {
            child.write(writer)?;
        }
        writer.write_event(Event::End(BytesEnd::new(self.name.as_str())))
    }
}

/// Whether XML 1.0 can hold the character at all; control characters it cannot, even escaped.
fn is_xml(char: char) -> bool {
    !char.is_control() || matches!(char, '\t' | '\n' | '\r')
}
