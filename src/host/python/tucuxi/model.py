"""``botocore.model``: services, operations, and shapes, read from the definition when they are first asked for."""

import json
from collections import OrderedDict


class OperationNotFoundError(Exception):
    """A service has no operation of that name."""


class NoShapeFoundError(Exception):
    """A service has no shape of that name."""


class UndefinedModelAttributeError(Exception):
    """A definition lacks an entry."""


class Shape:
    """A shape. ``metadata`` has its constraints, and ``serialization`` its place and name in messages."""

    SERIALIZED_ATTRS = ["locationName", "queryName", "flattened", "location", "payload", "streaming", "timestampFormat",
                        "xmlNamespace", "resultWrapper", "xmlAttribute", "eventstream", "event", "eventheader", "eventpayload", "jsonvalue",
                        "timestampFormat", "hostLabel"]
    METADATA_ATTRS = ["required", "min", "max", "pattern", "sensitive", "enum", "idempotencyToken", "error", "exception", "eventstream",
                      "retryable", "document", "union", "contextParam", "clientContextParams", "requiresLength"]
    MAP_TYPE = OrderedDict

    def __init__(self, shape_name, shape_model, shape_resolver=None):
        self.name, self._shape_model, self._shape_resolver = shape_name, shape_model, shape_resolver
        self.type_name = shape_model["type"]
        self.documentation = shape_model.get("documentation", "")

    @property
    def serialization(self):
        found = {name: self._shape_model[name] for name in self.SERIALIZED_ATTRS if name in self._shape_model}
        if "locationName" in found:
            found["name"] = found.pop("locationName")
        return found

    @property
    def metadata(self):
        return {name: self._shape_model[name] for name in self.METADATA_ATTRS if name in self._shape_model}

    @property
    def required_members(self):
        return self.metadata.get("required", [])

    @property
    def event_stream_name(self):
        return None

    def _resolve(self, reference):
        return self._shape_resolver.resolve_shape_ref(reference)

    def __repr__(self):
        return f"<{type(self).__name__}({self.name})>"


class StructureShape(Shape):
    """A structure with ``members``."""

    @property
    def members(self):
        if "_members" not in self.__dict__:
            references = self._shape_model.get("members", {})
            self._members = self.MAP_TYPE((name, self._resolve(reference)) for name, reference in references.items())
        return self._members

    @property
    def event_stream_name(self):
        return next((name for name, member in self.members.items() if member.serialization.get("eventstream")), None)

    @property
    def error_code(self):
        if not self.metadata.get("exception", False):
            return None
        return self.metadata.get("error", {}).get("code") or self.name

    @property
    def is_document_type(self):
        return self.metadata.get("document", False)

    @property
    def is_tagged_union(self):
        return self.metadata.get("union", False)


class ListShape(Shape):
    """A list of ``member``."""

    @property
    def member(self):
        return self._resolve(self._shape_model["member"])


class MapShape(Shape):
    """A map from ``key`` to ``value``."""

    @property
    def key(self):
        return self._resolve(self._shape_model["key"])

    @property
    def value(self):
        return self._resolve(self._shape_model["value"])


class StringShape(Shape):
    """A string; ``enum`` lists its values if they are fixed."""

    @property
    def enum(self):
        return self.metadata.get("enum", [])


class ShapeResolver:
    """Finds shapes by name."""

    SHAPE_CLASSES = {"structure": StructureShape, "list": ListShape, "map": MapShape, "string": StringShape}

    def __init__(self, shape_map):
        self._shape_map = shape_map

    def get_shape_by_name(self, shape_name, member_traits=None):
        model = self._shape_map.get(shape_name)
        if model is None:
            raise NoShapeFoundError(shape_name)
        if member_traits:
            model = {**model, **member_traits}
        return self.SHAPE_CLASSES.get(model["type"], Shape)(shape_name, model, self)

    def resolve_shape_ref(self, shape_ref):
        return self.get_shape_by_name(shape_ref["shape"], {name: value for name, value in shape_ref.items() if name != "shape"})


class ServiceId(str):
    """The identifier of a service, from which the names of events are made."""

    def hyphenize(self):
        return self.lower().replace(" ", "-")


