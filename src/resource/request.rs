//! The parameters of a request: those of the definition, combined with the caller's.

use super::Resource;
use crate::definition::resource::{Param, ParamSource, Target, TargetIndex, TargetPart};
use crate::error::Result;
use crate::value::{List, Map, Value};

/// Adds the parameters of the definition to `params`. `item` is the position of the item if several share one request.
pub(super) fn add(params: &mut Map, definition: &[Param], resource: &Resource, item: Option<usize>) -> Result<()> {
    for param in definition {
        let value = match &param.source {
            ParamSource::Identifier(position) => resource.0.identifiers[*position].clone(),
            ParamSource::Data(path) => path.search(&resource.loaded_data()?)?,
            ParamSource::Constant(value) => value.clone(),
            ParamSource::Input => continue,
        };
        place(params, &param.target, value, item);
    }
    Ok(())
}

/// Replaces parameters of the definition with the caller's.
pub(super) fn overlay(params: &mut Map, own: Map) {
    if params.is_empty() {
        *params = own;
    } else {
        params.extend(own);
    }
}

/// Merges parameters as collections do: lists are appended, maps merged, and other values replaced. Lists inside maps are
/// replaced.
pub(super) fn merge(params: &mut Map, own: Map) {
    for (key, value) in own {
        match (params.get_mut(&key), value) {
            (Some(Value::List(list)), Value::List(more)) => list.extend(more),
            (Some(Value::Map(map)), Value::Map(more)) => merge_maps(map, more),
            (_, value) => {
                params.insert(key, value);
            }
        }
    }
}

fn merge_maps(map: &mut Map, more: Map) {
    for (key, value) in more {
        match (map.get_mut(&key), value) {
            (Some(Value::Map(map)), Value::Map(more)) => merge_maps(map, more),
            (_, value) => {
                map.insert(key, value);
            }
        }
    }
}

/// Sets a value at its target. An existing value without the type that the target requires is replaced.
fn place(params: &mut Map, target: &Target, value: Value, mut item: Option<usize>) {
    let Some((last, way)) = target.parts().split_last() else { return };
    let mut map = params;
    for part in way {
        map = as_map(slot(map, part, &mut item));
    }
    *slot(map, last, &mut item) = value;
}

/// The location of a part. After a numbered or an appended item, `[*]` means that item for the rest of the target.
fn slot<'m>(map: &'m mut Map, part: &TargetPart, item: &mut Option<usize>) -> &'m mut Value {
    let member = entry(map, &part.name);
    let Some(index) = part.index else { return member };
    let list = as_list(member).as_mut_vec();
    let index = match (index, *item) {
        (TargetIndex::At(index), _) | (TargetIndex::Item, Some(index)) => index,
        (TargetIndex::Append, _) | (TargetIndex::Item, None) => list.len(),
    };
    *item = Some(index);
    if list.len() <= index {
        list.resize(index + 1, Value::Map(Map::new()));
    }
    &mut list[index]
}

fn entry<'m>(map: &'m mut Map, name: &str) -> &'m mut Value {
    if !map.contains_key(name) {
        map.insert(name, Value::Null);
    }
    map.get_mut(name).expect("the entry was just inserted")
}

fn as_map(value: &mut Value) -> &mut Map {
    if !matches!(value, Value::Map(_)) {
        *value = Value::Map(Map::new());
    }
    value.as_map_mut().expect("the value was just replaced with a map")
}

fn as_list(value: &mut Value) -> &mut List {
    if !matches!(value, Value::List(_)) {
        *value = Value::List(List::new());
    }
    value.as_list_mut().expect("the value was just replaced with a list")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    /// A target, its value, and the position of the item.
    type Placed = (&'static str, Value, Option<usize>);

    fn placed(targets: &[Placed]) -> Value {
        let mut params = Map::new();
        for (target, value, item) in targets {
            place(&mut params, &Target::parse(target).unwrap(), value.clone(), *item);
        }
        params.into()
    }

    #[test]
    fn targets_have_boto3s_semantics() {
        let one = || Value::Int(1);
        let cases: &[(&[Placed], Value)] = &[
            (&[("A", one(), None)], value!({"A": 1})),
            (&[("A[0]", one(), None)], value!({"A": [1]})),
            (&[("A[]", one(), None), ("A[]", Value::Int(2), None)], value!({"A": [1, 2]})),
            (&[("A[2]", one(), None)], value!({"A": [{}, {}, 1]})),
            (&[("A.B[0].C", one(), None)], value!({"A": {"B": [{"C": 1}]}})),
            (
                &[("A[*].B", one(), Some(0)), ("A[*].C", Value::Int(2), Some(0)), ("A[*].B", Value::Int(3), Some(1))],
                value!({"A": [{"B": 1, "C": 2}, {"B": 3}]}),
            ),
            (
                &[("F[0].Name", "x".into(), None), ("F[0].Values[0]", "v".into(), None), ("F[1].Name", "y".into(), None)],
                value!({"F": [{"Name": "x", "Values": ["v"]}, {"Name": "y"}]}),
            ),
            (&[("D.O[].K", "a".into(), None), ("D.O[].K", "b".into(), None)], value!({"D": {"O": [{"K": "a"}, {"K": "b"}]}})),
            (&[("A", one(), None), ("A[0]", Value::Int(2), None)], value!({"A": [2]})),
            (&[("A[*]", one(), None), ("A[*]", one(), None)], value!({"A": [1, 1]})),
            (&[("A[1].B[*]", one(), None)], value!({"A": [{}, {"B": [{}, 1]}]})),
        ];
        for (targets, expected) in cases {
            assert_eq!(&placed(targets), expected, "{targets:?}");
        }
    }

    #[test]
    fn lists_are_appended_at_the_top_level_only() {
        let mut params = Map::from([("L", value!([1])), ("M", value!({"L": [1], "k": 1, "m": {"a": 1}})), ("s", value!("x"))]);
        merge(&mut params, Map::from([("L", value!([2])), ("M", value!({"L": [2], "n": 2, "m": {"b": 2}})), ("s", value!(["y"]))]));
        let expected = value!({"L": [1, 2], "M": {"L": [2], "k": 1, "m": {"a": 1, "b": 2}, "n": 2}, "s": ["y"]});
        assert_eq!(Value::from(params), expected);
    }
}
