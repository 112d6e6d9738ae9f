"""The documentation of operations that ``help`` shows, made from the definition when somebody reads it."""

import json

from .model import ServiceModel

_DEPTH = 3


class OperationDoc(str):
    """A documentation string whose text is made when it is read: definitions are large, and most of them are never read."""

    def __new__(cls, operation, method, session, service, api_version):
        self = super().__new__(cls, f"Calls {operation}.")
        self._about = operation, method, session, service, api_version
        return self

    def _text(self):
        operation, method, session, service, api_version = self._about
        arguments = {"kind": "service-2", "service_name": service, "api_version": api_version}
        model = ServiceModel(json.loads(session.call("definition", arguments)), service)
        return describe(model.operation_model(operation), method)

    def __str__(self):
        return self._text()

    def expandtabs(self, *args, **kwargs):
        return self._text().expandtabs(*args, **kwargs)

    def splitlines(self, *args, **kwargs):
        return self._text().splitlines(*args, **kwargs)


def describe(operation, method):
    """Describes an operation: its parameters, its result, and its errors."""
    lines = [f"Calls {operation.name}.", ""]
    if operation.deprecated:
        lines += ["The operation is deprecated.", ""]
    lines += _section("Parameters", operation.input_shape, True) + _section("Result", operation.output_shape, False)
    errors = sorted(shape.name for shape in operation.error_shapes)
    if errors:
        lines += ["Errors:", *(f"    client.exceptions.{name}" for name in errors), ""]
    required = operation.input_shape.required_members if operation.input_shape else []
    arguments = ", ".join(f"{name}={_example(operation.input_shape.members[name])}" for name in required)
    return "\n".join([*lines, "Example:", f"    client.{method}({arguments})"])


def _section(title, shape, is_input):
    if shape is None or not shape.members:
        return []
    payload = shape.serialization.get("payload")
    return [f"{title}:", *_members(shape, 1, [shape.name], None if is_input else payload), ""]


def _members(shape, depth, above, streamed=None):
    lines = []
    for name, member in shape.members.items():
        required = ", required" if name in shape.required_members else ""
        kind = "StreamingBody" if name == streamed and member.type_name == "blob" else _kind(member)
        lines.append(f"{'    ' * depth}{name} ({kind}{required}){_limits(member)}")
        inner = _structure(member)
        if inner is not None and inner.name not in above:
            lines += _members(inner, depth + 1, [*above, inner.name]) if depth < _DEPTH else [f"{'    ' * (depth + 1)}…"]
    return lines


def _kind(shape):
    if shape.type_name == "list":
        return f"list of {_kind(shape.member)}"
    if shape.type_name == "map":
        return f"map of {_kind(shape.value)}"
    return shape.type_name


def _limits(shape):
    while shape.type_name == "list":
        shape = shape.member
    enum = getattr(shape, "enum", None)
    if enum:
        return ": " + ", ".join(enum[:12]) + (", …" if len(enum) > 12 else "")
    limits = [f"{word} {shape.metadata[name]}" for name, word in (("min", "at least"), ("max", "at most")) if name in shape.metadata]
    return ": " + ", ".join(limits) if limits and shape.type_name in ("string", "integer", "long") else ""


def _structure(shape):
    """The structure of which a member consists, at any depth of lists and maps."""
    while shape.type_name in ("list", "map"):
        shape = shape.member if shape.type_name == "list" else shape.value
    return shape if shape.type_name == "structure" else None


def _example(shape):
    if shape.type_name == "string":
        return repr(shape.enum[0] if shape.enum else "…")
    return {"structure": "{…}", "list": "[…]", "map": "{…}", "boolean": "True", "blob": "b'…'"}.get(shape.type_name, "…")
