//! Parses tokens into a tree with operator-precedence (Pratt) parsing.
//!
//! The right side of a projection (`[*]`, `.*`, `[]`, `[?…]`, or a slice) extends to the next operator that binds less tightly
//! than [`PROJECTION_STOP`].

use super::functions::Function;
use super::lexer::{Token, tokens};
use super::node::{Argument, Join, Node};
use super::{Failure, Problem};
use crate::value::Str;

/// The maximum nesting depth of an expression, in its text and in its tree. The interpreter recurses just as deep.
const MAX_DEPTH: usize = 128;

const PIPE: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const COMPARATOR: u8 = 5;
const FLATTEN: u8 = 9;
const PROJECTION_STOP: u8 = 10;
const STAR: u8 = 20;
const FILTER: u8 = 21;
const DOT: u8 = 40;
const NOT: u8 = 45;
const BRACKET: u8 = 55;

/// Returns how tightly a token binds to its left operand.
fn binding(token: &Token) -> u8 {
    match token {
        Token::Pipe => PIPE,
        Token::Or => OR,
        Token::And => AND,
        Token::Comparator(_) => COMPARATOR,
        Token::Flatten => FLATTEN,
        Token::Filter => FILTER,
        Token::Dot => DOT,
        Token::LeftBracket => BRACKET,
        _ => 0,
    }
}

pub(super) fn parse(text: &str) -> Result<Node, Failure> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let tree = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(tree.node),
        _ => Err(parser.unexpected("the end")),
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    depth: usize,
}

/// A node and the depth of the tree below it.
struct Tree {
    node: Node,
    depth: usize,
}

type Parsed<T = Tree> = Result<T, Failure>;

