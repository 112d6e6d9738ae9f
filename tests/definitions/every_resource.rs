//! Every resource of every service and API version with embedded resource definitions can be created, its calls have
//! parameters that the operations accept, and its paths are found in the responses.
//!
//! Identifiers and responses are generated; a response has every member of the output shape. The calls run through a
//! complete client without a network.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use libtest_mimic::Trial;
use tucuxi::unversioned::definition::resource::{
    Action, Base, IdentifierSource, Param, ParamSource, ResourceType, Resources, ResponseResource,
};
use tucuxi::unversioned::definition::{Node, Service, ShapeType};
use tucuxi::{Client, Definitions, Expression, Map, MemberKind, Outcome, Resource, Result as Called, Session, Timestamp, Value, value};

use crate::{Count, Walk, minimal, stub};

/// The number of members of each kind.
type Tally = BTreeMap<&'static str, usize>;

/// A test for each version of each service.
pub fn walk() -> Walk {
    let session = stub::session();
    let tally = Arc::new(Mutex::new(Tally::new()));
    let definitions = Definitions::embedded();
    let services = definitions.services_with("resources-1").expect("the embedded definitions");
    let versions = services.iter().flat_map(|service| {
        let versions = definitions.api_versions(service, "resources-1").expect("the service is there");
        versions.into_iter().map(|version| (service.to_string(), version.to_string())).collect::<Vec<_>>()
    });
    let trials = versions.map(|(service, version)| {
        let (session, tally) = (session.clone(), Arc::clone(&tally));
        let name = format!("every_resource/{service}/{version}");
        Trial::test(name, move || Visit::all_of(&session, &service, &version, &tally).map_err(Into::into))
    });
    let trials = trials.collect();
    Walk { trials, finish: Box::new(move || finish(&tally.lock().unwrap())) }
}

fn finish(tally: &Tally) -> Vec<Count> {
    let counts: Vec<String> = tally.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    println!("{}\n", counts.join(", "));
    AT_LEAST.map(|(what, at_least)| Count { what, found: tally.get(what).copied().unwrap_or_default(), at_least }).into()
}

/// How many of each kind there are at least.
const AT_LEAST: [(&str, usize); 10] = [
    ("versions", 15),
    ("resources", 190),
    ("actions", 1050),
    ("attributes", 1700),
    ("batch actions", 200),
    ("collections", 270),
    ("identifiers", 240),
    ("loads", 160),
    ("references", 140),
    ("subresources", 260),
];

/// Long enough for every minimum length.
const TEXT: &str = "made-up-identifier-0123456789";

/// One version of one service.
struct Visit {
    definition: Arc<Resources>,
    service: Resource,
    calls: Arc<AtomicUsize>,
    counts: Tally,
    failures: Vec<String>,
}

