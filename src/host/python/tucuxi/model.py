"""The parts of ``botocore.model`` that programs read: services, operations, and shapes."""


class ServiceModel:
    """A service."""

    def __init__(self, native):
        self._native = native
        self.metadata = native.get("metadata")
        self.service_name = native.get("service_name")
        self._operations = native.get("operations")

    @property
    def service_id(self):
        return self.metadata["serviceId"]

    @property
    def api_version(self):
        return self.metadata.get("apiVersion")

    @property
    def endpoint_prefix(self):
        return self.metadata.get("endpointPrefix")

    @property
    def protocol(self):
        return self.metadata.get("protocol")

    @property
    def signing_name(self):
        return self.metadata.get("signingName") or self.endpoint_prefix

    @property
    def signature_version(self):
        return self.metadata.get("signatureVersion")

    @property
    def operation_names(self):
        return list(self._operations.values())

    def operation_model(self, operation_name):
        return OperationModel(self, operation_name)

    def __repr__(self):
        return f"ServiceModel({self.service_name})"


class OperationModel:
    """An operation. Its shapes are read when they are first needed."""

    def __init__(self, service_model, name):
        self.service_model, self.name, self._described = service_model, name, None

    @property
    def _description(self):
        if self._described is None:
            self._described = self.service_model._native.describe(self.name)
        return self._described

    @property
    def metadata(self):
        return self.service_model.metadata

    @property
    def input_shape(self):
        shape = self._description.get("input")
        return shape and Shape(shape)

    @property
    def output_shape(self):
        shape = self._description.get("output")
        return shape and Shape(shape)

    @property
    def documentation(self):
        return ""

    def __repr__(self):
        return f"OperationModel(name={self.name})"


class Shape:
    """A shape of an operation's input or output."""

    def __init__(self, described):
        self._described = described

    @property
    def name(self):
        return self._described.get("name") or self._described.get("shape")

    @property
    def type_name(self):
        return self._described.get("type")

    @property
    def required_members(self):
        return list(self._described.get("required") or [])

    @property
    def members(self):
        return {name: Shape(member) for name, member in (self._described.get("members") or {}).items()}

    @property
    def member(self):
        return Shape(self._described.get("member") or {})

    @property
    def enum(self):
        return self._described.get("enum") or []

    def __repr__(self):
        return f"<{type(self).__name__}({self.name})>"
