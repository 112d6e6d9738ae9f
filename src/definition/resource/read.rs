//! Parses `resources-1.json`. Unknown keys are ignored; anything else that violates the grammar is an error with its path.

use super::rows::Rows;
use super::target::Target;
use super::{Action, Base, Has, Identifier, IdentifierSource, Param, ParamSource, ResourceType, ResourceWaiter, ResponseResource};
use crate::definition::located::{Located, invalid};
use crate::definition::names::snake_case;
use crate::error::{Result, did_you_mean};
use crate::value::{Str, Value};

const ROOT: &str = "ServiceResource";

/// Returns the types of the file. The first is the service itself.
pub(super) fn types(text: &str) -> Result<Vec<ResourceType>> {
    let file: Value = serde_json::from_str(text).map_err(|e| invalid(&format!("the file is not JSON: {e}")).with_source(e))?;
    let file = Located::top(&file, "");
    let service = file.required("service")?;
    let mut types = vec![named(ROOT.into(), Vec::new())];
    types.extend(file.each("resources", |name, json| Ok(named(name.into(), json.items("identifiers", identifier)?)))?);
    // Types refer to types that come later, so all must be known before any is read.
    let reader = Reader { types: &types };
    let mut filled = vec![reader.resource(0, &service)?];
    let mut index = 0;
    filled.extend(file.each("resources", |_, json| {
        index += 1;
        reader.resource(index, json)
    })?);
    filled[0].has = reader.has_of_service(std::mem::take(&mut filled[0].has));
    Ok(filled)
}

fn named(name: Str, identifiers: Vec<Identifier>) -> ResourceType {
    ResourceType {
        name,
        identifiers,
        shape: None,
        load: None,
        actions: Vec::new(),
        batch_actions: Vec::new(),
        has: Vec::new(),
        has_many: Vec::new(),
        waiters: Vec::new(),
    }
}

fn identifier(json: &Located<'_, '_>) -> Result<Identifier> {
    let camel_name = json.required("name")?.text()?;
    Ok(Identifier {
        name: snake_case(camel_name).into(),
        camel_name: camel_name.into(),
        member_name: json.get("memberName")?.map(|name| name.text()).transpose()?.map(Str::from),
    })
}

struct Reader<'t> {
    types: &'t [ResourceType],
}

