//! Which string expressions are valid, beside what dynalite and moto accept and reject.
//!
//! dynalite checks expressions as the service does, so the crate must agree with it. moto accepts some invalid expressions and
//! rejects a few valid ones. Where both servers agree, the crate agrees with both.

use tucuxi::dynamodb::{self, ExpressionKind};
use tucuxi::{Client, Map, Set, Value, value};

use super::Random;
use crate::{dynalite, moto};

/// The placeholders of all expressions.
fn known() -> Value {
    value!({
        "#a": "a", "#n": "name", "#sp": "a b",
        ":n": 1, ":m": 2, ":s": "text", ":t": "zoo", ":g": (Set::from(["x"])), ":l": [1], ":S": "S", ":z": true,
    })
}

/// Expressions with syntax that the generator does not produce, one per line: the kind, and the text.
const CURATED: &str = include_str!("expressions.txt");

#[test]
fn dynalite_and_moto_agree_about_what_is_valid() {
    let servers = [plain("dynalite", dynalite::client()), plain("moto", moto::client("dynamodb"))];
    let mut random = Random(7);
    let curated = CURATED.lines().filter(|line| !line.is_empty()).map(|line| {
        let (kind, text) = line.split_once(' ').unwrap();
        (kind.chars().next().unwrap(), text.to_owned())
    });
    let generated: Vec<(char, String)> = (0..600).map(|_| generate(&mut random)).collect();
    let (mut count, mut accepted, mut dynalite_answers, mut moto_answers, mut moto_agrees) = (0, 0, 0, 0, 0);
    let mut wrong = Vec::new();
    for (kind, text) in curated.chain(generated) {
        let placeholders = placeholders(&text, &mut random);
        let ours = dynamodb::expr(text.as_str(), placeholders.clone()).check(expression_kind(kind));
        let [dynalite, moto] = [0, 1].map(|server| accepts(&servers[server], kind, &text, &placeholders));
        count += 1;
        accepted += usize::from(ours.is_ok());
        dynalite_answers += usize::from(dynalite.is_some());
        if dynalite.is_some_and(|accepts| accepts != ours.is_ok()) {
            wrong.push(format!("{kind} {text:?} {placeholders:?}: dynalite {dynalite:?}, moto {moto:?}, tucuxi {ours:?}"));
        }
        moto_answers += usize::from(moto.is_some());
        moto_agrees += usize::from(moto == Some(ours.is_ok()));
    }
    assert!(wrong.is_empty(), "{} of {count} expressions:\n{}", wrong.len(), wrong.join("\n"));
    assert!(dynalite_answers > 950, "dynalite answered {dynalite_answers} of {count}");
    assert!(accepted > 250 && accepted < count - 250, "{accepted} of {count} accepted");
    assert!(moto_agrees * 100 >= moto_answers * 75, "moto agrees about {moto_agrees} of {moto_answers}");
}

fn expression_kind(kind: char) -> ExpressionKind {
    match kind {
        'C' => ExpressionKind::Condition,
        'K' => ExpressionKind::KeyCondition,
        'U' => ExpressionKind::Update,
        _ => ExpressionKind::Projection,
    }
}

fn plain(name: &str, client: Client) -> Client {
    // Expressions are checked even if a table is empty. Items would only cause other errors.
    for table in ["expressions", "updates"] {
        create_table(name, &client, table);
    }
    dynamodb::plain(&client).unwrap()
}

fn create_table(server: &str, client: &Client, name: &str) {
    let params = value!({
        "TableName": name,
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}, {"AttributeName": "r", "AttributeType": "N"}],
        "BillingMode": "PAY_PER_REQUEST",
    });
    client.call("create_table", params).unwrap_or_else(|error| panic!("{server}: {error}"));
}

