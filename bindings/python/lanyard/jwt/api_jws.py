"""PyJWS: any bytes under a signature, in PyJWT's manners.

A token is taken apart here, because callers see each failure by its own name; the signature is
the engine's. On the straight road (one of our algorithms, an ordinary header, a key of enough
length) the engine does all of it at once: see _learn_verifier() and _learn_signer(). It runs none
of the methods on the way, and is taken only while nobody has replaced one: see _hooks.
"""

from __future__ import annotations

import binascii
import json
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .._core import Jws
from . import _hooks, _keys
from .algorithms import Algorithm, ECAlgorithm, HMACAlgorithm, OKPAlgorithm, RSAAlgorithm, \
    RSAPSSAlgorithm, get_default_algorithms
from .api_jwk import PyJWK
from .exceptions import DecodeError, InvalidAlgorithmError, InvalidKeyError, \
    InvalidSignatureError, InvalidTokenError
from .utils import base64url_encode
from .warnings import InsecureKeyLengthWarning, RemovedInPyjwt3Warning

if TYPE_CHECKING:
    from .types import SigOptions

_ALGORITHM_UNSET: Any = object()
_OWN = frozenset((HMACAlgorithm, RSAAlgorithm, RSAPSSAlgorithm, ECAlgorithm, OKPAlgorithm))
_ALGORITHM_HOOKS = frozenset(("prepare_key", "check_key_length", "sign", "verify"))
# How many calls lie between the warning about a short key and the line that PyJWT points to.
_ENCODE_DEPTH, _DECODE_DEPTH = 4, 6
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_NEED_ALGORITHMS = ('It is required that you pass in a value for the "algorithms" argument when '
                    'calling decode().')
_NEED_DETACHED = ('It is required that you pass in a value for the "detached_payload" argument to '
                  'decode a message having the b64 header set to false.')
_NO_DETACHED = ('It is only valid to pass "detached_payload" when the protected header has "b64" '
                'set to false.')


