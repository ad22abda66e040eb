"""PyJWKClient: the keys of an endpoint, fetched over urllib."""

from __future__ import annotations

import http.client
import json
import math
import threading
import time
import urllib.request
from functools import lru_cache
from ssl import SSLContext
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlparse

from .api_jwk import PyJWK, PyJWKSet
from .api_jwt import decode_complete as decode_token
from .exceptions import PyJWKClientConnectionError, PyJWKClientError
from .jwk_set_cache import JWKSetCache

_NO_OBJECT = "The JWKS endpoint did not return a JSON object"


class _NoRedirectHandler(urllib.request.HTTPRedirectHandler):
    """Follows nobody: keys come from where they were said to be (CVE-2026-102267)."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any,
                         newurl: str) -> None:
        return None


class PyJWKClient:
    """Finds the key of a token in the JWK Set of an endpoint."""

    def __init__(self, uri: str, cache_keys: bool = False, max_cached_keys: int = 16,
                 cache_jwk_set: bool = True, lifespan: float = 300,
                 headers: dict[str, Any] | None = None, timeout: float = 30,
                 ssl_context: SSLContext | None = None, cooldown_duration: float = 30):
        scheme = urlparse(uri).scheme.lower()
        if scheme not in ("http", "https"):
            raise PyJWKClientError(f"Invalid JWKS URI scheme {scheme!r}: only 'http' and 'https' "
                                   "are supported.")
        if cooldown_duration < 0:
            raise PyJWKClientError("Cooldown duration must be greater than or equal to 0, the "
                                   f'input is "{cooldown_duration}"')
        if not math.isfinite(cooldown_duration):
            raise PyJWKClientError("Cooldown duration must be finite, the input is "
                                   f'"{cooldown_duration}"')
        if cache_jwk_set and lifespan <= 0:
            raise PyJWKClientError(f'Lifespan must be greater than 0, the input is "{lifespan}"')
        self.uri = uri
        self.jwk_set_cache = JWKSetCache(lifespan) if cache_jwk_set else None
        self.headers = {} if headers is None else headers
        self.timeout = timeout
        self.ssl_context = ssl_context
        self.cooldown_duration = cooldown_duration
        self._last_successful_fetch: float | None = None
        self._client_lock = threading.RLock()
        if cache_keys:
            # One cache for each client, in place of the method.
            setattr(self, "get_signing_key",
                    lru_cache(maxsize=max_cached_keys)(self.get_signing_key))

    def fetch_data(self) -> Any:
        """The endpoint's answer, a JSON object. Its keys go into the cache, where there is one."""
        request = urllib.request.Request(url=self.uri, headers=self.headers)
        handlers: list[Any] = [_NoRedirectHandler()]
        if self.ssl_context is not None:
            handlers.append(urllib.request.HTTPSHandler(context=self.ssl_context))
        try:
            opener = urllib.request.build_opener(*handlers)
            with opener.open(request, timeout=self.timeout) as response:
                data = json.load(response)
        except (URLError, TimeoutError, http.client.HTTPException) as error:
            if isinstance(error, HTTPError):
                error.close()
            raise PyJWKClientConnectionError(
                f'Fail to fetch data from the url, err: "{error}"') from error
        payload = self._as_jwk_set_payload(data)
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(payload)
        self._last_successful_fetch = time.monotonic()
        return payload

    @staticmethod
    def _as_jwk_set_payload(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise PyJWKClientError(_NO_OBJECT)
        return data

    def get_jwk_set(self, refresh: bool = False) -> PyJWKSet:
        """The key set, from the cache unless refresh says otherwise."""
        data = None if self.jwk_set_cache is None or refresh else self.jwk_set_cache.get()
        if data is not None:
            return self._as_jwk_set(data)
        jwk_set = self._as_jwk_set(self.fetch_data())
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(jwk_set)  # what a subclass made of the answer
        return jwk_set

    def _as_jwk_set(self, data: Any) -> PyJWKSet:
        """Of what a subclass or a cache of the caller's gives, parsed or not."""
        if isinstance(data, PyJWKSet):
            return data
        return PyJWKSet.from_dict(self._as_jwk_set_payload(data))

    def get_signing_keys(self, refresh: bool = False) -> list[PyJWK]:
        """The keys of the set that are for signatures and have an ID."""
        return self._get_signing_keys_from_jwk_set(self.get_jwk_set(refresh))

    @staticmethod
    def _get_signing_keys_from_jwk_set(jwk_set: PyJWKSet) -> list[PyJWK]:
        keys = [key for key in jwk_set.keys
                if key.public_key_use in ("sig", None) and key.key_id]
        if not keys:
            raise PyJWKClientError("The JWKS endpoint did not contain any signing keys")
        return keys

    def get_signing_key(self, kid: str) -> PyJWK:
        """The key of that ID. An unknown one has the set fetched again, though not too often."""
        found = self.match_kid(self.get_signing_keys(), kid) if self._is_kept() else None
        if found is None:
            found = self._fetched_key(kid)
        if found is None:
            raise PyJWKClientError(f'Unable to find a signing key that matches: "{kid}"')
        return found

    def _fetched_key(self, kid: str) -> PyJWK | None:
        """One thread fetches; the others wait, and find that it was done (GHSA-2gx3-rcp4-g85q)."""
        with self._client_lock:
            found = self.match_kid(self.get_signing_keys(), kid)
            if found is None and not self._is_cooling():
                found = self.match_kid(self.get_signing_keys(refresh=True), kid)
                self._last_successful_fetch = time.monotonic()
            return found

    def _is_kept(self) -> bool:
        return self.jwk_set_cache is not None and self.jwk_set_cache.get() is not None

    def _is_cooling(self) -> bool:
        if self.jwk_set_cache is None or self._last_successful_fetch is None:
            return False
        return time.monotonic() - self._last_successful_fetch < self.cooldown_duration

    def get_signing_key_from_jwt(self, token: str | bytes) -> PyJWK:
        """The key that a token names. The token is not verified by that."""
        unverified = decode_token(token, options={"verify_signature": False})
        return self.get_signing_key(unverified["header"].get("kid"))

    @staticmethod
    def match_kid(signing_keys: list[PyJWK], kid: str) -> PyJWK | None:
        """The first key of that ID, or None."""
        for key in signing_keys:
            if key.key_id == kid:
                return key
        return None
