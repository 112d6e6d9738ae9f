//! The stubs of a service's resources: a class for the service and for each type, with identifiers, attributes, actions, sub-resources,
//! references, collections, and waiters.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{HEAD, Service, Use, class_name, is_identifier, object};
use crate::definition::snake_case;

/// The methods that boto3 adds: the service, the type, and the declarations.
const ADDED: &[(&str, &str, &[&str])] = &[
    (
        "s3",
        "Bucket",
        &[
            "upload_file(self, Filename: str | os.PathLike[str], Key: str, {more}) -> None",
            "upload_fileobj(self, Fileobj: IO[bytes], Key: str, {more}) -> None",
            "download_file(self, Key: str, Filename: str | os.PathLike[str], {more}) -> None",
            "download_fileobj(self, Key: str, Fileobj: IO[bytes], {more}) -> None",
            "copy(self, CopySource: Mapping[str, str], Key: str, {copy}) -> None",
            "load(self) -> None",
            "reload(self) -> None",
        ],
    ),
    ("s3", "Object", OF_OBJECT),
    ("s3", "ObjectSummary", OF_OBJECT),
    ("dynamodb", "Table", &["batch_writer(self, overwrite_by_pkeys: Sequence[str] | None = ...) -> Any"]),
    (
        "ec2",
        "ServiceResource",
        &["create_tags(self, *, Resources: Sequence[str], Tags: Sequence[\"params.Tag\"], DryRun: bool = ...) -> list[\"_Tag\"]"],
    ),
    ("ec2", "Instance", &["delete_tags(self, *, Tags: Sequence[\"params.Tag\"] = ..., DryRun: bool = ...) -> \"results.Empty\""]),
];

const OF_OBJECT: &[&str] = &[
    "upload_file(self, Filename: str | os.PathLike[str], {more}) -> None",
    "upload_fileobj(self, Fileobj: IO[bytes], {more}) -> None",
    "download_file(self, Filename: str | os.PathLike[str], {more}) -> None",
    "download_fileobj(self, Fileobj: IO[bytes], {more}) -> None",
    "copy(self, CopySource: Mapping[str, str], {copy}) -> None",
];

const MORE: &str = "ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., Config: Any = ...";
const COPY: &str = "ExtraArgs: Mapping[str, Any] | None = ..., Callback: Callable[[int], object] | None = ..., SourceClient: BaseClient | None = ..., Config: Any = ...";

/// The resources of a service, from its `resources-1.json`.
pub(super) struct Resources {
    service: Map<String, Value>,
    types: Map<String, Value>,
}

impl Resources {
    pub fn of(mut definition: Map<String, Value>) -> Option<Resources> {
        Some(Resources {
            service: object(definition.remove("service")?)?,
            types: definition.remove("resources").and_then(object).unwrap_or_default(),
        })
    }

    /// The shapes whose members are attributes.
    pub fn shapes(&self) -> impl Iterator<Item = &str> {
        self.types.values().filter_map(|kind| kind["shape"].as_str())
    }

    /// The module with all classes; the client's class is in the package.
    pub fn module(&self, service: &Service, client: &str, class: &str) -> String {
        let mut text = HEAD.to_owned();
        let _ = write!(
            text,
            "from tucuxi.clients import BaseClient\nfrom tucuxi.resources import Resource, ResourceCollection, ResourceMeta\n\
             from tucuxi.response import EventStream, StreamingBody\n\n\
             from . import {client}, params, results\n\nclass Meta(ResourceMeta):\n    @property\n    def client(self) -> {client}: ...\n"
        );
        let mut collections = String::new();
        let empty = Map::new();
        let whole =
            Type { resources: self, service, name: "ServiceResource", class, identifiers: &[], definition: &self.service, empty: &empty };
        text.push_str(&whole.class(&mut collections));
        for (name, definition) in &self.types {
            let definition = definition.as_object().unwrap_or(&empty);
            let identifiers = definition.get("identifiers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let own = class_name(name);
            let kind = Type { resources: self, service, name, class: &own, identifiers, definition, empty: &empty };
            text.push_str(&kind.class(&mut collections));
        }
        text.push_str(&collections);
        // In the body of a class, the name of a type can be that of a method.
        for name in self.types.keys() {
            let _ = writeln!(text, "_{name} = {}", class_name(name));
        }
        text
    }
}

struct Type<'d> {
    resources: &'d Resources,
    service: &'d Service,
    name: &'d str,
    class: &'d str,
    identifiers: &'d [Value],
    definition: &'d Map<String, Value>,
    empty: &'d Map<String, Value>,
}

