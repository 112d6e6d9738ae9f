"""Values as tagged JSON: what JSON has no notation for is a map of one key that begins with `$`."""

import base64
import datetime
import decimal
import io
import math

from botocore.eventstream import EventStream
from botocore.response import StreamingBody

SAFE_INTEGERS = range(-(2**63), 2**63)


def tag(value):
    """The tagged form; readers are read, and those that can be are rewound."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if value in SAFE_INTEGERS else {"$number": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$float": special(value)}
    if isinstance(value, decimal.Decimal):
        return {"$number": str(value)}
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, datetime.datetime):
        return {"$timestamp": instant(value)}
    if isinstance(value, io.BytesIO):
        return {"$stream": base64.b64encode(value.getvalue()).decode()}
    if isinstance(value, list | tuple):
        return [tag(item) for item in value]
    if isinstance(value, dict):
        return tagged_map(value)
    if isinstance(value, StreamingBody):
        return {"$stream": base64.b64encode(value.read()).decode()}
    if isinstance(value, EventStream):
        return events(value)
    return {"$repr": repr(value)}


def tagged_map(value):
    entries = {str(key): tag(item) for key, item in value.items()}
    if len(entries) == 1:
        key = next(iter(entries))
        if key.startswith("$"):
            return {"$" + key: entries[key]}
    return entries


def events(stream):
    """The events, and the error that ended them, if one did."""
    tagged = {"$eventstream": []}
    try:
        for event in stream:
            tagged["$eventstream"].append(tag(event))
    except Exception as error:
        tagged["error"] = {"class": type(error).__name__, "message": str(error)}
    return tagged


def special(value):
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def instant(value):
    if value.tzinfo is not None:
        value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return value.isoformat() + "Z"
