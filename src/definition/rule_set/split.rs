//! Divides the text of a rule set at its lists of rules, so that only the lists that an evaluation reaches are compiled.

/// A list of rules, in which each nested list is replaced by its number.
#[derive(Debug, PartialEq)]
pub(super) struct List {
    pub text: String,
    /// The list and the place in it of the rule to which this list belongs. The first list belongs to the file.
    pub owner: Option<(usize, usize)>,
}

/// A part of the text whose end was not reached yet.
struct Open {
    /// The number of the list; `None` for the file.
    list: Option<usize>,
    text: String,
    /// The beginning of what was not copied to `text` yet.
    rest: usize,
    depth: usize,
    /// The number of rules so far.
    rules: usize,
}

impl Open {
    fn new(list: Option<usize>, start: usize) -> Open {
        Open { list, text: String::new(), rest: start, depth: 0, rules: 0 }
    }

    /// The depth of the keys of a rule, or of the file.
    fn key_depth(&self) -> usize {
        if self.list.is_some() { 2 } else { 1 }
    }
}

/// Returns the file without its lists of rules, and the lists in the order in which they begin. Text that is not JSON can be
/// divided anywhere; then at least one part is not JSON, either. Returns `None` if brackets or quotation marks are missing.
pub(super) fn split(json: &str) -> Option<(String, Vec<List>)> {
    let bytes = json.as_bytes();
    let mut lists: Vec<List> = Vec::new();
    let mut outer: Vec<Open> = Vec::new();
    let mut open = Open::new(None, 0);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let end = string_end(bytes, at)?;
                let is_rules = &bytes[at..end] == b"rules" && open.depth == open.key_depth();
                at = end + 1;
                if let Some(start) = list_after(bytes, at).filter(|_| is_rules) {
                    open.text.push_str(&json[open.rest..start]);
                    open.text.push_str(&lists.len().to_string());
                    let owner = open.list.map(|list| (list, open.rules - 1));
                    outer.push(std::mem::replace(&mut open, Open::new(Some(lists.len()), start)));
                    lists.push(List { text: String::new(), owner });
                    at = start;
                }
            }
            b'{' | b'[' => {
                open.depth += 1;
                open.rules += usize::from(open.depth == 2);
            }
            b'}' | b']' => {
                open.depth = open.depth.checked_sub(1)?;
                if let (0, Some(list)) = (open.depth, open.list) {
                    open.text.push_str(&json[open.rest..at]);
                    lists[list].text = open.text;
                    open = outer.pop()?;
                    open.rest = at;
                }
            }
            _ => {}
        }
    }
    open.text.push_str(&json[open.rest..]);
    (open.list.is_none() && open.depth == 0).then_some((open.text, lists))
}

/// Returns the place of the closing quotation mark.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Returns the place at which the list begins that is the value of a key that ends at `at`.
fn list_after(bytes: &[u8], at: usize) -> Option<usize> {
    let skip = |from: usize| bytes[from..].iter().position(|byte| !byte.is_ascii_whitespace()).map(|spaces| from + spaces);
    let colon = skip(at).filter(|at| bytes[*at] == b':')?;
    skip(colon + 1).filter(|at| bytes[*at] == b'[')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_lists_are_replaced_by_numbers() {
        let json = r#"{"a": "[\"", "rules" : [{"rules":[{"x":{"rules":[1]}}],"b":1}, {"rules": [{}]}], "z": ["rules"]}"#;
        let (file, lists) = split(json).unwrap();
        assert_eq!(file, r#"{"a": "[\"", "rules" : 0, "z": ["rules"]}"#);
        let lists: Vec<_> = lists.iter().map(|list| (list.text.as_str(), list.owner)).collect();
        assert_eq!(
            lists,
            [(r#"[{"rules":1,"b":1}, {"rules": 2}]"#, None), (r#"[{"x":{"rules":[1]}}]"#, Some((0, 0))), ("[{}]", Some((0, 1)))]
        );
    }

    #[test]
    fn missing_brackets_are_noticed() {
        for json in ["{", "]", r#"{"rules": [{}"#, r#"{"a"#, r#"{"a\"#] {
            assert_eq!(split(json), None, "{json}");
        }
    }
}
