//! Parses expressions and checks everything that DynamoDB checks before it looks at an item.

use super::lexer::{Token, TokenKind, tokens};
use crate::error::did_you_mean;
use crate::value::{Map, Str, Value};

/// The maximum length of an expression, in bytes.
const MAX_LENGTH: usize = 4096;

/// The nesting depth up to which expressions are parsed. Longer expressions do not fit [`MAX_LENGTH`] and DynamoDB's limits.
const MAX_DEPTH: usize = 150;

/// The words that cannot be names of attributes, as documented for DynamoDB.
const RESERVED_WORDS: &str = include_str!("reserved_words.txt");

/// The kinds of expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpressionKind {
    /// `FilterExpression` and `ConditionExpression`.
    Condition,
    /// `KeyConditionExpression`.
    KeyCondition,
    /// `UpdateExpression`.
    Update,
    /// `ProjectionExpression`.
    Projection,
}

/// An error in an expression and its position, in bytes.
#[derive(Debug, PartialEq)]
pub(super) struct SyntaxError {
    pub at: usize,
    pub message: String,
}

impl SyntaxError {
    pub fn new(at: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError { at, message: message.into() }
    }
}

type Parsed<T> = Result<T, SyntaxError>;

/// A step of a document path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Name(Str),
    /// The digits of an index, without leading zeros.
    Index(Str),
}

pub(super) type DocumentPath = Vec<Step>;

/// An operand, as far as the checks depend on it.
struct Operand {
    kind: OperandKind,
    at: usize,
    in_parentheses: bool,
}

enum OperandKind {
    Path(DocumentPath),
    /// A value, with its type.
    Value(Value),
    /// The result of a function, with its type if that is known.
    Result(Option<&'static str>),
}

/// A parsed part of a condition. An operand can be in parentheses, so only what follows tells it from a condition.
enum Part {
    Condition { at: usize, in_parentheses: bool },
    Operand(Operand),
}

/// A condition on a key: the name of the attribute, and whether the condition is `=`.
type KeyTest = (DocumentPath, bool);

/// Checks an expression whose placeholders stand for the names and values of a map, and returns the document paths that
/// it projects or updates.
pub(super) fn check(kind: ExpressionKind, text: &str, placeholders: &Map) -> Parsed<Vec<DocumentPath>> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::new(0, format!("the expression is longer than {MAX_LENGTH} bytes")));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, next: 0, kind, placeholders, key_tests: Vec::new(), depth: 0 };
    let paths = match kind {
        ExpressionKind::Condition => parser.whole_condition()?,
        ExpressionKind::KeyCondition => parser.whole_key_condition()?,
        ExpressionKind::Update => parser.update()?,
        ExpressionKind::Projection => parser.projection()?,
    };
    check_paths(&paths)?;
    Ok(paths.into_iter().map(|(path, _)| path).collect())
}

/// Returns whether a placeholder occurs in an expression, whatever its syntax.
pub(super) fn uses(text: &str, placeholder: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(placeholder).any(|(at, _)| ends(&text[at + placeholder.len()..]))
}