class PyJWS(metaclass=_hooks.Watched):
    """Signs and verifies bytes. Has algorithms of its own, to be added to and taken from."""

    header_typ = "JWT"
    _supported_crit: set[str] = {"b64"}

    def __init__(self, algorithms: Sequence[str] | None = None,
                 options: SigOptions | None = None) -> None:
        self._algorithms = get_default_algorithms()
        self._valid_algs = set(algorithms) if algorithms is not None else set(self._algorithms)
        for name in list(self._algorithms):
            if name not in self._valid_algs:
                del self._algorithms[name]
        self.options: SigOptions = self._get_default_options()
        if options is not None:
            self.options = {**self.options, **options}
        self._verifiers = _keys.new_cache()
        self._signers = _keys.new_cache()

    @staticmethod
    def _get_default_options() -> SigOptions:
        return {"verify_signature": True, "enforce_minimum_key_length": False}

    def register_algorithm(self, alg_id: str, alg_obj: Algorithm) -> None:
        """Adds an algorithm. ValueError when there is one of that name."""
        if alg_id in self._algorithms:
            raise ValueError("Algorithm already has a handler.")
        if not isinstance(alg_obj, Algorithm):
            raise TypeError("Object is not of type `Algorithm`")
        self._algorithms[alg_id] = alg_obj
        self._valid_algs.add(alg_id)
        self._forget()

    def unregister_algorithm(self, alg_id: str) -> None:
        """Takes an algorithm away. KeyError when there is none of that name."""
        if alg_id not in self._algorithms:
            raise KeyError("The specified algorithm could not be removed because it is not "
                           "registered.")
        del self._algorithms[alg_id]
        self._valid_algs.remove(alg_id)
        self._forget()

    def _forget(self) -> None:
        self._verifiers.clear()
        self._signers.clear()

    def get_algorithms(self) -> list[str]:
        """The names of all algorithms."""
        return list(self._valid_algs)

    def get_algorithm_by_name(self, alg_name: str) -> Algorithm:
        """The algorithm of that name, or NotImplementedError."""
        try:
            return self._algorithms[alg_name]
        except KeyError:
            raise NotImplementedError("Algorithm not supported") from None

    # Writing

    def encode(self, payload: bytes, key: Any, algorithm: str | None = _ALGORITHM_UNSET,
               headers: dict[str, Any] | None = None,
               json_encoder: type[json.JSONEncoder] | None = None,
               is_payload_detached: bool = False, sort_headers: bool = True) -> str:
        """The token of payload."""
        alg = self._algorithm_of(key, algorithm, headers)
        if headers and headers.get("b64") is False:
            is_payload_detached = True
        header = self._header_of(alg, headers, is_payload_detached)
        header_json = json.dumps(header, separators=(",", ":"), cls=json_encoder,
                                 sort_keys=sort_headers).encode()
        head = base64url_encode(header_json)
        body = payload if is_payload_detached else base64url_encode(payload)
        signing_input = b".".join((head, body))
        signature = self._sign(alg, key, signing_input)
        if headers is None and not is_payload_detached and sort_headers and json_encoder is None:
            self._learn_signer(alg, key, algorithm, header_json)
        start = head + b"." if is_payload_detached else signing_input
        return (start + b"." + base64url_encode(signature)).decode("ascii")

    @staticmethod
    def _algorithm_of(key: Any, algorithm: Any, headers: dict[str, Any] | None) -> Any:
        """The header's, else the argument, else the key's."""
        if headers:
            named = headers.get("alg")
            if named:
                return named
        if algorithm is _ALGORITHM_UNSET:
            return key.algorithm_name if isinstance(key, PyJWK) else "HS256"
        if algorithm is None:
            return key.algorithm_name if isinstance(key, PyJWK) else "none"
        return algorithm

    def _header_of(self, alg: Any, headers: dict[str, Any] | None,
                   is_detached: bool) -> dict[str, Any]:
        header: dict[str, Any] = {"typ": self.header_typ, "alg": alg}
        if headers:
            self._validate_headers(headers, encoding=True)
            header.update(headers)
        if not header["typ"]:
            del header["typ"]
        if is_detached:
            header["b64"] = False
            # RFC 7797, 6: "b64" must be listed as critical.
            crit = header.get("crit", [])
            if not isinstance(crit, list):
                raise InvalidTokenError("Invalid 'crit' header: must be a list")
            if "b64" not in crit:
                header["crit"] = [*crit, "b64"]
        elif "b64" in header:
            del header["b64"]
        return header

    def _sign(self, alg: str, key: Any, signing_input: bytes) -> bytes:
        alg_obj: Any = self.get_algorithm_by_name(alg)
        if _is_engine_s(alg_obj):
            engine = self._engine_key(alg_obj, key)
            self._check_length(alg_obj._length_trouble(engine), self.options, _ENCODE_DEPTH)
            return alg_obj._sign(signing_input, engine)
        prepared = alg_obj.prepare_key(key.key if isinstance(key, PyJWK) else key)
        self._check_length(alg_obj.check_key_length(prepared), self.options, _ENCODE_DEPTH)
        return alg_obj.sign(signing_input, prepared)

    @staticmethod
    def _engine_key(alg_obj: Any, key: Any) -> Any:
        if not isinstance(key, PyJWK):
            return alg_obj._engine(key)
        if type(key.Algorithm) is type(alg_obj) and key._engine_key is not None:
            return alg_obj._engine(key._engine_key)
        return alg_obj._engine(key.key)

    @staticmethod
    def _check_length(trouble: str | None, options: Any, depth: int) -> None:
        if trouble:
            if options.get("enforce_minimum_key_length", False):
                raise InvalidKeyError(trouble)
            warnings.warn(trouble, InsecureKeyLengthWarning, stacklevel=depth)

    # The straight road

    def _learn(self, alg: str, alg_obj: Any, key: Any, header: str) -> Jws | None:
        """What does all of it at once, for one of our own algorithms and a key long enough."""
        if not _is_engine_s(alg_obj):
            return None
        engine = self._engine_key(alg_obj, key)
        if alg_obj._length_trouble(engine) or alg_obj._name(engine) != alg:
            return None
        return Jws(engine, alg, header)

    def _learn_signer(self, alg: str, key: Any, algorithm: Any, header_json: bytes) -> None:
        if type(self) is PyJWS and self.header_typ == "JWT" and not isinstance(key, PyJWK):
            alg_obj = self._algorithms.get(alg)
            jws = self._learn(alg, alg_obj, key, header_json.decode("ascii"))
            if jws is not None:
                self._signers.put(key, (algorithm, jws.sign_claims, alg_obj, len(vars(alg_obj))))

    def _learn_verifier(self, alg: str, key: Any) -> None:
        if type(self) is PyJWS:
            alg_obj = key.Algorithm if isinstance(key, PyJWK) else self._algorithms.get(alg)
            jws = self._learn(alg, alg_obj, key, "{}")
            if jws is not None:
                held = key._engine_key if isinstance(key, PyJWK) else key
                self._verifiers.put(held, (alg, jws.claims, alg_obj, len(vars(alg_obj))))

    # Reading

    def decode_complete(self, jwt: str | bytes, key: Any = "",
                        algorithms: Sequence[str] | None = None,
                        options: SigOptions | None = None, detached_payload: bytes | None = None,
                        **kwargs: Any) -> dict[str, Any]:
        """Header, payload and signature of a token that is verified unless options say no."""
        if kwargs:
            warn_of_unknown("decode_complete", kwargs)
        merged: Any = self.options if options is None else {**self.options, **options}
        is_verified = merged["verify_signature"]
        if is_verified and not algorithms and not isinstance(key, PyJWK):
            raise DecodeError(_NEED_ALGORITHMS)
        payload, signing_input, header, signature = self._load(jwt)
        self._validate_headers(header)
        if header.get("b64", True) is False:
            # RFC 7797, 6: who does not know "b64" must refuse the token.
            if "b64" not in header.get("crit", ()):
                raise InvalidTokenError("The 'b64' header parameter requires 'b64' to be listed "
                                        "in 'crit'.")
            if detached_payload is None:
                raise DecodeError(_NEED_DETACHED)
            payload = detached_payload
            signing_input = b".".join((signing_input.rsplit(b".", 1)[0], payload))
        elif detached_payload is not None:
            raise DecodeError(_NO_DETACHED)
        if is_verified:
            self._verify_signature(signing_input, header, signature, key, algorithms, merged)
        return {"payload": payload, "header": header, "signature": signature}

    def decode(self, jwt: str | bytes, key: Any = "", algorithms: Sequence[str] | None = None,
               options: SigOptions | None = None, detached_payload: bytes | None = None,
               **kwargs: Any) -> Any:
        """The payload of a token, verified likewise."""
        if kwargs:
            warn_of_unknown("decode", kwargs)
        decoded = self.decode_complete(jwt, key, algorithms, options,
                                       detached_payload=detached_payload)
        return decoded["payload"]

    def get_unverified_header(self, jwt: str | bytes) -> dict[str, Any]:
        """The header, unverified: believe nothing of it."""
        header = self._load(jwt)[2]
        self._validate_headers(header)
        return header

    @staticmethod
    def _decode_base64url_segment(segment: bytes, name: str) -> bytes:
        """Only the one spelling of these bytes, with the padding that belongs to it or without
        (CVE-2026-102269)."""
        body = segment.rstrip(b"=")
        padding = len(segment) - len(body)
        if padding and (padding > 2 or len(segment) % 4):
            raise DecodeError(f"Invalid {name} padding")
        try:
            data = binascii.a2b_base64(body.translate(_FROM_URL) + b"=" * (-len(body) % 4))
        except binascii.Error as error:
            raise DecodeError(f"Invalid {name} padding") from error
        if base64url_encode(data) != body:
            raise DecodeError(f"Invalid {name} padding")
        return data

    def _load(self, jwt: str | bytes) -> tuple[bytes, bytes, dict[str, Any], bytes]:
        """Payload, signing input, header and signature."""
        if isinstance(jwt, str):
            jwt = jwt.encode("utf-8")
        if not isinstance(jwt, bytes):
            raise DecodeError(f"Invalid token type. Token must be a {bytes}")
        try:
            signing_input, crypto_segment = jwt.rsplit(b".", 1)
            header_segment, payload_segment = signing_input.split(b".", 1)
        except ValueError as error:
            raise DecodeError("Not enough segments") from error
        header = self._load_header(header_segment)
        if header.get("b64", True) is False:
            if payload_segment:
                raise DecodeError("Payload segment must be empty when 'b64' is false.")
            payload = b""
        else:
            payload = self._decode_base64url_segment(payload_segment, "payload")
        signature = self._decode_base64url_segment(crypto_segment, "crypto")
        return payload, signing_input, header, signature

    def _load_header(self, segment: bytes) -> dict[str, Any]:
        data = self._decode_base64url_segment(segment, "header")
        try:
            header = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise DecodeError(f"Invalid header string: {error}") from error
        if not isinstance(header, dict):
            raise DecodeError("Invalid header string: must be a json object")
        return header

    def _verify_signature(self, signing_input: bytes, header: dict[str, Any], signature: bytes,
                          key: Any = "", algorithms: Sequence[str] | None = None,
                          options: Any = None) -> None:
        options = self.options if options is None else options
        if algorithms is None and isinstance(key, PyJWK):
            algorithms = [key.algorithm_name]
        if "alg" not in header:
            raise InvalidAlgorithmError("Algorithm not specified")
        alg = header["alg"]
        if not self._is_allowed(alg, algorithms):
            raise InvalidAlgorithmError("The specified alg value is not allowed")
        if self._check(signing_input, alg, signature, key, options):
            return
        raise InvalidSignatureError("Signature verification failed")

    @staticmethod
    def _is_allowed(alg: Any, algorithms: Any) -> bool:
        if not isinstance(alg, str) or not alg:
            return False
        return algorithms is None or alg in algorithms

    def _check(self, signing_input: bytes, alg: str, signature: bytes, key: Any,
               options: Any) -> bool:
        if isinstance(key, PyJWK):
            # CVE-2026-48523: the key, not the token, says what it is for.
            if alg != key.algorithm_name:
                raise InvalidAlgorithmError(f"Token algorithm {alg!r} does not match the key's "
                                            f"algorithm {key.algorithm_name!r}")
            alg_obj: Any = key.Algorithm
        else:
            try:
                alg_obj = self.get_algorithm_by_name(alg)
            except NotImplementedError as error:
                raise InvalidAlgorithmError("Algorithm not supported") from error
        if not _is_engine_s(alg_obj):
            prepared = alg_obj.prepare_key(key.key if isinstance(key, PyJWK) else key)
            self._check_length(alg_obj.check_key_length(prepared), options, _DECODE_DEPTH)
            return alg_obj.verify(signing_input, prepared, signature)
        engine = self._engine_key(alg_obj, key)
        self._check_length(alg_obj._length_trouble(engine), options, _DECODE_DEPTH)
        return alg_obj._verify(signing_input, engine, signature)

    def _validate_headers(self, headers: dict[str, Any], *, encoding: bool = False) -> None:
        if "kid" in headers:
            self._validate_kid(headers["kid"])
        if not encoding and "crit" in headers:
            self._validate_crit(headers)

    def _validate_kid(self, kid: Any) -> None:
        if not isinstance(kid, str):
            raise InvalidTokenError("Key ID header parameter must be a string")

    def _validate_crit(self, headers: dict[str, Any]) -> None:
        crit = headers["crit"]
        if not isinstance(crit, list) or not crit:
            raise InvalidTokenError("Invalid 'crit' header: must be a non-empty list")
        for name in crit:
            if not isinstance(name, str):
                raise InvalidTokenError("Invalid 'crit' header: values must be strings")
            if name not in self._supported_crit:
                raise InvalidTokenError(f"Unsupported critical extension: {name}")
            if name not in headers:
                raise InvalidTokenError(f"Critical extension '{name}' is missing from headers")