impl<'d> Type<'d> {
    fn part(&self, name: &str) -> &'d Map<String, Value> {
        self.definition.get(name).and_then(Value::as_object).unwrap_or(self.empty)
    }

    fn class(&self, collections: &mut String) -> String {
        let mut members = Members { text: String::new(), taken: BTreeSet::from(["meta".to_owned()]) };
        for declaration in
            ADDED.iter().filter(|(service, kind, _)| (*service, *kind) == (self.service.module.as_str(), self.name)).flat_map(|row| row.2)
        {
            let declaration = declaration.replace("{more}", MORE).replace("{copy}", COPY);
            members.add(declaration.split('(').next().unwrap_or_default(), "", |_| format!("    def {declaration}: ...\n"));
        }
        for name in self.identifiers.iter().filter_map(|identifier| identifier["name"].as_str()) {
            members.property(&snake_case(name), "_identifier", "str");
        }
        if self.definition.contains_key("load") {
            for name in ["load", "reload"] {
                members.add(name, "", |name| format!("    def {name}(self) -> None: ...\n"));
            }
        }
        for (name, action) in self.part("actions") {
            let (parameters, result) = (self.parameters(action), self.outcome(action));
            members.add(&snake_case(name), "_action", |name| format!("    def {name}(self{parameters}) -> {result}: ...\n"));
        }
        self.related(&mut members);
        let shape = self.definition.get("shape").and_then(Value::as_str).and_then(|shape| self.service.shapes.get(shape));
        for (name, reference) in shape.and_then(|shape| shape["members"].as_object()).into_iter().flatten() {
            if !self.identifiers.iter().any(|identifier| identifier["memberName"] == name.as_str()) {
                let kind = self.service.kind(reference, Use::Results, "results.", &mut Vec::new());
                members.property(&snake_case(name), "_attribute", &kind);
            }
        }
        for (name, collection) in self.part("hasMany") {
            let class = format!("{}{name}Collection", self.class);
            members.property(&snake_case(name), "_collection", &class);
            collections.push_str(&self.collection(&class, collection));
        }
        for (name, waiter) in self.part("waiters") {
            let operation =
                waiter["waiterName"].as_str().and_then(|name| self.service.waiters.get(name)).map(|waiter| &waiter["operation"]);
            let parameters = self.parameters(&serde_json::json!({"request": {"operation": operation, "params": waiter["params"]}}));
            members.add(&format!("wait_until_{}", snake_case(name)), "_waiter", |name| {
                format!("    def {name}(self{parameters}) -> None: ...\n")
            });
        }
        format!("\nclass {}(Resource):\n    @property\n    def meta(self) -> Meta: ...\n{}", self.class, members.text)
    }

    /// Sub-resources, which are methods with the missing identifiers, and references, which come from the data.
    fn related(&self, members: &mut Members) {
        let has = self.part("has");
        let of = |related: &'d Value| related["resource"]["type"].as_str().filter(|kind| self.resources.types.contains_key(*kind));
        for (name, related) in has {
            let Some(kind) = of(related) else { continue };
            let identifiers = related["resource"]["identifiers"].as_array().map_or(&[][..], Vec::as_slice);
            if identifiers.iter().any(|identifier| identifier["source"] == "data") {
                let many = identifiers.iter().any(|identifier| identifier["path"].as_str().is_some_and(|path| path.contains("[]")));
                let result = if many { format!("list[\"_{kind}\"] | None") } else { format!("Union[\"_{kind}\", None]") };
                members.property(&snake_case(name), "_reference", &result);
            } else {
                let missing = identifiers.iter().filter(|identifier| identifier["source"] == "input").filter_map(|i| i["target"].as_str());
                members.subresource(name, kind, missing);
            }
        }
        if self.name == "ServiceResource" {
            let described: BTreeSet<&str> = has.values().filter_map(of).collect();
            for (name, definition) in self.resources.types.iter().filter(|(name, _)| !described.contains(name.as_str())) {
                let identifiers =
                    definition["identifiers"].as_array().into_iter().flatten().filter_map(|identifier| identifier["name"].as_str());
                members.subresource(name, name, identifiers);
            }
        }
    }

    /// The parameters that a request leaves to the caller, each after a comma.
    fn parameters(&self, action: &Value) -> String {
        let request = &action["request"];
        let provided = request["params"].as_array().into_iter().flatten().filter_map(|param| param["target"].as_str());
        let provided: BTreeSet<&str> = provided.filter_map(|target| target.split(['.', '[']).next()).collect();
        let parameters = self.service.arguments_but(request["operation"].as_str().unwrap_or_default(), &provided);
        match parameters.strip_suffix(", ") {
            Some("*" | "") | None => String::new(),
            Some(parameters) => format!(", {parameters}"),
        }
    }

    fn outcome(&self, action: &Value) -> String {
        let resource = &action["resource"];
        if let Some(kind) = resource["type"].as_str().filter(|kind| self.resources.types.contains_key(*kind)) {
            let identifiers = resource["identifiers"].as_array().into_iter().flatten();
            let mut paths = identifiers.chain([resource]).filter_map(|part| part["path"].as_str());
            return if paths.any(|path| path.contains('[')) { format!("list[\"_{kind}\"]") } else { format!("\"_{kind}\"") };
        }
        match action["path"].as_str() {
            None | Some("@") => self.service.result(action["request"]["operation"].as_str().unwrap_or_default()),
            Some(_) => "Any".to_owned(),
        }
    }

    fn collection(&self, class: &str, collection: &Value) -> String {
        let kind = collection["resource"]["type"].as_str().unwrap_or_default();
        let parameters = self.parameters(collection);
        let mut text = format!("\nclass {class}(ResourceCollection[\"_{kind}\"]):\n    def filter(self{parameters}) -> \"{class}\": ...\n");
        let actions = self.resources.types.get(kind).map(|kind| &kind["batchActions"]);
        for (name, action) in actions.and_then(Value::as_object).into_iter().flatten() {
            let (parameters, result) = (self.parameters(action), self.outcome(action));
            let _ = writeln!(text, "    def {}(self{parameters}) -> list[{result}]: ...", snake_case(name));
        }
        text
    }
}

/// The members of a class. A name that is taken gets a suffix, as in boto3.
struct Members {
    text: String,
    taken: BTreeSet<String>,
}

impl Members {
    fn add(&mut self, name: &str, suffix: &str, declaration: impl FnOnce(&str) -> String) {
        let name = if self.taken.contains(name) && !suffix.is_empty() { format!("{name}{suffix}") } else { name.to_owned() };
        if is_identifier(&name) && self.taken.insert(name.clone()) {
            self.text.push_str(&declaration(&name));
        }
    }

    fn property(&mut self, name: &str, suffix: &str, kind: &str) {
        self.add(name, suffix, |name| format!("    @property\n    def {name}(self) -> {kind}: ...\n"));
    }

    fn subresource<'n>(&mut self, name: &str, kind: &str, identifiers: impl Iterator<Item = &'n str>) {
        let parameters: String = identifiers.map(|identifier| format!(", {}: str", snake_case(identifier))).collect();
        self.add(name, "", |name| format!("    def {name}(self{parameters}) -> \"_{kind}\": ...\n"));
    }
}
