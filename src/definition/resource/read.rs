//! From the JSON of a `resources-1` file to its types. Keys that are not known here are ignored; anything else that
//! is not as the grammar has it is an error with its path.

use super::place::Place;
use super::rows::Rows;
use super::target::Target;
use super::{Action, Base, Has, Identifier, IdentifierSource, Param, ParamSource, ResourceType, ResourceWaiter, ResponseResource, broken};
use crate::definition::names::snake_case;
use crate::error::{Result, did_you_mean};
use crate::value::{Str, Value};

const ROOT: &str = "ServiceResource";

/// The types of the file; the first is the service itself.
pub(super) fn types(text: &str) -> Result<Vec<ResourceType>> {
    let file: Value = serde_json::from_str(text).map_err(|e| broken("the file is no JSON", &e.to_string()).with_source(e))?;
    let file = Place::top(&file);
    let service = file.required("service")?;
    let mut types = vec![named(ROOT.into(), Vec::new())];
    types.extend(file.each("resources", |name, place| Ok(named(name.into(), place.items("identifiers", identifier)?)))?);
    // Definitions lead to types that come later, so all must be known before any is filled.
    let reader = Reader { types: &types };
    let mut filled = vec![reader.resource(0, &service)?];
    let mut index = 0;
    filled.extend(file.each("resources", |_, place| {
        index += 1;
        reader.resource(index, place)
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

fn identifier(place: &Place<'_, '_>) -> Result<Identifier> {
    let camel_name = place.required("name")?.text()?;
    Ok(Identifier {
        name: snake_case(camel_name).into(),
        camel_name: camel_name.into(),
        member_name: place.get("memberName")?.map(|name| name.text()).transpose()?.map(Str::from),
    })
}

struct Reader<'t> {
    types: &'t [ResourceType],
}

impl Reader<'_> {
    fn resource(&self, own: usize, place: &Place<'_, '_>) -> Result<ResourceType> {
        let me = &self.types[own];
        let action = |name: &str, place: &Place<'_, '_>| self.action(me, name, place);
        let load = place.get("load")?.map(|place| self.load(me, &place)).transpose()?;
        Ok(ResourceType {
            name: me.name.clone(),
            identifiers: place.items("identifiers", identifier)?,
            shape: place.get("shape")?.map(|shape| shape.text()).transpose()?.map(Str::from),
            load,
            actions: place.each("actions", action)?,
            batch_actions: place.each("batchActions", action)?,
            has: place.each("has", |name, place| self.has(me, name, place))?,
            has_many: place.each("hasMany", |name, place| {
                place.required("resource")?;
                self.action(me, name, place)
            })?,
            waiters: place.each("waiters", |name, place| self.waiter(me, name, place))?,
        })
    }

    /// Like an action, but it must not need what it is to fetch.
    fn load(&self, me: &ResourceType, place: &Place<'_, '_>) -> Result<Action> {
        let load = self.action(me, "load", place)?;
        if load.params.iter().any(|param| matches!(param.source, ParamSource::Data(_))) {
            return Err(place.error("a parameter of load cannot come from the data that it is to fetch"));
        }
        Ok(load)
    }

    fn action(&self, me: &ResourceType, name: &str, place: &Place<'_, '_>) -> Result<Action> {
        let request = place.required("request")?;
        Ok(Action {
            name: snake_case(name).into(),
            camel_name: name.into(),
            operation: request.required("operation")?.text()?.into(),
            params: request.items("params", |place| self.param(me, place))?,
            resource: place.get("resource")?.map(|place| self.response_resource(me, false, &place)).transpose()?,
            // `$` is no JMESPath; it stands for the whole response.
            path: place.get("path")?.filter(|path| path.value != "$").map(|path| path.expression()).transpose()?,
        })
    }

    fn param(&self, me: &ResourceType, place: &Place<'_, '_>) -> Result<Param> {
        let target = place.required("target")?;
        let kind = place.required("source")?;
        let source = match kind.text()? {
            "identifier" => ParamSource::Identifier(position(me, &place.required("name")?)?),
            "data" => ParamSource::Data(place.required("path")?.expression()?),
            "string" | "integer" | "boolean" => ParamSource::Constant(place.required("value")?.value.clone()),
            "input" => ParamSource::Input,
            other => return Err(kind.error(&format!("a parameter has no source {other:?}"))),
        };
        Ok(Param { target: Target::parse(target.text()?).map_err(|reason| target.error(&reason))?, source })
    }

    fn has(&self, me: &ResourceType, name: &str, place: &Place<'_, '_>) -> Result<Has> {
        let resource = place.required("resource")?;
        let is_data = |source: &Place<'_, '_>| Ok(source.required("source")?.text()? == "data");
        let is_reference = resource.items("identifiers", is_data)?.contains(&true);
        let name = if is_reference { snake_case(name).into() } else { name.into() };
        Ok(Has { name, resource: self.response_resource(me, is_reference, &resource)?, is_reference })
    }

    /// Every type can be reached from the service: under the names that its `has` gives it, else under its own. They
    /// come in the order of the types; of two with the same name the later stays.
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

    fn response_resource(&self, me: &ResourceType, is_reference: bool, place: &Place<'_, '_>) -> Result<ResponseResource> {
        let resource_type = self.type_index(&place.required("type")?)?;
        let identifiers = place.items("identifiers", |place| self.identifier_source(me, &self.types[resource_type], place))?;
        let path = place.get("path")?.map(|path| path.expression()).transpose()?;
        let rows = Rows::of(&identifiers, path.as_ref(), is_reference);
        Ok(ResponseResource { resource_type, identifiers, path, rows })
    }

    fn identifier_source(&self, me: &ResourceType, new: &ResourceType, place: &Place<'_, '_>) -> Result<IdentifierSource> {
        let kind = place.required("source")?;
        let search = |base| {
            let target = position(new, &place.required("target")?)?;
            Ok(IdentifierSource::Search { target, base, path: place.required("path")?.expression()? })
        };
        match kind.text()? {
            "response" => search(Base::Response),
            "requestParameter" => search(Base::Request),
            "data" => search(Base::Data),
            "identifier" => Ok(IdentifierSource::Parent {
                target: position(new, &place.required("target")?)?,
                parent: position(me, &place.required("name")?)?,
            }),
            "input" => Ok(IdentifierSource::Input),
            other => Err(kind.error(&format!("an identifier has no source {other:?}"))),
        }
    }

    fn waiter(&self, me: &ResourceType, name: &str, place: &Place<'_, '_>) -> Result<ResourceWaiter> {
        Ok(ResourceWaiter {
            name: snake_case(&format!("WaitUntil{name}")).into(),
            camel_name: name.into(),
            waiter: place.required("waiterName")?.text()?.into(),
            params: place.items("params", |place| self.param(me, place))?,
        })
    }

    fn type_index(&self, place: &Place<'_, '_>) -> Result<usize> {
        let name = place.text()?;
        let names = || self.types.iter().skip(1).map(|known| known.name.as_str());
        let found = names().position(|known| known == name).map(|index| index + 1);
        found.ok_or_else(|| place.error(&format!("there is no resource {name:?}.{}", did_you_mean(name, names()))))
    }
}

/// The position of the identifier that is named here.
fn position(of: &ResourceType, place: &Place<'_, '_>) -> Result<usize> {
    let name = place.text()?;
    let names = || of.identifiers.iter().map(|identifier| identifier.camel_name.as_str());
    let found = of.identifier(&snake_case(name));
    found.ok_or_else(|| place.error(&format!("{} has no identifier {name:?}.{}", of.name, did_you_mean(name, names()))))
}