impl Visit {
    fn all_of(session: &Session, service: &str, version: &str, tally: &Mutex<Tally>) -> Result<(), String> {
        let calls = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&calls);
        let definitions = session.client_builder(service).api_version(version).build().map_err(|e| format!("{e:?}"))?;
        let client = stub::client(session, service, version, stub::empty, move |operation, _, result| {
            counting.fetch_add(1, Ordering::Relaxed);
            let output = definitions.service().output(operation).expect("the output");
            if let Some(Value::Map(map)) = output.map(|output| full(output, &mut Vec::new())) {
                *result = map;
            }
        });
        let service_resource = session.resource_of(client.map_err(|e| format!("{e:?}"))?).map_err(|e| format!("{e:?}"))?;
        let definition = Definitions::embedded().load::<Resources>(service, Some(version)).map_err(|e| format!("{e:?}"))?;
        let mut visit = Visit { definition, service: service_resource, calls, counts: Tally::new(), failures: Vec::new() };
        visit.all();
        let mut tally = tally.lock().unwrap();
        *tally.entry("versions").or_default() += 1;
        *tally.entry("calls").or_default() += visit.calls.load(Ordering::Relaxed);
        visit.counts.into_iter().for_each(|(kind, count)| *tally.entry(kind).or_default() += count);
        if visit.failures.is_empty() { Ok(()) } else { Err(visit.failures.join("\n")) }
    }

    fn all(&mut self) {
        let definition = Arc::clone(&self.definition);
        self.visit(&self.service.clone(), definition.root());
        for kind in &definition.types()[1..] {
            let Some(resource) = self.made(kind) else { continue };
            self.count("resources", &format!("{resource}"), Ok(()));
            self.visit(&resource, kind);
        }
    }

    fn client(&self) -> &Client {
        self.service.client()
    }

    /// A resource of that type with generated identifiers.
    fn made(&mut self, kind: &ResourceType) -> Option<Resource> {
        let identifiers: Value = (0..kind.identifiers.len()).map(|position| self.identifier(kind, position)).collect();
        for name in self.service.available_subresources() {
            match self.service.resource(&name, identifiers.clone()) {
                Ok(resource) if kind.name == resource.type_name() => return Some(resource),
                _ => {}
            }
        }
        // Another type took its name on the service, as KeyPairInfo took that of KeyPair: an action creates it.
        let leads_here =
            |action: &&Action| action.resource.as_ref().is_some_and(|way| self.definition.types()[way.resource_type].name == kind.name);
        let outcome = self
            .definition
            .root()
            .actions
            .iter()
            .find(leads_here)
            .and_then(|action| self.service.call(&action.name, self.missing(action).ok()?).ok());
        let made = outcome.and_then(Outcome::into_resource);
        if made.is_none() {
            self.failures.push(format!("{} cannot be made", kind.name));
        }
        made
    }

    /// An identifier of the type that the operations expect.
    fn identifier(&self, kind: &ResourceType, position: usize) -> Value {
        let calls = kind.load.iter().chain(&kind.actions).chain(&kind.has_many);
        for (action, param) in calls.flat_map(|action| action.params.iter().map(move |param| (action, param))) {
            if matches!(param.source, ParamSource::Identifier(at) if at == position)
                && let Ok(shape) = self.target(&action.operation, param)
                && matches!(shape.shape_type(), ShapeType::Integer | ShapeType::Long)
            {
                return value!(1);
            }
        }
        value!(TEXT)
    }

    /// The shape of the member that a parameter sets.
    fn target(&self, operation: &str, param: &Param) -> Result<Node<'_>, String> {
        let service = self.client().service();
        let operation = service.operation(operation).map_err(|e| e.to_string())?;
        let mut shape = service.input(operation).map_err(|e| e.to_string())?.ok_or("it has no input")?;
        for part in param.target.parts() {
            let member = shape.structure().and_then(|structure| structure.member(&part.name));
            let (_, member) = member.ok_or_else(|| format!("{} has no member {}", shape.name(), part.name))?;
            shape = shape.member(member).map_err(|e| e.to_string())?;
            if part.index.is_some() {
                let ShapeType::List(item) = shape.shape_type() else { return Err(format!("{} is no list", part.name)) };
                shape = shape.follow(item).map_err(|e| e.to_string())?;
            }
        }
        Ok(shape)
    }

    fn visit(&mut self, resource: &Resource, kind: &ResourceType) {
        let place = |name: &str| format!("{}.{name}", kind.name);
        if let Some(load) = &kind.load {
            let checked = self.checked(load).and_then(|()| told(resource.load()));
            let loaded = checked.and_then(|()| if resource.data().is_some() { Ok(()) } else { Err("no data".to_owned()) });
            self.count("loads", &place("load"), loaded);
        }
        for action in &kind.actions {
            let done = self.checked(action).and_then(|()| self.act(resource, action));
            self.count("actions", &place(&action.name), done);
        }
        for has in &kind.has {
            let done = match has.is_reference {
                true if resource.member("load").is_none() => self.described(kind, &has.resource),
                true => self.refer(resource, &has.name, &has.resource),
                false => self.belong(resource, &has.name, &has.resource),
            };
            self.count(if has.is_reference { "references" } else { "subresources" }, &place(&has.name), done);
        }
        for action in &kind.has_many {
            let done = self.checked(action).and_then(|()| self.collect(resource, action));
            self.count("collections", &place(&action.name), done);
        }
        for waiter in &kind.waiters {
            let done = self.wait(resource, &waiter.name, &waiter.waiter, &waiter.params);
            self.count("waiters", &place(&waiter.name), done);
        }
        self.attributes(resource);
    }

    fn count(&mut self, kind: &'static str, name: &str, done: Result<(), String>) {
        *self.counts.entry(kind).or_default() += 1;
        if let Err(reason) = done {
            self.failures.push(format!("{name}: {reason}"));
        }
    }

    /// The parameters that an operation requires and the definition does not provide.
    fn missing(&self, action: &Action) -> Result<Value, String> {
        let service = self.client().service();
        let operation = service.operation(&action.operation).map_err(|e| e.to_string())?;
        if minimal::takes_events(service, operation) {
            return Err("its input is a stream of events".to_owned());
        }
        let mut input = minimal::input(service, operation);
        let given = action.params.iter().filter(|param| !matches!(param.source, ParamSource::Input));
        if let Some(map) = input.as_map_mut() {
            given.for_each(|param| drop(map.remove(&param.target.parts()[0].name)));
            // Identifiers may be taken from the request.
            for source in action.resource.iter().flat_map(|way| &way.identifiers) {
                if let IdentifierSource::Search { base: Base::Request, path, .. } = source {
                    fill(service, action, path, map);
                }
            }
        }
        Ok(input)
    }

    /// Checks that every parameter has a member in the input, and every path one in the output.
    fn checked(&self, action: &Action) -> Result<(), String> {
        for param in &action.params {
            self.target(&action.operation, param)?;
        }
        let service = self.client().service();
        let operation = service.operation(&action.operation).map_err(|e| e.to_string())?;
        let output = service.output(operation).map_err(|e| e.to_string())?;
        let output = output.map_or_else(|| value!({}), |output| full(output, &mut Vec::new()));
        let leads = |path: &Expression| leads(path, &output);
        action.path.iter().try_for_each(leads)?;
        let Some(way) = &action.resource else { return Ok(()) };
        way.path.iter().try_for_each(leads)?;
        way.identifiers.iter().try_for_each(|source| match source {
            IdentifierSource::Search { base: Base::Response, path, .. } => leads(path),
            _ => Ok(()),
        })
    }

    fn act(&self, resource: &Resource, action: &Action) -> Result<(), String> {
        let outcome = told(resource.call(&action.name, self.missing(action)?))?;
        match &action.resource {
            Some(way) => self.complete(way, outcome.resources()),
            None if outcome.value().is_some() => Ok(()),
            // The replacement of this action creates tags from its parameters, of which there are none here.
            None if resource.type_name() == "ServiceResource" && action.name == "create_tags" => Ok(()),
            None => Err(format!("{outcome:?}")),
        }
    }

    fn refer(&self, resource: &Resource, name: &str, way: &ResponseResource) -> Result<(), String> {
        self.complete(way, told(resource.reference(name))?.resources())
    }

    /// A type without a load gets its data from responses: its paths must be in the shape of the type.
    fn described(&self, kind: &ResourceType, way: &ResponseResource) -> Result<(), String> {
        let name = kind.shape.as_ref().ok_or("it has no data")?;
        let shape = told(self.client().service().shape_node(name))?.ok_or("there is no such shape")?;
        let data = full(shape, &mut Vec::new());
        way.identifiers.iter().try_for_each(|source| match source {
            IdentifierSource::Search { base: Base::Data, path, .. } => leads(path, &data),
            _ => Ok(()),
        })
    }

    fn belong(&self, resource: &Resource, name: &str, way: &ResponseResource) -> Result<(), String> {
        let kind = &self.definition.types()[way.resource_type];
        let known = way.identifiers.iter().filter(|source| matches!(source, IdentifierSource::Parent { .. })).count();
        let given: Value = (known..kind.identifiers.len()).map(|_| value!("given")).collect();
        self.complete(way, &[told(resource.resource(name, given))?])
    }

    fn collect(&mut self, resource: &Resource, action: &Action) -> Result<(), String> {
        let way = action.resource.as_ref().ok_or("it leads to no resource")?;
        let collection = told(resource.collection(&action.name))?.filter(self.missing(action)?).limit(1);
        let items = told(collection.iter().collect::<Called<Vec<Resource>>>())?;
        self.complete(way, &items)?;
        let kind = Arc::clone(&self.definition);
        for batch in &kind.types()[way.resource_type].batch_actions {
            self.checked(batch)?;
            let outcomes = told(collection.call(&batch.name, self.missing(batch)?))?;
            if outcomes.len() != 1 {
                return Err(format!("{}: {outcomes:?}", batch.name));
            }
            *self.counts.entry("batch actions").or_default() += 1;
        }
        Ok(())
    }

    fn wait(&self, resource: &Resource, name: &str, waiter: &str, params: &[Param]) -> Result<(), String> {
        let Ok(known) = self.client().waiter(waiter) else {
            // The oldest versions have resources that name unknown waiters; boto3 fails there, too.
            let oldest = ["2014-10-01", "2015-03-01", "2015-04-15", "2015-10-01"].contains(&self.definition.api_version());
            return if oldest { told(resource.wait(name)).err().map(drop).ok_or("it waits".to_owned()) } else { Err(waiter.to_owned()) };
        };
        for param in params {
            self.target(known.definition().operation(), param)?;
        }
        // Generated responses meet no condition except for the existence of a response.
        match resource.wait_with(name, value!({"WaiterConfig": {"Delay": 0, "MaxAttempts": 1}})) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == tucuxi::ErrorKind::Waiter => Ok(()),
            Err(error) => Err(format!("{error:?}")),
        }
    }

    /// All resources are of the type, and have all identifiers.
    fn complete(&self, way: &ResponseResource, resources: &[Resource]) -> Result<(), String> {
        let kind = &self.definition.types()[way.resource_type];
        let is_complete = |one: &Resource| kind.name == one.type_name() && one.identifiers().all(|(_, value)| !value.is_null());
        match resources {
            [] => Err("it leads to nothing".to_owned()),
            some if some.iter().all(is_complete) => Ok(()),
            some => Err(format!("{some:?}")),
        }
    }

    fn attributes(&mut self, resource: &Resource) {
        for member in resource.members() {
            if matches!(member.kind, MemberKind::Attribute | MemberKind::Identifier) {
                let read = resource.get(&member.name);
                // Attributes without a load can be read only after an action or a collection.
                let unloaded =
                    matches!(&read, Err(error) if error.kind() == tucuxi::ErrorKind::ResourceLoad && resource.member("load").is_none());
                let done = if unloaded { Ok(()) } else { told(read).map(drop) };
                self.count(if member.kind == MemberKind::Attribute { "attributes" } else { "identifiers" }, &member.name, done);
            }
        }
    }
}

