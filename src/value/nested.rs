//! Dropping, comparing, and printing nested values without overflowing the stack, however deep the nesting.

use std::cell::Cell;
use std::fmt;
use std::mem;

use super::{List, Map, Set, Str, Value};

/// The nesting depth up to which values are printed and converted recursively. Responses, parameters, and JSON text stay below
/// it; deeper values can only be built by a program.
pub(crate) const MAX_DEPTH: usize = 300;

/// Drops the lists and maps among `values`. Up to a certain depth this recurses, which costs no allocation; deeper values are
/// moved to a stack on the heap.
pub(super) fn drop_nested<'a>(values: impl Iterator<Item = &'a mut Value>) {
    thread_local!(static DEPTH: Cell<usize> = const { Cell::new(0) });
    for value in values.filter(|value| is_nested(value)) {
        let value = mem::take(value);
        let depth = DEPTH.get();
        if depth < MAX_DEPTH {
            DEPTH.set(depth + 1);
            drop(value);
            DEPTH.set(depth);
        } else {
            drop_iteratively(value);
        }
    }
}

fn drop_iteratively(value: Value) {
    let mut pending = vec![value];
    while let Some(mut value) = pending.pop() {
        let mut take = |value: &mut Value| pending.extend(is_nested(value).then(|| mem::take(value)));
        match &mut value {
            Value::List(list) => list.unshared_values().for_each(&mut take),
            Value::Map(map) => map.unshared_values().for_each(&mut take),
            Value::Set(set) => set.list_mut().unshared_values().for_each(&mut take),
            _ => {}
        }
    }
}

fn is_nested(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_) | Value::Set(_))
}

/// Pairs of values that are still to be compared.
pub(super) type Pairs<'a> = Vec<(&'a Value, &'a Value)>;

/// Compares pairs of values. Lists and maps are equal if their contents are; everything else is up to `same_scalar`.
pub(super) fn all_equal(mut pairs: Pairs<'_>, same_scalar: impl Fn(&Value, &Value) -> bool) -> bool {
    while let Some(pair) = pairs.pop() {
        let equal = match pair {
            (Value::List(a), Value::List(b)) => pair_items(a, b, &mut pairs, &same_scalar),
            (Value::Map(a), Value::Map(b)) => pair_entries(a, b, &mut pairs, &same_scalar),
            (a, b) => same_scalar(a, b),
        };
        if !equal {
            return false;
        }
    }
    true
}

/// Compares the items of lists, and adds the pairs that are still to be compared: the lists and maps among them. Returns `false` if the
/// lists differ anyway.
pub(super) fn pair_items<'a>(a: &'a List, b: &'a List, pairs: &mut Pairs<'a>, same_scalar: &impl Fn(&Value, &Value) -> bool) -> bool {
    a.is_same(b) || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(item, other)| pair(item, other, pairs, same_scalar)))
}

/// As [`pair_items`], for maps.
pub(super) fn pair_entries<'a>(a: &'a Map, b: &'a Map, pairs: &mut Pairs<'a>, same_scalar: &impl Fn(&Value, &Value) -> bool) -> bool {
    let same_value = |(key, value): (&Str, &'a Value)| b.get(key).is_some_and(|other| pair(value, other, pairs, same_scalar));
    a.is_same(b) || (a.len() == b.len() && a.iter().all(same_value))
}

fn pair<'a>(a: &'a Value, b: &'a Value, pairs: &mut Pairs<'a>, same_scalar: &impl Fn(&Value, &Value) -> bool) -> bool {
    match (a, b) {
        (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
            pairs.push((a, b));
            true
        }
        _ => same_scalar(a, b),
    }
}

/// A value and its nesting depth. Below [`MAX_DEPTH`], `Debug` prints `…`, and `Serialize` fails.
pub(super) struct Nested<'a> {
    pub(super) value: &'a Value,
    pub(super) depth: usize,
}

impl fmt::Debug for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::List(_) | Value::Map(_) | Value::Set(_) if self.depth > MAX_DEPTH => f.write_str("…"),
            Value::List(list) => debug_list(list, self.depth, f),
            Value::Map(map) => debug_map(map, self.depth, f),
            Value::Set(set) => debug_set(set, self.depth, f),
            scalar => scalar.fmt(f),
        }
    }
}

pub(super) fn debug_list(list: &List, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_list().entries(list.iter().map(|value| Nested { value, depth: depth + 1 })).finish()
}

pub(super) fn debug_map(map: &Map, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_map().entries(map.iter().map(|(key, value)| (key, Nested { value, depth: depth + 1 }))).finish()
}

pub(super) fn debug_set(set: &Set, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.debug_set().entries(set.iter().map(|value| Nested { value, depth: depth + 1 })).finish()
}

/// The message for values that are nested too deeply to be converted.
pub(super) fn too_deep() -> String {
    format!("the value is nested deeper than {MAX_DEPTH} levels")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::value::{from_value, to_value};

    const DEPTH: usize = 100_000;

    fn nested_lists() -> Value {
        (0..DEPTH).fold(Value::Null, |value, _| Value::from([value]))
    }

    fn nested_maps() -> Value {
        (0..DEPTH).fold(Value::Null, |value, _| crate::value!({"a": value, "b": [1]}))
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        for make in [nested_lists, nested_maps] {
            let deep = make();
            drop(deep.clone());
            assert!(deep == make());
            assert!(deep != Value::from([make()]));
            assert!(format!("{deep:?}").contains('…'));
            assert!(deep.to_string().contains("null"));
            assert!(deep.to_json_text(true).contains("$nested"));
            assert!(deep.to_json().is_array() || deep.to_json().is_object());
            assert_eq!(deep.search("@ == @").unwrap(), Value::Bool(true));
            assert!(deep.search("to_string(@)").unwrap().as_str().is_some());
            assert!(deep.search("[][][]").is_ok());
            for error in [
                to_value(&deep).unwrap_err(),
                from_value::<Value>(deep.clone()).unwrap_err(),
                from_value::<serde_json::Value>(deep.clone()).unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::Conversion);
                assert!(error.message().ends_with(&too_deep()), "{error}");
            }
            let error = serde_json::to_string(&deep).unwrap_err();
            assert_eq!(error.to_string(), too_deep());
            std::thread::spawn(move || drop(deep)).join().unwrap();
        }
    }

    #[test]
    fn a_deep_value_can_be_taken_apart() {
        let mut deep = nested_lists();
        let mut levels = 0;
        while let Value::List(list) = deep {
            deep = list.into_iter().next().unwrap();
            levels += 1;
        }
        assert_eq!(levels, DEPTH);
        let Value::Map(map) = nested_maps() else { panic!("a map was built") };
        assert_eq!(map.into_iter().count(), 2);
    }

    #[test]
    fn values_up_to_the_limit_are_converted() {
        let value = (0..MAX_DEPTH).fold(Value::Null, |value, _| Value::from([value]));
        assert_eq!(from_value::<Value>(to_value(&value).unwrap()).unwrap(), value);
        assert!(!value.to_json_text(false).contains("$nested"));
        assert_eq!(Value::from_json(value.to_json()).unwrap(), value);
    }

    #[test]
    fn sharing_a_part_keeps_it_alive() {
        let inner = crate::value!([{"a": [1]}]);
        drop(crate::value!([(inner.clone())]));
        assert_eq!(inner, crate::value!([{"a": [1]}]));
    }
}
