//! The interpreter of endpoint rule sets.
//!
//! Rules are tried in order. The first rule whose conditions all hold yields an endpoint, an error, or nested rules; if
//! no nested rule applies, the next rule is tried.

use super::functions::{self, attribute, failed};
use super::{AuthScheme, Endpoint};
use crate::definition::rule_set::{Call, EndpointTemplate, Expression, Function, Outcome, Parameter, ParameterType};
use crate::definition::rule_set::{Part, Rule, Slot, Template, Tree};
use crate::definition::{Partitions, RuleSet};
use crate::error::Result;
use crate::value::{Map, Value};

/// Evaluates `rules` for `parameters`. Parameters that the rules do not declare are ignored; null
/// counts as absent.
///
/// ```
/// use tucuxi::Definitions;
/// use tucuxi::unversioned::definition::{Partitions, RuleSet};
/// use tucuxi::unversioned::endpoint;
/// use tucuxi::value;
///
/// let definitions = Definitions::embedded();
/// let rules = definitions.load::<RuleSet>("sqs", None)?;
/// let partitions = definitions.shared::<Partitions>()?;
/// let parameters = value!({"Region": "cn-north-1", "UseFIPS": false, "UseDualStack": false});
/// let endpoint = endpoint::resolve(&rules, &partitions, parameters.as_map().unwrap())?;
/// assert_eq!(endpoint.url, "https://sqs.cn-north-1.amazonaws.com.cn");
/// # Ok::<(), tucuxi::Error>(())
/// ```
///
/// # Errors
/// `EndpointResolution`: with the text from the rules if they end in an error; also if no rule applies, a required
/// parameter is missing, or a parameter has the wrong type.
pub fn resolve(rules: &RuleSet, partitions: &Partitions, parameters: &Map) -> Result<Endpoint> {
    let mut values = vec![None; rules.parameters.len()];
    for (slot, parameter) in rules.parameters.iter().enumerate() {
        values[slot] = argument(parameter, parameters)?;
    }
    let mut scope = Scope { rules, partitions, values, assigned: Vec::new() };
    match scope.first_outcome(rules.rules(RuleSet::FIRST)?)? {
        Some(endpoint) => Ok(endpoint),
        None => Err(no_endpoint(rules, parameters)),
    }
}

/// Returns the value of a parameter, or its default.
fn argument(parameter: &Parameter, parameters: &Map) -> Result<Option<Value>> {
    let value = match parameters.get(&parameter.name) {
        None | Some(Value::Null) => &parameter.default,
        Some(value) => value,
    };
    let wrong_type = |wanted: &str| failed(format!("Value ({}) is the wrong type. Must be {wanted}.", parameter.name));
    match (parameter.kind, value) {
        (_, Value::Null) if parameter.required => Err(failed(format!("Cannot find value for required parameter {}", parameter.name))),
        (_, Value::Null) => Ok(None),
        (ParameterType::String, Value::String(_))
        | (ParameterType::Boolean, Value::Bool(_))
        | (ParameterType::StringArray, Value::List(_)) => Ok(Some(value.clone())),
        (ParameterType::String, _) => Err(wrong_type("a string")),
        (ParameterType::Boolean, _) => Err(wrong_type("a boolean")),
        (ParameterType::StringArray, _) => Err(wrong_type("a list")),
    }
}

fn no_endpoint(rules: &RuleSet, parameters: &Map) -> crate::Error {
    let mut message = String::from("No endpoint found for parameters:");
    let declared = |name: &str| rules.parameters.iter().any(|parameter| parameter.name == *name);
    for (name, value) in parameters.iter().filter(|(name, value)| declared(name) && !value.is_null()) {
        message.push('\n');
        message.push_str(name);
        message.push_str(": ");
        push(&mut message, value);
    }
    failed(message)
}

/// The variables. A variable assigned by a rule is visible to the rule's later conditions, its outcome, and its nested
/// rules, and is discarded when the rule is left.
struct Scope<'a> {
    rules: &'a RuleSet,
    partitions: &'a Partitions,
    /// By slot, as far as slots were assigned. `None`: no such variable. `Some(Null)`: assigned, and null.
    values: Vec<Option<Value>>,
    /// The assigned slots, in the order of assignment.
    assigned: Vec<Slot>,
}

