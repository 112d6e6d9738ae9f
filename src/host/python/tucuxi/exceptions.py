"""The exceptions, with botocore's names, texts, and tree.

Where botocore is installed, its classes are used, so that one ``except`` catches errors of both.
"""

import ast
import builtins
import functools
import re
import string

_NATIVE_MODULE = "botocore.exceptions"

# name: (bases, text). Bases are names in this table, of exceptions of requests, or of built-in ones.
_TREE = {
    "BotoCoreError": ("Exception", "An unspecified error occurred"),
    "DataNotFoundError": ("BotoCoreError", "Unable to load data for: {data_path}"),
    "UnknownServiceError": ("DataNotFoundError", "Unknown service: '{service_name}'. Valid service names are: {known_service_names}"),
    "UnknownRegionError": ("BotoCoreError", "Unknown region: '{region_name}'. {error_msg}"),
    "ApiVersionNotFoundError": ("BotoCoreError", "Unable to load data {data_path} for: {api_version}"),
    "HTTPClientError": ("BotoCoreError", "An HTTP Client raised an unhandled exception: {error}"),
    "ConnectionError": ("BotoCoreError", "An HTTP Client failed to establish a connection: {error}"),
    "InvalidIMDSEndpointError": ("BotoCoreError", 'Invalid endpoint EC2 Instance Metadata endpoint: {endpoint}'),
    "InvalidIMDSEndpointModeError": ("BotoCoreError", "Invalid EC2 Instance Metadata endpoint mode: {mode} Valid endpoint modes (case-insensitive): {valid_modes}."),
    "EndpointConnectionError": ("ConnectionError", 'Could not connect to the endpoint URL: "{endpoint_url}"'),
    "SSLError": ("ConnectionError requests.SSLError", "SSL validation failed for {endpoint_url} {error}"),
    "ConnectionClosedError": ("HTTPClientError", 'Connection was closed before we received a valid response from endpoint URL: "{endpoint_url}".'),
    "ReadTimeoutError": ("HTTPClientError requests.ReadTimeout", 'Read timeout on endpoint URL: "{endpoint_url}"'),
    "ConnectTimeoutError": ("ConnectionError requests.ConnectTimeout", 'Connect timeout on endpoint URL: "{endpoint_url}"'),
    "ProxyConnectionError": ("ConnectionError requests.ProxyError", 'Failed to connect to proxy URL: "{proxy_url}"'),
    "ResponseStreamingError": ("HTTPClientError", "An error occurred while reading from response stream: {error}"),
    "NoCredentialsError": ("BotoCoreError", "Unable to locate credentials"),
    "NoAuthTokenError": ("BotoCoreError", "Unable to locate authorization token"),
    "TokenRetrievalError": ("BotoCoreError", "Error when retrieving token from {provider}: {error_msg}"),
    "PartialCredentialsError": ("BotoCoreError", "Partial credentials found in {provider}, missing: {cred_var}"),
    "CredentialRetrievalError": ("BotoCoreError", "Error when retrieving credentials from {provider}: {error_msg}"),
    "UnknownSignatureVersionError": ("BotoCoreError", "Unknown Signature Version: {signature_version}."),
    "ServiceNotInRegionError": ("BotoCoreError", "Service {service_name} not available in region {region_name}"),
    "BaseEndpointResolverError": ("BotoCoreError", "An unspecified error occurred"),
    "NoRegionError": ("BaseEndpointResolverError", "You must specify a region."),
    "EndpointVariantError": ("BaseEndpointResolverError", "Unable to construct a modeled endpoint with the following variant(s) {tags}: "),
    "UnknownEndpointError": ("BaseEndpointResolverError ValueError", "Unable to construct an endpoint for {service_name} in region {region_name}"),
    "UnknownFIPSEndpointError": ("BaseEndpointResolverError", "The provided FIPS pseudo-region \"{region_name}\" is not known for the service \"{service_name}\"."),
    "ProfileNotFound": ("BotoCoreError", "The config profile ({profile}) could not be found"),
    "ConfigParseError": ("BotoCoreError", "Unable to parse config file: {path}"),
    "ConfigNotFound": ("BotoCoreError", "The specified config file ({path}) could not be found."),
    "MissingParametersError": ("BotoCoreError", "The following required parameters are missing for {object_name}: {missing}"),
    "ValidationError": ("BotoCoreError", "Invalid value ('{value}') for param {param} of type {type_name} "),
    "ParamValidationError": ("BotoCoreError", "Parameter validation failed:\n{report}"),
    "UnknownKeyError": ("ValidationError", "Unknown key '{value}' for param '{param}'.  Must be one of: {choices}"),
    "RangeError": ("ValidationError", "Value out of range for param {param}: {min_value} <= {value} <= {max_value}"),
    "UnknownParameterError": ("ValidationError", "Unknown parameter '{name}' for operation {operation}.  Must be one of: {choices}"),
    "InvalidRegionError": ("ValidationError ValueError", "Provided region_name '{region_name}' doesn't match a supported format."),
    "AliasConflictParameterError": ("ValidationError", "Parameter '{original}' and its alias '{alias}' were provided for operation {operation}.  Only one of them may be used."),
    "UnknownServiceStyle": ("BotoCoreError", "Unknown rest style '{service_style}'"),
    "PaginationError": ("BotoCoreError", "Error during pagination: {message}"),
    "OperationNotPageableError": ("BotoCoreError", "Operation cannot be paginated: {operation_name}"),
    "ChecksumError": ("BotoCoreError", "{checksum_type} checksum failed, expected: {expected_checksum}, calculated: {actual_checksum}"),
    "UnseekableStreamError": ("BotoCoreError", "Need to rewind the stream {stream_object}, but stream is not seekable."),
    "WaiterError": ("BotoCoreError", "Waiter {name} failed: {reason}"),
    "IncompleteReadError": ("BotoCoreError", "{actual_bytes} read, but total bytes expected is {expected_bytes}."),
    "InvalidExpressionError": ("BotoCoreError", "Invalid expression {expression}: Only dotted lookups are supported."),
    "UnknownCredentialError": ("BotoCoreError", "Credential named {name} not found."),
    "WaiterConfigError": ("BotoCoreError", "Error processing waiter config: {error_msg}"),
    "UnknownClientMethodError": ("BotoCoreError", "Client does not have method: {method_name}"),
    "UnsupportedSignatureVersionError": ("BotoCoreError", "Signature version(s) are not supported: {signature_version}"),
    "ClientError": ("Exception", ""),
    "EventStreamError": ("ClientError", ""),
    "UnsupportedTLSVersionWarning": ("Warning", ""),
    "ImminentRemovalWarning": ("Warning", ""),
    "InvalidDNSNameError": ("BotoCoreError", "Bucket named {bucket_name} is not a valid DNS name."),
    "InvalidS3AddressingStyleError": ("BotoCoreError", "S3 addressing style {s3_addressing_style} is invalid. Valid options are: 'auto', 'virtual', and 'path'"),
    "UnsupportedS3ArnError": ("BotoCoreError", 'S3 ARN {arn} provided to "Bucket" parameter is invalid. Only ARNs for S3 access-points are supported.'),
    "UnsupportedS3ControlArnError": ("BotoCoreError", "S3 ARN {arn} provided is invalid for this operation. {msg}"),
    "InvalidHostLabelError": ("BotoCoreError", "Invalid host label to be bound to the hostname of the endpoint: \"{label}\"."),
    "UnsupportedOutpostResourceError": ("BotoCoreError", "S3 Outpost ARN resource \"{resource_name}\" provided to \"Bucket\" parameter is invalid."),
    "UnsupportedS3ConfigurationError": ("BotoCoreError", "Unsupported configuration when using S3: {msg}"),
    "UnsupportedS3AccesspointConfigurationError": ("BotoCoreError", "Unsupported configuration when using S3 access-points: {msg}"),
    "InvalidEndpointDiscoveryConfigurationError": ("BotoCoreError", "Unsupported value for endpoint_discovery_enabled: {config_value}."),
    "UnsupportedS3ControlConfigurationError": ("BotoCoreError", "Unsupported configuration when using S3 Control: {msg}"),
    "InvalidRetryConfigurationError": ("BotoCoreError", 'Cannot provide retry configuration for "{retry_config_option}". Valid retry configuration options are: {valid_options}'),
    "InvalidMaxRetryAttemptsError": ("InvalidRetryConfigurationError", 'Value provided to "max_attempts": {provided_max_attempts} must be an integer greater than or equal to {min_value}.'),
    "InvalidRetryModeError": ("InvalidRetryConfigurationError", 'Invalid value provided to "mode": "{provided_retry_mode}" must be one of: {valid_modes}'),
    "InvalidS3UsEast1RegionalEndpointConfigError": ("BotoCoreError", "S3 us-east-1 regional endpoint option {s3_us_east_1_regional_endpoint_config} is invalid. Valid options are: \"legacy\", \"regional\""),
    "InvalidSTSRegionalEndpointsConfigError": ("BotoCoreError", "STS regional endpoints option {sts_regional_endpoints_config} is invalid. Valid options are: \"legacy\", \"regional\""),
    "StubResponseError": ("BotoCoreError", "Error getting response stub for operation {operation_name}: {reason}"),
    "StubAssertionError": ("StubResponseError AssertionError", "Error getting response stub for operation {operation_name}: {reason}"),
    "UnStubbedResponseError": ("StubResponseError", "Error getting response stub for operation {operation_name}: {reason}"),
    "InvalidConfigError": ("BotoCoreError", "{error_msg}"),
    "InfiniteLoopConfigError": ("InvalidConfigError", "Infinite loop in credential configuration detected. Attempting to load from profile {source_profile} which has already been visited. Visited profiles: {visited_profiles}"),
    "RefreshWithMFAUnsupportedError": ("BotoCoreError", "Cannot refresh credentials: MFA token required."),
    "MD5UnavailableError": ("BotoCoreError", "This system does not support MD5 generation."),
    "MissingDependencyException": ("BotoCoreError", "Missing Dependency: {msg}"),
    "MetadataRetrievalError": ("BotoCoreError", "Error retrieving metadata: {error_msg}"),
    "UndefinedModelAttributeError": ("Exception", ""),
    "MissingServiceIdError": ("UndefinedModelAttributeError", "The model being used for the service {service_name} is missing the serviceId metadata property, which is required."),
    "SSOError": ("BotoCoreError", "An unspecified error happened when resolving AWS credentials or an access token from SSO."),
    "SSOTokenLoadError": ("SSOError", "Error loading SSO Token: {error_msg}"),
    "UnauthorizedSSOTokenError": ("SSOError", "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO session run aws sso login with the corresponding profile."),
    "PendingAuthorizationExpiredError": ("SSOError", "The pending authorization to retrieve an SSO token has expired. The device authorization flow to retrieve an SSO token must be restarted."),
    "CapacityNotAvailableError": ("BotoCoreError", "Insufficient request capacity available."),
    "InvalidProxiesConfigError": ("BotoCoreError", "Invalid configuration value(s) provided for proxies_config."),
    "InvalidDefaultsMode": ("BotoCoreError", 'Client configured with invalid defaults mode: {mode}. Valid defaults modes include: {valid_modes}.'),
    "AwsChunkedWrapperError": ("BotoCoreError", "{error_msg}"),
    "FlexibleChecksumError": ("BotoCoreError", "{error_msg}"),
    "InvalidEndpointConfigurationError": ("BotoCoreError", "Invalid endpoint configuration: {msg}"),
    "EndpointProviderError": ("BotoCoreError", "{msg}"),
    "EndpointResolutionError": ("EndpointProviderError", "{msg}"),
    "UnknownEndpointResolutionBuiltInName": ("EndpointProviderError", "Unknown builtin variable name: {name}"),
    "InvalidChecksumConfigError": ("BotoCoreError", "Unsupported configuration value for {config_key}. Expected one of {valid_options} but got {config_value}."),
    "UnsupportedServiceProtocolsError": ("BotoCoreError", "Botocore supports {botocore_supported_protocols}, but service {service} only supports {service_supported_protocols}."),
}