/// Checks that no path is a part of another, and that no attribute is both a list and a map.
fn check_paths(paths: &[(DocumentPath, usize)]) -> Parsed<()> {
    for (i, (path, at)) in paths.iter().enumerate() {
        for (earlier, _) in &paths[..i] {
            match path.iter().zip(earlier).find(|(a, b)| a != b) {
                None => return Err(SyntaxError::new(*at, "the document path overlaps with an earlier one")),
                Some((Step::Name(_), Step::Index(_)) | (Step::Index(_), Step::Name(_))) => {
                    return Err(SyntaxError::new(
                        *at,
                        "the document path conflicts with an earlier one: an attribute is either a list or a map",
                    ));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    next: usize,
    kind: ExpressionKind,
    placeholders: &'t Map,
    key_tests: Vec<KeyTest>,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Token<'t> {
        self.tokens[self.next]
    }

    fn take(&mut self) -> Token<'t> {
        let token = self.peek();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_symbol(symbol);
        if found {
            self.take();
        }
        found
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek().is_keyword(keyword);
        if found {
            self.take();
        }
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Parsed<()> {
        if self.take_symbol(symbol) { Ok(()) } else { Err(self.expected(&format!("{symbol:?}"))) }
    }

    fn expect_end(&mut self, alternatives: &str) -> Parsed<()> {
        if self.peek().kind == TokenKind::End { Ok(()) } else { Err(self.expected(&format!("{alternatives} or the end"))) }
    }

    fn expected(&self, wanted: &str) -> SyntaxError {
        let found = self.peek();
        SyntaxError::new(found.at, format!("expected {wanted}, found {found}"))
    }

    /// Runs a part of the grammar that can contain itself.
    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(SyntaxError::new(self.peek().at, "the expression is nested too deeply"));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}

/// # Conditions
impl Parser<'_> {
    fn whole_condition(&mut self) -> Parsed<Vec<(DocumentPath, usize)>> {
        let part = self.any_of()?;
        self.require_condition(&part)?;
        self.expect_end("AND, OR,")?;
        Ok(Vec::new())
    }

    fn whole_key_condition(&mut self) -> Parsed<Vec<(DocumentPath, usize)>> {
        let end = self.whole_condition()?;
        let distinct = self.key_tests.iter().enumerate().all(|(i, (name, _))| self.key_tests[..i].iter().all(|(other, _)| other != name));
        if !distinct {
            return Err(SyntaxError::new(0, "a key condition must contain only one condition per key"));
        }
        if self.key_tests.len() > 2 || !self.key_tests.iter().any(|(_, is_equality)| *is_equality) {
            return Err(SyntaxError::new(
                0,
                "a key condition consists of the partition key = a value, and at most one condition for the sort key",
            ));
        }
        Ok(end)
    }

    /// Conditions that are combined with OR.
    fn any_of(&mut self) -> Parsed<Part> {
        let mut part = self.all_of()?;
        while self.peek().is_keyword("OR") {
            self.not_in_key_condition("OR")?;
            part = self.combine(part, Self::all_of)?;
        }
        Ok(part)
    }

    fn all_of(&mut self) -> Parsed<Part> {
        let mut part = self.not()?;
        while self.peek().is_keyword("AND") {
            part = self.combine(part, Self::not)?;
        }
        Ok(part)
    }

    fn combine(&mut self, left: Part, right: impl FnOnce(&mut Self) -> Parsed<Part>) -> Parsed<Part> {
        let at = self.require_condition(&left)?;
        self.take();
        let right = right(self)?;
        self.require_condition(&right)?;
        Ok(Part::Condition { at, in_parentheses: false })
    }

    fn not(&mut self) -> Parsed<Part> {
        let at = self.peek().at;
        if !self.peek().is_keyword("NOT") {
            return self.test();
        }
        self.not_in_key_condition("NOT")?;
        self.take();
        let part = self.test()?;
        self.require_condition(&part)?;
        Ok(Part::Condition { at, in_parentheses: false })
    }

    /// Returns the position of a condition.
    fn require_condition(&self, part: &Part) -> Parsed<usize> {
        match part {
            Part::Condition { at, .. } => Ok(*at),
            Part::Operand(Operand { kind: OperandKind::Result(_), at, .. }) => {
                Err(SyntaxError::new(*at, "the result of the function must be compared with something"))
            }
            Part::Operand(_) => Err(self.expected("a comparison")),
        }
    }

    /// A comparison, a function, or a condition in parentheses.
    fn test(&mut self) -> Parsed<Part> {
        let at = self.peek().at;
        let left = match self.operand_or_condition()? {
            Part::Operand(operand) => operand,
            condition => return Ok(condition),
        };
        let token = self.peek();
        match token.text {
            "=" | "<>" | "<" | "<=" | ">" | ">=" => self.comparison(&left)?,
            _ if token.is_keyword("BETWEEN") => self.between(&left)?,
            _ if token.is_keyword("IN") => self.is_in()?,
            _ => return Ok(Part::Operand(left)),
        }
        Ok(Part::Condition { at, in_parentheses: false })
    }

    fn comparison(&mut self, left: &Operand) -> Parsed<()> {
        let operator = self.take();
        if operator.text == "<>" {
            self.not_in_key_condition("<>")?;
        }
        let right = self.operand()?;
        check_distinct(operator.text, left, &right)?;
        self.key_test(left, &[right], operator.text == "=")
    }

    fn between(&mut self, left: &Operand) -> Parsed<()> {
        self.take();
        let low = self.operand()?;
        if !self.take_keyword("AND") {
            return Err(self.expected("AND and the upper bound of BETWEEN"));
        }
        let high = self.operand()?;
        if let (OperandKind::Value(a), OperandKind::Value(b)) = (&low.kind, &high.kind) {
            if type_of(a) != type_of(b) {
                let message = format!("the bounds of BETWEEN must have the same type, not {} and {}", type_of(a), type_of(b));
                return Err(SyntaxError::new(low.at, message));
            }
            if is_greater(a, b) {
                return Err(SyntaxError::new(low.at, "the lower bound of BETWEEN is greater than the upper bound"));
            }
        }
        self.key_test(left, &[low, high], false)
    }

    fn is_in(&mut self) -> Parsed<()> {
        self.not_in_key_condition("IN")?;
        self.take();
        self.expect_symbol("(")?;
        self.operands().map(|_| ())
    }

    /// Operands up to the closing parenthesis.
    fn operands(&mut self) -> Parsed<Vec<Operand>> {
        let mut operands = vec![self.operand()?];
        while self.take_symbol(",") {
            operands.push(self.operand()?);
        }
        if self.take_symbol(")") { Ok(operands) } else { Err(self.expected("\",\" or \")\"")) }
    }

    fn operand(&mut self) -> Parsed<Operand> {
        match self.operand_or_condition()? {
            Part::Operand(operand) => Ok(operand),
            Part::Condition { at, .. } => Err(SyntaxError::new(at, "a condition cannot be an operand")),
        }
    }

    fn operand_or_condition(&mut self) -> Parsed<Part> {
        let first = self.peek();
        if first.is_symbol("(") {
            return self.nested(Self::parentheses);
        }
        if first.kind == TokenKind::Word && self.tokens.get(self.next + 1).is_some_and(|token| token.is_symbol("(")) && !is_keyword(first) {
            return self.nested(Self::function);
        }
        self.simple_operand().map(Part::Operand)
    }

    fn parentheses(&mut self) -> Parsed<Part> {
        let open = self.take();
        let mut part = self.any_of()?;
        self.expect_symbol(")")?;
        let (Part::Condition { in_parentheses, .. } | Part::Operand(Operand { in_parentheses, .. })) = &mut part;
        if *in_parentheses {
            return Err(SyntaxError::new(open.at, "the parentheses are redundant"));
        }
        *in_parentheses = true;
        Ok(part)
    }

    /// A document path or a value.
    fn simple_operand(&mut self) -> Parsed<Operand> {
        let token = self.peek();
        let kind = match token.kind {
            TokenKind::ValuePlaceholder => OperandKind::Value(self.value()?),
            TokenKind::Word | TokenKind::NamePlaceholder if !is_keyword(token) => OperandKind::Path(self.path()?),
            _ => return Err(self.expected("a document path or a value")),
        };
        Ok(Operand { kind, at: token.at, in_parentheses: false })
    }

    fn function(&mut self) -> Parsed<Part> {
        let name = self.take();
        const FUNCTIONS: [&str; 6] = ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size"];
        if !FUNCTIONS.contains(&name.text) {
            return Err(unknown_function(name, &FUNCTIONS));
        }
        if !(name.text == "begins_with" || self.kind != ExpressionKind::KeyCondition) {
            return Err(SyntaxError::new(name.at, format!("{} is not allowed in key conditions", name.text)));
        }
        self.take();
        let arguments = self.operands()?;
        let unary = matches!(name.text, "attribute_exists" | "attribute_not_exists" | "size");
        check_count(name, &arguments, if unary { 1 } else { 2 })?;
        let is_type = |operand: &Operand, allowed: &[&str]| operand.type_name().is_none_or(|name| allowed.contains(&name));
        let first = &arguments[0];
        match name.text {
            "attribute_exists" | "attribute_not_exists" => first.require_path(name)?,
            "size" if !is_type(first, &["S", "B", "SS", "NS", "BS", "L", "M"]) => return Err(first.wrong_type(name)),
            "begins_with" => {
                if let Some(wrong) = arguments.iter().find(|argument| !is_type(argument, &["S", "B"])) {
                    return Err(wrong.wrong_type(name));
                }
            }
            "attribute_type" => arguments[1].require_type_name(name)?,
            _ => {}
        }
        if name.text == "size" {
            return Ok(Part::Operand(Operand { kind: OperandKind::Result(Some("N")), at: name.at, in_parentheses: false }));
        }
        if let [left, right] = &arguments[..] {
            check_distinct(name.text, left, right)?;
        }
        if self.kind == ExpressionKind::KeyCondition {
            self.key_test(&arguments[0], &arguments[1..], false)?;
        }
        Ok(Part::Condition { at: name.at, in_parentheses: false })
    }

    fn not_in_key_condition(&self, operator: &str) -> Parsed<()> {
        match self.kind {
            ExpressionKind::KeyCondition => {
                let at = self.tokens[self.next.saturating_sub(usize::from(operator == "<>"))].at;
                Err(SyntaxError::new(at, format!("{operator} is not allowed in key conditions")))
            }
            _ => Ok(()),
        }
    }

    /// Records a test of a key condition: the name of one key, and otherwise values.
    fn key_test(&mut self, left: &Operand, right: &[Operand], is_equality: bool) -> Parsed<()> {
        if self.kind != ExpressionKind::KeyCondition {
            return Ok(());
        }
        let mut names = Vec::new();
        for operand in [left].into_iter().chain(right) {
            match &operand.kind {
                OperandKind::Path(path) if path.len() > 1 => {
                    return Err(SyntaxError::new(operand.at, "a key condition cannot contain a nested attribute"));
                }
                OperandKind::Path(path) => names.push(path.clone()),
                OperandKind::Value(_) => {}
                OperandKind::Result(_) => return Err(SyntaxError::new(operand.at, "a key condition cannot contain nested functions")),
            }
        }
        match <[DocumentPath; 1]>::try_from(names) {
            Ok([name]) => self.key_tests.push((name, is_equality)),
            Err(_) => return Err(SyntaxError::new(left.at, "a key condition compares a key with values")),
        }
        Ok(())
    }
}

/// # Document paths and values
impl Parser<'_> {
    fn path(&mut self) -> Parsed<DocumentPath> {
        let mut path = vec![Step::Name(self.name()?)];
        loop {
            if self.take_symbol(".") {
                path.push(Step::Name(self.name()?));
            } else if self.take_symbol("[") {
                let index = self.peek();
                if index.kind != TokenKind::Number {
                    return Err(self.expected("an index"));
                }
                self.take();
                self.expect_symbol("]")?;
                path.push(Step::Index(index.text.trim_start_matches('0').into()));
            } else {
                return Ok(path);
            }
        }
    }

    fn name(&mut self) -> Parsed<Str> {
        let token = self.peek();
        let name = match token.kind {
            TokenKind::Word if is_reserved(token.text) => {
                let hint = format!("{:?} is a reserved word; use a placeholder such as \"#{}\"", token.text, token.text);
                return Err(SyntaxError::new(token.at, hint));
            }
            TokenKind::Word => token.text.into(),
            TokenKind::NamePlaceholder => match self.placeholder(token)? {
                Value::String(name) => name,
                other => {
                    let message =
                        format!("the placeholder {} must stand for a name, not for a value of type {}", token.text, other.type_name());
                    return Err(SyntaxError::new(token.at, message));
                }
            },
            _ => return Err(self.expected("the name of an attribute")),
        };
        self.take();
        Ok(name)
    }

    fn value(&mut self) -> Parsed<Value> {
        let token = self.peek();
        if token.kind != TokenKind::ValuePlaceholder {
            return Err(self.expected("a value"));
        }
        let value = self.placeholder(token)?;
        self.take();
        Ok(value)
    }

    fn placeholder(&self, token: Token<'_>) -> Parsed<Value> {
        self.placeholders.get(token.text).cloned().ok_or_else(|| {
            let near = did_you_mean(token.text, self.placeholders.keys());
            SyntaxError::new(token.at, format!("the placeholder {} is not defined.{near}", token.text))
        })
    }
}

/// # Projections and updates
impl Parser<'_> {
    fn projection(&mut self) -> Parsed<Vec<(DocumentPath, usize)>> {
        let paths = self.paths(|parser| parser.path())?;
        self.expect_end("\",\"")?;
        Ok(paths)
    }

    /// Paths with what follows each of them, separated by commas.
    fn paths(&mut self, entry: impl Fn(&mut Self) -> Parsed<DocumentPath>) -> Parsed<Vec<(DocumentPath, usize)>> {
        let mut paths = Vec::new();
        loop {
            let at = self.peek().at;
            paths.push((entry(self)?, at));
            if !self.take_symbol(",") {
                return Ok(paths);
            }
        }
    }

    fn update(&mut self) -> Parsed<Vec<(DocumentPath, usize)>> {
        const CLAUSES: [&str; 4] = ["SET", "REMOVE", "ADD", "DELETE"];
        let mut seen = Vec::new();
        let mut paths = Vec::new();
        while self.peek().kind != TokenKind::End {
            let token = self.peek();
            let Some(clause) = CLAUSES.into_iter().find(|clause| token.is_keyword(clause)) else {
                return Err(self.expected(if seen.is_empty() {
                    "SET, REMOVE, ADD, or DELETE"
                } else {
                    "\",\", SET, REMOVE, ADD, DELETE, or the end"
                }));
            };
            if seen.contains(&clause) {
                return Err(SyntaxError::new(token.at, format!("{clause} can be used only once")));
            }
            seen.push(clause);
            self.take();
            paths.extend(self.paths(|parser| match clause {
                "SET" => parser.set(),
                "REMOVE" => parser.target(),
                clause => parser.add_or_delete(clause),
            })?);
        }
        if seen.is_empty() { Err(self.expected("SET, REMOVE, ADD, or DELETE")) } else { Ok(paths) }
    }

    fn target(&mut self) -> Parsed<DocumentPath> {
        if is_clause(self.peek()) { Err(self.expected("the name of an attribute")) } else { self.path() }
    }

    fn set(&mut self) -> Parsed<DocumentPath> {
        let target = self.target()?;
        self.expect_symbol("=")?;
        if self.peek().is_symbol("(") {
            self.take();
            self.nested(|parser| {
                let left = parser.update_operand()?;
                parser.sum(&left)
            })?;
            self.expect_symbol(")")?;
        } else {
            let left = self.update_operand()?;
            self.sum(&left)?;
        }
        Ok(target)
    }

    fn sum(&mut self, left: &Operand) -> Parsed<()> {
        let operator = self.peek();
        if left.in_parentheses || !(operator.is_symbol("+") || operator.is_symbol("-")) {
            return Ok(());
        }
        self.take();
        let right = self.update_operand()?;
        match [left, &right].into_iter().find(|operand| operand.type_name().is_some_and(|name| name != "N")) {
            Some(wrong) => Err(wrong.wrong_type(operator)),
            None => Ok(()),
        }
    }

    fn update_operand(&mut self) -> Parsed<Operand> {
        let first = self.peek();
        if first.is_symbol("(") {
            self.take();
            let mut operand = self.nested(Self::update_operand)?;
            self.expect_symbol(")")?;
            operand.in_parentheses = true;
            return Ok(operand);
        }
        if first.kind == TokenKind::Word && self.tokens.get(self.next + 1).is_some_and(|token| token.is_symbol("(")) {
            return self.nested(Self::update_function);
        }
        if is_clause(first) { Err(self.expected("a document path or a value")) } else { self.simple_operand() }
    }

    fn update_function(&mut self) -> Parsed<Operand> {
        let name = self.take();
        const FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];
        if !FUNCTIONS.contains(&name.text) {
            return Err(unknown_function(name, &FUNCTIONS));
        }
        self.take();
        let mut arguments = vec![self.update_operand()?];
        while self.take_symbol(",") {
            arguments.push(self.update_operand()?);
        }
        if !self.take_symbol(")") {
            return Err(self.expected("\",\" or \")\""));
        }
        check_count(name, &arguments, 2)?;
        if name.text == "if_not_exists" {
            arguments[0].require_path(name)?;
        } else if let Some(wrong) = arguments.iter().find(|argument| argument.type_name().is_some_and(|name| name != "L")) {
            return Err(wrong.wrong_type(name));
        }
        Ok(Operand { kind: OperandKind::Result(None), at: name.at, in_parentheses: false })
    }

    fn add_or_delete(&mut self, clause: &str) -> Parsed<DocumentPath> {
        let target = self.target()?;
        let at = self.peek().at;
        let name = type_of(&self.value()?);
        match (clause, name) {
            (_, "SS" | "NS" | "BS") | ("ADD", "N") => Ok(target),
            _ => Err(SyntaxError::new(at, format!("{clause} cannot be applied to a value of type {name}"))),
        }
    }
}

