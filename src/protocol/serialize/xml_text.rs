//! XML text in the style of the reference: no declaration, no white space, `<Empty />`.

use crate::definition::XmlNamespace;

/// XML text that grows.
#[derive(Default)]
pub(super) struct XmlText {
    pub text: String,
}

/// An element whose start tag is written; to be handed to [`XmlText::close`].
pub(super) struct Open {
    content: usize,
}

impl XmlText {
    /// `<name` with its namespace. Attributes may follow, then [`content`](Self::content).
    pub fn start(&mut self, name: &str, namespace: Option<&XmlNamespace>) {
        self.text.push('<');
        self.text.push_str(name);
        if let Some(namespace) = namespace {
            match namespace.prefix.as_deref().filter(|p| !p.is_empty()) {
                Some(prefix) => self.attribute(&format!("xmlns:{prefix}"), &namespace.uri),
                None => self.attribute("xmlns", &namespace.uri),
            }
        }
    }

    /// An attribute of the element that was started.
    pub fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escaped(value, |b| match b {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            b'"' => Some("&quot;"),
            b'\r' => Some("&#13;"),
            b'\n' => Some("&#10;"),
            b'\t' => Some("&#09;"),
            _ => None,
        });
        self.text.push('"');
    }

    /// Ends the start tag.
    pub fn content(&mut self) -> Open {
        self.text.push('>');
        Open { content: self.text.len() }
    }

    /// Text content.
    pub fn push_text(&mut self, text: &str) {
        self.escaped(text, |b| match b {
            b'&' => Some("&amp;"),
            b'<' => Some("&lt;"),
            b'>' => Some("&gt;"),
            _ => None,
        });
    }

    /// Ends the element; one without content becomes `<name />`.
    pub fn close(&mut self, name: &str, open: Open) {
        if self.text.len() == open.content {
            self.text.pop();
            self.text.push_str(" />");
        } else {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// Only ASCII characters are ever escaped.
    fn escaped(&mut self, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
        let mut run = 0;
        for (i, b) in text.bytes().enumerate() {
            if let Some(entity) = escape(b) {
                self.text.push_str(&text[run..i]);
                self.text.push_str(entity);
                run = i + 1;
            }
        }
        self.text.push_str(&text[run..]);
    }
}