/// Whether a server accepts an expression; `None` if it fails for another reason.
fn accepts(client: &Client, kind: char, text: &str, placeholders: &Map) -> Option<bool> {
    let with = |prefix: char| {
        placeholders.iter().filter(move |(name, _)| name.starts_with(prefix)).map(|(name, value)| (name.clone(), value.clone()))
    };
    let mut params = Map::from([("TableName", "expressions")]);
    for (member, map) in [("ExpressionAttributeNames", with('#').collect::<Map>()), ("ExpressionAttributeValues", with(':').collect())] {
        if !map.is_empty() {
            params.insert(member, map);
        }
    }
    let (operation, member) = match kind {
        'C' => ("scan", "FilterExpression"),
        'K' => ("query", "KeyConditionExpression"),
        'U' => ("update_item", "UpdateExpression"),
        _ => ("scan", "ProjectionExpression"),
    };
    params.insert(member, text);
    if kind == 'U' {
        params.insert("TableName", "updates");
        params.insert("Key", value!({"k": "x", "r": 1}));
    }
    // moto fails on some invalid expressions with an internal error.
    match client.request(operation, params).max_attempts(1).send() {
        Ok(_) => Some(true),
        Err(error) if ABOUT_THE_SCHEMA.iter().any(|about| error.message().contains(about)) => None,
        Err(error) if error.code() == Some("ValidationException") => {
            Some(ABOUT_THE_ITEM.iter().any(|about| error.message().contains(about)))
        }
        Err(_) => None,
    }
}

/// Errors about the key schema, which the crate does not know.
const ABOUT_THE_SCHEMA: [&str; 3] = [
    "Query condition missed key schema element",
    "Condition parameter type does not match schema type",
    "Query key condition not supported",
];

/// Errors about the item, not about the expression.
const ABOUT_THE_ITEM: [&str; 4] = [
    "The document path provided in the update expression is invalid for update",
    "refers to an attribute that does not exist in the item",
    "An operand in the update expression has an incorrect data type",
    "This attribute is part of the key",
];

