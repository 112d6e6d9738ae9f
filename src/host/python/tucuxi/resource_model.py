"""``boto3.resources.model``: what a definition says about a type of resource. Resources themselves are made by the native module."""

from . import _native


def _snake(name):
    return _native.method_name(name)


class Identifier:
    """An identifier, and the member of the data that has the same value, or ``None``."""

    def __init__(self, name, member_name=None):
        self.name, self.member_name = name, member_name


class Parameter:
    """A parameter of a request, or an identifier of a response: ``target``, and where its value comes from."""

    def __init__(self, target, source, name=None, path=None, value=None, **kwargs):
        self.target, self.source, self.name, self.path, self.value = target, source, name, path, value


def _parameters(entries):
    return [Parameter(**entry) for entry in entries]


class Request:
    """The operation of an action."""

    def __init__(self, definition):
        self._definition = definition
        self.operation = definition.get("operation")

    @property
    def params(self):
        return _parameters(self._definition.get("params", []))


class ResponseResource:
    """The resource that an action or a reference returns."""

    def __init__(self, definition, resource_defs):
        self._definition, self._resource_defs = definition, resource_defs
        self.type, self.path = definition.get("type"), definition.get("path")

    @property
    def identifiers(self):
        return _parameters(self._definition.get("identifiers", []))

    @property
    def model(self):
        return ResourceModel(self.type, self._resource_defs[self.type], self._resource_defs)


class Action:
    """An action, or a reference to another resource."""

    def __init__(self, name, definition, resource_defs):
        self._definition, self.name, self.path = definition, name, definition.get("path")
        self.request = Request(definition["request"]) if "request" in definition else None
        self.resource = ResponseResource(definition["resource"], resource_defs) if "resource" in definition else None


class Collection(Action):
    """A collection."""

    @property
    def batch_actions(self):
        return self.resource.model.batch_actions


class Waiter:
    """A waiter."""

    PREFIX = "WaitUntil"

    def __init__(self, name, definition):
        self.name, self.waiter_name = name, definition.get("waiterName")
        self.params = _parameters(definition.get("params", []))


class ResourceModel:
    """A type of resource: its identifiers, actions, and relations."""

    def __init__(self, name, definition, resource_defs):
        self.name, self._definition, self._resource_defs = name, definition, resource_defs
        self.shape = definition.get("shape")

    @property
    def identifiers(self):
        members = (entry.get("memberName") for entry in self._definition.get("identifiers", []))
        return [Identifier(_snake(entry["name"]), member and _snake(member))
                for entry, member in zip(self._definition.get("identifiers", []), members)]

    @property
    def load(self):
        """The action that loads the data, or ``None``."""
        definition = self._definition.get("load")
        return definition and Action("load", definition, self._resource_defs)

    def _actions(self, key):
        return [Action(_snake(name), definition, self._resource_defs) for name, definition in self._definition.get(key, {}).items()]

    @property
    def actions(self):
        return self._actions("actions")

    @property
    def batch_actions(self):
        return self._actions("batchActions")

    def _has(self):
        if self.name in self._resource_defs:
            return self._definition.get("has", {})
        # A service can create every resource from its identifiers.
        declared = {entry["resource"]["type"]: (name, entry) for name, entry in self._definition.get("has", {}).items()}
        has = {}
        for name, definition in self._resource_defs.items():
            own, entry = declared.get(name, (name, None))
            identifiers = [{"target": entry["name"], "source": "input"} for entry in definition.get("identifiers", [])]
            has[own] = entry or {"resource": {"type": name, "identifiers": identifiers}}
        return has

    def _related(self, with_data):
        related = []
        for name, definition in self._has().items():
            needs_data = any(entry.get("source") == "data" for entry in definition["resource"].get("identifiers", []))
            if needs_data == with_data:
                related.append(Action(_snake(name) if with_data else name, definition, self._resource_defs))
        return related

    @property
    def subresources(self):
        """The resources that identifiers alone determine."""
        return self._related(False)

    @property
    def references(self):
        """The resources that the data determine."""
        return self._related(True)

    @property
    def collections(self):
        return [Collection(_snake(name), definition, self._resource_defs) for name, definition in self._definition.get("hasMany", {}).items()]

    @property
    def waiters(self):
        return [Waiter(_snake(Waiter.PREFIX + name), definition) for name, definition in self._definition.get("waiters", {}).items()]

    def get_attributes(self, shape):
        """Returns the attributes by name: pairs of the member and its shape. Identifiers are left out."""
        identifiers = {own.name for own in self.identifiers}
        taken = {"load", "reload", "meta"}.union(own.name for own in (*self.actions, *self.references, *self.collections, *self.waiters))
        attributes = {}
        for member, inner in shape.members.items():
            name = _snake(member)
            if name not in identifiers:
                attributes[f"{name}_attribute" if name in taken else name] = (member, inner)
        return attributes


def model_of(loader, service_name, api_version, name):
    """The model of a type of resource, or of the service itself."""
    data = loader.load_service_model(service_name, "resources-1", api_version)
    definitions = data.get("resources", {})
    return ResourceModel(name, definitions.get(name, data["service"]), definitions)


for _class in (Identifier, Parameter, Request, ResponseResource, Action, Collection, Waiter, ResourceModel):
    _class.__module__ = "boto3.resources.model"