def _format_client_error(response, operation_name):
    retries = ""
    metadata = response.get("ResponseMetadata", {})
    if metadata.get("MaxAttemptsReached", False):
        retries = f" (reached max retries: {metadata.get('RetryAttempts', 0)})"
    error = response.get("Error", {})
    code, message = error.get("Code", "Unknown"), error.get("Message", "Unknown")
    return f"An error occurred ({code}) when calling the {operation_name} operation{retries}: {message}"


def _name_of(cls):
    """The name of a class of this module, which another process finds here whether or not there is a botocore."""
    return cls.__name__ if globals().get(cls.__name__) is cls else cls


def _rebuild(cls, args, state):
    cls = globals()[cls] if isinstance(cls, str) else cls
    exception = cls.__new__(cls)
    exception.args = args
    exception.__dict__.update(state)
    return exception


def _requests_exceptions():
    """The exceptions of ``botocore.vendored.requests``, from which those of connections derive."""
    tree = {"RequestException": "IOError", "ConnectionError": "RequestException", "Timeout": "RequestException",
            "ConnectTimeout": "ConnectionError Timeout", "ReadTimeout": "Timeout", "SSLError": "ConnectionError", "ProxyError": "ConnectionError"}
    classes = {}
    for name, bases in tree.items():
        parents = tuple(classes.get(base) or getattr(builtins, base) for base in bases.split())
        classes[name] = type(name, parents, {"__module__": "botocore.vendored.requests.exceptions"})
    return classes