impl<'a> Scope<'a> {
    fn first_outcome(&mut self, rules: &'a [Rule]) -> Result<Option<Endpoint>> {
        for rule in rules {
            let before = self.assigned.len();
            let outcome = self.outcome(rule)?;
            if outcome.is_some() {
                return Ok(outcome);
            }
            for slot in self.assigned.drain(before..) {
                self.values[slot] = None;
            }
        }
        Ok(None)
    }

    fn outcome(&mut self, rule: &'a Rule) -> Result<Option<Endpoint>> {
        for condition in &rule.conditions {
            if matches!(self.call(condition)?, Value::Null | Value::Bool(false)) {
                return Ok(None);
            }
        }
        match &rule.outcome {
            Outcome::Tree(list) => self.first_outcome(self.rules.rules(*list)?),
            Outcome::Endpoint(template) => self.endpoint(template).map(Some),
            Outcome::Error(message) => {
                let message = self.text(message)?;
                Err(failed(message))
            }
        }
    }

    fn call(&mut self, call: &'a Call) -> Result<Value> {
        let result = self.function(call)?;
        if let Some(slot) = call.assign {
            if self.values.len() <= slot {
                self.values.resize(slot + 1, None);
            }
            if self.values[slot].is_some() {
                let name = self.rules.name(slot);
                return Err(failed(format!("Assignment {name} already exists in scoped variables and cannot be overwritten")));
            }
            self.values[slot] = Some(result.clone());
            self.assigned.push(slot);
        }
        Ok(result)
    }

    /// The arity of all known functions was checked when the rules were compiled.
    fn function(&mut self, call: &'a Call) -> Result<Value> {
        if let Function::Unknown(name) = &call.function {
            return Err(failed(format!("The endpoint rules call an unknown function: {name}")));
        }
        let a = self.value(&call.arguments[0])?;
        let mut argument = |i: usize| self.value(&call.arguments[i]);
        match &call.function {
            Function::IsSet => Ok((!a.is_null()).into()),
            Function::Not => Ok(functions::not(&a).into()),
            Function::GetAttr => functions::get_attr(&a, &argument(1)?),
            Function::StringEquals => functions::string_equals(&a, &argument(1)?).map(Value::Bool),
            Function::BooleanEquals => functions::boolean_equals(&a, &argument(1)?).map(Value::Bool),
            Function::ParseUrl => functions::parse_url(&a),
            Function::IsValidHostLabel => functions::is_valid_host_label(&a, &argument(1)?).map(Value::Bool),
            Function::UriEncode => functions::uri_encode(&a),
            Function::Substring => functions::substring(&a, &argument(1)?, &argument(2)?, &argument(3)?),
            Function::Partition => Ok(Value::Map(self.partitions.outputs(a.as_str().unwrap_or_default())?.clone())),
            Function::ParseArn => functions::parse_arn(&a),
            Function::IsVirtualHostableS3Bucket => functions::is_virtual_hostable_s3_bucket(&a, &argument(1)?).map(Value::Bool),
            Function::Unknown(_) => unreachable!("handled above"),
        }
    }

    fn value(&mut self, expression: &'a Expression) -> Result<Value> {
        match expression {
            Expression::Constant(value) => Ok(value.clone()),
            Expression::Reference(slot) => Ok(self.values.get(*slot).cloned().flatten().unwrap_or_default()),
            Expression::Call(call) => self.call(call),
            Expression::Template(template) => self.filled(template).map(Value::from),
        }
    }

    fn text(&mut self, expression: &'a Expression) -> Result<String> {
        if let Expression::Template(template) = expression {
            return self.filled(template);
        }
        let mut text = String::new();
        push(&mut text, &self.value(expression)?);
        Ok(text)
    }

    fn filled(&self, template: &Template) -> Result<String> {
        let mut text = String::with_capacity(64);
        for part in &template.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Variable { slot, path } => {
                    let mut value = self.values.get(*slot).and_then(Option::as_ref).ok_or_else(|| {
                        failed(format!("A template in the endpoint rules uses a variable that is not set: {}", self.rules.name(*slot)))
                    })?;
                    for name in path {
                        value = attribute(value, name)?;
                    }
                    push(&mut text, value);
                }
            }
        }
        Ok(text)
    }

    fn endpoint(&mut self, template: &'a EndpointTemplate) -> Result<Endpoint> {
        let url = self.text(&template.url)?;
        let headers = template
            .headers
            .iter()
            .map(|(name, value)| Ok((name.to_string(), self.text(value)?)))
            .collect::<Result<Vec<(String, String)>>>()?;
        let properties = self.tree(&template.properties)?;
        let auth_schemes = properties.get("authSchemes").map(auth_schemes).transpose()?;
        Ok(Endpoint { url, headers, auth_schemes, properties })
    }

    fn tree(&self, tree: &Tree) -> Result<Value> {
        Ok(match tree {
            Tree::Constant(value) => value.clone(),
            Tree::Template(template) => self.filled(template)?.into(),
            Tree::List(items) => Value::List(items.iter().map(|item| self.tree(item)).collect::<Result<Vec<Value>>>()?.into()),
            Tree::Map(members) => {
                let mut map = Map::with_capacity(members.len());
                for (name, member) in members {
                    map.insert(name.clone(), self.tree(member)?);
                }
                Value::Map(map)
            }
        })
    }
}

