"""``botocore.auth`` and ``botocore.signers``: signatures for requests that a program builds itself."""

import base64
import datetime
import json
import time
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from . import _native
from .awsrequest import AWSRequest
from .exceptions import NoCredentialsError, UnknownSignatureVersionError

SIGV4_TIMESTAMP = "%Y%m%dT%H%M%SZ"
ISO8601 = "%Y-%m-%dT%H:%M:%SZ"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
EMPTY_SHA256_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


class BaseSigner:
    REQUIRES_REGION = False
    REQUIRES_TOKEN = False

    def add_auth(self, request):
        raise NotImplementedError("add_auth")


class SigV4Auth(BaseSigner):
    """Signs a request in its headers with Signature Version 4."""

    REQUIRES_REGION = True
    _s3 = False

    def __init__(self, credentials, service_name, region_name):
        self.credentials, self._service_name, self._region_name = credentials, service_name, region_name

    def add_auth(self, request):
        """Adds ``X-Amz-Date``, ``X-Amz-Security-Token`` if there is a token, and ``Authorization``."""
        _, headers = self._sign(request, request.prepare().url)
        for name in ("X-Amz-Date", "Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256", "Authorization"):
            found = [value for own, value in headers if own.lower() == name.lower()]
            if found or name == "Authorization":
                del request.headers[name]
            for value in found:
                request.headers[name] = value

    def _sign(self, request, url, body=True, **more):
        if self.credentials is None:
            raise NoCredentialsError()
        own = self.credentials
        if hasattr(own, "get_frozen_credentials"):
            own = own.get_frozen_credentials()
        seconds = int(time.time())
        moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
        given = request.headers.get("X-Amz-Content-SHA256")
        unsigned = given == UNSIGNED_PAYLOAD or request.context.get("payload_signing_enabled") is False
        headers = [(name, str(value)) for name, value in request.headers.items() if name.lower() not in _REPLACED]
        return _native.sign(
            request.method, url, headers, _content(request) if body else None, access_key=own.access_key, secret_key=own.secret_key,
            token=own.token, region=self._region_name, service=self._service_name, seconds=seconds, s3=self._s3, unsigned=unsigned, **more,
        )


_REPLACED = {"authorization", "x-amz-date", "x-amz-security-token"}


def _content(request):
    body = request.body
    if hasattr(body, "read"):
        place = body.tell()
        body = body.read()
        request.data.seek(place)
    return body.encode("utf-8") if isinstance(body, str) else body


class S3SigV4Auth(SigV4Auth):
    """Signs a request for S3, whose path is not encoded again."""

    _s3 = True