class ServiceModel:
    """A service: its metadata, operations, and shapes."""

    def __init__(self, service_description, service_name=None):
        # A description can also be a function that reads it; the model of a client knows its metadata without that.
        self._source, self._service_name = service_description, service_name
        self._of_client = {}

    @classmethod
    def of_client(cls, native, session):
        """The model of a client's service."""
        name, metadata = native.get("service_name"), native.get("metadata")
        arguments = {"kind": "service-2", "service_name": name, "api_version": metadata.get("apiVersion")}
        model = cls(lambda: json.loads(session.call("definition", arguments)), name)
        model._of_client = {"operations": native.get("operations"), "metadata": metadata}
        return model

    @property
    def _description(self):
        if callable(self._source):
            self._source = self._source()
        return self._source

    @property
    def service_name(self):
        return self._service_name if self._service_name is not None else self.endpoint_prefix

    @property
    def metadata(self):
        found = self._of_client.get("metadata") if callable(self._source) else None
        if found is None:
            if "metadata" not in self._description:
                raise UndefinedModelAttributeError('"metadata" not defined in the metadata of the model: ' + repr(self))
            found = self._description["metadata"]
        return found

    @property
    def operation_names(self):
        known = self._of_client.get("operations")
        return list(known.values()) if known else list(self._description.get("operations", []))

    @property
    def service_id(self):
        from .exceptions import MissingServiceIdError

        if "serviceId" not in self.metadata:
            raise MissingServiceIdError(service_name=self._service_name)
        return ServiceId(self.metadata["serviceId"])

    api_version = property(lambda self: self._metadata("apiVersion"))
    endpoint_prefix = property(lambda self: self._metadata("endpointPrefix"))
    protocol = property(lambda self: self._metadata("protocol"))
    signature_version = property(lambda self: self._metadata("signatureVersion"))
    documentation = property(lambda self: self._description.get("documentation", ""))
    client_context_parameters = property(lambda self: list(self._description.get("clientContextParams", {})))
    shape_names = property(lambda self: list(self._description.get("shapes", {})))

    @property
    def protocols(self):
        return self._description["metadata"].get("protocols", [self.protocol])

    resolved_protocol = property(lambda self: self.protocol)

    @property
    def signing_name(self):
        return self.metadata.get("signingName") or self.endpoint_prefix

    def _metadata(self, name):
        if name not in self.metadata:
            raise UndefinedModelAttributeError(f'"{name}" not defined in the metadata of the model: {self!r}')
        return self.metadata[name]

    @property
    def _resolver(self):
        if "_resolver_of_shapes" not in self.__dict__:
            self._resolver_of_shapes = ShapeResolver(self._description.get("shapes", {}))
        return self._resolver_of_shapes

    def shape_for(self, shape_name, member_traits=None):
        return self._resolver.get_shape_by_name(shape_name, member_traits)

    def resolve_shape_ref(self, shape_ref):
        return self._resolver.resolve_shape_ref(shape_ref)

    @property
    def error_shapes(self):
        return [self.shape_for(name) for name, model in self._description.get("shapes", {}).items() if model.get("exception")]

    def shape_for_error_code(self, error_code):
        return next((shape for shape in self.error_shapes if error_code in (shape.error_code, shape.name)), None)

    def operation_model(self, operation_name):
        if operation_name not in self.operation_names:
            raise OperationNotFoundError(operation_name)
        return OperationModel(None, self, operation_name)

    def __repr__(self):
        return f"ServiceModel({self._service_name})"


class OperationModel:
    """An operation: its names, shapes, and traits."""

    def __init__(self, operation_model, service_model, name=None):
        self._own, self._service_model, self.name = operation_model, service_model, name

    @property
    def _model(self):
        if self._own is None:
            self._own = self._service_model._description["operations"][self.name]
        return self._own

    service_model = property(lambda self: self._service_model)
    metadata = property(lambda self: self._service_model.metadata)
    wire_name = property(lambda self: self._model.get("name"))
    http = property(lambda self: self._model.get("http", {}))
    documentation = property(lambda self: self._model.get("documentation", ""))
    deprecated = property(lambda self: self._model.get("deprecated", False))
    endpoint_discovery = property(lambda self: self._model.get("endpointdiscovery"))
    is_endpoint_discovery_operation = property(lambda self: self._model.get("endpointoperation", False))
    endpoint = property(lambda self: self._model.get("endpoint"))
    http_checksum_required = property(lambda self: self._model.get("httpChecksumRequired", False))
    http_checksum = property(lambda self: self._model.get("httpChecksum", {}))
    auth_type = property(lambda self: self._model.get("authtype"))
    auth = property(lambda self: self._model.get("auth"))
    unsigned_payload = property(lambda self: self._model.get("unsignedPayload"))
    request_compression = property(lambda self: self._model.get("requestcompression"))
    static_context_parameters = property(lambda self: self._model.get("staticContextParams", {}))

    @property
    def input_shape(self):
        return self._shape("input")

    @property
    def output_shape(self):
        return self._shape("output")

    def _shape(self, name):
        return self._service_model.resolve_shape_ref(self._model[name]) if name in self._model else None

    @property
    def error_shapes(self):
        return [self._service_model.resolve_shape_ref(reference) for reference in self._model.get("errors", [])]

    @property
    def idempotent_members(self):
        members = self.input_shape.members if self.input_shape else {}
        return [name for name, member in members.items() if member.metadata.get("idempotencyToken")]

    def get_event_stream_input(self):
        return self._event_stream(self.input_shape)

    def get_event_stream_output(self):
        return self._event_stream(self.output_shape)

    @staticmethod
    def _event_stream(shape):
        return shape.members[shape.event_stream_name] if shape is not None and shape.event_stream_name else None

    has_event_stream_input = property(lambda self: self.get_event_stream_input() is not None)
    has_event_stream_output = property(lambda self: self.get_event_stream_output() is not None)

    def get_streaming_input(self):
        return self._streaming(self.input_shape)

    def get_streaming_output(self):
        return self._streaming(self.output_shape)

    @staticmethod
    def _streaming(shape):
        payload = shape.members.get(shape.serialization.get("payload")) if shape is not None else None
        return payload if payload is not None and payload.type_name == "blob" else None

    has_streaming_input = property(lambda self: self.get_streaming_input() is not None)
    has_streaming_output = property(lambda self: self.get_streaming_output() is not None)

    def __repr__(self):
        return f"{type(self).__name__}(name={self.name})"


for _class in list(globals().values()):
    if isinstance(_class, type) and _class.__module__ == __name__:
        _class.__module__ = "botocore.model"
