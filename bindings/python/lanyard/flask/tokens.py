"""Access tokens of the embedded mode: at+jwt (RFC 9068), HS256 under SECRET_KEY."""

import lanyard

from ..client.identity import Identity, verified
from .problems import Problem

__all__ = ["AccessTokens", "secret_bytes"]

SECRET_MIN = 32  # RFC 7518, 3.2: as long as the hash


def secret_bytes(secret, name):
    """The secret as bytes, if it is long enough. The message never says what it is."""
    if not secret:
        raise RuntimeError(f"{name} is not set: tokens need a secret")
    data = secret.encode() if isinstance(secret, str) else bytes(secret)
    if len(data) < SECRET_MIN:
        raise RuntimeError(
            f"{name} has {len(data)} bytes where HS256 needs {SECRET_MIN}; this makes one: "
            "python -c 'import secrets; print(secrets.token_hex())'")
    return data


def token_problem(error):
    """The Problem of a lanyard.Error, with what the engine found and where."""
    reason = "expired" if isinstance(error, lanyard.errors.ExpiredError) else error.code.lower()
    return Problem("invalid_token", str(error), reason=reason.removeprefix("e_"),
                   where=error.where or None)


class AccessTokens:
    def __init__(self, secrets, issuer, audience, leeway=0):
        keys = [lanyard.Key.secret(secret, alg="HS256") for secret in secrets]
        self._issuer = lanyard.Issuer(keys[0], typ="at+jwt", iss=issuer, aud=audience, kid=False,
                                      jti=True)
        self._client_id = audience
        rules = {"issuers": issuer, "audiences": audience, "typ": "at+jwt", "leeway": leeway,
                 "required": ("exp", "iat", "sub", "sid")}
        keys = lanyard.KeySet(keys)
        self._verifier = lanyard.Verifier(lanyard.Policy("HS256", **rules), keys)

    def write(self, grant, roles, extra):
        claims = {**extra, "sub": grant.user_id, "sid": grant.sid, "client_id": self._client_id,
                  "auth_time": grant.auth_time, "roles": list(roles), "iat": grant.iat,
                  "exp": grant.exp}
        return self._issuer.issue(claims, now=grant.iat)

    def read(self, text, now, forgive_expiry=False):
        """The Identity, or a Problem."""
        try:
            return Identity.of(verified(self._verifier, text, now, forgive_expiry).claims)
        except lanyard.Error as error:
            raise token_problem(error) from None
