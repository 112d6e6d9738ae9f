//! Every paginator of every service and API version returns each item of three generated pages once, in order.
//!
//! The calls run through a complete client without a network, so the tokens and page sizes that a paginator adds to the
//! parameters are checked against the operation's input.

use std::sync::{Arc, Mutex};

use libtest_mimic::Trial;
use tucuxi::unversioned::definition::{Node, Operation, Service, ShapeType};
use tucuxi::{Client, Definitions, Expression, Map, PaginatorDefinition, Session, Str, Value, value};

use crate::{Count, Walk, minimal, stub};

const PAGES: usize = 3;
const ITEMS: usize = 2;

#[derive(Default)]
struct Tally {
    services: usize,
    paginators: usize,
    items: usize,
    resumed: usize,
    sized: usize,
}

/// A test for each service.
pub fn walk() -> Walk {
    let session = stub::session();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let services = Definitions::embedded().services_with("paginators-1").expect("the embedded definitions");
    let trials = services.into_iter().map(|service| {
        let (session, tally, name) = (session.clone(), Arc::clone(&tally), service.to_string());
        Trial::test(format!("paginators/{service}"), move || visit_all(&session, &name, &tally).map_err(Into::into))
    });
    Walk { trials: trials.collect(), finish: Box::new(move || finish(&tally.lock().unwrap())) }
}

fn finish(tally: &Tally) -> Vec<Count> {
    let Tally { services, paginators, items, resumed, sized } = tally;
    println!("{paginators} paginators of {services} services, {items} items once each; {resumed} resumed, {sized} with a page size\n");
    vec![
        Count { what: "paginators", found: *paginators, at_least: 3600 },
        Count { what: "resumed paginators", found: *resumed, at_least: 3600 },
    ]
}

