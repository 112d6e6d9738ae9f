"""``boto3.dynamodb.conditions``: conditions composed in Python. tucuxi builds the expressions."""

import re
from collections import namedtuple

from . import _native
from .exceptions import boto3_exceptions as _exceptions

ATTR_NAME_REGEX = re.compile(r"[^.\[\]]+(?![^\[]*\])")
BuiltConditionExpression = namedtuple(
    "BuiltConditionExpression", ["condition_expression", "attribute_name_placeholders", "attribute_value_placeholders"]
)


class ConditionBase:
    expression_format = ""
    expression_operator = ""
    has_grouped_values = False
    _name = ""

    def __init__(self, *values):
        self._values = values

    def __and__(self, other):
        if not isinstance(other, ConditionBase):
            raise _unsupported("AND", other)
        return And(self, other)

    def __or__(self, other):
        if not isinstance(other, ConditionBase):
            raise _unsupported("OR", other)
        return Or(self, other)

    def __invert__(self):
        return Not(self)

    def get_expression(self):
        return {"format": self.expression_format, "operator": self.expression_operator, "values": self._values}

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.expression_operator == other.expression_operator and self._values == other._values

    def __ne__(self, other):
        return not self == other

    def _tucuxi_value(self):
        left, *operands = self._values
        # The form whose operands may themselves be attributes.
        return {**_side(left), "operator": self._name, "operands": [_operand(value) for value in operands]}


def _unsupported(operator, value):
    error = _exceptions["DynamoDBOperationNotSupportedError"].__new__(_exceptions["DynamoDBOperationNotSupportedError"])
    error.args = (f"{operator} operation cannot be applied to value {value} of type {type(value)} directly. "
                  "Must use AttributeBase object methods (i.e. Attr().eq()). to generate ConditionBase instances first.",)
    return error


def _side(value):
    if isinstance(value, Size):
        return {"size": value._values[0].name}
    return {"key" if isinstance(value, Key) else "attr": value.name}


def _operand(value):
    if isinstance(value, (AttributeBase, Size)):
        return _side(value)
    return {"value": value}


class AttributeBase:
    def __init__(self, name):
        self.name = name

    def __and__(self, value):
        raise _unsupported("AND", self)

    def __or__(self, value):
        raise _unsupported("OR", self)

    def __invert__(self):
        raise _unsupported("NOT", self)

    def eq(self, value):
        return Equals(self, value)

    def lt(self, value):
        return LessThan(self, value)

    def lte(self, value):
        return LessThanEquals(self, value)

    def gt(self, value):
        return GreaterThan(self, value)

    def gte(self, value):
        return GreaterThanEquals(self, value)

    def begins_with(self, value):
        return BeginsWith(self, value)

    def between(self, low_value, high_value):
        return Between(self, low_value, high_value)

    def __eq__(self, other):
        return isinstance(other, type(self)) and self.name == other.name

    def __ne__(self, other):
        return not self == other

    __hash__ = None


class Key(AttributeBase):
    """A key attribute."""


class Attr(AttributeBase):
    """Any attribute."""

    def ne(self, value):
        return NotEquals(self, value)

    def is_in(self, value):
        return In(self, value)

    def exists(self):
        return AttributeExists(self)

    def not_exists(self):
        return AttributeNotExists(self)

    def contains(self, value):
        return Contains(self, value)

    def size(self):
        return Size(self)

    def attribute_type(self, value):
        return AttributeType(self, value)


class ComparisonCondition(ConditionBase):
    expression_format = "{0} {operator} {1}"


def _comparison(name, operator, short):
    return type(name, (ComparisonCondition,), {"expression_operator": operator, "_name": short, "__module__": __name__, "__hash__": None})


Equals = _comparison("Equals", "=", "eq")
NotEquals = _comparison("NotEquals", "<>", "ne")
LessThan = _comparison("LessThan", "<", "lt")
LessThanEquals = _comparison("LessThanEquals", "<=", "lte")
GreaterThan = _comparison("GreaterThan", ">", "gt")
GreaterThanEquals = _comparison("GreaterThanEquals", ">=", "gte")


