"""Prints the names of everything that boto3's resources have, by type."""

import json
import sys

import boto3


def names(resource):
    own = ["meta", "get_available_subresources"]
    return sorted(name for name in dir(resource) if not name.startswith("_") and name not in own)


def make(kind):
    """An instance with as many identifiers as it wants."""
    for count in range(6):
        try:
            return kind(*["x"] * count)
        except (TypeError, ValueError):
            pass
    raise ValueError(kind)


session = boto3.Session("testing", "testing", region_name="us-east-1")
types = {}
for service in session.get_available_resources():
    resource = session.resource(service)
    made = [resource] + [make(getattr(resource, name)) for name in resource.get_available_subresources()]
    types.update({f"{service}.{type(one).__name__.split('.')[-1]}": names(one) for one in made})
json.dump(types, sys.stdout)
