//! The providers in their order; the first that has credentials wins.

use super::{Lookup, Provider};
use crate::auth::Credentials;
use crate::error::Result;

/// The places that are asked, in order.
pub(crate) struct Chain(Vec<Box<dyn Provider>>);

/// Credentials, and which place they came from.
#[derive(Debug)]
pub(crate) struct Found {
    pub credentials: Credentials,
    /// The place's name, boto3's `method`.
    pub method: &'static str,
}

impl Chain {
    pub(crate) fn new(providers: Vec<Box<dyn Provider>>) -> Chain {
        Chain(providers)
    }

    /// With another place to be asked first.
    pub(crate) fn after(mut self, first: Box<dyn Provider>) -> Chain {
        self.0.insert(0, first);
        self
    }

    /// Asks every place until one has credentials. An error of one ends the search.
    pub(crate) fn load(&self, surroundings: &Lookup<'_>) -> Result<Option<Found>> {
        for provider in &self.0 {
            if let Some(credentials) = provider.load(surroundings)? {
                return Ok(Some(Found { credentials, method: provider.method() }));
            }
        }
        Ok(None)
    }

    /// Asks one place again.
    pub(crate) fn reload(&self, method: &str, surroundings: &Lookup<'_>) -> Result<Option<Credentials>> {
        let provider = self.0.iter().find(|provider| provider.method() == method);
        provider.map_or(Ok(None), |provider| provider.load(surroundings))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixed;
    use super::*;
    use crate::error::Error;
    use crate::http::Limits;
    use crate::value;
    use crate::value::Value;

    fn load(variables: Value, shared_file: Value, config_file: Value) -> Result<Option<(&'static str, Credentials)>> {
        let mut variables = variables;
        if let Some(variables) = variables.as_map_mut() {
            variables.insert("AWS_EC2_METADATA_DISABLED", "true");
        }
        let chain = super::super::chain(&"default".into(), false);
        let found = chain.load(&Lookup::new(&Fixed::new(variables, shared_file, config_file), &Limits::default()))?;
        Ok(found.map(|found| (found.method, found.credentials)))
    }

    fn message(result: Result<Option<(&'static str, Credentials)>>) -> (String, String) {
        let error: Error = result.unwrap_err();
        (error.name().to_owned(), error.message().to_owned())
    }

    fn partial(method: &str, missing: &str) -> (String, String) {
        ("PartialCredentialsError".to_owned(), format!("Partial credentials found in {method}, missing: {missing}"))
    }

    #[test]
    fn the_first_place_with_an_access_key_wins() {
        let keys = value!({"aws_access_key_id": "F", "aws_secret_access_key": "S", "aws_session_token": "T", "aws_account_id": "1"});
        let variables =
            value!({"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "s"});
        let of_file = Credentials::new("F", "S").with_token("T").with_account_id("1");
        assert_eq!(load(variables, keys.clone(), Value::Null).unwrap(), Some(("env", Credentials::new("E", "S").with_token("s"))));
        let lone_secret = value!({"AWS_SECRET_ACCESS_KEY": "S", "AWS_ACCESS_KEY_ID": ""});
        assert_eq!(load(lone_secret, keys.clone(), keys.clone()).unwrap(), Some(("shared-credentials-file", of_file.clone())));
        assert_eq!(load(value!({}), value!({"region": "r"}), keys).unwrap(), Some(("config-file", of_file)));
        assert_eq!(load(value!({}), Value::Null, Value::Null).unwrap(), None);
    }

    #[test]
    fn half_a_pair_ends_the_search() {
        let half = value!({"aws_access_key_id": "F"});
        let whole = value!({"aws_access_key_id": "F", "aws_secret_access_key": "S"});
        let variables = value!({"AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": ""});
        assert_eq!(message(load(variables, whole.clone(), Value::Null)), partial("env", "AWS_SECRET_ACCESS_KEY"));
        assert_eq!(message(load(value!({}), half.clone(), whole)), partial("shared-credentials-file", "aws_secret_access_key"));
        assert_eq!(message(load(value!({}), Value::Null, half)), partial("config-file", "aws_secret_access_key"));
    }

    #[test]
    fn empty_keys_of_a_file_are_keys() {
        let empty = value!({"aws_access_key_id": "", "aws_secret_access_key": ""});
        assert_eq!(load(value!({}), empty, Value::Null).unwrap().unwrap().1.access_key_id(), "");
    }

    #[test]
    fn the_order_is_the_documented_one() {
        let documented = include_str!("../session/credentials.md").lines().filter_map(|line| line.strip_prefix("| "));
        let documented: Vec<_> = documented.skip(1).map(|row| row.split('`').nth(1).unwrap()).collect();
        let methods = |profile_is_own| super::super::chain(&"default".into(), profile_is_own).0;
        assert_eq!(methods(false).iter().map(|provider| provider.method()).collect::<Vec<_>>(), documented);
        assert_eq!(methods(true).iter().map(|provider| provider.method()).collect::<Vec<_>>(), documented[1..]);
    }
}