impl Operand {
    /// The type, unless it depends on the item.
    fn type_name(&self) -> Option<&'static str> {
        match &self.kind {
            OperandKind::Path(_) => None,
            OperandKind::Value(value) => Some(type_of(value)),
            OperandKind::Result(name) => *name,
        }
    }

    fn require_path(&self, function: Token<'_>) -> Parsed<()> {
        match self.kind {
            OperandKind::Path(_) => Ok(()),
            _ => Err(SyntaxError::new(self.at, format!("the operand of {} must be a document path", function.text))),
        }
    }

    fn require_type_name(&self, function: Token<'_>) -> Parsed<()> {
        const TYPES: [&str; 10] = ["S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M"];
        match &self.kind {
            OperandKind::Value(Value::String(name)) if TYPES.contains(&name.as_str()) => Ok(()),
            _ => Err(SyntaxError::new(self.at, format!("the second operand of {} must be a value: {}", function.text, TYPES.join(", ")))),
        }
    }

    fn wrong_type(&self, of: Token<'_>) -> SyntaxError {
        SyntaxError::new(self.at, format!("{} cannot be applied to an operand of type {}", of.text, self.type_name().unwrap_or_default()))
    }
}

fn check_count(function: Token<'_>, arguments: &[Operand], count: usize) -> Parsed<()> {
    if arguments.len() == count {
        return Ok(());
    }
    Err(SyntaxError::new(function.at, format!("{} takes {count} operands, not {}", function.text, arguments.len())))
}

