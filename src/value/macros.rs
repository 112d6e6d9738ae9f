//! The `value!` macro.

/// Makes a [`Value`](crate::Value) from a JSON-like literal. Keys are expressions that convert into a [`Str`](crate::Str);
/// values are literals, nested lists and maps, or any expression that converts into a `Value`.
///
/// ```
/// use tucuxi::value;
///
/// let key = "a.txt";
/// let v = value!({"Key": key, "Size": 3 * 1024, "Tags": [{"Key": "k", "Value": null}], "Public": false});
/// assert_eq!(v["Size"].as_int(), Some(3072));
/// assert!(v["Tags"][0].get("Value").unwrap().is_null());
/// ```
#[macro_export]
macro_rules! value {
    (null) => { $crate::Value::Null };
    ([]) => { $crate::Value::List($crate::List::new()) };
    ({}) => { $crate::Value::Map($crate::Map::new()) };
    ([ $($items:tt)+ ]) => {{
        let mut list = $crate::List::new();
        $crate::__value_list!(list $($items)+);
        $crate::Value::List(list)
    }};
    ({ $($entries:tt)+ }) => {{
        let mut map = $crate::Map::new();
        $crate::__value_map!(map $($entries)+);
        $crate::Value::Map(map)
    }};
    ($other:expr) => { $crate::Value::from($other) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __value_list {
    ($list:ident) => {};
    ($list:ident null $(, $($rest:tt)*)?) => { $list.push($crate::Value::Null); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident [ $($inner:tt)* ] $(, $($rest:tt)*)?) => { $list.push($crate::value!([ $($inner)* ])); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident { $($inner:tt)* } $(, $($rest:tt)*)?) => { $list.push($crate::value!({ $($inner)* })); $($crate::__value_list!($list $($rest)*);)? };
    ($list:ident $item:expr $(, $($rest:tt)*)?) => { $list.push($crate::Value::from($item)); $($crate::__value_list!($list $($rest)*);)? };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __value_map {
    ($map:ident) => {};
    ($map:ident $key:tt : null $(, $($rest:tt)*)?) => { $map.insert($key, $crate::Value::Null); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => { $map.insert($key, $crate::value!([ $($inner)* ])); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => { $map.insert($key, $crate::value!({ $($inner)* })); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $key:tt : $item:expr $(, $($rest:tt)*)?) => { $map.insert($key, $crate::Value::from($item)); $($crate::__value_map!($map $($rest)*);)? };
    ($map:ident $($rest:tt)+) => { $crate::__value_key!($map () $($rest)+); };
}

/// Collects a key of several tokens, such as `name.clone()`.
#[doc(hidden)]
#[macro_export]
macro_rules! __value_key {
    ($map:ident ($($key:tt)+) : $($rest:tt)+) => { let key = $($key)+; $crate::__value_map!($map key : $($rest)+); };
    ($map:ident ($($key:tt)*) $next:tt $($rest:tt)+) => { $crate::__value_key!($map ($($key)* $next) $($rest)+); };
}
