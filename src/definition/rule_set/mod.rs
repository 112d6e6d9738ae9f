//! `endpoint-rule-set-1.json`, compiled into a form that is fast to evaluate.
//!
//! Variables become slots, templates are split into parts, and functions are an enum. `endpoint::rules` evaluates the rules. This
//! module knows no regions or partitions.

mod compile;

use super::loader::{Definition, Source};
use crate::error::Result;
use crate::value::{Str, Value};

/// The rules that determine the endpoint of a service from parameters.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) parameters: Box<[Parameter]>,
    /// The name of each slot. The parameters come first, in order.
    pub(crate) names: Box<[Str]>,
    pub(crate) rules: Box<[Rule]>,
}

/// A parameter of the rules.
#[derive(Debug)]
pub struct Parameter {
    pub(crate) name: Str,
    pub(crate) kind: ParameterType,
    pub(crate) required: bool,
    /// Null if there is none.
    pub(crate) default: Value,
    /// The setting that provides the value, such as `AWS::Region`.
    pub(crate) built_in: Option<Str>,
    /// The rules read the parameter.
    pub(crate) used: bool,
}

/// The types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParameterType {
    String,
    Boolean,
    StringArray,
}

/// The index of a variable in the scope.
pub(crate) type Slot = usize;

/// A rule, which applies if all its conditions hold.
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
    /// The slot to which the result is assigned.
    pub assign: Option<Slot>,
}

#[derive(Debug)]
pub(crate) enum Expression {
    Constant(Value),
    Reference(Slot),
    Call(Box<Call>),
    Template(Template),
}

/// Text with variables.
#[derive(Debug)]
pub(crate) struct Template(pub Box<[Part]>);

#[derive(Debug)]
pub(crate) enum Part {
    Text(Str),
    /// `{name#a#b}`: the value at `path` in a variable.
    Variable {
        slot: Slot,
        path: Box<[Str]>,
    },
}

#[derive(Debug)]
pub(crate) struct EndpointTemplate {
    pub url: Expression,
    /// Only the first value of each header is sent.
    pub headers: Box<[(Str, Expression)]>,
    pub properties: Tree,
}

/// A document in which every string can be a template.
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
    /// An unknown function, which is an error only if it is called.
    Unknown(Str),
}

impl RuleSet {
    /// Parses and compiles a rule set.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) with the path of the mistake.
    pub fn parse(json: &[u8]) -> Result<RuleSet> {
        compile::rule_set(json)
    }

    /// Returns the parameters of the rules, in order.
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
    /// Returns the name, such as `Region`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the setting that provides the value, such as `AWS::Region`.
    pub fn built_in(&self) -> Option<&str> {
        self.built_in.as_deref()
    }

    /// Whether the endpoint can depend on the parameter: it is required, a setting provides it, or the rules read it. Some rules declare
    /// members of the input that they do not read, such as the key of an object.
    pub fn matters(&self) -> bool {
        self.required || self.used || self.built_in.is_some()
    }
}
