//! Runs the steps of a script with tucuxi. `driver.py` does the same with boto3.

use std::collections::HashMap;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::{Value as Json, json};
use tucuxi::{Collection, Map, Number, Outcome, Resource, Result, Value, value};

/// The result of a step, or the value of a variable.
#[derive(Clone)]
enum Thing {
    Value(Value),
    Resource(Resource),
    Many(Vec<Thing>),
}

/// The state of a running script.
pub struct Run {
    variables: HashMap<String, Thing>,
    /// The number of the repetition.
    i: String,
    shown: Vec<Json>,
}

impl Run {
    pub fn new(service: Resource) -> Run {
        Run { variables: HashMap::from([("service".to_owned(), Thing::Resource(service))]), i: String::new(), shown: Vec::new() }
    }

    /// Runs the steps; returns the result of each in the form that both sides print.
    pub fn shown(mut self, steps: &[Value]) -> Vec<Json> {
        self.steps(steps.iter());
        self.shown
    }

    fn steps<'v>(&mut self, steps: impl Iterator<Item = &'v Value> + Clone) {
        for step in steps {
            let inner = || step["steps"].as_list().expect("the steps of a repetition").iter();
            if let Some(name) = step["each"].as_str() {
                let Thing::Many(items) = self.find(name) else { panic!("{name} is no list") };
                for item in items {
                    self.variables.insert("it".to_owned(), item);
                    self.steps(inner());
                }
            } else if let Some(times) = step["repeat"].as_int() {
                for i in 0..times {
                    self.i = i.to_string();
                    self.steps(inner());
                }
            } else {
                self.step(step);
            }
        }
    }

    fn step(&mut self, step: &Value) {
        let outcome = match self.run(step) {
            Ok(outcome) => outcome,
            Err(error) if step["fails"] == true => Thing::Value(value!({"error": error.code().unwrap_or_default()})),
            Err(error) => panic!("{step:?}: {error:?}"),
        };
        if let Some(name) = step["as"].as_str() {
            self.variables.insert(name.to_owned(), outcome.clone());
        }
        if step["quiet"] != true {
            self.shown.push(show(&outcome));
        }
    }

    fn run(&self, step: &Value) -> Result<Thing> {
        let Thing::Resource(on) = self.find(step["on"].as_str().unwrap_or("service")) else { panic!("{step:?} is on no resource") };
        let given = self.value(step.get("with").unwrap_or(&value!({})));
        let name = |verb: &str| step[verb].as_str();
        Ok(if let Some(action) = name("call") {
            on.call(action, given)?.into()
        } else if let Some(kind) = name("resource") {
            Thing::Resource(on.resource(kind, self.value(&step["ids"]))?)
        } else if let Some(attribute) = name("get") {
            Thing::Value(on.get(attribute)?)
        } else if let Some(reference) = name("reference") {
            on.reference(reference)?.into()
        } else if let Some(waiter) = name("wait") {
            let mut params: Map = given.as_map().cloned().unwrap_or_default();
            params.insert("WaiterConfig", value!({"Delay": 0, "MaxAttempts": 3}));
            on.wait_with(waiter, params)?;
            Thing::Value(Value::Null)
        } else if let Some(operation) = name("client") {
            Thing::Value(on.client().call(operation, given)?)
        } else if let Some(collection) = name("collection") {
            self.collect(on.collection(collection)?, step, given)?
        } else if step["subresources"] == true {
            Thing::Value(on.available_subresources().into_iter().collect())
        } else {
            panic!("{step:?} does nothing")
        })
    }

    fn collect(&self, mut collection: Collection, step: &Value, given: Value) -> Result<Thing> {
        for filter in step["filter"].as_list().into_iter().flatten() {
            collection = collection.filter(self.value(filter));
        }
        if let Some(limit) = step["limit"].as_int() {
            collection = collection.limit(limit as usize);
        }
        if let Some(size) = step["page_size"].as_int() {
            collection = collection.page_size(size as usize);
        }
        let many = |resources: Vec<Resource>| Thing::Many(resources.into_iter().map(Thing::Resource).collect());
        if let Some(action) = step["batch"].as_str() {
            return Ok(Thing::Many(collection.call(action, given)?.into_iter().map(Thing::from).collect()));
        }
        if step["pages"] == true {
            return collection.pages().map(|page| page.map(many)).collect::<Result<_>>().map(Thing::Many);
        }
        collection.iter().collect::<Result<_>>().map(many)
    }

    /// Resolves a path that begins with a variable: `made.0.id`.
    fn find(&self, path: &str) -> Thing {
        let mut parts = path.split('.');
        let name = parts.next().unwrap_or_default();
        let first = self.variables.get(name).unwrap_or_else(|| panic!("{name} is not set")).clone();
        parts.fold(first, |thing, part| match thing {
            Thing::Many(things) => things[part.parse::<usize>().expect("a number")].clone(),
            Thing::Resource(resource) => Thing::Value(resource.get(part).unwrap()),
            Thing::Value(Value::List(list)) => Thing::Value(list[part.parse::<usize>().expect("a number")].clone()),
            Thing::Value(value) => Thing::Value(value[part].clone()),
        })
    }

    /// A parameter: `$made.0.id` is a variable, `{i}` in a text the number of the repetition.
    fn value(&self, given: &Value) -> Value {
        match given {
            Value::Map(map) if map.len() == 1 && map.contains_key("$bytes") => {
                BASE64_STANDARD.decode(map["$bytes"].as_str().expect("base64")).expect("base64").into()
            }
            Value::Map(map) if map.len() == 1 && map.contains_key("$number") => {
                let text = self.value(&map["$number"]).to_string();
                text.parse::<i64>().map_or_else(|_| Value::Number(Number::parse(&text).expect("a number")), Value::from)
            }
            Value::Map(map) if map.len() == 1 && map.contains_key("$set") => Value::Set(map["$set"].into_iter().collect()),
            Value::Map(map) => map.iter().map(|(key, value)| (key.clone(), self.value(value))).collect::<Map>().into(),
            Value::List(list) => list.iter().map(|value| self.value(value)).collect(),
            Value::String(text) => match text.strip_prefix('$') {
                Some(path) => match self.find(path) {
                    Thing::Value(value) => value,
                    _ => panic!("{path} is no value"),
                },
                None => text.replace("{i}", &self.i).into(),
            },
            other => other.clone(),
        }
    }
}

