//! `endpoint-rule-set-1.json`, compiled once into a form that is quick to evaluate.
//!
//! Names of variables are slots, templates are cut into their parts, functions are an enum. What
//! evaluates the rules is `endpoint::rules`; no region and no partition is known here.

mod compile;

use super::source::{Definition, Source};
use crate::error::Result;
use crate::value::{Str, Value};

/// The rules that say which endpoint a service has for given parameters.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) parameters: Box<[Parameter]>,
    /// The name of each slot; the parameters come first, in their order.
    pub(crate) names: Box<[Str]>,
    pub(crate) rules: Box<[Rule]>,
}

/// A parameter that the rules declare.
#[derive(Debug)]
pub struct Parameter {
    pub(crate) name: Str,
    pub(crate) kind: ParameterType,
    pub(crate) required: bool,
    /// Null where there is none.
    pub(crate) default: Value,
    /// The setting that the parameter takes its value from, such as `AWS::Region`.
    pub(crate) built_in: Option<Str>,
}

/// The types that a parameter can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterType {
    String,
    Boolean,
    StringArray,
}

/// The place of a variable in the scope.
pub(crate) type Slot = usize;

/// What to do when every condition holds.
#[derive(Debug)]
pub(crate) struct Rule {
    pub conditions: Box<[Call]>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    Tree(Box<[Rule]>),
    Endpoint(Box<EndpointTemplate>),
    Error(Expression),
}

#[derive(Debug)]
pub(crate) struct Call {
    pub function: Function,
    pub arguments: Box<[Expression]>,
    /// Where the result is kept, if it is.
    pub assign: Option<Slot>,
}

#[derive(Debug)]
pub(crate) enum Expression {
    Constant(Value),
    Reference(Slot),
    Call(Box<Call>),
    Template(Template),
}

/// Text with variables in it.
#[derive(Debug)]
pub(crate) struct Template(pub Box<[Part]>);

#[derive(Debug)]
pub(crate) enum Part {
    Text(Str),
    /// `{name#a#b}`: the value under `path` of a variable.
    Variable {
        slot: Slot,
        path: Box<[Str]>,
    },
}

#[derive(Debug)]
pub(crate) struct EndpointTemplate {
    pub url: Expression,
    /// Only the first value of each header is sent, so only that one is kept.
    pub headers: Box<[(Str, Expression)]>,
    pub properties: Tree,
}

/// A document in which every text can be a template.
#[derive(Debug)]
pub(crate) enum Tree {
    Constant(Value),
    Template(Template),
    List(Box<[Tree]>),
    Map(Box<[(Str, Tree)]>),
}

/// The functions of the rule language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    IsSet,
    Not,
    GetAttr,
    StringEquals,
    BooleanEquals,
    ParseUrl,
    IsValidHostLabel,
    UriEncode,
    Substring,
    Partition,
    ParseArn,
    IsVirtualHostableS3Bucket,
    /// A function that this version does not know: an error, but only when it is called.
    Unknown(Str),
}

impl RuleSet {
    /// Reads and compiles a rule set.
    ///
    /// # Errors
    /// `InvalidDefinition`, with the path of the place, if this is no rule set.
    pub fn parse(json: &[u8]) -> Result<RuleSet> {
        compile::rule_set(json)
    }

    /// The parameters that the rules declare, in their order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Definition for RuleSet {
    const KIND: &'static str = "endpoint-rule-set-1";

    fn parse(source: Source) -> Result<RuleSet> {
        RuleSet::parse(source.text.as_bytes())
    }
}

impl Parameter {
    /// The name, such as `Region`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The setting that the parameter takes its value from, such as `AWS::Region`.
    pub fn built_in(&self) -> Option<&str> {
        self.built_in.as_deref()
    }
}
