"""``boto3.resources``: a class per resource type, made when it is first needed."""

import re
import threading

from .hooks import ANSWERS, extended


_classes = {}
_lock = threading.RLock()


class ResourceMeta:
    """What a resource was made of."""

    def __init__(self, resource, client):
        self._resource, self.client = resource, client
        self.service_name = resource._native.describe("")["service_name"]

    @property
    def identifiers(self):
        return list(self._resource._native.describe("")["identifiers"])

    @property
    def data(self):
        return self._resource._native.get("data")

    @property
    def resource_model(self):
        """What the definition says about the type of the resource."""
        from .resource_model import model_of

        described, session = self._resource._native.describe(""), self._resource._origin[0]
        loader = session._session.get_component("data_loader")
        kind = described["type"]
        return model_of(loader, self.service_name, None, self.service_name if kind == "ServiceResource" else kind)

    def copy(self):
        return self

    def __repr__(self):
        return f"ResourceMeta('{self.service_name}', identifiers={self.identifiers})"


class ServiceResource:
    """A resource. Attributes are loaded when they are first read."""

    def __init__(self, native, client, origin):
        self._native, self._client, self._origin = native, client, origin

    @property
    def meta(self):
        return ResourceMeta(self, self._client)

    def get_available_subresources(self):
        """Lists the types of resources that can be created from this one."""
        return sorted(name for name, kind, _, _ in self._native.members() if kind == "subresource")

    def _call(self, name, params):
        self._client._follow_replacements()
        ANSWERS.last = None
        return self._native.call(name, params)

    def _get(self, name):
        self._client._follow_replacements()
        return self._native.get(name)

    def _wrap(self, answer):
        if isinstance(answer, list) and (not answer or isinstance(answer[0], type(self._native))):
            return [make(item, self._client, self._origin) for item in answer]
        if isinstance(answer, type(self._native)):
            return make(answer, self._client, self._origin)
        # What a hook answers a table with still has the types that the service sends.
        unchanged = ANSWERS.last is None or (ANSWERS.http is not None and self._native.plain)
        return answer if unchanged else ANSWERS.same(answer)

    def __eq__(self, other):
        return isinstance(other, ServiceResource) and self._native == other._native

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._native)

    def __repr__(self):
        return repr(self._native)

    def __reduce__(self):
        described = self._native.describe("")
        return _rebuild, (self._origin, described["type"], described["identifiers"])


def _rebuild(origin, kind, identifiers):
    session, service, options = origin
    resource = session.resource(service, **options)
    return getattr(resource, kind)(**identifiers) if identifiers else resource


def _keyword_only(name, args):
    if args:
        raise TypeError(f"{name}() only accepts keyword arguments.")


def _attribute(name):
    return property(lambda self: self._get(name), doc=f"The attribute {name}.")


def _reference(name):
    return property(lambda self: self._wrap(self._get(name)), doc=f"The resource {name}.")


def _action(name):
    def action(self, *args, **kwargs):
        _keyword_only(name, args)
        return self._wrap(self._call(name, kwargs))

    action.__name__ = name
    action.__doc__ = f"The action {name}; its keyword arguments are parameters of the operation."
    return action


def _subresource(name):
    def create(self, *args, **kwargs):
        try:
            # Positional and named identifiers together are positional ones of the resource that has the named ones.
            identifiers = kwargs or list(args)
            if args and kwargs:
                names = [own for own in _identifiers(self, name) if own not in kwargs]
                identifiers = {**kwargs, **dict(zip(names, args))}
            return make(self._native.call(name, {"identifiers": identifiers}), self._client, self._origin)
        except ValueError as error:
            text = str(error).partition(": ")[2] or str(error)
            if re.search(r"identifiers were given, but at most", text):
                raise IndexError("list index out of range") from None
            raise ValueError(text.partition(". Did you mean")[0]) from None

    create.__name__ = name
    create.__doc__ = f"Creates the resource {name} from its identifiers; makes no request."
    return create


def _identifiers(resource, name):
    """The names of the identifiers that a sub-resource adds, learned from the message about a missing one."""
    given = {}
    while True:
        try:
            resource._native.call(name, {"identifiers": given})
            return list(given)
        except ValueError as error:
            given[str(error).split("Required parameter ")[1].split(" ")[0]] = "x"