fn auth_schemes(schemes: &Value) -> Result<Vec<AuthScheme>> {
    let Value::List(schemes) = schemes else {
        return Err(failed(format!("The authSchemes of the endpoint rules must be a list, not {}.", schemes.type_name())));
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(schemes
        .iter()
        .map(|scheme| AuthScheme {
            name: text(&scheme["name"]).unwrap_or_default(),
            signing_name: text(&scheme["signingName"]),
            signing_region: text(&scheme["signingRegion"]),
            signing_region_set: scheme["signingRegionSet"].as_list().map(|set| set.iter().filter_map(text).collect()),
            disable_double_encoding: scheme["disableDoubleEncoding"].as_bool().unwrap_or_default(),
        })
        .collect())
}

/// Appends `value` in the form it has in templates and messages of the rule language: `True`, `None`, `('a', 'b')`.
fn push(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::List(items) => {
            out.push('(');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                push_quoted(out, item);
            }
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        other => out.push_str(&format!("{other:?}")),
    }
}

fn push_quoted(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => {
            out.push('\'');
            out.push_str(text);
            out.push('\'');
        }
        other => push(out, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    const PARTITIONS: &str = r#"{"partitions": [{"id": "aws", "regionRegex": "^us-.*$", "regions": {},
        "outputs": {"dnsSuffix": "amazonaws.com", "supportsFIPS": true}}]}"#;

    const MINI: &str = r#"{"version": "1.0",
        "parameters": {"Region": {"type": "String", "required": true, "builtIn": "AWS::Region"},
                       "Flag": {"type": "boolean", "required": true, "default": false}},
        "rules": [
          {"type": "tree", "conditions": [{"fn": "booleanEquals", "argv": [{"ref": "Flag"}, true]}], "rules": [
            {"type": "error", "conditions": [{"fn": "stringEquals", "argv": [{"ref": "Region"}, "bad"]}], "error": "no {Region}"}]},
          {"type": "endpoint", "conditions": [
            {"fn": "aws.partition", "argv": [{"ref": "Region"}], "assign": "P"},
            {"fn": "substring", "argv": [{"ref": "Region"}, 0, 2, false], "assign": "pre"}],
           "endpoint": {"url": "https://{pre}.x.{Region}.{P#dnsSuffix}", "headers": {"x-a": ["{Region}", "z"], "x-b": []},
             "properties": {"backend": "B", "authSchemes": [
               {"name": "sigv4", "signingName": "s", "signingRegion": "{Region}", "disableDoubleEncoding": true},
               {"name": "sigv4a", "signingRegionSet": ["*"]}]}}}]}"#;

    fn run(rules: &str, parameters: Value) -> Result<Endpoint> {
        let partitions = Partitions::parse(PARTITIONS.as_bytes()).unwrap();
        resolve(&RuleSet::parse(rules.as_bytes()).unwrap(), &partitions, parameters.as_map().unwrap())
    }

    fn message(rules: &str, parameters: Value) -> String {
        run(rules, parameters).unwrap_err().message().to_owned()
    }

    /// A rule set of one endpoint rule with these conditions and this URL, and the string parameter `A`.
    fn rule(conditions: &str, url: &str) -> String {
        format!(
            r#"{{"parameters": {{"A": {{"type": "string"}}}},
                "rules": [{{"type": "endpoint", "conditions": [{conditions}], "endpoint": {{"url": "{url}"}}}}]}}"#
        )
    }

    #[test]
    fn an_endpoint_has_a_url_headers_and_auth_schemes() {
        let endpoint = run(MINI, value!({"Region": "us-east-1"})).unwrap();
        assert_eq!(endpoint.url, "https://us.x.us-east-1.amazonaws.com");
        assert_eq!(endpoint.headers, [("x-a".to_owned(), "us-east-1".to_owned())]);
        let schemes = endpoint.auth_schemes.unwrap();
        assert_eq!((schemes[0].name.as_str(), schemes[0].signing_name.as_deref()), ("sigv4", Some("s")));
        assert_eq!(schemes[0].signing_region.as_deref(), Some("us-east-1"));
        assert!(schemes[0].disable_double_encoding && !schemes[1].disable_double_encoding);
        assert_eq!(schemes[1].signing_region_set.as_deref(), Some(["*".to_owned()].as_slice()));
        assert_eq!(endpoint.properties["backend"], Value::from("B"));
    }

    #[test]
    fn if_no_nested_rule_applies_the_next_rule_is_tried() {
        let endpoint = run(MINI, value!({"Region": "us-east-1", "Flag": true})).unwrap();
        assert_eq!(endpoint.url, "https://us.x.us-east-1.amazonaws.com");
        assert_eq!(message(MINI, value!({"Region": "bad", "Flag": true})), "no bad");
    }

    #[test]
    fn an_error_lists_the_parameters_if_no_rule_applies() {
        assert_eq!(message(MINI, value!({"Region": "x"})), "No endpoint found for parameters:\nRegion: x");
        assert_eq!(
            message(MINI, value!({"Region": "x", "Flag": false, "Other": 1})),
            "No endpoint found for parameters:\nRegion: x\nFlag: False"
        );
    }

    #[test]
    fn parameters_must_be_present_and_of_the_declared_type() {
        assert_eq!(message(MINI, value!({})), "Cannot find value for required parameter Region");
        assert_eq!(message(MINI, value!({"Region": null})), "Cannot find value for required parameter Region");
        assert_eq!(message(MINI, value!({"Region": true})), "Value (Region) is the wrong type. Must be a string.");
        assert_eq!(message(MINI, value!({"Region": "us", "Flag": "x"})), "Value (Flag) is the wrong type. Must be a boolean.");
    }

    #[test]
    fn only_declared_parameters_are_in_scope() {
        assert!(message(&rule("", "https://{Z}"), value!({"Z": "q"})).ends_with("not set: Z"));
        assert!(message(&rule("", "https://{A}"), value!({})).ends_with("not set: A"));
    }

    #[test]
    fn an_assignment_is_visible_in_nested_rules_and_discarded_afterwards() {
        let assign = r#"{"fn": "uriEncode", "argv": ["q"], "assign": "V"}"#;
        let fails = r#"{"fn": "isSet", "argv": [{"ref": "none"}]}"#;
        let both = format!(
            r#"{{"rules": [{{"type": "error", "conditions": [{assign}, {fails}], "error": "first"}},
                {{"type": "tree", "conditions": [{assign}], "rules": [
                  {{"type": "error", "conditions": [{{"fn": "stringEquals", "argv": [{{"ref": "V"}}, "q"]}}], "error": "saw {{V}}"}}]}}]}}"#
        );
        assert_eq!(message(&both, value!({})), "saw q");
        let twice = rule(&format!("{assign}, {assign}"), "https://x");
        assert_eq!(message(&twice, value!({})), "Assignment V already exists in scoped variables and cannot be overwritten");
        let over_a_parameter = rule(r#"{"fn": "isSet", "argv": ["q"], "assign": "A"}"#, "https://x");
        assert!(message(&over_a_parameter, value!({"A": "x"})).starts_with("Assignment A already exists in scoped variables"));
        assert!(run(&over_a_parameter, value!({})).is_ok());
    }

    #[test]
    fn an_endpoint_without_properties_has_an_empty_map() {
        assert_eq!(run(&rule("", "https://x"), value!({})).unwrap().properties, value!({}));
    }

    #[test]
    fn empty_text_counts_as_true_in_a_condition() {
        assert!(run(&rule(r#"{"fn": "uriEncode", "argv": [""]}"#, "https://x"), value!({})).is_ok());
    }

    #[test]
    fn an_unknown_function_fails_only_when_it_is_called() {
        let unknown = r#"{"fn": "coalesce", "argv": [{"ref": "A"}]}"#;
        assert!(message(&rule(unknown, "https://x"), value!({})).ends_with("coalesce"));
        let after = format!(r#"{{"fn": "isSet", "argv": [{{"ref": "none"}}]}}, {unknown}"#);
        assert!(message(&rule(&after, "https://x"), value!({})).starts_with("No endpoint found"));
    }
}
