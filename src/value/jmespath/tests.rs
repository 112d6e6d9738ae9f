//! Properties that the compliance suite does not cover.

use super::Expression;
use crate::error::ErrorKind;
use crate::value;
use crate::value::{Number, Timestamp, Value};

fn found(data: &Value, expression: &str) -> Value {
    data.search(expression).unwrap_or_else(|error| panic!("{error}"))
}

fn failure(data: &Value, expression: &str) -> String {
    data.search(expression).unwrap_err().message().to_owned()
}

#[test]
fn a_projection_ends_where_a_pipe_begins() {
    let data = value!({"a": [{"b": [1, 2]}, {"b": [3]}, {}]});
    assert_eq!(found(&data, "a[*].b[0]"), value!([1, 3]));
    assert_eq!(found(&data, "a[*].b | [0]"), value!([1, 2]));
    assert_eq!(found(&data, "(a[*].b)[1]"), value!([3]));
    assert_eq!(found(&data, "a[].b[]"), value!([1, 2, 3]));
    assert_eq!(found(&data, "a[?b[0] > `1`].b | [0][0] || 'none'"), value!(3));
}

#[test]
fn slices_follow_python() {
    let data = value!([0, 1, 2, 3, 4]);
    assert_eq!(found(&data, "[1:3]"), value!([1, 2]));
    assert_eq!(found(&data, "[::-2]"), value!([4, 2, 0]));
    assert_eq!(found(&data, "[-2:]"), value!([3, 4]));
    assert_eq!(found(&data, "[9:-9:-1]"), value!([4, 3, 2, 1, 0]));
    assert_eq!(found(&data, "[-9223372036854775808:99999999999999999999:9223372036854775807]"), value!([0]));
    assert!(failure(&data, "[::0]").starts_with("invalid-value"));
}

#[test]
fn zero_is_true_and_empty_values_are_false() {
    let data = value!({"zero": 0, "empty": "", "list": [], "map": {}});
    assert_eq!(found(&data, "zero || 'x'"), value!(0));
    assert_eq!(found(&data, "empty || list || map || 'x'"), value!("x"));
    assert_eq!(found(&data, "zero && empty"), value!(""));
    assert_eq!(found(&data, "[!zero, !map]"), value!([false, true]));
}

#[test]
fn numbers_are_compared_by_value() {
    let data = value!({"big": (Number::parse("12345678901234567890").unwrap()), "decimal": (Number::parse("1.50").unwrap())});
    assert_eq!(found(&data, "[`1` == `1.0`, `[1]` == `[1.0]`, decimal == `1.5`, `0` == `false`]"), value!([true, true, true, false]));
    assert_eq!(found(&data, "[big > `9223372036854775807`, `-1` > `-1.5`, `2` < `1.5`]"), value!([true, true, false]));
    assert_eq!(found(&data, "`9007199254740993` == `9007199254740992.0`"), value!(false));
    assert_eq!(found(&data, "sum([big, `1.0`])"), value!(12345678901234567891.0));
    assert_eq!(found(&data, "to_string([big, decimal])"), value!("[12345678901234567890,1.50]"));
}

