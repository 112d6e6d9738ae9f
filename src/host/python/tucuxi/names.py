"""The functions of ``botocore.utils`` about ARNs, names of hosts, headers, and hashes."""

import hashlib
import ipaddress
import re
from urllib.parse import urlsplit

from . import exceptions

_LABEL = re.compile(r"^(?!-)[A-Za-z\d-]{1,63}(?<!-)$")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9\-]*[a-z0-9]")


class InvalidArnException(ValueError):
    """A text is not an ARN."""


class ArnParser:
    """Reads ARNs."""

    def parse_arn(self, arn):
        """Returns the parts of an ARN: ``partition``, ``service``, ``region``, ``account``, and ``resource``."""
        parts = arn.split(":", 5)
        if len(parts) < 6:
            raise InvalidArnException(f"Provided ARN: {arn} must be of the format: arn:partition:service:region:account:resource")
        return dict(zip(("partition", "service", "region", "account", "resource"), parts[1:]))

    @staticmethod
    def is_arn(value):
        """Returns whether a value is an ARN."""
        if not isinstance(value, str) or not value.startswith("arn:"):
            return False
        try:
            ArnParser().parse_arn(value)
        except InvalidArnException:
            return False
        return True


def is_valid_endpoint_url(endpoint_url):
    """Returns whether the host of a URL is a valid name of a host."""
    host = _host(endpoint_url)
    if not host or len(host) > 255:
        return False
    return all(_LABEL.match(label) for label in host.removesuffix(".").split("."))


def is_valid_ipv6_endpoint_url(endpoint_url):
    """Returns whether the host of a URL is an IPv6 address."""
    try:
        return ipaddress.ip_address(_host(endpoint_url) or "").version == 6
    except ValueError:
        return False


def is_valid_uri(endpoint_url):
    """Returns whether the host of a URL is a name or an IPv6 address."""
    return is_valid_endpoint_url(endpoint_url) or is_valid_ipv6_endpoint_url(endpoint_url)


def _host(url):
    if any(character in url for character in "\t\r\n"):
        return None
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def validate_region_name(region_name):
    """Fails if a region cannot be a part of the name of a host."""
    if region_name is not None and not _LABEL.match(region_name):
        raise exceptions.InvalidRegionError(region_name=region_name)


def check_dns_name(bucket_name):
    """Returns whether the name of a bucket can be a part of the name of a host with a certificate of S3."""
    if "." in bucket_name or not 3 <= len(bucket_name) <= 63:
        return False
    return bool(_BUCKET.fullmatch(bucket_name))


def hyphenize_service_id(service_id):
    """Returns the name of a service in events."""
    return service_id.replace(" ", "-").lower()


def ensure_boolean(val):
    """Returns a boolean as it is; of a text, whether it is ``true``."""
    if isinstance(val, bool):
        return val
    return isinstance(val, str) and val.lower() == "true"


def is_json_value_header(shape):
    """Returns whether a shape is a header that holds JSON."""
    found = getattr(shape, "serialization", {})
    return shape.type_name == "string" and found.get("location") == "header" and bool(found.get("jsonvalue"))


def has_header(header_name, headers):
    """Returns whether there is a header of that name, in any case."""
    return header_name is not None and any(name.lower() == header_name.lower() for name in headers or ())


def lowercase_dict(original):
    """Returns a dictionary with keys in lower case."""
    return {key.lower(): value for key, value in original.items()}


def parse_key_val_file(filename, _open=open):
    """Reads the lines ``name=value`` of a file."""
    try:
        with _open(filename) as file:
            return parse_key_val_file_contents(file.read())
    except OSError:
        raise exceptions.ConfigNotFound(path=filename) from None


def parse_key_val_file_contents(contents):
    """Reads lines ``name=value``."""
    pairs = (line.partition("=") for line in contents.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def determine_content_length(body):
    """Returns the number of bytes of a body, or ``None``."""
    if not body:
        return 0
    if hasattr(body, "__len__"):
        return len(body)
    if hasattr(body, "seek") and hasattr(body, "tell"):
        place = body.tell()
        end = body.seek(0, 2)
        end = body.tell() if end is None else end
        body.seek(place)
        return end - place
    return None


def calculate_sha256(body, as_hex=False):
    """Returns the SHA-256 of a file."""
    digest = hashlib.sha256()
    for chunk in iter(lambda: body.read(1024 * 1024), b""):
        digest.update(chunk)
    return digest.hexdigest() if as_hex else digest.digest()


def calculate_tree_hash(body):
    """Returns the tree hash of a file, in hexadecimal, as Glacier defines it."""
    level = [hashlib.sha256(chunk).digest() for chunk in iter(lambda: body.read(1024 * 1024), b"")] or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = [level[place : place + 2] for place in range(0, len(level), 2)]
        level = [hashlib.sha256(b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex()


for _class in (ArnParser, InvalidArnException):
    _class.__module__ = "botocore.utils"
