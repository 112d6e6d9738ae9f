//! Results as text: plain JSON, shortened to a limit.

use crate::Value;
use crate::cli::aws::presentable;
use crate::value::{List, Map};

/// A result that fits, and what was left out.
pub(super) struct Fitted {
    pub text: String,
    /// A note for the agent, if something was left out.
    pub note: Option<String>,
}

/// The JSON text of a result in at most about `limit` bytes. A longer one is shortened so that it stays JSON: texts end
/// earlier, and lists and maps lose their last entries.
pub(super) fn fit(value: Value, limit: usize) -> Fitted {
    let value = presentable(value);
    let whole = text(&value);
    if whole.len() <= limit {
        return Fitted { text: whole, note: None };
    }
    let mut left = limit;
    let shortened = text(&shorten(&value, &mut left));
    let note = format!(
        "The result was shortened: {} of {} bytes are shown. Lists and texts end where \"… more\" says so. Use a query \
         (JMESPath) to select the parts that you need, a parameter that limits or filters the result, or a greater max_bytes.",
        shortened.len(),
        whole.len()
    );
    Fitted { text: shortened, note: Some(note) }
}

fn text(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| format!("\"{error}\""))
}

fn shorten(value: &Value, left: &mut usize) -> Value {
    match value {
        Value::String(text) if text.len() + 2 > *left => {
            let end = (0..=left.saturating_sub(30)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            *left = 0;
            format!("{}… {} more bytes", &text[..end], text.len() - end).into()
        }
        Value::List(list) => {
            let mut shown = List::new();
            spend(left, 2);
            for (i, item) in list.iter().enumerate() {
                if *left < 10 && i > 0 {
                    shown.push(format!("… {} more items", list.len() - i));
                    break;
                }
                shown.push(shorten(item, left));
                spend(left, 1);
            }
            shown.into()
        }
        Value::Map(map) => {
            let mut shown = Map::new();
            spend(left, 2);
            for (i, (key, value)) in map.iter().enumerate() {
                if *left < 10 && i > 0 {
                    shown.insert("…", format!("… {} more members", map.len() - i));
                    break;
                }
                spend(left, key.len() + 4);
                shown.insert(key.clone(), shorten(value, left));
            }
            shown.into()
        }
        other => {
            spend(left, text(other).len());
            other.clone()
        }
    }
}

fn spend(left: &mut usize, bytes: usize) {
    *left = left.saturating_sub(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn long_results_stay_json_and_say_what_is_missing() {
        let items: List = (0..1000).map(|i| value!({"Id": i, "Name": "x".repeat(20)})).collect();
        let whole = value!({"Count": 1000, "Items": items, "Last": "y"});
        let fitted = fit(whole.clone(), 2000);
        assert!(fitted.text.len() < 2300, "{}", fitted.text.len());
        let shown: serde_json::Value = serde_json::from_str(&fitted.text).unwrap();
        let list = shown["Items"].as_array().unwrap();
        assert_eq!(list.last().unwrap().as_str().unwrap(), format!("… {} more items", 1000 - (list.len() - 1)));
        assert!(fitted.note.unwrap().contains(&format!("of {} bytes", text(&whole).len())));
        assert!(fit(value!({"a": "é".repeat(5000)}), 1000).text.len() <= 1100);
        assert!(fit(whole, 1 << 20).note.is_none());
    }
}