requests_exceptions = _requests_exceptions()
# Programs import them for `except` clauses; nothing raises them.
urllib3_exceptions = {name: type(name, (Exception,), {"__module__": "botocore.vendored.requests.packages.urllib3.exceptions"})
                      for name in ("HTTPError", "ProtocolError", "ReadTimeoutError", "ResponseError")}


def _own_classes():
    classes = {}
    for name, (bases, text) in _TREE.items():
        parents = tuple(classes.get(base) or requests_exceptions.get(base.partition(".")[2]) or getattr(builtins, base) for base in bases.split())
        members = {"__module__": _NATIVE_MODULE, **({"fmt": text} if text else {})}
        if name == "BotoCoreError":
            def __init__(self, **kwargs):
                Exception.__init__(self, self.fmt.format(**kwargs))
                self.kwargs = kwargs
            def __reduce__(self):
                return _rebuild, (_name_of(type(self)), self.args, dict(self.__dict__))
            members.update(__init__=__init__, __reduce__=__reduce__)
        elif name == "ClientError":
            members["MSG_TEMPLATE"] = (
                "An error occurred ({error_code}) when calling the {operation_name} operation{retry_info}: {error_message}"
            )
            def __init__(self, error_response, operation_name):
                Exception.__init__(self, _format_client_error(error_response, operation_name))
                self.response = error_response
                self.operation_name = operation_name
            def __reduce__(self):
                return _rebuild, (_name_of(ClientError), self.args, dict(self.__dict__))
            members.update(__init__=__init__, __reduce__=__reduce__)
        elif name == "WaiterError":
            def __init__(self, name, reason, last_response):
                classes["BotoCoreError"].__init__(self, name=name, reason=reason)
                self.last_response = last_response
            members["__init__"] = __init__
        classes[name] = type(name, parents, members)
    return classes


