"""PyJWT: claims under a signature.

Time is read here, by datetime, so that who moves that clock moves this one too.
"""

from __future__ import annotations

import json
import warnings
from calendar import timegm
from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta, timezone
from time import time
from typing import TYPE_CHECKING, Any

from . import _hooks
from .api_jwk import PyJWK
from .api_jws import _ALGORITHM_UNSET, _JWS_ATTRIBUTES, PyJWS, _jws_global_obj, warn_of_unknown
from .exceptions import DecodeError, ExpiredSignatureError, ImmatureSignatureError, \
    InvalidAudienceError, InvalidIssuedAtError, InvalidIssuerError, InvalidJTIError, \
    InvalidSubjectError, MissingRequiredClaimError

if TYPE_CHECKING:
    from .types import FullOptions, Options, SigOptions

_VERIFY = ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub",
           "verify_jti")
_LEGACY_VERIFY = (
    "The `verify` argument to `decode` does nothing in PyJWT 2.0 and newer. The equivalent is "
    "setting `verify_signature` to False in the `options` dictionary. This invocation has a "
    "mismatch between the kwarg and the option entry."
)
_loads, _dumps = json.loads, json.dumps
_ABSENT = object()
_datetime = datetime
# Of these, looking a name up changes nothing: an iterator would be used up.
_CONTAINERS = frozenset((list, tuple, set, frozenset, str, dict))


def _asks_for_signature(options: Options | None) -> bool:
    """Only who says so in the call itself gets claims that are not verified: what an object was
    made with does not count."""
    return True if options is None else options.get("verify_signature", True)


def _all_hold(payload: dict[str, Any], options: FullOptions, audience: Any, issuer: Any,
              subject: Any, leeway: Any) -> bool:
    """Whether every claim of an ordinary token certainly holds, whatever options ask for.

    False says nothing: _validate_claims() then looks at each, and tells.
    """
    if options["require"] != [] or options.get("strict_aud") or type(leeway) is not int:
        return False
    get = payload.get
    # One clock, read in the shorter way unless somebody has put another in the place of datetime.
    now = time() if datetime is _datetime else datetime.now(tz=timezone.utc).timestamp()
    exp, nbf, iat = get("exp", _ABSENT), get("nbf", _ABSENT), get("iat", _ABSENT)
    if ((exp is not _ABSENT and (type(exp) is not int or exp <= now - leeway))
            or (nbf is not _ABSENT and (type(nbf) is not int or nbf > now + leeway))
            or (iat is not _ABSENT and (type(iat) is not int or iat > now + leeway))):
        return False
    sub, aud = get("sub", _ABSENT), get("aud")
    return (type(get("jti", "")) is str
            and (sub is _ABSENT or type(sub) is str and (subject is None or sub == subject))
            and (issuer is None or type(issuer) is str and get("iss") == issuer)
            and (not aud if audience is None else
                 bool(aud) and type(aud) is str
                 and (aud == audience if type(audience) is str
                      else type(audience) in (list, tuple) and aud in audience)))