/// Compared with `jmespath.py`.
#[test]
fn values_as_text_are_ascii_and_texts_are_not_changed() {
    let data = value!({"a": "é☃😀", "b": ["é☃😀\n"]});
    assert_eq!(found(&data, "to_string(a)"), value!("é☃😀"));
    assert_eq!(found(&data, "to_string(b)"), value!(r#"["\u00e9\u2603\ud83d\ude00\n"]"#));
}

#[test]
fn integers_remain_integers() {
    let data = value!([i64::MIN, -1]);
    assert_eq!(found(&data, "abs([0])"), Value::Number(Number::parse("9223372036854775808").unwrap()));
    assert_eq!(found(&data, "sum(@)"), Value::Number(Number::parse("-9223372036854775809").unwrap()));
    assert_eq!(found(&data, "[ceil(`1.2`), floor(`-1.2`), avg(`[1, 2]`), avg(`[]`)]"), value!([2, -2, 1.5, null]));
    assert_eq!(found(&data, "[to_number('7'), to_number('1e1'), to_number('x')]"), value!([7, 10.0, null]));
}

#[test]
fn timestamps_can_be_compared_sorted_and_printed() {
    let data = value!({"l": [{"t": (Timestamp::new(90, 0)), "n": 1}, {"t": (Timestamp::new(30, 0)), "n": 2}]});
    assert_eq!(found(&data, "sort_by(l, &t)[].n"), value!([2, 1]));
    assert_eq!(found(&data, "max_by(l, &t).n"), value!(1));
    assert_eq!(found(&data, "l[?t > '1970-01-01T00:01:00Z'].n"), value!([1]));
    assert_eq!(found(&data, "l[?t == `\"1970-01-01T00:00:30Z\"`].n"), value!([2]));
    assert_eq!(found(&data, "[type(l[0].t), to_string(l[0].t)]"), value!(["timestamp", "1970-01-01T00:01:30Z"]));
}

#[test]
fn nan_and_mixed_numbers_can_be_sorted() {
    let mut list: Vec<Value> = (0..200).map(|n| if n % 3 == 0 { Value::Float(f64::NAN) } else { Value::Int(200 - n) }).collect();
    list.extend([Value::Int((1 << 53) + 1), Value::Float(9007199254740992.0), Value::Int(1 << 53)]);
    let data = Value::from(list);
    assert_eq!(found(&data, "sort(@)[0]"), value!(1));
    assert_eq!(found(&data, "min(@)"), value!(1));
    assert!(found(&data, "sort(@)[-1]").as_float().unwrap().is_nan());
}

#[test]
fn errors_have_categories_and_names() {
    let data = value!({"a": "x"});
    for (expression, problem, name) in [
        ("a[", "syntax: ", "ParseError"),
        ("abs(a)", "invalid-type: ", "JMESPathTypeError"),
        ("sort_by(a, a)", "invalid-type: ", "JMESPathTypeError"),
        ("length(&a)", "invalid-type: ", "JMESPathTypeError"),
        ("a[::0]", "invalid-value: ", "JMESPathValueError"),
        ("abs()", "invalid-arity: ", "ArityError"),
        ("lenght(a)", "unknown-function: ", "UnknownFunctionError"),
    ] {
        let error = data.search(expression).unwrap_err();
        assert_eq!((error.kind(), error.name()), (ErrorKind::JmesPath, name));
        assert!(error.message().starts_with(problem) && error.message().contains(expression), "{error}");
    }
    assert!(failure(&data, "lenght(a)").contains("Did you mean length?"));
    assert!(failure(&data, "é = 1").contains("column 1"));
    assert!(failure(&data, "'é' = 1").contains("column 5"));
}

#[test]
fn every_prefix_of_an_expression_is_parsed_or_rejected() {
    let text = r#"a."b\u00e9"[?c == `{"x": 1}` && !d || 'e\'' != @][].{f: g[1:-2:3], h: [*.i, max_by(j, &k)]} | [0]"#;
    assert!(Expression::parse(text).is_ok());
    for (end, _) in text.char_indices() {
        let _ = Expression::parse(&text[..end]);
        let error = Expression::parse(&format!("{}#", &text[..end])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JmesPath);
    }
}

#[test]
fn hostile_nesting_is_an_error() {
    for part in ["(", "[", "{a:", "!", "a[?", "abs(", "[*].a", "[*]", "[]", "a[][*]", "*.", "a==", "[?a]"] {
        let error = Expression::parse(&format!("{}a", part.repeat(100_000))).unwrap_err();
        assert!(error.message().starts_with("syntax"), "{part}: {error}");
    }
    let left = format!("{}a{}", "(".repeat(100), "==a==a)".repeat(100));
    assert!(Expression::parse(&left).unwrap_err().message().contains("nested deeper"));
}

#[test]
fn long_chains_do_not_nest() {
    let null = Value::Null;
    for (part, end) in [("a.", "a"), ("a||", "a"), ("a&&", "a"), ("a|", "a"), ("a[0].", "a"), ("a=='x'||", "a")] {
        let expression = Expression::parse(&format!("{}{end}", part.repeat(10_000))).unwrap();
        assert!(expression.search(&null).is_ok());
    }
    let deepest = format!("{}a{}", "[".repeat(120), "]".repeat(120));
    assert!(value!({"a": 1}).search(&deepest).is_ok());
}