impl Reader<'_> {
    fn resource(&self, own: usize, json: &Located<'_, '_>) -> Result<ResourceType> {
        let me = &self.types[own];
        let action = |name: &str, json: &Located<'_, '_>| self.action(me, name, json);
        let load = json.get("load")?.map(|json| self.load(me, &json)).transpose()?;
        Ok(ResourceType {
            name: me.name.clone(),
            identifiers: json.items("identifiers", identifier)?,
            shape: json.get("shape")?.map(|shape| shape.text()).transpose()?.map(Str::from),
            load,
            actions: json.each("actions", action)?,
            batch_actions: json.each("batchActions", action)?,
            has: json.each("has", |name, json| self.has(me, name, json))?,
            has_many: json.each("hasMany", |name, json| {
                json.required("resource")?;
                self.action(me, name, json)
            })?,
            waiters: json.each("waiters", |name, json| self.waiter(me, name, json))?,
        })
    }

    /// Like an action, except that it must not depend on the data that it loads.
    fn load(&self, me: &ResourceType, json: &Located<'_, '_>) -> Result<Action> {
        let load = self.action(me, "load", json)?;
        if load.params.iter().any(|param| matches!(param.source, ParamSource::Data(_))) {
            return Err(json.error("a parameter of load cannot come from the data that it loads"));
        }
        Ok(load)
    }

    fn action(&self, me: &ResourceType, name: &str, json: &Located<'_, '_>) -> Result<Action> {
        let request = json.required("request")?;
        Ok(Action {
            name: snake_case(name).into(),
            camel_name: name.into(),
            operation: request.required("operation")?.text()?.into(),
            params: request.items("params", |json| self.param(me, json))?,
            resource: json.get("resource")?.map(|json| self.response_resource(me, false, &json)).transpose()?,
            // `$` is not JMESPath. It stands for the whole response.
            path: json.get("path")?.filter(|path| path.value != "$").map(|path| path.expression()).transpose()?,
        })
    }

    fn param(&self, me: &ResourceType, json: &Located<'_, '_>) -> Result<Param> {
        let target = json.required("target")?;
        let kind = json.required("source")?;
        let source = match kind.text()? {
            "identifier" => ParamSource::Identifier(position(me, &json.required("name")?)?),
            "data" => ParamSource::Data(json.required("path")?.expression()?),
            "string" | "integer" | "boolean" => ParamSource::Constant(json.required("value")?.value.clone()),
            "input" => ParamSource::Input,
            other => return Err(kind.error(&format!("a parameter has no source {other:?}"))),
        };
        Ok(Param { target: Target::parse(target.text()?).map_err(|reason| target.error(&reason))?, source })
    }

    fn has(&self, me: &ResourceType, name: &str, json: &Located<'_, '_>) -> Result<Has> {
        let resource = json.required("resource")?;
        let is_data = |source: &Located<'_, '_>| Ok(source.required("source")?.text()? == "data");
        let is_reference = resource.items("identifiers", is_data)?.contains(&true);
        let name = if is_reference { snake_case(name).into() } else { name.into() };
        Ok(Has { name, resource: self.response_resource(me, is_reference, &resource)?, is_reference })
    }

    /// Makes every type reachable from the service, under the names in its `has`, or otherwise under its own name. They are in the
    /// order of the types. If two have the same name, the later one wins.
    fn has_of_service(&self, given: Vec<Has>) -> Vec<Has> {
        let mut all: Vec<Has> = Vec::new();
        let mut given: Vec<Option<Has>> = given.into_iter().map(Some).collect();
        for (index, known) in self.types.iter().enumerate().skip(1) {
            let leads_here = |has: &&mut Option<Has>| has.as_ref().is_some_and(|has| has.resource.resource_type == index);
            let mut here: Vec<Has> = given.iter_mut().filter(leads_here).filter_map(Option::take).collect();
            if here.is_empty() {
                let identifiers = known.identifiers.iter().map(|_| IdentifierSource::Input).collect();
                let resource = ResponseResource { resource_type: index, identifiers, path: None, rows: None };
                here.push(Has { name: known.name.clone(), resource, is_reference: false });
            }
            for has in here {
                match all.iter_mut().find(|other| other.name == has.name) {
                    Some(other) => *other = has,
                    None => all.push(has),
                }
            }
        }
        all
    }

    fn response_resource(&self, me: &ResourceType, is_reference: bool, json: &Located<'_, '_>) -> Result<ResponseResource> {
        let resource_type = self.type_index(&json.required("type")?)?;
        let identifiers = json.items("identifiers", |json| self.identifier_source(me, &self.types[resource_type], json))?;
        let path = json.get("path")?.map(|path| path.expression()).transpose()?;
        let rows = Rows::of(&identifiers, path.as_ref(), is_reference);
        Ok(ResponseResource { resource_type, identifiers, path, rows })
    }

    fn identifier_source(&self, me: &ResourceType, new: &ResourceType, json: &Located<'_, '_>) -> Result<IdentifierSource> {
        let kind = json.required("source")?;
        let search = |base| {
            let target = position(new, &json.required("target")?)?;
            Ok(IdentifierSource::Search { target, base, path: json.required("path")?.expression()? })
        };
        match kind.text()? {
            "response" => search(Base::Response),
            "requestParameter" => search(Base::Request),
            "data" => search(Base::Data),
            "identifier" => Ok(IdentifierSource::Parent {
                target: position(new, &json.required("target")?)?,
                parent: position(me, &json.required("name")?)?,
            }),
            "input" => Ok(IdentifierSource::Input),
            other => Err(kind.error(&format!("an identifier has no source {other:?}"))),
        }
    }

    fn waiter(&self, me: &ResourceType, name: &str, json: &Located<'_, '_>) -> Result<ResourceWaiter> {
        Ok(ResourceWaiter {
            name: snake_case(&format!("WaitUntil{name}")).into(),
            camel_name: name.into(),
            waiter: json.required("waiterName")?.text()?.into(),
            params: json.items("params", |json| self.param(me, json))?,
        })
    }

    fn type_index(&self, json: &Located<'_, '_>) -> Result<usize> {
        let name = json.text()?;
        let names = || self.types.iter().skip(1).map(|known| known.name.as_str());
        let found = names().position(|known| known == name).map(|index| index + 1);
        found.ok_or_else(|| json.error(&format!("there is no resource {name:?}.{}", did_you_mean(name, names()))))
    }
}

/// Returns the position of the identifier with this name.
fn position(of: &ResourceType, json: &Located<'_, '_>) -> Result<usize> {
    let name = json.text()?;
    let names = || of.identifiers.iter().map(|identifier| identifier.camel_name.as_str());
    let found = of.identifier(&snake_case(name));
    found.ok_or_else(|| json.error(&format!("{} has no identifier {name:?}.{}", of.name, did_you_mean(name, names()))))
}