fn visit_all(session: &Session, service: &str, tally: &Mutex<Tally>) -> Result<(), String> {
    let mut failures = Vec::new();
    let versions = Definitions::embedded().api_versions(service, "paginators-1").map_err(|e| e.to_string())?;
    for version in versions {
        let server = Arc::new(Mutex::new(Server::default()));
        let answering = Arc::clone(&server);
        let result = move |_: &Operation, params: &Map, result: &mut Map| answering.lock().unwrap().answer(params, result);
        let client = stub::client(session, service, &version, stub::empty, result).map_err(|e| format!("{version}: {e:?}"))?;
        for name in client.paginators().map_err(|e| format!("{version}: {e:?}"))? {
            match visit(&client, &name, &server, tally) {
                Ok(()) => tally.lock().unwrap().paginators += 1,
                Err(reason) => failures.push(format!("{version} {name}: {reason}")),
            }
        }
    }
    tally.lock().unwrap().services += 1;
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// The three pages, and the parameters of the requests.
#[derive(Default)]
struct Server {
    pages: Vec<Value>,
    input_tokens: Vec<Str>,
    /// The tokens that fetch each page.
    tokens: Vec<Vec<Value>>,
    asked: Vec<Map>,
}

impl Server {
    /// Responds with the page whose tokens are among the parameters.
    fn answer(&mut self, params: &Map, result: &mut Map) {
        let asked: Vec<&Value> = self.input_tokens.iter().map(|name| &params[name.as_str()]).collect();
        let page = self.tokens.iter().position(|tokens| tokens.iter().eq(asked.iter().copied()));
        let page = page.map_or_else(|| value!({"no page": "for these tokens"}), |page| self.pages[page].clone());
        if let Value::Map(page) = page {
            *result = page;
        }
        self.asked.push(params.clone());
    }
}

fn visit(client: &Client, name: &str, server: &Mutex<Server>, tally: &Mutex<Tally>) -> Result<(), String> {
    let service = client.service();
    let operation = service.operation(name).map_err(|e| e.to_string())?;
    if minimal::takes_events(service, operation) {
        return Err("its input is a stream of events".to_owned());
    }
    let mut input = minimal::input(service, operation);
    let definition = client.paginate(name, ()).map_err(|e| e.to_string())?.definition().clone();
    if let Some(map) = input.as_map_mut() {
        definition.input_tokens().iter().for_each(|name| drop(map.remove(name)));
    }
    let made = made_up(service, operation, &definition)?;
    let expected = items(&definition, &made.pages)?;
    *server.lock().unwrap() = made;

    let found = client.paginate(name, &input).and_then(|pages| pages.items().collect::<tucuxi::Result<Vec<Value>>>());
    same("items()", &found.map_err(|e| format!("{e:?}"))?, &expected)?;
    let asked = std::mem::take(&mut server.lock().unwrap().asked);
    same("calls", &asked.len(), &PAGES)?;

    let pages = server.lock().unwrap().pages.clone();
    full_result(client, name, &input, &definition, &pages)?;
    if definition.limit_key().is_some() {
        page_size(client, name, &input, &definition, server)?;
        tally.lock().unwrap().sized += 1;
    }
    if expected.len() == PAGES * ITEMS {
        resumed(client, name, &input, &expected)?;
        tally.lock().unwrap().resumed += 1;
    }
    tally.lock().unwrap().items += expected.len();
    Ok(())
}

/// Checks that the full result concatenates the lists of all pages.
fn full_result(client: &Client, name: &str, input: &Value, definition: &PaginatorDefinition, pages: &[Value]) -> Result<(), String> {
    let full = client.paginate(name, input).and_then(|pages| pages.build_full_result()).map_err(|e| format!("{e:?}"))?;
    for key in definition.result_keys() {
        let found = key.find(&full).map_err(|e| e.to_string())?;
        if let Value::List(found) = found {
            let lists = pages.iter().filter_map(|page| key.find(page).ok());
            let all: Vec<Value> = lists.flat_map(|list| list.as_list().cloned().unwrap_or_default()).collect();
            same("build_full_result()", &found.into_iter().collect::<Vec<_>>(), &all)?;
        }
    }
    Ok(())
}

/// Checks that each call has the page size.
fn page_size(client: &Client, name: &str, input: &Value, definition: &PaginatorDefinition, server: &Mutex<Server>) -> Result<(), String> {
    server.lock().unwrap().asked.clear();
    let limit_key = definition.limit_key().unwrap_or_default();
    let service = client.service();
    let shape = service.input(service.operation(name).map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    // Some operations have a larger minimum.
    let least = find(shape.ok_or("it has no input")?, &[limit_key])?.min().unwrap_or_default();
    let size = (least as u64).max(7);
    let pages = client.paginate(name, input).map_err(|e| e.to_string())?.page_size(size);
    pages.collect::<tucuxi::Result<Vec<Value>>>().map_err(|e| format!("{e:?}"))?;
    let asked = std::mem::take(&mut server.lock().unwrap().asked);
    let sizes: Vec<String> = asked.iter().map(|params| params[limit_key].to_string()).collect();
    same("page sizes", &sizes, &vec![size.to_string(); PAGES])
}

/// Checks that a pagination that is truncated within a page, or at its end, resumes there.
fn resumed(client: &Client, name: &str, input: &Value, expected: &[Value]) -> Result<(), String> {
    for cut in [ITEMS, ITEMS + 1] {
        let mut first = client.paginate(name, input).map_err(|e| e.to_string())?.max_items(cut as u64).items();
        let mut found: Vec<Value> = (&mut first).collect::<tucuxi::Result<_>>().map_err(|e| format!("{e:?}"))?;
        same("items up to the limit", &found.len(), &cut)?;
        let token = first.pages().resume_token().ok_or("there is no resume token")?.to_owned();
        let rest = client.paginate(name, input).map_err(|e| e.to_string())?.starting_token(token).items();
        found.extend(rest.collect::<tucuxi::Result<Vec<_>>>().map_err(|e| format!("{e:?}"))?);
        same("items, resumed", &found.as_slice(), &expected)?;
    }
    Ok(())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

/// The items of the primary results.
fn items(definition: &PaginatorDefinition, pages: &[Value]) -> Result<Vec<Value>, String> {
    let mut all = Vec::new();
    for page in pages {
        match definition.primary().find(page).map_err(|e| e.to_string())? {
            Value::List(list) => all.extend(list),
            Value::Null => return Err("a page has no primary result".to_owned()),
            other => all.push(other),
        }
    }
    Ok(all)
}

/// Three linked pages with results of the output shape.
fn made_up(service: &Service, operation: &Operation, definition: &PaginatorDefinition) -> Result<Server, String> {
    let output = service.output(operation).map_err(|e| e.to_string())?.ok_or("it has no output")?;
    let mut server = Server { input_tokens: definition.input_tokens().to_vec(), ..Server::default() };
    server.tokens.push(vec![Value::Null; definition.input_tokens().len()]);
    for page in 0..PAGES {
        let mut made = Value::Map(Map::new());
        for key in definition.result_keys().iter().chain(definition.non_aggregate_keys()) {
            let path = names(key.expression()).ok_or("a result key that is no path")?;
            let shape = find(output, &path)?;
            put(&mut made, &path, result(shape, page));
        }
        lead_on(service, operation, definition, page, &mut made)?;
        if page + 1 < PAGES {
            let tokens = definition.output_tokens().iter().map(|token| token.search(&made));
            server.tokens.push(tokens.collect::<tucuxi::Result<_>>().map_err(|e| e.to_string())?);
        }
        server.pages.push(made);
    }
    Ok(server)
}

/// Adds the tokens of the next page, if there is one.
fn lead_on(
    service: &Service,
    operation: &Operation,
    definition: &PaginatorDefinition,
    page: usize,
    made: &mut Value,
) -> Result<(), String> {
    let more = page + 1 < PAGES;
    if let Some(more_results) = definition.more_results() {
        put(made, &names(more_results).ok_or("more_results is no path")?, value!(more));
    }
    let input = service.input(operation).map_err(|e| e.to_string())?.ok_or("it has no input")?;
    for (name, token) in definition.input_tokens().iter().zip(definition.output_tokens()) {
        let first = Expression::parse(token.as_str().split(" || ").next().unwrap_or_default()).map_err(|e| e.to_string())?;
        // A token that is taken from the items already exists.
        if let (true, Some(path)) = (more, names(&first)) {
            put(made, &path, self::token(find(input, &[name.as_str()])?, page));
        }
    }
    Ok(())
}

/// The names of a plain path.
fn names(expression: &Expression) -> Option<Vec<&str>> {
    let plain = |part: &&str| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let parts: Vec<&str> = expression.as_str().split('.').collect();
    parts.iter().all(plain).then_some(parts)
}

fn find<'s>(shape: Node<'s>, path: &[&str]) -> Result<Node<'s>, String> {
    path.iter().try_fold(shape, |shape, name| {
        let member = shape.structure().and_then(|structure| structure.member(name)).ok_or_else(|| format!("the shape has no {name}"))?;
        shape.member(member.1).map_err(|e| e.to_string())
    })
}

fn put(made: &mut Value, path: &[&str], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *made = value;
        return;
    };
    let Some(map) = made.as_map_mut() else { return };
    if !map.contains_key(name) {
        map.insert(*name, Map::new());
    }
    put(map.get_mut(name).expect("it was put there"), rest, value);
}

