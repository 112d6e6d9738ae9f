"""Runs the scenarios of the files named after the endpoint with boto3, and prints what was sent and what came of it."""

import base64
import datetime
import decimal
import json
import sys
import urllib.request

import boto3
import botocore.exceptions
from boto3.resources.base import ServiceResource

ENDPOINT = sys.argv[1]


def main():
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    runs = {}
    for file in sys.argv[2:]:
        with open(file, encoding="utf-8") as text:
            scenarios = json.load(text)
        service = scenarios["service"]
        sent = []
        resource = session.resource(service, endpoint_url=ENDPOINT)
        resource.meta.client.meta.events.register("before-send", lambda request, **_: sent.append(record(request)))
        for scenario in scenarios["scenarios"]:
            for path in ["reset", "seed?a=42"]:
                urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}/moto-api/{path}", method="POST"), timeout=60).read()
            sent.clear()
            run = Run(resource)
            try:
                run.steps(scenario["steps"])
            except Exception as error:  # The comparison shows it.
                run.shown.append(f"it broke off: {error!r}")
            runs[f"{service}: {scenario['name']}"] = {"sent": list(sent), "shown": run.shown}
    json.dump(runs, sys.stdout)


def record(request):
    body = request.body
    if hasattr(body, "read"):
        start = body.tell()
        body = body.read()
        request.body.seek(start)
    if isinstance(body, str):
        body = body.encode()
    headers = {}
    for key, value in request.headers.items():
        headers[key.lower()] = value.decode() if isinstance(value, bytes) else str(value)
    return {
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": base64.b64encode(bytes(body or b"")).decode(),
    }


class Run:
    def __init__(self, service):
        self.variables = {"service": service}
        self.shown = []

    def steps(self, steps):
        for step in steps:
            if "each" in step:
                for item in self.find(step["each"]):
                    self.variables["it"] = item
                    self.steps(step["steps"])
            elif "repeat" in step:
                for i in range(step["repeat"]):
                    self.variables["i"] = str(i)
                    self.steps(step["steps"])
            else:
                self.step(step)

    def step(self, step):
        try:
            outcome = self.do(step)
        except botocore.exceptions.ClientError as error:
            if not step.get("fails"):
                raise
            outcome = {"error": error.response["Error"]["Code"]}
        if "as" in step:
            self.variables[step["as"]] = outcome
        if not step.get("quiet"):
            self.shown.append(show(outcome))

    def do(self, step):
        on = self.find(step.get("on", "service"))
        params = self.value(step.get("with", {}))
        if "call" in step:
            return getattr(on, step["call"])(**params)
        if "resource" in step:
            return getattr(on, step["resource"])(*self.value(step.get("ids", [])))
        if "get" in step or "reference" in step:
            return getattr(on, step.get("get") or step["reference"])
        if "wait" in step:
            return getattr(on, "wait_until_" + step["wait"])(WaiterConfig={"Delay": 0, "MaxAttempts": 3}, **params)
        if "client" in step:
            return getattr(on.meta.client, step["client"])(**params)
        if "collection" in step:
            return self.collect(getattr(on, step["collection"]).all(), step, params)
        if "subresources" in step:
            return on.get_available_subresources()
        raise ValueError(step)

    def collect(self, collection, step, params):
        for chosen in step.get("filter", []):
            collection = collection.filter(**self.value(chosen))
        if "limit" in step:
            collection = collection.limit(step["limit"])
        if "page_size" in step:
            collection = collection.page_size(step["page_size"])
        if "batch" in step:
            return getattr(collection, step["batch"])(**params)
        if step.get("pages"):
            return list(collection.pages())
        return list(collection)

    def find(self, name):
        """A variable, and what its parts lead to: `made.0.id`."""
        name, *path = name.split(".")
        value = self.variables[name]
        for part in path:
            if isinstance(value, list):
                value = value[int(part)]
            elif isinstance(value, dict):
                value = value[part]
            else:
                value = getattr(value, part)
        return value

    def value(self, value):
        """A parameter: `$made.0.id` is a variable, `{i}` in a text the number of the repetition."""
        if isinstance(value, dict):
            if list(value) == ["$bytes"]:
                return base64.b64decode(value["$bytes"])
            if list(value) == ["$number"]:
                return decimal.Decimal(self.value(value["$number"]))
            if list(value) == ["$set"]:
                return set(value["$set"])
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return self.find(value[1:]) if value.startswith("$") else value.replace("{i}", self.variables.get("i", ""))
        return value


def show(value):
    if isinstance(value, ServiceResource):
        return repr(value)
    if isinstance(value, dict):
        return {key: show(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple)):
        return [show(item) for item in value]
    if isinstance(value, datetime.datetime):
        return "<time>"
    if isinstance(value, decimal.Decimal):
        return int(value) if str(value).lstrip("-").isdigit() else {"number": str(value)}
    if isinstance(value, set):
        return {"$set": [show(item) for item in value]}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if type(value).__module__ == "boto3.dynamodb.types":
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if hasattr(value, "read"):
        return {"bytes": base64.b64encode(value.read()).decode()}
    return value


main()