class SigV4QueryAuth(SigV4Auth):
    """Signs a request in its URL."""

    DEFAULT_EXPIRES = 3600

    def __init__(self, credentials, service_name, region_name, expires=DEFAULT_EXPIRES):
        super().__init__(credentials, service_name, region_name)
        self._expires = expires

    def add_auth(self, request):
        """Replaces the URL by the signed one."""
        parts = urlsplit(request.url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        for more in (request.params, request.data):
            if isinstance(more, dict) and more:
                pairs += list(more.items())
        if isinstance(request.data, dict):
            request.data = ""
        request.params = {}
        if request.headers.get("content-type") == "application/x-www-form-urlencoded; charset=utf-8":
            del request.headers["content-type"]
        url = urlunsplit(parts._replace(query=urlencode(pairs, quote_via=quote, safe="-_.~", doseq=True)))
        request.url, _ = self._sign(request, url, expires=int(self._expires))


class S3SigV4QueryAuth(SigV4QueryAuth):
    """Signs a request for S3 in its URL; the body is not signed."""

    _s3 = True

    def _sign(self, request, url, body=True, **more):
        request.context["payload_signing_enabled"] = False
        return super()._sign(request, url, False, **more)


AUTH_TYPE_MAPS = {"v4": SigV4Auth, "v4-query": SigV4QueryAuth, "s3v4": S3SigV4Auth, "s3v4-query": S3SigV4QueryAuth}


class RequestSigner:
    """Signs requests of a service that are built as dictionaries, such as the tokens of EKS and RDS."""

    def __init__(self, service_id, region_name, signing_name, signature_version, credentials, event_emitter, auth_token=None):
        self._region_name, self._signing_name, self._signature_version = region_name, signing_name, signature_version
        self._credentials, self._service_id = credentials, service_id

    @property
    def region_name(self):
        return self._region_name

    @property
    def signature_version(self):
        return self._signature_version

    @property
    def signing_name(self):
        return self._signing_name

    def get_auth_instance(self, signing_name, region_name, signature_version=None, **kwargs):
        """Returns the object that signs."""
        version = signature_version or self._signature_version
        if version not in AUTH_TYPE_MAPS:
            raise UnknownSignatureVersionError(signature_version=version)
        return AUTH_TYPE_MAPS[version](self._credentials, signing_name, region_name, **kwargs)

    get_auth = get_auth_instance

    def sign(self, operation_name, request, region_name=None, signing_type="standard", expires_in=None, signing_name=None):
        """Signs a request in its headers, or in its URL if ``signing_type`` is ``presign-url``."""
        version = self._signature_version
        presigned = {"expires": expires_in or 3600} if signing_type == "presign-url" else {}
        if presigned and not version.endswith("-query"):
            version += "-query"
        self.get_auth_instance(signing_name or self._signing_name, region_name or self._region_name, version, **presigned).add_auth(request)

    def generate_presigned_url(self, request_dict, operation_name, expires_in=3600, region_name=None, signing_name=None):
        """Returns the signed URL of a request: a dictionary with ``method``, ``url``, ``headers``, ``body``, and ``context``."""
        request = AWSRequest(request_dict["method"], request_dict["url"], request_dict.get("headers"), request_dict.get("body"),
                             request_dict.get("query_string"))
        request.context = request_dict.get("context", {})
        self.sign(operation_name, request, region_name, "presign-url", expires_in, signing_name)
        return request.prepare().url


class CloudFrontSigner:
    """Signs URLs of CloudFront; ``rsa_signer`` signs bytes with the private key of ``key_id``."""

    def __init__(self, key_id, rsa_signer):
        self.key_id, self.rsa_signer = key_id, rsa_signer

    def generate_presigned_url(self, url, date_less_than=None, policy=None):
        """Returns the URL with a signature that is valid until ``date_less_than``, or as ``policy`` says."""
        if (date_less_than is None) == (policy is None):
            raise ValueError("Need to provide either date_less_than or policy, but not both")
        if policy is None:
            policy = self.build_policy(url, date_less_than)
            params = [f"Expires={_seconds(date_less_than)}"]
        else:
            params = [f"Policy={_encoded(policy.encode('utf-8') if isinstance(policy, str) else policy)}"]
        signature = self.rsa_signer(policy.encode("utf-8") if isinstance(policy, str) else policy)
        params += [f"Signature={_encoded(signature)}", f"Key-Pair-Id={self.key_id}"]
        return url + ("&" if "?" in url else "?") + "&".join(params)

    def build_policy(self, resource, date_less_than, date_greater_than=None, ip_address=None):
        """Returns the text of a policy."""
        condition = {"DateLessThan": {"AWS:EpochTime": _seconds(date_less_than)}}
        if ip_address:
            condition["IpAddress"] = {"AWS:SourceIp": ip_address if "/" in ip_address else ip_address + "/32"}
        if date_greater_than:
            condition["DateGreaterThan"] = {"AWS:EpochTime": _seconds(date_greater_than)}
        return json.dumps({"Statement": [{"Resource": resource, "Condition": condition}]}, separators=(",", ":"))


def _seconds(moment):
    return int((moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp())


def _encoded(content):
    return base64.b64encode(content).replace(b"+", b"-").replace(b"=", b"_").replace(b"/", b"~").decode("ascii")


for _class in (BaseSigner, SigV4Auth, S3SigV4Auth, SigV4QueryAuth, S3SigV4QueryAuth):
    _class.__module__ = "botocore.auth"
RequestSigner.__module__ = CloudFrontSigner.__module__ = "botocore.signers"