fn check_distinct(operator: &str, left: &Operand, right: &Operand) -> Parsed<()> {
    match (&left.kind, &right.kind) {
        (OperandKind::Path(a), OperandKind::Path(b)) if a == b => {
            Err(SyntaxError::new(right.at, format!("the operands of {operator} must not be the same document path")))
        }
        _ => Ok(()),
    }
}

fn unknown_function(name: Token<'_>, known: &[&str]) -> SyntaxError {
    let near = did_you_mean(name.text, known.iter().copied());
    SyntaxError::new(name.at, format!("unknown function {:?}; the functions are {}.{near}", name.text, known.join(", ")))
}

fn is_keyword(token: Token<'_>) -> bool {
    ["AND", "OR", "NOT", "BETWEEN", "IN"].into_iter().any(|keyword| token.is_keyword(keyword))
}

fn is_clause(token: Token<'_>) -> bool {
    ["SET", "REMOVE", "ADD", "DELETE"].into_iter().any(|keyword| token.is_keyword(keyword))
}

fn is_reserved(word: &str) -> bool {
    RESERVED_WORDS.split_ascii_whitespace().any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// The DynamoDB type of a plain value.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NULL",
        Value::Bool(_) => "BOOL",
        Value::Int(_) | Value::Float(_) | Value::Number(_) => "N",
        Value::Bytes(_) => "B",
        Value::List(_) => "L",
        Value::Map(_) => "M",
        Value::Set(set) => match set.first() {
            Some(Value::String(_)) => "SS",
            Some(Value::Bytes(_)) => "BS",
            _ => "NS",
        },
        _ => "S",
    }
}

/// Returns whether a lower bound is above the upper bound. Numbers that floats cannot tell apart count as equal.
fn is_greater(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::String(a), Value::String(b)) => a > b,
        (Value::Bytes(a), Value::Bytes(b)) => a[..] > b[..],
        _ => low.as_float().zip(high.as_float()).is_some_and(|(a, b)| a > b),
    }
}