/// A token of the type that the input takes.
fn token(shape: Node<'_>, page: usize) -> Value {
    let text = format!("token-{page}-{}", "0123456789".repeat(10));
    match shape.shape_type() {
        ShapeType::String => text.into(),
        ShapeType::Blob => text.into_bytes().into(),
        ShapeType::Map { value, .. } => value!({"k": made(shape.follow(value).expect("the shape of the values"), page, 0)}),
        _ => made(shape, page + 1, 0),
    }
}

/// A result of a page: a list or a map has two items.
fn result(shape: Node<'_>, page: usize) -> Value {
    match shape.shape_type() {
        ShapeType::List(item) => {
            let item = shape.follow(item).expect("the shape of the items");
            (0..ITEMS).map(|i| made(item, page * ITEMS + i, 0)).collect()
        }
        ShapeType::Map { value, .. } => {
            let value = shape.follow(value).expect("the shape of the values");
            (0..ITEMS).map(|i| (format!("{page}-{i}"), made(value, page * ITEMS + i, 0))).collect::<Map>().into()
        }
        _ => made(shape, page, 0),
    }
}

/// A value of that shape that is unique for the number; deep members are left out.
fn made(shape: Node<'_>, number: usize, depth: usize) -> Value {
    match shape.shape_type() {
        ShapeType::Structure(structure) if depth < 2 => {
            // Only one member of a union can be set.
            let members = structure.members.iter().take(if shape.has(|traits| traits.union) { 1 } else { usize::MAX });
            let value = |member| made(shape.member(member).expect("the shape of a member"), number, depth + 1);
            members.map(|member| (member.name.clone(), value(member))).collect::<Map>().into()
        }
        ShapeType::Structure(_) | ShapeType::Map { .. } => Map::new().into(),
        ShapeType::List(_) => value!([]),
        ShapeType::String => format!("made up {number}").into(),
        ShapeType::Blob => format!("made up {number}").into_bytes().into(),
        ShapeType::Boolean => value!(true),
        ShapeType::Integer | ShapeType::Long | ShapeType::Timestamp => value!(number as i64),
        ShapeType::Float | ShapeType::Double => value!(number as f64 + 0.5),
    }
}
