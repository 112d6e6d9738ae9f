//! Moves from page to page: the parameters of the next call, the end, and the truncation of the last page.

use super::config::{Limits, PaginationConfig, int};
use super::token;
use crate::definition::{PaginatorDefinition, ResultKey};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Str, Value};

pub(super) type Fetch = Box<dyn FnMut(&Map, &Limits) -> Result<Value> + Send>;

/// The state of a pagination. It keeps only the tokens of the pages.
pub(super) struct Walk {
    pub definition: PaginatorDefinition,
    pub max_items: Option<i64>,
    pub starting_token: Option<Str>,
    pub resume_token: Option<String>,
    pub non_aggregate_part: Value,
    pub limits: Limits,
    page_size: Option<Value>,
    limit_is_text: bool,
    fetch: Fetch,
    /// The parameters of the next call.
    params: Map,
    /// The tokens among them, in the order of the definition; null for a missing one.
    tokens: Vec<Value>,
    cycle: Cycle,
    /// The number of items so far.
    total: i64,
    stage: Stage,
}

enum Stage {
    Start,
    Middle,
    /// The last page was returned, and the next one fails with this error.
    Broken(Error),
    End,
}

impl Walk {
    pub(super) fn new(definition: PaginatorDefinition, params: Map, fetch: Fetch, limit_is_text: bool) -> Walk {
        Walk {
            tokens: vec![Value::Null; definition.input_tokens().len()],
            definition,
            max_items: None,
            starting_token: None,
            resume_token: None,
            non_aggregate_part: Value::Map(Map::new()),
            limits: Limits::default(),
            page_size: None,
            limit_is_text,
            fetch,
            params,
            cycle: Cycle::default(),
            total: 0,
            stage: Stage::Start,
        }
    }

    pub(super) fn configure(&mut self, config: PaginationConfig) -> Result<()> {
        self.max_items = config.max_items;
        self.starting_token = config.starting_token;
        if let Some(size) = config.page_size {
            self.limit_key()?;
            match size {
                Value::String(_) if self.limit_is_text => self.page_size = Some(size),
                number => self.set_page_size(int("PaginationConfig.PageSize", &number)?.into()),
            }
        }
        Ok(())
    }

    pub(super) fn set_page_size(&mut self, size: Value) {
        self.page_size = Some(if self.limit_is_text { size.to_string().into() } else { size });
    }

    pub(super) fn next_page(&mut self) -> Option<Result<Value>> {
        let page = match std::mem::replace(&mut self.stage, Stage::End) {
            Stage::Start => self.first_page(),
            Stage::Middle => self.fetch().and_then(|page| self.accept(page, 0)),
            Stage::Broken(error) => Err(error),
            Stage::End => return None,
        };
        Some(page)
    }

    fn fetch(&mut self) -> Result<Value> {
        self.limits.check()?;
        (self.fetch)(&self.params, &self.limits)
    }

    fn first_page(&mut self) -> Result<Value> {
        let position = match &self.starting_token {
            Some(token) => Some(token::decode(self.definition.input_tokens(), token)?),
            None => None,
        };
        if let Some(size) = self.page_size.take() {
            let key = Str::from(self.limit_key()?);
            self.params.insert(key, size);
        }
        let mut skipped = 0;
        if let Some(position) = &position {
            self.inject(position.tokens.clone());
            skipped = position.skip;
        }
        let mut page = self.fetch()?;
        if position.is_some() {
            self.skip(&mut page, skipped)?;
        }
        for key in self.definition.non_aggregate_keys() {
            key.put(&mut self.non_aggregate_part, key.find(&page)?)?;
        }
        self.accept(page, skipped)
    }

    /// Counts and truncates a page, and determines what follows it.
    fn accept(&mut self, mut page: Value, skipped: i64) -> Result<Value> {
        let primary = self.definition.primary();
        let count = length(primary, &page)?;
        self.total = self.total.saturating_add(count);
        let excess = self.max_items.map_or(0, |max| self.total.saturating_sub(max));
        if excess > 0 {
            let kept = count - excess;
            cut(primary, &mut page, kept)?;
            self.resume_token = Some(token::encode(self.definition.input_tokens(), &self.tokens, Some(kept + skipped))?);
            return Ok(page);
        }
        // The page itself is valid even if its tokens are not.
        self.stage = self.advance(&page).unwrap_or_else(Stage::Broken);
        Ok(page)
    }

    fn advance(&mut self, page: &Value) -> Result<Stage> {
        let Some(tokens) = self.next_tokens(page)? else { return Ok(Stage::End) };
        if self.max_items == Some(self.total) {
            self.resume_token = Some(token::encode(self.definition.input_tokens(), &tokens, None)?);
            return Ok(Stage::End);
        }
        let repeats = if tokens == self.tokens { Some(1) } else { self.cycle.repeats(&tokens) };
        if let Some(pages) = repeats {
            return Err(self.repeated_token(&tokens, pages));
        }
        self.inject(tokens);
        Ok(Stage::Middle)
    }

