"""``botocore.regions``: endpoints by the file ``endpoints.json``, which older programs read. Clients use the rules of their services."""

import re

from . import exceptions


class BaseEndpointResolver:
    """Finds the endpoint of a service in a region."""

    def construct_endpoint(self, service_name, region_name=None):
        raise NotImplementedError

    def get_available_partitions(self):
        return []

    def get_available_endpoints(self, service_name, partition_name="aws", allow_non_regional=False):
        return []


class EndpointResolver(BaseEndpointResolver):
    """Finds endpoints in the data of ``endpoints.json``."""

    def __init__(self, endpoint_data, uses_builtin_data=False):
        if "partitions" not in endpoint_data:
            raise ValueError('Missing "partitions" in endpoint data')
        self._partitions, self.uses_builtin_data = endpoint_data["partitions"], uses_builtin_data

    def _partition(self, name):
        return next((partition for partition in self._partitions if partition["partition"] == name), None)

    def get_available_partitions(self):
        """Lists the partitions."""
        return [partition["partition"] for partition in self._partitions]

    def get_service_endpoints_data(self, service_name, partition_name="aws"):
        """Returns the endpoints of a service, or ``None``."""
        services = (self._partition(partition_name) or {}).get("services", {})
        return services[service_name].get("endpoints") if service_name in services else None

    def get_available_endpoints(self, service_name, partition_name="aws", allow_non_regional=False, endpoint_variant_tags=None):
        """Lists the regions of a service, or with ``allow_non_regional`` the names of all its endpoints."""
        partition = self._partition(partition_name) or {}
        endpoints = partition.get("services", {}).get(service_name, {}).get("endpoints", {})
        names = [name for name in endpoints if allow_non_regional or name in partition["regions"]]
        if not endpoint_variant_tags:
            return names
        return [name for name in names if _variant(endpoints[name], endpoint_variant_tags)]

    def get_partition_dns_suffix(self, partition_name, endpoint_variant_tags=None):
        """Returns the domain of a partition, or ``None``."""
        partition = self._partition(partition_name)
        if partition is None or not endpoint_variant_tags:
            return partition and partition["dnsSuffix"]
        return (_variant(partition["defaults"], endpoint_variant_tags) or {}).get("dnsSuffix")

    def get_partition_for_region(self, region_name):
        """Returns the partition of a region."""
        for partition in self._partitions:
            if _contains(partition, region_name):
                return partition["partition"]
        raise exceptions.UnknownRegionError(region_name=region_name, error_msg="No partition found for provided region_name.")

    def construct_endpoint(self, service_name, region_name=None, partition_name=None, use_dualstack_endpoint=False, use_fips_endpoint=False):
        """Returns the endpoint: ``hostname``, ``protocols``, ``signatureVersions``, and others; ``None`` if there is none."""
        tags = [tag for tag, chosen in (("dualstack", use_dualstack_endpoint), ("fips", use_fips_endpoint)) if chosen]
        if partition_name is not None:
            partition = self._partition(partition_name)
            return partition and self._in_partition(partition, service_name, region_name, tags, True)
        for partition in self._partitions:
            found = self._in_partition(partition, service_name, region_name, tags, False)
            if found:
                return found
        return None

    def _in_partition(self, partition, service_name, region_name, tags, is_forced):
        service = partition["services"].get(service_name, {})
        if region_name is None:
            if "partitionEndpoint" not in service:
                raise exceptions.NoRegionError()
            region_name = service["partitionEndpoint"]
        if region_name in service.get("endpoints", {}):
            return self._endpoint(partition, service_name, service, region_name, tags)
        if not is_forced and not _contains(partition, region_name):
            return None
        if "partitionEndpoint" in service and not service.get("isRegionalized", True):
            region_name = service["partitionEndpoint"]
        return self._endpoint(partition, service_name, service, region_name, tags)

    def _endpoint(self, partition, service_name, service, name, tags):
        levels = [service.get("endpoints", {}).get(name, {}), service.get("defaults", {}), partition.get("defaults", {})]
        if tags:
            variants = [_variant(level, tags) for level in levels]
            if not any(variants):
                raise exceptions.EndpointVariantError(tags=tags)
            levels = [variant or {} for variant in variants] + levels
            result = _merged({}, levels[:3])
            result.setdefault("dnsSuffix", partition["dnsSuffix"])
            levels = levels[3:]
            result = _merged(result, levels[:1])
        else:
            result = {**levels[0], "dnsSuffix": partition["dnsSuffix"]}
        result.update(partition=partition["partition"], endpointName=name)
        result = _merged(result, levels[1:])
        values = {"service": service_name, "region": name, "dnsSuffix": result["dnsSuffix"]}
        for key in ("hostname", "sslCommonName"):
            if key in result:
                result[key] = result[key].format(**values)
        return result


def _contains(partition, region_name):
    return region_name in partition["regions"] or bool("regionRegex" in partition and re.match(partition["regionRegex"], region_name))


def _variant(level, tags):
    return next(({**own} for own in level.get("variants", []) if set(own["tags"]) == set(tags)), None)


def _merged(result, levels):
    for level in levels:
        for key, value in level.items():
            result.setdefault(key, value)
    return result


for _class in (BaseEndpointResolver, EndpointResolver):
    _class.__module__ = "botocore.regions"
