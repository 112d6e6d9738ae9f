//! The parameters of the endpoint rules for one call, collected from the operation, its input, and the client.

use crate::definition::{Node, Operation, Parameter, RuleSet, Service};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// The sources of parameter values, in order of precedence.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The service, whose definition maps members of an input to parameters.
    pub service: &'a Service,
    /// The operation, which may set parameters to fixed values or read them from its input.
    pub operation: &'a Operation,
    /// The input of the call, possibly not validated yet.
    pub input: &'a Map,
    /// Client settings, by the names of the client context parameters that the service declares.
    pub client_context: &'a Map,
    /// SDK settings such as `AWS::Region`. Null counts as unset, but every known setting must be present.
    pub built_ins: &'a Map,
}

impl Sources<'_> {
    /// Returns the parameters that `rules` declare, by name. Parameters without a value are omitted, and so are those on which the
    /// endpoint does not depend.
    ///
    /// # Errors
    /// - `EndpointResolution` (`UnknownEndpointResolutionBuiltInName`) if the rules require a setting that is
    ///   not among the built-ins.
    /// - `InvalidDefinition` if the shape of a member is broken.
    pub fn parameters(&self, rules: &RuleSet) -> Result<Map> {
        Ok(by_name(rules, &self.values(rules)?))
    }

    /// Returns the value of each parameter that `rules` declare, in their order. A parameter without a value is null, and so is one on
    /// which the endpoint does not depend.
    ///
    /// # Errors
    /// As [`parameters`](Self::parameters).
    pub fn values(&self, rules: &RuleSet) -> Result<Vec<Value>> {
        let members = self.members()?;
        let value = |parameter: &Parameter| {
            if !parameter.matters() {
                return Ok(Value::Null);
            }
            let fixed = self.operation.static_context_params.iter().find(|(known, _)| known == parameter.name()).map(|(_, value)| value);
            let bound = || members.iter().rfind(|(known, _)| *known == parameter.name()).map(|(_, value)| *value);
            match fixed.or_else(|| bound().filter(|value| !value.is_null())) {
                Some(value) => Ok(value.clone()),
                None => self.found_or_set(parameter),
            }
        };
        rules.parameters().iter().map(value).collect()
    }

    /// Returns the members of the input that are bound to a parameter, with the parameter's name.
    fn members(&self) -> Result<Vec<(&str, &Value)>> {
        let mut found = Vec::new();
        let Some(structure) = self.service.input(self.operation)?.as_ref().and_then(Node::structure) else { return Ok(found) };
        for (name, value) in self.input {
            let Some((_, member)) = structure.member(name) else { continue };
            if let Some(parameter) = self.service.node(&member.target)?.context_param() {
                found.push((parameter, value));
            }
        }
        Ok(found)
    }

    /// Takes the value from an expression over the input, otherwise from the client, otherwise from the SDK settings.
    fn found_or_set(&self, parameter: &Parameter) -> Result<Value> {
        let found = self.found(parameter.name());
        if !found.is_null() {
            return Ok(found);
        }
        if let Some(value) = self.client_context.get(parameter.name()).filter(|value| !value.is_null()) {
            return Ok(value.clone());
        }
        let Some(built_in) = parameter.built_in() else { return Ok(Value::Null) };
        self.built_ins.get(built_in).cloned().ok_or_else(|| {
            let message = format!("Unknown builtin variable name: {built_in}");
            Error::new(ErrorKind::EndpointResolution, message).with_name("UnknownEndpointResolutionBuiltInName")
        })
    }

    /// An expression that fails yields null. It fails only for a malformed input, and validation reports that better.
    fn found(&self, name: &str) -> Value {
        let mut expressions = self.operation.operation_context_params.iter();
        let Some((_, expression)) = expressions.find(|(known, _)| known == name) else { return Value::Null };
        Value::Map(self.input.clone()).search(expression).unwrap_or_default()
    }
}

