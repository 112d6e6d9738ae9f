"""The functions of ``botocore.utils`` and ``botocore.compat`` that programs use. Those about ARNs, hosts, headers, and hashes are in
:mod:`names <tucuxi.names>`."""

import datetime
import functools
import json
import os
import re
from urllib.parse import quote

from .zones import tzlocal, tzutc

SAFE_CHARS = "-._~"


def merge_dicts(dict1, dict2, append_lists=False):
    """Adds the entries of the second dictionary to the first, at every depth."""
    for key, value in dict2.items():
        if isinstance(value, dict) and key in dict1:
            merge_dicts(dict1[key], value, append_lists)
        elif isinstance(value, list) and append_lists and isinstance(dict1.get(key), list):
            dict1[key].extend(value)
        else:
            dict1[key] = value


def deep_merge(base, extra):
    """Adds the entries of ``extra`` to ``base``, at every depth."""
    for key, value in extra.items():
        if isinstance(base.get(key), dict) and isinstance(value, dict):
            deep_merge(base[key], value)
        else:
            base[key] = value


def parse_timestamp(value):
    """Reads a time in ISO 8601, in the format of HTTP, or in epoch seconds."""
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, (int, float)):
        return datetime.datetime.fromtimestamp(value, tzlocal())
    try:
        return datetime.datetime.fromtimestamp(float(value), tzlocal())
    except (TypeError, ValueError):
        pass
    text = str(value).strip()
    try:
        moment = datetime.datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        from email.utils import parsedate_to_datetime

        try:
            moment = parsedate_to_datetime(text)
        except (TypeError, ValueError) as error:
            raise ValueError(f'Invalid timestamp "{value}": {error}') from error
    return moment.replace(tzinfo=tzutc()) if moment.tzinfo and not moment.utcoffset() else moment


def parse_to_aware_datetime(value):
    """As :func:`parse_timestamp`; a time without a zone is in UTC."""
    moment = parse_timestamp(value)
    return moment.replace(tzinfo=tzutc()) if moment.tzinfo is None else moment


def datetime2timestamp(dt, default_timezone=None):
    """Returns the seconds since 1970; a time without a zone is in UTC."""
    return (dt if dt.tzinfo else dt.replace(tzinfo=default_timezone or tzutc())).timestamp()


def percent_encode(input_str, safe=SAFE_CHARS):
    """Encodes text for a URL."""
    if not isinstance(input_str, (bytes, str)):
        input_str = str(input_str)
    return quote(input_str, safe=safe)


def percent_encode_sequence(mapping, safe=SAFE_CHARS):
    """Encodes names and values for a query."""
    pairs = []
    for name, value in mapping.items() if hasattr(mapping, "items") else mapping:
        for item in value if isinstance(value, list) else [value]:
            pairs.append(f"{percent_encode(name)}={percent_encode(item)}")
    return "&".join(pairs)


def get_service_module_name(service_model):
    """Returns the class name of a service's clients."""
    name = service_model.metadata.get("serviceAbbreviation") or service_model.metadata.get("serviceFullName") or service_model.service_name
    return re.sub(r"\W+", "", name.replace("Amazon", "").replace("AWS", ""))


def set_value_from_jmespath(source, expression, value, is_first=True):
    """Sets a value at a path of names that are separated by dots."""
    first, _, rest = expression.partition(".")
    if rest:
        set_value_from_jmespath(source.setdefault(first, {}), rest, value, False)
    else:
        source[first] = value


def fix_s3_host(request, signature_version, region_name, default_endpoint_url=None, **kwargs):
    """Has no effect: programs unregister this hook to keep the host of an S3-compatible store, which tucuxi does anyway."""


def remove_dot_segments(url):
    """Resolves the segments ``.`` and ``..`` of a path, and merges slashes."""
    kept = []
    for segment in url.split("/"):
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    first, last = "/" if url.startswith("/") else "", "/" if url.endswith("/") and kept else ""
    return first + "/".join(kept) + last


def normalize_url_path(path):
    """Returns a path as its signature covers it."""
    return remove_dot_segments(path) if path else "/"


class CachedProperty:
    """A property that is computed once."""

    def __init__(self, fget):
        self._fget = fget

    def __get__(self, obj, cls):
        if obj is None:
            return self
        value = obj.__dict__[self._fget.__name__] = self._fget(obj)
        return value


def instance_cache(func):
    """Caches the results of a method in its object."""
    @functools.wraps(func)
    def cached(self, *args, **kwargs):
        key = (func.__name__, args, tuple(sorted(kwargs.items())))
        cache = self.__dict__.setdefault("_instance_cache", {})
        if key not in cache:
            cache[key] = func(self, *args, **kwargs)
        return cache[key]

    return cached


class ArgumentGenerator:
    """Generates skeletons of parameters."""

    def __init__(self, use_member_names=False):
        self._use_member_names = use_member_names

    def generate_skeleton(self, shape):
        """Returns an empty value of a shape, with every member."""
        return self._generate(shape, [])

    def _generate(self, shape, above, name=""):
        if shape.name in above:
            return {}
        above = [*above, shape.name]
        if shape.type_name == "structure":
            return {member: self._generate(inner, above, member) for member, inner in shape.members.items()}
        if shape.type_name == "list":
            return [self._generate(shape.member, above, shape.member.name)]
        if shape.type_name == "map":
            return {"KeyName": self._generate(shape.value, above, "Value")}
        if shape.type_name == "string":
            return name if self._use_member_names else (shape.enum[0] if shape.enum else "")
        values = {"integer": 0, "long": 0, "float": 0.0, "double": 0.0, "boolean": True}
        return datetime.datetime(1970, 1, 1) if shape.type_name == "timestamp" else values.get(shape.type_name)


class JSONFileCache:
    """A dictionary whose entries are JSON files in a folder."""

    CACHE_DIR = os.path.expanduser(os.path.join("~", ".aws", "boto", "cache"))

    def __init__(self, working_dir=CACHE_DIR, dumps_func=None):
        self._working_dir, self._dumps = working_dir, dumps_func or (lambda value: json.dumps(value, default=str))

    def _path(self, key):
        return os.path.join(self._working_dir, key + ".json")

    def __contains__(self, key):
        return os.path.isfile(self._path(key))

    def __getitem__(self, key):
        try:
            with open(self._path(key)) as file:
                return json.load(file)
        except (OSError, ValueError):
            raise KeyError(key) from None

    def __delitem__(self, key):
        try:
            os.remove(self._path(key))
        except OSError:
            raise KeyError(key) from None

    def __setitem__(self, key, value):
        content = self._dumps(value)
        os.makedirs(self._working_dir, exist_ok=True)
        temporary = self._path(key) + f".{os.getpid()}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(content)
        os.replace(temporary, self._path(key))


def total_seconds(delta):
    """Returns the seconds of a time span."""
    return delta.total_seconds()