/// The placeholders that a text contains; rarely with one too many or too few.
fn placeholders(text: &str, random: &mut Random) -> Map {
    let known = known();
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let uses = |name: &str| text.match_indices(name).any(|(at, _)| ends(&text[at + name.len()..]));
    let mut used: Vec<_> = known.as_map().unwrap().iter().filter(|(name, _)| uses(name)).collect();
    match random.below(25) {
        0 if used.len() > 1 => drop(used.pop()),
        1 => used.extend(known.as_map().unwrap().iter().find(|(name, _)| name.starts_with(':') && !uses(name) && !used.is_empty())),
        _ => {}
    }
    used.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A random expression, in two of five cases with a change that usually makes it invalid.
fn generate(random: &mut Random) -> (char, String) {
    let kind = random.choose(&['C', 'C', 'C', 'U', 'U', 'P', 'K']);
    let mut tokens = Vec::new();
    match kind {
        'C' => condition(random, 2, &mut tokens),
        'K' => key_condition(random, &mut tokens),
        'U' => update(random, &mut tokens),
        _ => list(random, 3, &mut tokens, |random, tokens| tokens.push(path(random))),
    }
    if random.below(5) < 2 {
        mutate(random, &mut tokens);
    }
    (kind, tokens.join(" "))
}

fn mutate(random: &mut Random, tokens: &mut Vec<String>) {
    let at = random.below(tokens.len());
    let others =
        ["AND", "OR", "NOT", "(", ")", ",", "=", "<>", "IN", "BETWEEN", ":n", "a", "#n", "name", "size", "SET", "+", "REMOVE", ":", "1"];
    match random.below(4) {
        0 if tokens.len() > 1 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => tokens.insert(at, random.choose(&others).to_owned()),
        _ => tokens[at] = random.choose(&others).to_owned(),
    }
}

fn path(random: &mut Random) -> String {
    let paths = ["a", "b", "c", "#a", "#n", "#sp", "a.b", "c[0]", "c[1].d", "d.#n.e", "_x1", "andy", "e[2][3]", "#a[0].#n"];
    random.choose(&paths).to_owned()
}

fn value(random: &mut Random) -> String {
    random.choose(&[":n", ":m", ":s", ":t", ":n", ":g", ":l"]).to_owned()
}

fn operand(random: &mut Random, tokens: &mut Vec<String>) {
    match random.below(8) {
        0..3 => tokens.push(path(random)),
        3..7 => tokens.push(value(random)),
        _ => tokens.extend(["size".to_owned(), "(".to_owned(), path(random), ")".to_owned()]),
    }
}

fn list(random: &mut Random, limit: usize, tokens: &mut Vec<String>, entry: impl Fn(&mut Random, &mut Vec<String>)) {
    for i in 0..=random.below(limit) {
        if i > 0 {
            tokens.push(",".to_owned());
        }
        entry(random, tokens);
    }
}

fn push(tokens: &mut Vec<String>, token: &str) {
    tokens.push(token.to_owned());
}

fn condition(random: &mut Random, depth: usize, tokens: &mut Vec<String>) {
    if depth > 0 && random.below(3) > 0 {
        match random.below(4) {
            0 => {
                push(tokens, "NOT");
                push(tokens, "(");
                condition(random, depth - 1, tokens);
                push(tokens, ")");
            }
            1 => {
                push(tokens, "(");
                condition(random, depth - 1, tokens);
                push(tokens, ")");
            }
            _ => {
                condition(random, depth - 1, tokens);
                push(tokens, random.choose(&["AND", "OR", "and"]));
                condition(random, depth - 1, tokens);
            }
        }
        return;
    }
    match random.below(6) {
        0 => {
            push(tokens, random.choose(&["attribute_exists", "attribute_not_exists"]));
            tokens.extend(["(".to_owned(), path(random), ")".to_owned()]);
        }
        1 => {
            push(tokens, random.choose(&["begins_with", "contains"]));
            tokens.extend(["(".to_owned(), path(random), ",".to_owned(), value(random), ")".to_owned()]);
        }
        2 => {
            tokens.extend(
                ["attribute_type", "(", random.choose(&["a", "#n", "c[0]"]), ",", random.choose(&[":S", ":S", ":s"]), ")"]
                    .map(str::to_owned),
            );
        }
        3 => {
            operand(random, tokens);
            push(tokens, "BETWEEN");
            tokens.push(value(random));
            push(tokens, "AND");
            tokens.push(value(random));
        }
        4 => {
            operand(random, tokens);
            push(tokens, "IN");
            push(tokens, "(");
            list(random, 3, tokens, operand);
            push(tokens, ")");
        }
        _ => {
            operand(random, tokens);
            push(tokens, random.choose(&["=", "<>", "<", "<=", ">", ">="]));
            operand(random, tokens);
        }
    }
}

fn key_condition(random: &mut Random, tokens: &mut Vec<String>) {
    tokens.extend(["k", random.choose(&["=", "=", "=", "<"]), ":s"].map(str::to_owned));
    if random.below(3) == 0 {
        return;
    }
    push(tokens, random.choose(&["AND", "AND", "and", "OR"]));
    match random.below(4) {
        0 => tokens.extend(["r", "BETWEEN", ":n", "AND", ":m"].map(str::to_owned)),
        1 => tokens.extend(["r", random.choose(&["=", "<", "<=", ">", ">=", "<>"]), ":n"].map(str::to_owned)),
        2 => tokens.extend(["begins_with", "(", "r", ",", ":s", ")"].map(str::to_owned)),
        _ => tokens.extend([random.choose(&["r", "k", "r.x", "size ( r )"]), random.choose(&["=", "<"]), ":n"].map(str::to_owned)),
    }
}

fn update(random: &mut Random, tokens: &mut Vec<String>) {
    let clauses = ["SET", "REMOVE", "ADD", "DELETE", "set"];
    for _ in 0..=random.below(3) {
        let clause = random.choose(&clauses);
        push(tokens, clause);
        match clause {
            "REMOVE" => list(random, 3, tokens, |random, tokens| tokens.push(path(random))),
            "ADD" => tokens.extend([path(random), random.choose(&[":n", ":g", ":s"]).to_owned()]),
            "DELETE" => tokens.extend([path(random), random.choose(&[":g", ":g", ":n"]).to_owned()]),
            _ => list(random, 2, tokens, |random, tokens| {
                tokens.extend([path(random), "=".to_owned()]);
                set_value(random, tokens);
                if random.below(4) == 0 {
                    push(tokens, random.choose(&["+", "-"]));
                    set_value(random, tokens);
                }
            }),
        }
    }
}

fn set_value(random: &mut Random, tokens: &mut Vec<String>) {
    match random.below(6) {
        0 => tokens.push(path(random)),
        1 => {
            push(tokens, "if_not_exists");
            tokens.extend(["(".to_owned(), path(random), ",".to_owned(), value(random), ")".to_owned()]);
        }
        2 => {
            push(tokens, "list_append");
            tokens.extend(["(".to_owned(), path(random), ",".to_owned(), random.choose(&[":l", ":l", ":n"]).to_owned(), ")".to_owned()]);
        }
        _ => tokens.push(value(random)),
    }
}
