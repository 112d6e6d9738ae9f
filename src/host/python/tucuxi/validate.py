"""``botocore.validate``: checks parameters against a shape. Calls are checked by the native client."""

import decimal
import json
from datetime import datetime

from . import exceptions, utils

_VALID_TYPES = {
    "structure": (dict,), "list": (list, tuple), "map": (dict,), "string": (str,), "integer": (int,), "long": (int,), "boolean": (bool,),
    "float": (float, decimal.Decimal, int), "double": (float, decimal.Decimal, int),
}
_BLOBS = (bytes, bytearray)


class ValidationErrors:
    """The errors that a validation has found."""

    def __init__(self):
        self._errors = []

    def has_errors(self):
        return bool(self._errors)

    def generate_report(self):
        """Returns the errors, one in each line."""
        return "\n".join(self._errors)

    def _add(self, text):
        self._errors.append(text)


class ParamValidator:
    """Checks parameters against a shape of :mod:`botocore.model`."""

    def validate(self, params, shape):
        """Returns the :class:`ValidationErrors`."""
        errors = ValidationErrors()
        self._check(params, shape, errors, "")
        return errors

    def _check(self, value, shape, errors, name):
        if shape.type_name == "structure" and shape.metadata.get("document"):
            return self._check_document(value, shape, errors, name)
        if shape.serialization.get("jsonvalue") and shape.type_name == "string":
            try:
                json.dumps(value)
            except (TypeError, ValueError) as error:
                errors._add(f"Invalid parameter {name or 'input'} must be json serializable: {error}")
            return None
        check = getattr(self, f"_check_{shape.type_name}", None)
        valid = _VALID_TYPES.get(shape.type_name)
        if valid and not isinstance(value, valid):
            return _report_type(errors, name, value, valid)
        return check and check(value, shape, errors, name)

    def _check_structure(self, value, shape, errors, name):
        if shape.metadata.get("union"):
            if not value:
                errors._add(f"Invalid number of parameters set for tagged union structure {name or 'input'}. Must set one of the following keys: "
                            f"{list(shape.members)}.")
            elif len(value) > 1:
                errors._add(f"Invalid number of parameters set for tagged union structure {name or 'input'}. Can only set one of the following "
                            f"keys: {', '.join(shape.members)}.")
        for required in shape.metadata.get("required", []):
            if required not in value:
                errors._add(f'Missing required parameter in {name or "input"}: "{required}"')
        for key in value:
            if key not in shape.members:
                errors._add(f'Unknown parameter in {name or "input"}: "{key}", must be one of: {", ".join(shape.members)}')
        for member, given in value.items():
            if member in shape.members:
                self._check(given, shape.members[member], errors, f"{name}.{member}".lstrip("."))

    def _check_list(self, value, shape, errors, name):
        _check_least(len(value), shape, errors, name, "length")
        for place, item in enumerate(value):
            self._check(item, shape.member, errors, f"{name}[{place}]")

    def _check_map(self, value, shape, errors, name):
        for key, item in value.items():
            self._check(key, shape.key, errors, f"{name} (key: {key})")
            self._check(item, shape.value, errors, f"{name}.{key}")

    def _check_string(self, value, shape, errors, name):
        _check_least(len(value), shape, errors, name, "length")

    def _check_integer(self, value, shape, errors, name):
        _check_least(value, shape, errors, name, "range")

    _check_long = _check_float = _check_double = _check_integer

    def _check_blob(self, value, shape, errors, name):
        if not isinstance(value, (*_BLOBS, str)) and not hasattr(value, "read"):
            text = f"{', '.join(str(kind) for kind in _BLOBS)}, file-like object"
            errors._add(f"Invalid type for parameter {name}, value: {value}, type: {type(value)}, valid types: {text}")

    def _check_timestamp(self, value, shape, errors, name):
        try:
            utils.parse_to_aware_datetime(value)
        except (TypeError, ValueError, AttributeError):
            errors._add(f"Invalid type for parameter {name}, value: {value}, type: {type(value)}, valid types: {datetime}, timestamp-string")

    def _check_document(self, value, shape, errors, name):
        if value is None:
            return
        if isinstance(value, dict):
            for key, item in value.items():
                self._check_document(item, shape, errors, f"{name}.{key}")
        elif isinstance(value, list):
            for place, item in enumerate(value):
                self._check_document(item, shape, errors, f"{name}[{place}]")
        elif not isinstance(value, (str, int, bool, float)):
            kinds = ", ".join(str(kind) for kind in (str, int, bool, float, list, dict))
            errors._add(f"Invalid type for document parameter {name}, value: {value}, type: {type(value)}, valid types: {kinds}")


def _report_type(errors, name, value, valid):
    kinds = ", ".join(str(kind) for kind in valid)
    errors._add(f"Invalid type for parameter {name or 'input'}, value: {value}, type: {type(value)}, valid types: {kinds}")


def _check_least(number, shape, errors, name, kind):
    least = shape.metadata.get("min")
    if least is not None and number < least:
        what = "value" if kind == "range" else "length"
        errors._add(f"Invalid {kind} for parameter {name or 'input'}, value: {number}, valid min {what}: {least}")


def validate_parameters(params, shape):
    """Fails if parameters do not fit a shape."""
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        raise exceptions.ParamValidationError(report=report.generate_report())


class ParamValidationDecorator:
    """A serializer that checks its parameters first."""

    def __init__(self, param_validator, serializer):
        self._param_validator, self._serializer = param_validator, serializer

    def serialize_to_request(self, parameters, operation_model):
        """Checks the parameters and passes them on."""
        if operation_model.input_shape is not None:
            report = self._param_validator.validate(parameters, operation_model.input_shape)
            if report.has_errors():
                raise exceptions.ParamValidationError(report=report.generate_report())
        return self._serializer.serialize_to_request(parameters, operation_model)


for _class in (ParamValidator, ValidationErrors, ParamValidationDecorator):
    _class.__module__ = "botocore.validate"
