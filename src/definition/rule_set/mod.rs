//! `endpoint-rule-set-1.json`, compiled into a form that is fast to evaluate.
//!
//! Variables become slots, templates are split into parts, and functions are an enum. `endpoint::rules` evaluates the rules. This
//! module knows no regions or partitions.
//!
//! A list of rules is compiled when an evaluation reaches it: one call needs a small part of the rules of S3.

mod compile;
mod split;

use std::sync::{Mutex, OnceLock, PoisonError};

use foldhash::HashMap;

use super::loader::{Definition, Source};
use crate::error::Result;
use crate::value::{Str, Value};

/// The rules that determine the endpoint of a service from parameters.
#[derive(Debug)]
pub struct RuleSet {
    pub(crate) parameters: Box<[Parameter]>,
    lists: Box<[Rules]>,
    names: Mutex<Names>,
}

/// A list of rules, as text and compiled.
#[derive(Debug)]
struct Rules {
    text: split::List,
    compiled: OnceLock<Box<[Rule]>>,
}

/// The names of variables so far, and their slots. The parameters come first, in order.
#[derive(Debug, Default)]
struct Names {
    list: Vec<Str>,
    slots: HashMap<Str, Slot>,
}

/// The number of a list of rules.
pub(crate) type ListNumber = usize;

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
    Tree(ListNumber),
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
    /// The number of the list with which an evaluation begins.
    pub(crate) const FIRST: ListNumber = 0;

    /// Parses and compiles a rule set.
    ///
    /// # Errors
    /// Returns [`ErrorKind::InvalidDefinition`](crate::ErrorKind::InvalidDefinition) with the path of the mistake.
    pub fn parse(json: &[u8]) -> Result<RuleSet> {
        let set = compile::rule_set(json)?;
        (0..set.lists.len()).try_for_each(|number| set.rules(number).map(|_| ()))?;
        Ok(set)
    }

    /// Returns a list of rules, which is compiled on first use.
    ///
    /// # Errors
    /// Those of [`parse`](RuleSet::parse), if the rule set is embedded and therefore not compiled when it is loaded.
    pub(crate) fn rules(&self, number: ListNumber) -> Result<&[Rule]> {
        let compiled = &self.lists[number].compiled;
        match compiled.get() {
            Some(rules) => Ok(rules),
            None => compile::list(self, number).map(|rules| &**compiled.get_or_init(|| rules)),
        }
    }

    /// Returns the name of a variable.
    pub(crate) fn name(&self, slot: Slot) -> Str {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).list[slot].clone()
    }

    /// Returns the parameters of the rules, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }
}

impl Definition for RuleSet {
    const KIND: &'static str = "endpoint-rule-set-1";

    fn parse(source: Source) -> Result<RuleSet> {
        // Tests compile all embedded rules. Others are checked when they are loaded.
        if source.builtin { compile::rule_set(source.text.as_bytes()) } else { RuleSet::parse(source.text.as_bytes()) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definitions;

    #[test]
    fn all_embedded_rules_are_valid() {
        let definitions = Definitions::embedded();
        for service in definitions.services_with(RuleSet::KIND).unwrap() {
            for version in definitions.api_versions(&service, RuleSet::KIND).unwrap() {
                let text = definitions.source(RuleSet::KIND, &service, Some(&version)).unwrap().text;
                RuleSet::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{service} {version}: {e}"));
            }
        }
    }

    #[test]
    fn only_lists_that_are_reached_are_compiled() {
        let source = Definitions::embedded().source(RuleSet::KIND, "ssm", None).unwrap();
        let rules = <RuleSet as Definition>::parse(source.clone()).unwrap();
        rules.rules(RuleSet::FIRST).unwrap();
        let compiled = |rules: &RuleSet| rules.lists.iter().filter(|list| list.compiled.get().is_some()).count();
        assert_eq!(compiled(&rules), 1);
        assert_eq!(compiled(&RuleSet::parse(source.text.as_bytes()).unwrap()), rules.lists.len());
    }

    #[test]
    fn a_list_that_leads_back_to_itself_is_rejected() {
        let message = |json: &str| RuleSet::parse(json.as_bytes()).unwrap_err().to_string();
        let nested = r#"{"rules": [{"type": "tree", "conditions": [], "rules": 0}]}"#;
        assert!(message(nested).ends_with("rules[0]: The member rules must be a list."), "{}", message(nested));
        assert!(message(r#"{"rules": 0}"#).ends_with("rules: It must be a list."));
    }
}