class PyJWT(metaclass=_hooks.Watched):
    """Encodes and decodes claims. Subclasses may override the methods that begin with _."""

    def __init__(self, options: Options | None = None) -> None:
        self.options: FullOptions = self._get_default_options()
        if options is not None:
            self.options = self._merge_options(options)
        self._jws = PyJWS(options=self._get_sig_options())

    @staticmethod
    def _get_default_options() -> FullOptions:
        return {
            "verify_signature": True,
            "verify_exp": True,
            "verify_nbf": True,
            "verify_iat": True,
            "verify_aud": True,
            "verify_iss": True,
            "verify_sub": True,
            "verify_jti": True,
            "require": [],
            "strict_aud": False,
            "enforce_minimum_key_length": False,
        }

    def _get_sig_options(self) -> SigOptions:
        return {"verify_signature": self.options["verify_signature"],
                "enforce_minimum_key_length": self.options.get("enforce_minimum_key_length", False)}

    def _merge_options(self, options: Options | None = None) -> FullOptions:
        """Without the signature nothing is checked but what is asked for by name."""
        if options is None:
            return self.options
        asked: Any = dict(options)
        if not asked.get("verify_signature", True):
            asked = {**dict.fromkeys(_VERIFY, False), **asked}
        return {**self.options, **asked}

    def _is_plain(self) -> bool:
        """Whether every method on the way is ours, so that the straight road may leave them out.

        An object with attributes of its own may have a method among them.
        """
        return (type(self) is PyJWT and _hooks.is_plain and len(self.__dict__) == _ATTRIBUTES
                and len(self._jws.__dict__) == _JWS_ATTRIBUTES
                and json.loads is _loads and json.dumps is _dumps)

    def encode(self, payload: dict[str, Any], key: Any, algorithm: str | None = _ALGORITHM_UNSET,
               headers: dict[str, Any] | None = None,
               json_encoder: type[json.JSONEncoder] | None = None,
               sort_headers: bool = True) -> str:
        """The token of these claims."""
        if not isinstance(payload, dict):
            raise TypeError("Expecting a dict object, as JWT only supports JSON objects as "
                            "payloads.")
        jws = self._jws
        if headers is None and json_encoder is None and sort_headers and self._is_plain():
            signer = jws._signers.get(key)
            if (signer is not None and signer[0] == algorithm
                    and len(signer[2].__dict__) == signer[3]):
                token = signer[1](payload)
                if token is not None:
                    return token
        payload = payload.copy()
        for name in ("exp", "iat", "nbf"):
            value = payload.get(name)
            if isinstance(value, datetime):
                payload[name] = timegm(value.utctimetuple())
        if "iss" in payload and not isinstance(payload["iss"], str):
            raise TypeError("Issuer (iss) must be a string.")
        json_payload = self._encode_payload(payload, headers=headers, json_encoder=json_encoder)
        return jws.encode(json_payload, key, algorithm, headers, json_encoder,
                          sort_headers=sort_headers)

    def _encode_payload(self, payload: dict[str, Any], headers: dict[str, Any] | None = None,
                        json_encoder: type[json.JSONEncoder] | None = None) -> bytes:
        """The bytes to sign."""
        return json.dumps(payload, separators=(",", ":"), cls=json_encoder).encode("utf-8")

    def decode_complete(self, jwt: str | bytes, key: Any = "",
                        algorithms: Sequence[str] | None = None, options: Options | None = None,
                        verify: bool | None = None, detached_payload: bytes | None = None,
                        audience: str | Iterable[str] | None = None,
                        issuer: str | Container[str] | None = None, subject: str | None = None,
                        leeway: float | timedelta = 0, **kwargs: Any) -> dict[str, Any]:
        """Header, claims and signature of a token that is verified unless options say no."""
        if kwargs:
            warn_of_unknown("decode_complete", kwargs)
        is_verified = _asks_for_signature(options)
        if verify is not None and verify != is_verified:
            warnings.warn(_LEGACY_VERIFY, DeprecationWarning, stacklevel=2)
        merged = self._merge_options(options)
        sig_options: SigOptions = {
            "verify_signature": is_verified,
            "enforce_minimum_key_length": merged.get("enforce_minimum_key_length", False)}
        decoded = self._jws.decode_complete(jwt, key=key, algorithms=algorithms,
                                            options=sig_options,
                                            detached_payload=detached_payload)
        payload = self._decode_payload(decoded)
        self._validate_claims(payload, merged, audience=audience, issuer=issuer, subject=subject,
                              leeway=leeway)
        if is_verified and detached_payload is None:
            self._jws._learn_verifier(decoded["header"]["alg"], key)
        decoded["payload"] = payload
        return decoded

    def _decode_payload(self, decoded: dict[str, Any]) -> dict[str, Any]:
        """The claims, of header, payload and signature."""
        try:
            payload = json.loads(decoded["payload"])
        except (ValueError, RecursionError) as error:
            raise DecodeError(f"Invalid payload string: {error}") from error
        if not isinstance(payload, dict):
            raise DecodeError("Invalid payload string: must be a json object")
        return payload

    def decode(self, jwt: str | bytes, key: Any = "", algorithms: Sequence[str] | None = None,
               options: Options | None = None, verify: bool | None = None,
               detached_payload: bytes | None = None,
               audience: str | Iterable[str] | None = None, subject: str | None = None,
               issuer: str | Container[str] | None = None, leeway: float | timedelta = 0,
               **kwargs: Any) -> dict[str, Any]:
        """The claims of a token that is verified unless options say no."""
        if kwargs:
            warn_of_unknown("decode", kwargs)
        if verify is None and detached_payload is None and self._is_plain():
            if type(key) is PyJWK:
                found = self._jws._verifiers.get(key._engine_key)
                # CVE-2026-48523: the key says what it is for, whatever is allowed.
                if found is not None and (found[0] != key.algorithm_name
                                          or type(key.Algorithm) is not type(found[2])
                                          or len(key.Algorithm.__dict__) != found[3]):
                    found = None
                elif algorithms is None:
                    algorithms = (key.algorithm_name,)
            else:
                found = self._jws._verifiers.get(key)
            if (found is not None and algorithms and type(algorithms) in _CONTAINERS
                    and found[0] in algorithms and len(found[2].__dict__) == found[3]
                    and _asks_for_signature(options)):
                merged = self.options if options is None else self._merge_options(options)
                payload = found[1](jwt)
                if payload is not None:
                    if not _all_hold(payload, merged, audience, issuer, subject, leeway):
                        self._validate_claims(payload, merged, audience, issuer, subject, leeway)
                    return payload
        decoded = self.decode_complete(jwt, key, algorithms, options, verify=verify,
                                       detached_payload=detached_payload, audience=audience,
                                       subject=subject, issuer=issuer, leeway=leeway)
        return decoded["payload"]

    def _validate_claims(self, payload: dict[str, Any], options: FullOptions,
                         audience: Iterable[str] | str | None = None,
                         issuer: Container[str] | str | None = None, subject: str | None = None,
                         leeway: float | timedelta = 0) -> None:
        """Raises for the first claim that does not hold."""
        if isinstance(leeway, timedelta):
            leeway = leeway.total_seconds()
        if audience is not None and not isinstance(audience, (str, Iterable)):
            raise TypeError("audience must be a string, iterable or None")
        self._validate_required_claims(payload, options["require"])
        now = datetime.now(tz=timezone.utc).timestamp()
        if "iat" in payload and options["verify_iat"]:
            self._validate_iat(payload, now, leeway)
        if "nbf" in payload and options["verify_nbf"]:
            self._validate_nbf(payload, now, leeway)
        if "exp" in payload and options["verify_exp"]:
            self._validate_exp(payload, now, leeway)
        if options["verify_iss"]:
            self._validate_iss(payload, issuer)
        if options["verify_aud"]:
            self._validate_aud(payload, audience, strict=options.get("strict_aud", False))
        if options["verify_sub"]:
            self._validate_sub(payload, subject)
        if options["verify_jti"]:
            self._validate_jti(payload)

    def _validate_required_claims(self, payload: dict[str, Any], claims: Iterable[str]) -> None:
        for claim in claims:
            if payload.get(claim) is None:
                raise MissingRequiredClaimError(claim)

    def _validate_sub(self, payload: dict[str, Any], subject: str | None = None) -> None:
        if "sub" not in payload:
            return
        if not isinstance(payload["sub"], str):
            raise InvalidSubjectError("Subject must be a string")
        if subject is not None and payload["sub"] != subject:
            raise InvalidSubjectError("Invalid subject")

    def _validate_jti(self, payload: dict[str, Any]) -> None:
        if "jti" in payload and not isinstance(payload["jti"], str):
            raise InvalidJTIError("JWT ID must be a string")

    def _validate_iat(self, payload: dict[str, Any], now: float, leeway: float) -> None:
        try:
            iat = int(payload["iat"])
        except (ValueError, TypeError, OverflowError):
            raise InvalidIssuedAtError("Issued At claim (iat) must be an integer.") from None
        if iat > now + leeway:
            raise ImmatureSignatureError("The token is not yet valid (iat)")

    def _validate_nbf(self, payload: dict[str, Any], now: float, leeway: float) -> None:
        try:
            nbf = int(payload["nbf"])
        except (ValueError, TypeError, OverflowError):
            raise DecodeError("Not Before claim (nbf) must be an integer.") from None
        if nbf > now + leeway:
            raise ImmatureSignatureError("The token is not yet valid (nbf)")

    def _validate_exp(self, payload: dict[str, Any], now: float, leeway: float) -> None:
        try:
            exp = int(payload["exp"])
        except (ValueError, TypeError, OverflowError):
            raise DecodeError("Expiration Time claim (exp) must be an integer.") from None
        if exp <= now - leeway:
            raise ExpiredSignatureError("Signature has expired")

    def _validate_aud(self, payload: dict[str, Any], audience: str | Iterable[str] | None, *,
                      strict: bool = False) -> None:
        if audience is None:
            if payload.get("aud"):
                # A token for somebody, and we are nobody in particular.
                raise InvalidAudienceError("Invalid audience")
            return
        claim = payload.get("aud")
        if not claim:
            raise MissingRequiredClaimError("aud")
        if strict:
            self._validate_aud_strictly(claim, audience)
            return
        if isinstance(claim, str):
            claim = [claim]
        if not isinstance(claim, list) or any(not isinstance(name, str) for name in claim):
            raise InvalidAudienceError("Invalid claim format in token")
        if isinstance(audience, str):
            audience = [audience]
        if all(name not in claim for name in audience):
            raise InvalidAudienceError("Audience doesn't match")

    @staticmethod
    def _validate_aud_strictly(claim: Any, audience: Any) -> None:
        if not isinstance(audience, str):
            raise InvalidAudienceError("Invalid audience (strict)")
        if not isinstance(claim, str):
            raise InvalidAudienceError("Invalid claim format in token (strict)")
        if audience != claim:
            raise InvalidAudienceError("Audience doesn't match (strict)")

    def _validate_iss(self, payload: dict[str, Any], issuer: Container[str] | str | None) -> None:
        if issuer is None:
            return
        if "iss" not in payload:
            raise MissingRequiredClaimError("iss")
        iss = payload["iss"]
        if not isinstance(iss, str):
            raise InvalidIssuerError("Payload Issuer (iss) must be a string")
        if isinstance(issuer, str):
            # CVE-2024-53861: the same text, not a part of it.
            if iss != issuer:
                raise InvalidIssuerError("Invalid issuer")
            return
        try:
            is_member = iss in issuer
        except TypeError:
            raise InvalidIssuerError('Issuer param must be "str" or "Container[str]"') from None
        if not is_member:
            raise InvalidIssuerError("Invalid issuer")


_jwt_global_obj = PyJWT()
_jwt_global_obj._jws = _jws_global_obj
_ATTRIBUTES = len(vars(_jwt_global_obj))
_hooks.watch(PyJWT, "encode", "decode", "decode_complete", "_encode_payload", "_decode_payload",
             "_merge_options",
             *(name for name in vars(PyJWT) if name.startswith("_validate")))
encode = _jwt_global_obj.encode
decode_complete = _jwt_global_obj.decode_complete
decode = _jwt_global_obj.decode
