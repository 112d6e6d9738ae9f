//! The smallest input that an operation accepts, made from its shapes.

use tucuxi::unversioned::definition::{Location, Node, Operation, Service, ShapeType};
use tucuxi::{Map, Timestamp, Value};

/// Whether the input is an event stream, which cannot be sent.
pub fn takes_events(service: &Service, operation: &Operation) -> bool {
    let Ok(Some(input)) = service.input(operation) else { return false };
    let members = input.structure().into_iter().flat_map(|structure| &structure.members);
    members.filter_map(|member| input.member(member).ok()).any(|member| member.has(|traits| traits.event_stream))
}

/// The smallest valid input.
pub fn input(service: &Service, operation: &Operation) -> Value {
    let input = service.input(operation).expect("the shape of the input");
    input.map_or_else(|| Map::new().into(), |input| structure(input, 0))
}

fn value(node: Node<'_>, name: &str, depth: usize) -> Value {
    let min = node.min().unwrap_or_default();
    match node.shape_type() {
        ShapeType::Structure(_) if node.has(|traits| traits.document) => Map::new().into(),
        ShapeType::Structure(_) => structure(node, depth + 1),
        ShapeType::List(item) => {
            let item = node.follow(item).expect("the shape of the items");
            (0..min as usize).map(|_| value(item, name, depth + 1)).collect()
        }
        ShapeType::Map { key, value: of } => {
            let (key, of) = (node.follow(key).expect("the shape of the keys"), node.follow(of).expect("the shape of the values"));
            let entries = (0..min as usize).map(|i| (format!("{}{i}", text(key, name)), value(of, name, depth + 1)));
            entries.collect::<Map>().into()
        }
        ShapeType::String => text(node, name).into(),
        ShapeType::Integer | ShapeType::Long => Value::Int(min.max(1.0) as i64),
        ShapeType::Float | ShapeType::Double => Value::Float(min.max(1.0)),
        ShapeType::Boolean => Value::Bool(true),
        ShapeType::Timestamp => Value::Timestamp(Timestamp::new(1_704_164_645, 0)),
        ShapeType::Blob => vec![b'a'; min.max(1.0) as usize].into(),
    }
}

/// The required members and those of the URL and the host; for a union, its first member that is not recursive.
fn structure(node: Node<'_>, depth: usize) -> Value {
    let mut map = Map::new();
    let Some(shape) = node.structure() else { return map.into() };
    if node.has(|traits| traits.union) {
        let has_end =
            |member: &&tucuxi::unversioned::definition::Member| depth < 8 || node.member(member).is_ok_and(|m| m.structure().is_none());
        if let Some(first) = shape.members.iter().find(has_end).or(shape.members.first()) {
            map.insert(first.name.clone(), value(node.member(first).expect("the shape of a member"), &first.name, depth));
        }
        return map.into();
    }
    for member in &shape.members {
        let target = node.member(member).expect("the shape of a member");
        if shape.is_required(&member.name) || target.location() == Some(Location::Uri) || target.has(|traits| traits.host_label) {
            map.insert(member.name.clone(), value(target, &member.name, depth));
        }
    }
    map.into()
}

/// A known value, or text of the minimum length; parameters of endpoint rules have a form that the rules accept.
fn text(node: Node<'_>, name: &str) -> String {
    if let Some(known) = node.shape().traits.values.first() {
        return known.to_string();
    }
    match node.context_param().unwrap_or(name) {
        "AccountId" | "accountId" => "123456789012".to_owned(),
        "Bucket" => "tucuxi-bucket".to_owned(),
        "PredictEndpoint" => "https://realtime.example.com".to_owned(),
        "KvsARN" => "arn:aws:cloudfront::123456789012:key-value-store/tucuxi".to_owned(),
        name if name.to_ascii_lowercase().ends_with("arn") && node.context_param().is_some() => {
            let resource = match name {
                "QueueARN" => "queue/tucuxi",
                "ChannelARN" => "channel/tucuxi",
                "ConsumerARN" => "stream/tucuxi/consumer/tucuxi:1",
                _ => "stream/tucuxi",
            };
            format!("arn:aws:{}:us-east-1:123456789012:{resource}", node.service().signing_name().unwrap_or_default())
        }
        _ => "a".repeat(node.min().unwrap_or_default().max(1.0) as usize),
    }
}