def _installed_classes():
    try:
        import botocore.exceptions as installed
    except ImportError:
        return {}
    return {name: value for name, value in vars(installed).items() if isinstance(value, type) and issubclass(value, BaseException)}


_own = _own_classes()
_own.update(_installed_classes())
globals().update(_own)
ClientError = _own["ClientError"]
BotoCoreError = _own["BotoCoreError"]


def _boto3_classes():
    try:
        import boto3.exceptions as installed
        return {name: value for name, value in vars(installed).items() if isinstance(value, type) and issubclass(value, BaseException)}
    except ImportError:
        pass
    classes = {"Boto3Error": type("Boto3Error", (Exception,), {"__module__": "boto3.exceptions"})}
    tree = {
        "ResourceLoadException": "Boto3Error", "NoVersionFound": "Boto3Error", "RetriesExceededError": "Boto3Error",
        "S3TransferFailedError": "Boto3Error", "S3UploadFailedError": "Boto3Error", "DynamoDBOperationNotSupportedError": "Boto3Error",
        "DynamoDBNeedsConditionError": "Boto3Error", "DynamoDBNeedsKeyConditionError": "Boto3Error",
        "PythonDeprecationWarning": "Warning", "InvalidCrtTransferConfigError": "Boto3Error",
    }
    for name, base in tree.items():
        parent = classes.get(base) or getattr(builtins, base)
        classes[name] = type(name, (parent,), {"__module__": "boto3.exceptions"})
    for name in ("ResourceNotExistsError", "UnknownAPIVersionError"):
        classes[name] = type(name, (classes["Boto3Error"], _own["DataNotFoundError"]), {"__module__": "boto3.exceptions"})

    def needs_condition(self, value):
        Exception.__init__(
            self, f"Expecting a ConditionBase object. Got {value} of type {type(value)}. Use AttributeBase methods (i.e. Attr().eq()). "
            "to generate ConditionBase instances first."
        )

    def needs_key(self, value):
        Exception.__init__(
            self, f"Attribute object {value.name} is of type {type(value)}. KeyConditionExpression only supports Attribute objects of type Key"
        )

    classes["DynamoDBNeedsConditionError"].__init__ = needs_condition
    classes["DynamoDBNeedsKeyConditionError"].__init__ = needs_key
    return classes