class In(ComparisonCondition):
    expression_operator, has_grouped_values, _name = "IN", True, "is_in"

    def _tucuxi_value(self):
        left, values = self._values
        return {**_side(left), "operator": self._name, "operands": [_operand(value) for value in values]}


class Between(ConditionBase):
    expression_operator, expression_format, _name = "BETWEEN", "{0} {operator} {1} AND {2}", "between"


class BeginsWith(ConditionBase):
    expression_operator, expression_format, _name = "begins_with", "{operator}({0}, {1})", "begins_with"


class Contains(ConditionBase):
    expression_operator, expression_format, _name = "contains", "{operator}({0}, {1})", "contains"


class AttributeType(ConditionBase):
    expression_operator, expression_format, _name = "attribute_type", "{operator}({0}, {1})", "attribute_type"


class AttributeExists(ConditionBase):
    expression_operator, expression_format = "attribute_exists", "{operator}({0})"

    def _tucuxi_value(self):
        return {**_side(self._values[0]), "exists": True}


class AttributeNotExists(ConditionBase):
    expression_operator, expression_format = "attribute_not_exists", "{operator}({0})"

    def _tucuxi_value(self):
        return {**_side(self._values[0]), "not_exists": True}


class Size(ConditionBase):
    expression_operator, expression_format = "size", "{operator}({0})"

    def eq(self, value):
        return Equals(self, value)

    def ne(self, value):
        return NotEquals(self, value)

    def lt(self, value):
        return LessThan(self, value)

    def lte(self, value):
        return LessThanEquals(self, value)

    def gt(self, value):
        return GreaterThan(self, value)

    def gte(self, value):
        return GreaterThanEquals(self, value)

    def between(self, low_value, high_value):
        return Between(self, low_value, high_value)

    def is_in(self, value):
        return In(self, value)


class And(ConditionBase):
    expression_operator, expression_format = "AND", "({0} {operator} {1})"

    def _tucuxi_value(self):
        return {"and": list(self._values)}


class Or(ConditionBase):
    expression_operator, expression_format = "OR", "({0} {operator} {1})"

    def _tucuxi_value(self):
        return {"or": list(self._values)}


class Not(ConditionBase):
    expression_operator, expression_format = "NOT", "({operator} {0})"

    def _tucuxi_value(self):
        return {"not": self._values[0]}


class ConditionExpressionBuilder:
    """Builds expressions whose placeholders do not repeat until :meth:`reset`."""

    def __init__(self):
        self.reset()

    def reset(self):
        self._name_count = self._value_count = 0

    def build_expression(self, condition, is_key_condition=False):
        if not isinstance(condition, ConditionBase):
            raise _exceptions["DynamoDBNeedsConditionError"](condition)
        if is_key_condition:
            _check_keys(condition)
        text, names, values = _native.build_condition(condition)
        if self._name_count or self._value_count:
            shift = lambda found: found.group(1) + str(int(found.group(2)) + (self._name_count if found.group(1) == "#n" else self._value_count))
            renumber = lambda old: re.sub(r"(#n|:v)(\d+)", shift, old)
            text = renumber(text)
            names = {renumber(name): value for name, value in names.items()}
            values = {renumber(name): value for name, value in values.items()}
        self._name_count += len(names)
        self._value_count += len(values)
        return BuiltConditionExpression(text, names, values)


def _check_keys(condition):
    for value in condition._values:
        if isinstance(value, ConditionBase):
            _check_keys(value)
        elif isinstance(value, AttributeBase) and not isinstance(value, Key):
            raise _exceptions["DynamoDBNeedsKeyConditionError"](value)


for _class in list(globals().values()):
    if isinstance(_class, type) and issubclass(_class, (ConditionBase, AttributeBase, ConditionExpressionBuilder)):
        _class.__module__ = "boto3.dynamodb.conditions"
