//! A table in the process: it stores items as it receives them, and leaves a random part of every batch unprocessed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use tucuxi::http::{Body, Headers, Request, Response, SendOptions, Transport};
use tucuxi::{Client, Config, Credentials, Environment, Session};

use super::Random;

/// The tables of a client, whose only key attribute is `k`.
#[derive(Clone)]
pub struct Tables(Arc<Mutex<State>>);

pub struct State {
    /// The typed items by table and key.
    pub items: BTreeMap<(String, String), Json>,
    /// How often each item was written: by table, kind of request, and item.
    pub writes: BTreeMap<String, usize>,
    /// The sizes of the batches.
    pub batches: Vec<usize>,
    /// One in so many parts of a batch is left unprocessed; 0 for none.
    pub rejects: usize,
    /// Calls to be rejected as a whole before anything else, with an error of this code.
    pub errors: Vec<&'static str>,
    random: Random,
}

impl Tables {
    pub fn new(rejects: usize) -> Tables {
        let state = State {
            items: BTreeMap::new(),
            writes: BTreeMap::new(),
            batches: Vec::new(),
            rejects,
            errors: Vec::new(),
            random: Random(rejects as u64),
        };
        Tables(Arc::new(Mutex::new(state)))
    }

    /// An ordinary client of the tables. It does not really sleep.
    pub fn client(&self) -> Client {
        let credentials = Credentials::new("AKID", "SECRET");
        let session = Session::builder().environment(Environment::empty()).region("us-east-1").credentials(credentials).build().unwrap();
        let builder = session.client_builder("dynamodb").config(Config::new().total_max_attempts(1));
        builder.transport(self.clone()).sleep(|_| ()).random(|| 0.5).build().unwrap()
    }

    pub fn state<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.0.lock().unwrap())
    }
}

impl Transport for Tables {
    fn send(&self, request: &mut Request, _: &SendOptions) -> anyhow::Result<Response> {
        let Body::Bytes(body) = &request.body else { anyhow::bail!("no body") };
        let body: Json = serde_json::from_slice(body)?;
        let operation = request.headers.get("X-Amz-Target").unwrap_or_default().rsplit('.').next().unwrap_or_default().to_owned();
        let answer = self.state(|state| match state.errors.pop() {
            Some(code) => Err(json!({"__type": code, "message": "No."})),
            None => state.answer(&operation, &body),
        });
        let (status, body) = match answer {
            Ok(body) => (200, body),
            Err(body) => (400, body),
        };
        Ok(Response::new(status, Headers::new(), body.to_string().into_bytes()))
    }
}

impl State {
    fn answer(&mut self, operation: &str, body: &Json) -> Result<Json, Json> {
        match operation {
            "BatchWriteItem" => self.write(&body["RequestItems"]),
            "BatchGetItem" => self.read(&body["RequestItems"]),
            "PutItem" => {
                self.items.insert(id(body["TableName"].as_str().unwrap(), &body["Item"]), body["Item"].clone());
                Ok(json!({}))
            }
            "GetItem" => Ok(json!({"Item": self.items[&id(body["TableName"].as_str().unwrap(), &body["Key"])]})),
            other => panic!("unexpected operation {other}"),
        }
    }

    fn write(&mut self, tables: &Json) -> Result<Json, Json> {
        let requests: Vec<(&String, &Json)> = parts(tables, |requests| requests);
        self.batches.push(requests.len());
        let item = |request: &Json| request["PutRequest"].get("Item").or(request["DeleteRequest"].get("Key")).unwrap().clone();
        let mut keys: Vec<_> = requests.iter().map(|(table, request)| id(table, &item(request))).collect();
        keys.sort();
        keys.dedup();
        if requests.len() > 25
            || keys.len() < requests.len()
            || requests.iter().any(|(_, request)| item(request)["k"] == json!({"S": "bad"}))
        {
            return Err(json!({"__type": "ValidationException", "message": "Invalid batch"}));
        }
        let mut unprocessed: BTreeMap<&String, Vec<Json>> = BTreeMap::new();
        for (table, request) in requests {
            if self.rejects > 0 && self.random.below(self.rejects) == 0 {
                unprocessed.entry(table).or_default().push(request.clone());
                continue;
            }
            *self.writes.entry(format!("{table} {request}")).or_default() += 1;
            let id = id(table, &item(request));
            match request["PutRequest"].get("Item") {
                Some(item) => self.items.insert(id, item.clone()),
                None => self.items.remove(&id),
            };
        }
        Ok(json!({"UnprocessedItems": unprocessed}))
    }

    fn read(&mut self, tables: &Json) -> Result<Json, Json> {
        let keys: Vec<(&String, &Json)> = parts(tables, |request| &request["Keys"]);
        self.batches.push(keys.len());
        let mut ids: Vec<_> = keys.iter().map(|(table, key)| id(table, key)).collect();
        ids.sort();
        ids.dedup();
        if keys.len() > 100 || ids.len() < keys.len() {
            return Err(json!({"__type": "ValidationException", "message": "Invalid batch"}));
        }
        let (mut found, mut unprocessed): (BTreeMap<&String, Vec<Json>>, BTreeMap<&String, Json>) = Default::default();
        for (table, key) in keys {
            if self.rejects > 0 && self.random.below(self.rejects) == 0 {
                let entry = unprocessed.entry(table).or_insert_with(|| json!({"Keys": []}));
                entry["Keys"].as_array_mut().unwrap().push(key.clone());
            } else if let Some(item) = self.items.get(&id(table, key)) {
                found.entry(table).or_default().push(item.clone());
            }
        }
        Ok(json!({"Responses": found, "UnprocessedKeys": unprocessed}))
    }
}

fn parts<'j>(tables: &'j Json, list: impl Fn(&'j Json) -> &'j Json) -> Vec<(&'j String, &'j Json)> {
    let tables = tables.as_object().unwrap().iter();
    tables.flat_map(|(table, content)| list(content).as_array().unwrap().iter().map(move |part| (table, part))).collect()
}

fn id(table: &str, item: &Json) -> (String, String) {
    (table.to_owned(), item["k"].to_string())
}