impl Parser {
    fn expression(&mut self, stop: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let mut left = self.first()?;
        while binding(self.peek()) > stop {
            left = self.continued(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Parses the beginning of an expression.
    fn first(&mut self) -> Parsed {
        match self.next() {
            Token::Identifier(name) if *self.peek() == Token::LeftParenthesis => self.call(&name),
            Token::Identifier(name) => Ok(leaf(Node::Field(name))),
            Token::QuotedIdentifier(_) if *self.peek() == Token::LeftParenthesis => {
                Err(Failure::syntax("the name of a function cannot be quoted", self.column()))
            }
            Token::QuotedIdentifier(name) => Ok(leaf(Node::Field(name))),
            Token::Literal(value) => Ok(leaf(Node::Literal(value))),
            Token::At => Ok(leaf(Node::Current)),
            Token::Not => {
                let tree = self.expression(NOT)?;
                self.grow(Node::Not(Box::new(tree.node)), tree.depth)
            }
            Token::LeftParenthesis => {
                let tree = self.expression(0)?;
                self.expect(Token::RightParenthesis, "')'")?;
                Ok(tree)
            }
            Token::Star => self.value_projection(leaf(Node::Current)),
            Token::Flatten => self.flatten(leaf(Node::Current)),
            Token::Filter => self.filter(leaf(Node::Current)),
            Token::LeftBrace => self.multi_select_hash(),
            Token::LeftBracket => match self.peek() {
                Token::Number(_) | Token::Colon => self.index_or_slice(leaf(Node::Current)),
                Token::Star if self.second() == Some(&Token::RightBracket) => self.list_projection(leaf(Node::Current)),
                _ => self.multi_select_list(),
            },
            _ => {
                self.at -= 1;
                Err(self.unexpected("an expression"))
            }
        }
    }

    /// Parses an operator after a complete expression.
    fn continued(&mut self, left: Tree) -> Parsed {
        match self.next() {
            Token::Dot if *self.peek() == Token::Star => {
                self.next();
                self.value_projection(left)
            }
            Token::Dot => {
                let right = self.after_dot(DOT)?;
                self.joined(Join::Chain, left, right)
            }
            Token::Pipe => {
                let right = self.expression(PIPE)?;
                self.joined(Join::Chain, left, right)
            }
            Token::Or => {
                let right = self.expression(OR)?;
                self.joined(Join::Or, left, right)
            }
            Token::And => {
                let right = self.expression(AND)?;
                self.joined(Join::And, left, right)
            }
            Token::Comparator(comparator) => {
                let right = self.expression(COMPARATOR)?;
                let depth = left.depth.max(right.depth);
                self.grow(Node::Comparison(comparator, Box::new([left.node, right.node])), depth)
            }
            Token::Flatten => self.flatten(left),
            Token::Filter => self.filter(left),
            Token::LeftBracket => match self.peek() {
                Token::Number(_) | Token::Colon => self.index_or_slice(left),
                Token::Star => self.list_projection(left),
                _ => Err(self.unexpected("a number, ':', or '*'")),
            },
            _ => {
                self.at -= 1;
                Err(self.unexpected("an operator"))
            }
        }
    }

    fn after_dot(&mut self, stop: u8) -> Parsed {
        match self.peek() {
            Token::Identifier(_) | Token::QuotedIdentifier(_) | Token::Star => self.expression(stop),
            Token::LeftBracket => {
                self.next();
                self.multi_select_list()
            }
            Token::LeftBrace => {
                self.next();
                self.multi_select_hash()
            }
            _ => Err(self.unexpected("a name, '*', '[', or '{'")),
        }
    }

    /// Parses an index, or a slice, which is a projection, after `[`.
    fn index_or_slice(&mut self, left: Tree) -> Parsed {
        let column = self.column();
        let mut parts = [None; 3];
        let mut colons = 0;
        loop {
            if let Token::Number(number) = *self.peek() {
                self.next();
                parts[colons] = Some(number);
            }
            match self.next() {
                Token::RightBracket => break,
                Token::Colon if colons < 2 => colons += 1,
                _ => {
                    self.at -= 1;
                    return Err(self.unexpected("']' or ':'"));
                }
            }
        }
        let [start, stop, step] = parts;
        if colons == 0 {
            let index = start.ok_or_else(|| self.unexpected("a number"))?;
            return self.joined(Join::Chain, left, leaf(Node::Index(index)));
        }
        let step = step.unwrap_or(1);
        if step == 0 {
            return Err(Failure::new(Problem::InvalidValue, format_args!("the step of a slice cannot be 0, at column {column}")));
        }
        let sliced = self.joined(Join::Chain, left, leaf(Node::Slice { start, stop, step }))?;
        self.projection(sliced, STAR)
    }

    /// Parses `*]` after `[`.
    fn list_projection(&mut self, left: Tree) -> Parsed {
        self.next();
        self.expect(Token::RightBracket, "']'")?;
        self.projection(left, STAR)
    }

    /// Parses the rest of a projection of map values after `*`.
    fn value_projection(&mut self, left: Tree) -> Parsed {
        let right = self.projected(STAR)?;
        let depth = left.depth.max(right.depth);
        self.grow(Node::ValueProjection(Box::new([left.node, right.node])), depth)
    }

    /// Parses the rest of a flattening projection after `[]`.
    fn flatten(&mut self, left: Tree) -> Parsed {
        let flat = self.grow(Node::Flatten(Box::new(left.node)), left.depth)?;
        self.projection(flat, FLATTEN)
    }

    /// Parses a filter after `[?`.
    fn filter(&mut self, left: Tree) -> Parsed {
        let condition = self.expression(0)?;
        self.expect(Token::RightBracket, "']'")?;
        let right = self.projected(FILTER)?;
        let depth = left.depth.max(condition.depth).max(right.depth);
        self.grow(Node::Filter(Box::new([left.node, condition.node, right.node])), depth)
    }

    fn projection(&mut self, left: Tree, stop: u8) -> Parsed {
        let right = self.projected(stop)?;
        let depth = left.depth.max(right.depth);
        self.grow(Node::Projection(Box::new([left.node, right.node])), depth)
    }

    /// Parses the right side of a projection.
    fn projected(&mut self, stop: u8) -> Parsed {
        match self.peek() {
            token if binding(token) < PROJECTION_STOP => Ok(leaf(Node::Current)),
            Token::LeftBracket | Token::Filter => self.expression(stop),
            Token::Dot => {
                self.next();
                self.after_dot(stop)
            }
            _ => Err(self.unexpected("'.', '[', or an operator")),
        }
    }

    /// Parses the elements after `[`.
    fn multi_select_list(&mut self) -> Parsed {
        let mut nodes = Vec::new();
        let mut depth = 0;
        loop {
            let tree = self.expression(0)?;
            depth = depth.max(tree.depth);
            nodes.push(tree.node);
            if !self.another(Token::RightBracket, "',' or ']'")? {
                return self.grow(Node::MultiSelectList(nodes), depth);
            }
        }
    }

    /// Parses the entries after `{`.
    fn multi_select_hash(&mut self) -> Parsed {
        let mut entries = Vec::new();
        let mut depth = 0;
        loop {
            let key = self.key()?;
            self.expect(Token::Colon, "':'")?;
            let tree = self.expression(0)?;
            depth = depth.max(tree.depth);
            entries.push((key, tree.node));
            if !self.another(Token::RightBrace, "',' or '}'")? {
                return self.grow(Node::MultiSelectHash(entries), depth);
            }
        }
    }

    fn key(&mut self) -> Parsed<Str> {
        match self.next() {
            Token::Identifier(name) | Token::QuotedIdentifier(name) => Ok(name),
            _ => {
                self.at -= 1;
                Err(self.unexpected("a key"))
            }
        }
    }

    /// Parses the arguments of a call, starting at `(`. Their number is checked now; their types depend on the data.
    fn call(&mut self, name: &str) -> Parsed {
        let function = Function::named(name)?;
        self.next();
        let mut arguments = Vec::new();
        let mut depth = 0;
        while *self.peek() != Token::RightParenthesis {
            let by_reference = *self.peek() == Token::Ampersand;
            if by_reference {
                self.next();
            }
            let tree = self.expression(0)?;
            depth = depth.max(tree.depth);
            arguments.push(if by_reference { Argument::Expression(tree.node) } else { Argument::Value(tree.node) });
            match self.peek() {
                Token::Comma => drop(self.next()),
                // boto3 accepts arguments without a comma between them: `sort_by(items &name)`.
                Token::Ampersand | Token::Identifier(_) | Token::QuotedIdentifier(_) | Token::RightParenthesis => {}
                _ => return Err(self.unexpected("',' or ')'")),
            }
        }
        self.next();
        function.check_arity(arguments.len())?;
        self.grow(Node::Call(function, arguments), depth)
    }

    /// Consumes a comma or the end of a list, and returns whether it was a comma.
    fn another(&mut self, end: Token, wanted: &str) -> Parsed<bool> {
        if *self.peek() == Token::Comma {
            self.next();
            return Ok(true);
        }
        self.expect(end, wanted).map(|()| false)
    }

    fn joined(&self, join: Join, left: Tree, right: Tree) -> Parsed {
        let depth = left.depth.max(right.depth + 1);
        match left.node {
            Node::Current if join == Join::Chain => Ok(right),
            Node::Joined(same, mut nodes) if same == join => {
                nodes.push(right.node);
                self.grow(Node::Joined(join, nodes), depth - 1)
            }
            node => self.grow(Node::Joined(join, vec![node, right.node]), left.depth.max(right.depth)),
        }
    }

    fn grow(&self, node: Node, below: usize) -> Parsed {
        if below >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        Ok(Tree { node, depth: below + 1 })
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn second(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1).map(|(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn expect(&mut self, token: Token, wanted: &str) -> Parsed<()> {
        if *self.peek() != token {
            return Err(self.unexpected(wanted));
        }
        self.next();
        Ok(())
    }

    fn column(&self) -> usize {
        self.tokens[self.at].1
    }

    fn unexpected(&self, wanted: &str) -> Failure {
        match self.peek() {
            Token::End => Failure::syntax(format_args!("expected {wanted}, but the expression ends"), self.column()),
            _ => Failure::syntax(format_args!("expected {wanted}"), self.column()),
        }
    }

    fn too_deep(&self) -> Failure {
        Failure::syntax(format_args!("the expression is nested deeper than {MAX_DEPTH} levels"), self.column())
    }
}

fn leaf(node: Node) -> Tree {
    Tree { node, depth: 0 }
}
