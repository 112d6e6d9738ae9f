"""Condition expressions as text."""
from boto3.dynamodb.conditions import Attr, ConditionExpressionBuilder, Key

builder = ConditionExpressionBuilder()
for condition in (
    Key("a").eq("x"), Key("a").eq("x") & Key("b").begins_with("y"), Attr("a").ne(1) | Attr("b").lte(2), ~Attr("c").contains("z"),
    Attr("d").is_in([1, 2, 3]), Attr("e").exists() & Attr("f").not_exists(), Attr("g").size().gte(3), Attr("h").attribute_type("S"),
    Attr("i.j[0].k").gt(5), Attr("l").eq(Attr("m")), Attr("n").between(1, 9) & (Attr("o").lt(1) | Attr("p").gt(2)), Key("q").lte(5),
):
    builder.reset()
    print(builder.build_expression(condition))
builder.reset()
print(builder.build_expression(Key("a").eq(1), is_key_condition=True))
print(builder.build_expression(Attr("b").eq(2)))
for bad in (lambda: Attr("a") & Attr("b"), lambda: Attr("a").eq(1) & 5, lambda: builder.build_expression("a = 1"),
            lambda: builder.build_expression(Attr("a").eq(1), is_key_condition=True), lambda: ~Attr("a")):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__)
print(Attr("a").eq(1) == Attr("a").eq(1), Attr("a") == Attr("b"), Attr("a").eq(1) != Key("a").eq(2))
print(Attr("a").eq(1).get_expression()["operator"])