boto3_exceptions = _boto3_classes()


# Errors that botocore does not have.
def _define(name, base=BotoCoreError):
    cls = type(name, (base,), {"__module__": "tucuxi.exceptions", "fmt": "{message}"})
    globals()[name] = cls
    return cls


TucuxiError = _define("TucuxiError")
for _name in ("DeadlineExceededError", "CanceledError", "UnknownNameError", "UnsupportedOperationError", "InvalidDefinitionError",
              "ConversionError", "ForeignError", "UnprocessedItemsError", "ResponseTooLargeError", "ResponseParserError"):
    _define(_name, TucuxiError)
# A server that does not speak HTTP has closed the connection, as far as botocore is concerned.
InvalidResponseError = type("InvalidResponseError", (TucuxiError, globals()["ConnectionClosedError"]), {"__module__": "tucuxi.exceptions", "fmt": "{message}"})
try:
    from botocore.parsers import ResponseParserError  # noqa: F811
except ImportError:
    pass
try:
    from jmespath.exceptions import JMESPathError
except ImportError:
    JMESPathError = type("JMESPathError", (ValueError,), {"__module__": "jmespath.exceptions"})

def jmespath_error(name):
    """The class of an error of an expression. Those of an installed jmespath make their own messages, so only their base is used."""
    if name not in _jmespath_errors:
        _jmespath_errors[name] = JMESPathError if name == "JMESPathError" else type(name, (JMESPathError,), {"__module__": "jmespath.exceptions"})
    return _jmespath_errors[name]


_jmespath_errors = {}
_BUILTIN = {"TypeError": TypeError, "ValueError": ValueError, "AttributeError": AttributeError, "KeyError": KeyError,
            "AssertionError": AssertionError, "OSError": OSError, "FileNotFoundError": FileNotFoundError}
_codes = {}


def modeled(service, name):
    """Returns the class of an error shape of a service; the same one every time."""
    key = (service, name)
    if key not in _codes:
        _codes[key] = type(name, (ClientError,), {"__module__": "botocore.errorfactory"})
    return _codes[key]