def _collection(name):
    get = lambda self: _make_collection(CollectionManager, self._native.get(name), self, name)
    return property(get, doc=f"The collection {name}.")


_KINDS = {"identifier": _attribute, "attribute": _attribute, "reference": _reference, "action": _action, "waiter": _action,
          "subresource": _subresource, "collection": _collection}


def class_of(native):
    """Returns the class of a resource."""
    described = native.describe("")
    service, kind = described["service_name"], described["type"]
    with _lock:
        if (service, kind) not in _classes:
            members = {}
            for name, member, _, _ in native.members():
                name = f"wait_until_{name}" if member == "waiter" and not name.startswith("wait_until_") else name
                members[name] = _KINDS[member](name)
            members.update(_injected(service, kind))
            members["__module__"] = "boto3.resources.factory"
            _classes[service, kind] = type(f"{service}.{kind}", (ServiceResource,), members)
        return _classes[service, kind]


def _injected(service, kind):
    if service == "s3":
        from .transfer import RESOURCE_METHODS
        return RESOURCE_METHODS.get(kind, {})
    if (service, kind) == ("dynamodb", "Table"):
        from .table import BatchWriter
        return {"batch_writer": lambda self, overwrite_by_pkeys=None: BatchWriter(self.name, self._client, overwrite_by_pkeys=overwrite_by_pkeys)}
    return {}


def make(native, client, origin):
    """Wraps a native resource."""
    own = class_of(native)
    return (extended(origin[0], f"creating-resource-class.{own.__name__}", own.__name__, (own,), {}) or own)(native, client, origin)


def _make_collection(base, native, parent, name):
    """A collection, whose class is named after the resource and the collection as in boto3."""
    full = f"{type(parent).__name__}.{name}{base.__name__.replace('Resource', '')}"
    with _lock:
        if (base, full) not in _classes:
            _classes[base, full] = type(full, (base,), {"__module__": base.__module__})
    return _classes[base, full](native, parent, name)


class ResourceCollection:
    """An iterable set of resources."""

    def __init__(self, native, parent, name):
        self._native, self._parent, self._name = native, parent, name
        for name, kind, _, _ in native.members():
            if kind == "action":
                setattr(self, name, self._batch(name))

    def _batch(self, name):
        def action(*args, **kwargs):
            _keyword_only(name, args)
            self._parent._client._follow_replacements()
            return [self._parent._wrap(answer) for answer in self._native.call(name, kwargs)]

        action.__name__ = name
        return action

    def _next(self, verb, params=None):
        return _make_collection(ResourceCollection, self._native.call(verb, params or {}), self._parent, self._name)

    def all(self):
        """Returns the collection without a filter."""
        return self._next("all")

    def filter(self, **kwargs):
        """Returns the collection with parameters of its operation."""
        collection = self._next("filter", {name: value for name, value in kwargs.items() if name not in ("limit", "page_size")})
        for name in ("limit", "page_size"):
            if kwargs.get(name) is not None:
                collection = collection._next(name, {"count": kwargs[name]})
        return collection

    def limit(self, count):
        """Returns the collection with at most that many resources."""
        return self._next("limit", {"count": count})

    def page_size(self, count):
        """Returns the collection with pages of that size."""
        return self._next("page_size", {"count": count})

    def pages(self):
        """Yields pages as lists of resources."""
        self._parent._client._follow_replacements()
        for page in self._native.call("pages"):
            yield self._parent._wrap(page)

    def __iter__(self):
        parent = self._parent
        parent._client._follow_replacements()
        for native in self._native.call("iterate"):
            yield make(native, parent._client, parent._origin)

    def __repr__(self):
        return repr(self._native)


class CollectionManager(ResourceCollection):
    """The collection of a resource before it is filtered."""

    __iter__ = None

    def iterator(self, **kwargs):
        return self.filter(**kwargs)

    def pages(self):
        return self.all().pages()

    def __repr__(self):
        return repr(self._native).replace("Collection(", "CollectionManager(", 1)


ServiceResource.__module__ = "boto3.resources.base"
ResourceCollection.__module__ = CollectionManager.__module__ = "boto3.resources.collection"
