"""``boto3.dynamodb.types``: DynamoDB's typed values."""

from collections.abc import Mapping, Set
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow

STRING, NUMBER, BINARY = "S", "N", "B"
STRING_SET, NUMBER_SET, BINARY_SET = "SS", "NS", "BS"
NULL, BOOLEAN, MAP, LIST = "NULL", "BOOL", "M", "L"

DYNAMODB_CONTEXT = Context(Emin=-128, Emax=126, prec=38, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])
BINARY_TYPES = (bytearray, bytes)


class Binary:
    """Binary data of an item."""

    def __init__(self, value):
        if not isinstance(value, BINARY_TYPES):
            types = ", ".join(str(kind) for kind in BINARY_TYPES)
            raise TypeError(f"Value must be of the following types: {types}")
        self.value = value

    def __eq__(self, other):
        return self.value == other.value if isinstance(other, Binary) else self.value == other

    def __ne__(self, other):
        return not self == other

    def __repr__(self):
        return f"Binary({self.value!r})"

    def __str__(self):
        return self.value

    def __bytes__(self):
        return bytes(self.value)

    def __hash__(self):
        return hash(self.value)

    def __reduce__(self):
        return _binary, (self.value,)

    def _tucuxi_value(self):
        return bytes(self.value)


def _binary(value):
    """Rebuilds binary data that were pickled; found here whether or not there is a boto3."""
    return Binary(value)


class TypeSerializer:
    """Wraps Python values in DynamoDB's types."""

    def serialize(self, value):
        kind = self._get_dynamodb_type(value)
        return {kind: getattr(self, f"_serialize_{kind}".lower())(value)}

    def _get_dynamodb_type(self, value):
        if value is None:
            return NULL
        if isinstance(value, bool):
            return BOOLEAN
        if self._is_number(value):
            return NUMBER
        if isinstance(value, str):
            return STRING
        if self._is_binary(value):
            return BINARY
        if isinstance(value, Set):
            for kind, test in ((NUMBER_SET, self._is_number), (STRING_SET, lambda item: isinstance(item, str)), (BINARY_SET, self._is_binary)):
                if all(map(test, value)):
                    return kind
        elif isinstance(value, Mapping):
            return MAP
        elif isinstance(value, (list, tuple)):
            return LIST
        raise TypeError(f'Unsupported type "{type(value)}" for value "{value}"')

    def _is_number(self, value):
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            return True
        if isinstance(value, float):
            raise TypeError("Float types are not supported. Use Decimal types instead.")
        return False

    def _is_binary(self, value):
        return isinstance(value, (Binary, bytearray, bytes))

    def _serialize_null(self, value):
        return True

    def _serialize_bool(self, value):
        return value

    def _serialize_n(self, value):
        number = str(DYNAMODB_CONTEXT.create_decimal(value))
        if number in ("Infinity", "NaN"):
            raise TypeError("Infinity and NaN not supported")
        return number

    def _serialize_s(self, value):
        return value

    def _serialize_b(self, value):
        return value.value if isinstance(value, Binary) else value

    def _serialize_ss(self, value):
        return list(value)

    def _serialize_ns(self, value):
        return [self._serialize_n(item) for item in value]

    def _serialize_bs(self, value):
        return [self._serialize_b(item) for item in value]

    def _serialize_l(self, value):
        return [self.serialize(item) for item in value]

    def _serialize_m(self, value):
        return {key: self.serialize(item) for key, item in value.items()}


class TypeDeserializer:
    """Unwraps DynamoDB's typed values."""

    def deserialize(self, value):
        if not value:
            raise TypeError("Value must be a nonempty dictionary whose key is a valid dynamodb type.")
        kind = next(iter(value))
        try:
            convert = getattr(self, f"_deserialize_{kind}".lower())
        except AttributeError:
            raise TypeError(f"Dynamodb type {kind} is not supported") from None
        return convert(value[kind])

    def _deserialize_null(self, value):
        return None

    def _deserialize_bool(self, value):
        return value

    def _deserialize_n(self, value):
        return DYNAMODB_CONTEXT.create_decimal(value)

    def _deserialize_s(self, value):
        return value

    def _deserialize_b(self, value):
        return Binary(value)

    def _deserialize_ns(self, value):
        return set(map(self._deserialize_n, value))

    def _deserialize_ss(self, value):
        return set(map(self._deserialize_s, value))

    def _deserialize_bs(self, value):
        return set(map(self._deserialize_b, value))

    def _deserialize_l(self, value):
        return [self.deserialize(item) for item in value]

    def _deserialize_m(self, value):
        return {key: self.deserialize(item) for key, item in value.items()}


Binary.__module__ = TypeSerializer.__module__ = TypeDeserializer.__module__ = "boto3.dynamodb.types"