def make(data, text, service):
    """Makes the exception of an error of the native module."""
    kind, name, message = data["kind"], data["name"], data["message"]
    response, details = data.get("response"), data.get("details", {})
    if kind == "Service":
        known = name != "ClientError" and service is not None
        cls = modeled(service, name) if known else ClientError
        return cls(response, data.get("operation", "Unknown"))
    cls = globals().get(name) or boto3_exceptions.get(name) or _BUILTIN.get(name) or TucuxiError
    if kind == "JmesPath":
        cls = jmespath_error(name)
    if not (isinstance(cls, type) and issubclass(cls, BaseException)):
        cls = TucuxiError
    fixed = getattr(cls, "fmt", "{")
    if "{" not in fixed:
        # What was tried is in `kwargs`; the text is boto3's.
        message = fixed
    elif name == "S3UploadFailedError":
        message = re.sub(r" \(status \d+.*\)$", "", message, flags=re.DOTALL)
    exception = cls.__new__(cls)
    exception.args = (message,)
    if issubclass(cls, BotoCoreError):
        exception.kwargs = {**_arguments(cls, message), **details}
        quoted = re.search(r'endpoint URL: "([^"]*)"', message)
        if quoted:
            exception.kwargs["endpoint_url"] = quoted[1]
        if name == "ParamValidationError":
            exception.kwargs = {"report": message.partition("\n")[2] or message}
        if name == "WaiterError":
            exception.last_response = response if response is not None else {}
            exception.kwargs = {"name": details.get("waiter", ""), "reason": message.partition(" failed: ")[2]}
    return exception


@functools.lru_cache(maxsize=None)
def _pattern_of(fmt):
    """The expression that finds in a text what a format was filled with."""
    parts, known = [], set()
    for literal, name, _, _ in string.Formatter().parse(fmt):
        parts.append(re.escape(literal))
        if name:
            parts.append(f"(?P={name})" if name in known else f"(?P<{name}>.*?)")
            known.add(name)
    return re.compile("".join(parts), re.DOTALL)


def _arguments(cls, message):
    """The arguments of which botocore would have made the text of an exception. Numbers and lists are values, as there."""
    found = _pattern_of(cls.fmt).fullmatch(message)
    return {name: _value_of(text) for name, text in found.groupdict().items()} if found else {}


def _value_of(text):
    if not re.fullmatch(r"-?\d+|\(.*\)|\[.*\]", text, re.DOTALL):
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def foreign(value, plain):
    """Makes the exception for an argument of a type that no parameter has."""
    if plain:
        return TypeError(f'Unsupported type "{type(value)}" for value "{value}"')
    report = f"Invalid type for parameter input, value: {value}, type: {type(value)}, valid types: " \
        "<class 'str'>, <class 'int'>, <class 'float'>, <class 'bool'>, <class 'bytes'>, <class 'list'>, <class 'dict'>, <class 'datetime.datetime'>"
    exception = _own["ParamValidationError"](report=report)
    exception._path, exception._value = [], value
    return exception


_VALID_TYPES = {
    "structure": "<class 'dict'>", "map": "<class 'dict'>", "list": "<class 'list'>, <class 'tuple'>", "string": "<class 'str'>",
    "character": "<class 'str'>", "integer": "<class 'int'>", "long": "<class 'int'>", "short": "<class 'int'>", "byte": "<class 'int'>",
    "float": "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>", "double": "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>",
    "boolean": "<class 'bool'>", "timestamp": "<class 'datetime.datetime'>, timestamp-string",
    "blob": "<class 'bytes'>, <class 'bytearray'>, file-like object",
}


def of_parameter(error, shape):
    """The exception about a foreign value with the parameter that contains it, by the shape of the input."""
    name = ""
    for step in error._path:
        kind = getattr(shape, "type_name", None)
        shape = shape.members.get(step) if kind == "structure" else shape.value if kind == "map" else shape.member if kind == "list" else None
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else str(step)
    valid = _VALID_TYPES.get(getattr(shape, "type_name", None))
    if valid is None or not name:
        return error
    value = error._value
    return _own["ParamValidationError"](report=f"Invalid type for parameter {name}, value: {value}, type: {type(value)}, valid types: {valid}")
