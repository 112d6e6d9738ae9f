"""What several programs share: responses without what differs from run to run."""
import datetime
import re

RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{16,}\b|(?<=[-_/])[0-9a-z]{8,10}\b(?=[^a-z]|$)"
                    r"|\b(?=\w*\d)[A-Za-z0-9]{10,}\b|\d{4}-\d\d-\d\dT[\d:.]+Z?|\d{9,13}")


def clean(value, name=""):
    """A copy of a value with masks for times and identifiers."""
    if isinstance(value, dict):
        return {key: clean(item, key) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [clean(item, name) for item in value]
    if isinstance(value, datetime.datetime):
        return f"time in {value.tzinfo}"
    if isinstance(value, str):
        return RANDOM.sub("~", value)
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 1e8 else value


def show(label, value):
    """Prints a value."""
    print(label, clean(value))


def attempt(label, function, *args, **kwargs):
    """Prints the result or the error of a function."""
    try:
        show(label, function(*args, **kwargs))
    except Exception as error:
        print(label, type(error).__name__, RANDOM.sub("~", str(error)), clean(getattr(error, "response", {}).get("Error")))