/// Returns the values of the parameters that `rules` declare, which are in their order, by name. Null values are omitted.
pub fn by_name(rules: &RuleSet, values: &[Value]) -> Map {
    let entries = rules.parameters().iter().zip(values).filter(|(_, value)| !value.is_null());
    entries.map(|(parameter, value)| (parameter.name(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    const SERVICE: &str = r#"{"version": "2.0", "metadata": {"apiVersion": "1", "endpointPrefix": "x", "protocols": ["json"], "serviceId": "X"},
      "clientContextParams": {"UseCold": {"type": "boolean"}},
      "operations": {
        "Get": {"name": "Get", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"},
          "staticContextParams": {"Kind": {"value": "fixed"}}, "operationContextParams": {"Names": {"path": "keys(Items)"}}},
        "List": {"name": "List", "http": {"method": "POST", "requestUri": "/"}}},
      "shapes": {"In": {"type": "structure", "members": {
          "Bucket": {"shape": "S", "contextParam": {"name": "Place"}}, "Kind": {"shape": "S", "contextParam": {"name": "Kind"}},
          "Key": {"shape": "S", "contextParam": {"name": "Key"}},
          "Items": {"shape": "M"}}},
        "S": {"type": "string"}, "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}}}}"#;

    /// The rules read all parameters but `Key`.
    const RULES: &str = r#"{"rules": [{"type": "endpoint", "endpoint": {"url": "https://x"}, "conditions": [
        {"fn": "isSet", "argv": [{"ref": "Place"}]}, {"fn": "stringEquals", "argv": [{"ref": "Kind"}, "{Names#a}"]}]}],
      "parameters": {"Key": {"type": "string"}, "Region": {"type": "string", "builtIn": "AWS::Region"}, "Place": {"type": "string"}, "Kind": {"type": "string"},
      "Names": {"type": "stringArray"}, "UseCold": {"type": "boolean", "builtIn": "X::UseCold"}}}"#;

    fn parameters(operation: &str, input: Value, client_context: Value, built_ins: Value) -> Result<Map> {
        let service = Service::parse("x", SERVICE).unwrap();
        let rules = RuleSet::parse(RULES.as_bytes()).unwrap();
        let sources = Sources {
            service: &service,
            operation: service.operation(operation).unwrap(),
            input: input.as_map().unwrap(),
            client_context: client_context.as_map().unwrap(),
            built_ins: built_ins.as_map().unwrap(),
        };
        sources.parameters(&rules)
    }

    #[test]
    fn parameters_come_from_every_source() {
        let built_ins = value!({"AWS::Region": "us-a-1", "X::UseCold": false});
        let input = value!({"Bucket": "b", "Key": "k", "Kind": "mine", "Items": {"k": "v", "l": "w"}, "Foreign": 1});
        let found = parameters("Get", input, value!({"UseCold": true}), built_ins).unwrap();
        let expected = value!({"Region": "us-a-1", "Place": "b", "Kind": "fixed", "Names": ["k", "l"], "UseCold": true});
        assert_eq!(Value::Map(found.clone()), expected);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Region", "Place", "Kind", "Names", "UseCold"]);
    }

    #[test]
    fn null_or_mismatched_values_are_omitted() {
        let found = parameters("Get", value!({"Bucket": null, "Items": 3}), value!({}), value!({"AWS::Region": null, "X::UseCold": false}));
        assert_eq!(Value::Map(found.unwrap()), value!({"Kind": "fixed", "UseCold": false}));
        let found = parameters("List", value!({"Bucket": "b"}), value!({"UseCold": true}), value!({"AWS::Region": null}));
        assert_eq!(Value::Map(found.unwrap()), value!({"UseCold": true}));
    }

    #[test]
    fn an_unknown_built_in_is_named() {
        let error = parameters("List", value!({}), value!({}), value!({"AWS::Region": "r"})).unwrap_err();
        assert_eq!(error.message(), "Unknown builtin variable name: X::UseCold");
    }
}