/// Adds a generated parameter at the start of a path, unless the definition provides it.
fn fill(service: &Service, action: &Action, path: &Expression, params: &mut Map) {
    let name = path.as_str().split(['.', '[']).next().unwrap_or_default();
    if action.params.iter().any(|param| param.target.parts()[0].name == name) {
        return;
    }
    let input = service.operation(&action.operation).and_then(|operation| service.input(operation)).ok().flatten();
    if let Some((input, (_, member))) = input.and_then(|input| Some((input, input.structure()?.member(name)?))) {
        params.insert(name, full(input.member(member).expect("the shape of a member"), &mut Vec::new()));
    }
}

fn told<T>(called: Called<T>) -> Result<T, String> {
    called.map_err(|e| format!("{e:?}"))
}

fn leads(path: &Expression, output: &Value) -> Result<(), String> {
    let found = path.search(output).map_err(|e| e.to_string())?;
    match &found {
        Value::Null => Err(format!("{path} leads to nothing")),
        Value::List(list) if list.is_empty() => Err(format!("{path} leads to nothing")),
        _ => Ok(()),
    }
}

/// A value of that shape with all members; lists and maps have one item, and recursive shapes are empty.
fn full<'s>(shape: Node<'s>, above: &mut Vec<&'s str>) -> Value {
    if above.iter().filter(|name| **name == shape.name()).count() > 1 {
        return if matches!(shape.shape_type(), ShapeType::List(_)) { value!([]) } else { value!({}) };
    }
    above.push(shape.name());
    let made = match shape.shape_type() {
        ShapeType::Structure(structure) => {
            let members = structure.members.iter();
            let value = |member| shape.member(member).expect("the shape of a member");
            members.map(|member| (member.name.clone(), full(value(member), above))).collect::<Map>().into()
        }
        ShapeType::List(item) => value!([full(shape.follow(item).expect("the shape of the items"), above)]),
        ShapeType::Map { value, .. } => value!({"key": full(shape.follow(value).expect("the shape of the values"), above)}),
        ShapeType::String => value!(TEXT),
        ShapeType::Blob => value!(b"made-up"),
        ShapeType::Boolean => value!(true),
        ShapeType::Integer | ShapeType::Long => value!(1),
        ShapeType::Float | ShapeType::Double => value!(1.5),
        ShapeType::Timestamp => Timestamp::new(1_704_164_645, 0).into(),
    };
    above.pop();
    made
}