def _is_engine_s(alg_obj: Any) -> bool:
    """Whether the engine does it, whole: one of our classes itself, with a hash that it has, and
    with our methods."""
    cls = type(alg_obj)
    return (cls in _OWN and alg_obj._is_standard and (_hooks.is_plain or _hooks.is_ours(cls))
            and _ALGORITHM_HOOKS.isdisjoint(vars(alg_obj)))


def warn_of_unknown(method: str, kwargs: dict[str, Any]) -> None:
    """Arguments that PyJWT 1 had, or nobody."""
    warnings.warn(f"passing additional kwargs to {method}() is deprecated and will be removed in "
                  f"pyjwt version 3. Unsupported kwargs: {tuple(kwargs.keys())}",
                  RemovedInPyjwt3Warning, stacklevel=3)


for _cls in _OWN:
    _hooks.watch(_cls, *_ALGORITHM_HOOKS)
_hooks.watch(PyJWS, "encode", "decode_complete", "get_algorithm_by_name", "_load",
             "_decode_base64url_segment", "_verify_signature", "_validate_headers", "_validate_kid",
             "_validate_crit")
_jws_global_obj = PyJWS()
_JWS_ATTRIBUTES = len(vars(_jws_global_obj))
encode = _jws_global_obj.encode
decode_complete = _jws_global_obj.decode_complete
decode = _jws_global_obj.decode
register_algorithm = _jws_global_obj.register_algorithm
unregister_algorithm = _jws_global_obj.unregister_algorithm
get_algorithm_by_name = _jws_global_obj.get_algorithm_by_name
get_unverified_header = _jws_global_obj.get_unverified_header
