//! The parameters of the endpoint rules for one call: gathered from the operation, its input and the client.

use crate::definition::{Node, Operation, Parameter, RuleSet, Service, snake_case};
use crate::error::{Error, ErrorKind, Result};
use crate::value::{Map, Value};

/// Where the values of parameters come from, in the order of precedence.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The service, whose definition says which members of an input feed a parameter.
    pub service: &'a Service,
    /// The operation, which may fix parameters or find them in its input.
    pub operation: &'a Operation,
    /// The input of the call. It need not have been validated yet.
    pub input: &'a Map,
    /// Settings of the client, under the snake case names of the parameters that the service declares for clients.
    pub client_context: &'a Map,
    /// Settings of the SDK, such as `AWS::Region`; null is as good as unset, but every one that is known must be there.
    pub built_ins: &'a Map,
}

impl Sources<'_> {
    /// The values of the parameters that `rules` declare, in their order, without those that have none.
    ///
    /// # Errors
    /// - `EndpointResolution` (`UnknownEndpointResolutionBuiltInName`) if the rules want a setting that is not among the built-ins.
    /// - `InvalidDefinition` if the shape of a member is broken.
    pub fn parameters(&self, rules: &RuleSet) -> Result<Map> {
        let members = self.members()?;
        let mut parameters = Map::with_capacity(rules.parameters().len());
        for parameter in rules.parameters() {
            let value = match self.fixed(parameter.name()) {
                Some(value) => value,
                None => match members.get(parameter.name()).filter(|value| !value.is_null()) {
                    Some(value) => value.clone(),
                    None => self.found_or_set(parameter)?,
                },
            };
            if !value.is_null() {
                parameters.insert(parameter.name(), value);
            }
        }
        Ok(parameters)
    }

    fn fixed(&self, name: &str) -> Option<Value> {
        self.operation.static_context_params.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// The members of the input that feed a parameter, by the parameter's name.
    fn members(&self) -> Result<Map> {
        let mut found = Map::new();
        let Some(structure) = self.service.input(self.operation)?.as_ref().and_then(Node::structure) else { return Ok(found) };
        for (name, value) in self.input {
            let Some((_, member)) = structure.member(name) else { continue };
            if let Some(parameter) = self.service.node(&member.target)?.context_param() {
                found.insert(parameter, value);
            }
        }
        Ok(found)
    }

    /// From an expression over the input, else from the client, else from the SDK's settings.
    fn found_or_set(&self, parameter: &Parameter) -> Result<Value> {
        let found = self.found(parameter.name());
        if !found.is_null() {
            return Ok(found);
        }
        if let Some(value) = self.client_setting(parameter.name()) {
            return Ok(value.clone());
        }
        let Some(built_in) = parameter.built_in() else { return Ok(Value::Null) };
        self.built_ins.get(built_in).cloned().ok_or_else(|| {
            let message = format!("Unknown builtin variable name: {built_in}");
            Error::new(ErrorKind::EndpointResolution, message).with_name("UnknownEndpointResolutionBuiltInName")
        })
    }

    /// An expression that fails finds nothing: it fails on an input of the wrong form, which validation reports better.
    fn found(&self, name: &str) -> Value {
        let mut expressions = self.operation.operation_context_params.iter();
        let Some((_, expression)) = expressions.find(|(known, _)| known == name) else { return Value::Null };
        Value::Map(self.input.clone()).search(expression).unwrap_or_default()
    }

    fn client_setting(&self, name: &str) -> Option<&Value> {
        if self.client_context.is_empty() || !self.service.client_context_params().iter().any(|(known, _)| known == name) {
            return None;
        }
        self.client_context.get(&snake_case(name)).filter(|value| !value.is_null())
    }
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
          "Items": {"shape": "M"}}},
        "S": {"type": "string"}, "M": {"type": "map", "key": {"shape": "S"}, "value": {"shape": "S"}}}}"#;

    const RULES: &str = r#"{"rules": [], "parameters": {
      "Region": {"type": "string", "builtIn": "AWS::Region"}, "Place": {"type": "string"}, "Kind": {"type": "string"},
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
    fn every_source_feeds_its_parameters() {
        let built_ins = value!({"AWS::Region": "us-a-1", "X::UseCold": false});
        let input = value!({"Bucket": "b", "Kind": "mine", "Items": {"k": "v", "l": "w"}, "Foreign": 1});
        let found = parameters("Get", input, value!({"use_cold": true, "region": "no"}), built_ins).unwrap();
        let expected = value!({"Region": "us-a-1", "Place": "b", "Kind": "fixed", "Names": ["k", "l"], "UseCold": true});
        assert_eq!(Value::Map(found.clone()), expected);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["Region", "Place", "Kind", "Names", "UseCold"]);
    }

    #[test]
    fn what_is_null_or_does_not_fit_is_left_out() {
        let found = parameters("Get", value!({"Bucket": null, "Items": 3}), value!({}), value!({"AWS::Region": null, "X::UseCold": false}));
        assert_eq!(Value::Map(found.unwrap()), value!({"Kind": "fixed", "UseCold": false}));
        let found = parameters("List", value!({"Bucket": "b"}), value!({"use_cold": true}), value!({"AWS::Region": null}));
        assert_eq!(Value::Map(found.unwrap()), value!({"UseCold": true}));
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = parameters("List", value!({}), value!({}), value!({"AWS::Region": "r"})).unwrap_err();
        assert_eq!(error.message(), "Unknown builtin variable name: X::UseCold");
    }
}