impl From<Outcome> for Thing {
    fn from(outcome: Outcome) -> Thing {
        match outcome {
            Outcome::Value(value) => Thing::Value(value),
            Outcome::Resource(resource) => Thing::Resource(resource),
            Outcome::Resources(resources) => Thing::Many(resources.into_iter().map(Thing::Resource).collect()),
            other => panic!("{other:?} is new here"),
        }
    }
}

fn show(thing: &Thing) -> Json {
    match thing {
        Thing::Value(value) => show_value(value),
        Thing::Resource(resource) => resource.to_string().into(),
        Thing::Many(things) => things.iter().map(show).collect(),
    }
}

fn show_value(value: &Value) -> Json {
    let bytes = |bytes: &[u8]| json!({"bytes": BASE64_STANDARD.encode(bytes)});
    match value {
        Value::Map(map) => {
            let members = map.iter().filter(|(key, _)| *key != "ResponseMetadata");
            members.map(|(key, value)| (key.to_string(), show_value(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::List(list) => list.iter().map(show_value).collect(),
        Value::Timestamp(_) => "<time>".into(),
        Value::Bytes(value) => bytes(value),
        Value::Stream(stream) => bytes(&stream.read_all().unwrap()),
        Value::Number(number) => number.as_str().parse::<i64>().map_or_else(|_| json!({"number": number.as_str()}), Json::from),
        Value::Set(set) => json!({"$set": set.iter().map(show_value).collect::<Vec<_>>()}),
        Value::Null => Json::Null,
        Value::Bool(is) => (*is).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        other => other.to_string().into(),
    }
}