    /// Returns the tokens of the next page, if there is one.
    fn next_tokens(&self, page: &Value) -> Result<Option<Vec<Value>>> {
        if let Some(more) = self.definition.more_results()
            && !is_true(&more.search(page)?)
        {
            return Ok(None);
        }
        let mut tokens = Vec::with_capacity(self.tokens.len());
        for expression in self.definition.output_tokens() {
            let token = expression.search(page)?;
            tokens.push(if is_true(&token) { token } else { Value::Null });
        }
        Ok(tokens.iter().any(|token| !token.is_null()).then_some(tokens))
    }

    /// Sets the tokens as parameters; the parameter of a missing token is removed. In older resume tokens, the string `None`
    /// is a missing token.
    fn inject(&mut self, tokens: Vec<Value>) {
        for (name, token) in self.definition.input_tokens().iter().zip(&tokens) {
            if token.is_null() || *token == "None" {
                self.params.remove(name);
            } else {
                self.params.insert(name.clone(), token.clone());
            }
        }
        self.tokens = tokens;
    }

    /// Removes the items that precede the position of a resume token.
    fn skip(&self, page: &mut Value, skipped: i64) -> Result<()> {
        for (i, key) in self.definition.result_keys().iter().enumerate() {
            let Some(place) = key.find_mut(page)? else { continue };
            match place {
                Value::List(list) if i == 0 => {
                    let known = position(skipped, list.len());
                    list.as_mut_vec().drain(..known);
                }
                Value::String(text) if i == 0 => {
                    let known = position(skipped, text.chars().count());
                    *text = text.chars().skip(known).collect::<String>().into();
                }
                Value::List(list) => *list = Default::default(),
                Value::String(text) => *text = Str::default(),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Number(_) if i > 0 => {}
                other => *other = Value::Null,
            }
        }
        Ok(())
    }

    fn limit_key(&self) -> Result<&str> {
        self.definition.limit_key().ok_or_else(|| {
            let text = "Error during pagination: PageSize parameter is not supported for the pagination interface for this operation.";
            Error::new(ErrorKind::Pagination, text)
        })
    }

    fn repeated_token(&self, tokens: &[Value], pages: u64) -> Error {
        let tokens = token::show(self.definition.input_tokens(), tokens);
        let apart = if pages > 1 { format!(" ({pages} pages apart: the pages form a cycle)") } else { String::new() };
        Error::new(ErrorKind::Pagination, format!("Error during pagination: The same next token was received twice: {tokens}{apart}"))
    }
}

/// Detects repeated tokens with Brent's algorithm, by comparing with the tokens of one earlier page, which is replaced less
/// and less often. A cycle of *n* pages is detected within about 3 · *n* pages after it is entered.
#[derive(Default)]
struct Cycle {
    saved: Vec<Value>,
    /// The number of pages since `saved`, and the number after which it is replaced.
    pages: u64,
    span: u64,
}

impl Cycle {
    /// Returns how many pages ago the same tokens were seen.
    fn repeats(&mut self, tokens: &[Value]) -> Option<u64> {
        self.pages += 1;
        if self.saved == tokens {
            return Some(self.pages);
        }
        if self.pages >= self.span {
            self.saved = tokens.to_vec();
            self.span = (self.span * 2).max(1);
            self.pages = 0;
        }
        None
    }
}

/// Counts the items of the primary result: elements of a list, entries of a map, or characters of a string.
fn length(primary: &ResultKey, page: &Value) -> Result<i64> {
    Ok(match primary.find(page)? {
        Value::Null => 0,
        Value::List(list) => list.len() as i64,
        Value::Map(map) => map.len() as i64,
        Value::String(text) => text.chars().count() as i64,
        Value::Bytes(bytes) => bytes.len() as i64,
        other => return Err(cannot("counted", primary, &other)),
    })
}

/// Truncates the primary result to its first `kept` items.
fn cut(primary: &ResultKey, page: &mut Value, kept: i64) -> Result<()> {
    match primary.find_mut(page)? {
        Some(Value::List(list)) => {
            let kept = position(kept, list.len());
            list.as_mut_vec().truncate(kept);
        }
        Some(Value::String(text)) => {
            let kept = position(kept, text.chars().count());
            *text = text.chars().take(kept).collect::<String>().into();
        }
        None | Some(Value::Null) => {}
        Some(other) => return Err(cannot("truncated to MaxItems", primary, other)),
    }
    Ok(())
}

/// A position in a sequence with the semantics of Python's slices: a negative index counts from the end.
fn position(index: i64, length: usize) -> usize {
    let from_end = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index < 0 { length.saturating_sub(from_end) } else { from_end.min(length) }
}

fn cannot(what: &str, primary: &ResultKey, value: &Value) -> Error {
    let text = format!("Error during pagination: {} is a {}, which cannot be {what}", primary.expression(), value.type_name());
    Error::new(ErrorKind::Pagination, text)
}

/// Python's truth value: null, false, zero, and empty values are false.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        number => number.as_float() != Some(0.0),
    }
}
