"""Writes conditions.jsonl: random conditions in tucuxi's data form, with the text, names, and values that boto3 builds for them.

    python tests/client/dynamodb/conditions.py > tests/client/dynamodb/conditions.jsonl
"""

import json
import random

from boto3.dynamodb.conditions import Attr, ConditionExpressionBuilder, Key

RANDOM = random.Random(20261127)
NAMES = ["a", "b", "name", "size", "a.b", "a[0]", "a.b[0].c", "m[1][2].x", "with space", "dash-ed.x_y", "#x", ":v", "é.ü", "AND", "a[b].c", "a..b", "x[0", "y]z", "[3]", "q.", ".r"]
VALUES = [0, 1, -5, 12345678901234567890, True, False, None, "", "x", "éü", ":v0", "#n0", [], [1, "a"], {}, {"attr": "a"}, {"a": [1, {"b": None}]}]
COMPARISONS = ["eq", "ne", "lt", "lte", "gt", "gte"]


def name():
    return RANDOM.choice(NAMES)


def operand():
    """An operand as data and as boto3 takes it."""
    kind = RANDOM.random()
    if kind < 0.75:
        value = RANDOM.choice(VALUES)
        return {"value": value}, value
    path = name()
    return ({"attr": path}, Attr(path)) if kind < 0.9 else ({"size": path}, Attr(path).size())


def condition(left, built, operator, operands):
    data = [data for data, _ in operands]
    made = getattr(built, operator)(*(value for _, value in operands))
    if all("value" in entry for entry in data):
        values = [entry["value"] for entry in data]
        return {**left, operator: True if not values else values[0] if len(values) == 1 else values}, made
    return {**left, "operator": operator, "operands": data}, made


def test():
    path = name()
    kind = RANDOM.randrange(8)
    if kind == 0:
        return condition({"attr": path}, Attr(path), RANDOM.choice(["exists", "not_exists"]), [])
    if kind == 1:
        return condition({"attr": path}, Attr(path), "between", [operand(), operand()])
    if kind == 2:
        values = [RANDOM.choice(VALUES) for _ in range(RANDOM.randrange(5))]
        return {"attr": path, "is_in": values}, Attr(path).is_in(values)
    if kind == 3:
        operator = RANDOM.choice(["eq", "lt", "lte", "gt", "gte", "between"])
        return condition({"size": path}, Attr(path).size(), operator, [operand() for _ in range(2 if operator == "between" else 1)])
    if kind == 4:
        return condition({"attr": path}, Attr(path), RANDOM.choice(["contains", "begins_with", "attribute_type"]), [operand()])
    return condition({"attr": path}, Attr(path), RANDOM.choice(COMPARISONS), [operand()])


def key_test():
    path = RANDOM.choice(["k", "name", "sort key"])
    operator = RANDOM.choice(["eq", "lt", "lte", "gt", "gte", "between", "begins_with"])
    values = [RANDOM.choice(VALUES) for _ in range(2 if operator == "between" else 1)]
    return condition({"key": path}, Key(path), operator, [({"value": value}, value) for value in values])


def combined(depth, leaf):
    kind = RANDOM.random()
    if depth == 0 or kind < 0.3:
        return leaf()
    if kind < 0.45:
        data, built = combined(depth - 1, leaf)
        return {"not": data}, ~built
    (a, first), (b, second) = combined(depth - 1, leaf), combined(depth - 1, leaf)
    return ({"and": [a, b]}, first & second) if kind < 0.75 else ({"or": [a, b]}, first | second)


def main():
    for i in range(600):
        is_key = i % 10 == 0
        data, built = combined(i % 5 if not is_key else i % 3, key_test if is_key else test)
        text, names, values = ConditionExpressionBuilder().build_expression(built, is_key_condition=is_key)
        print(json.dumps([data, is_key, text, names, values], ensure_ascii=False, separators=(",", ":")))


main()
