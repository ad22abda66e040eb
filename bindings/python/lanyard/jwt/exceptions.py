"""The exceptions of PyJWT, by name and by tree."""


class PyJWTError(Exception):
    """Whatever goes wrong with a token, a key or a key set."""


class InvalidTokenError(PyJWTError):
    """The token is not one to accept."""


class DecodeError(InvalidTokenError):
    """The token cannot be read, or its signature does not hold."""


class InvalidSignatureError(DecodeError):
    """The signature does not hold."""


class ExpiredSignatureError(InvalidTokenError):
    """"exp" has passed."""


class InvalidAudienceError(InvalidTokenError):
    """"aud" does not name the audience that was asked for."""


class InvalidIssuerError(InvalidTokenError):
    """"iss" is not the issuer that was asked for."""


class InvalidIssuedAtError(InvalidTokenError):
    """"iat" is not a number."""


class ImmatureSignatureError(InvalidTokenError):
    """"nbf" or "iat" lies in the future."""


class InvalidKeyError(PyJWTError):
    """The key is not one for this algorithm, or not a key at all."""


class _KeyUseError(InvalidKeyError, AttributeError):
    """A public key that should sign. PyJWT lets an AttributeError out there."""


class _KeyFormatError(InvalidKeyError, ValueError):
    """Text that is no EC or EdDSA key, an RSA key too short. PyJWT lets a ValueError out there."""


class InvalidAlgorithmError(InvalidTokenError):
    """The algorithm is not known, or not among those that were asked for."""


class MissingRequiredClaimError(InvalidTokenError):
    """A claim that must stand does not; its name is in .claim."""

    def __init__(self, claim: str) -> None:
        super().__init__(claim)
        self.claim = claim

    def __str__(self) -> str:
        return f'Token is missing the "{self.claim}" claim'


class PyJWKError(PyJWTError):
    """A JWK that cannot be used."""


class MissingCryptographyError(PyJWKError):
    """Never raised here: no algorithm needs the cryptography package."""


class PyJWKSetError(PyJWTError):
    """A JWK Set that cannot be used."""


class PyJWKClientError(PyJWTError):
    """The key set of an endpoint could not be had, or has no such key."""


class PyJWKClientConnectionError(PyJWKClientError):
    """The endpoint could not be reached."""


class InvalidSubjectError(InvalidTokenError):
    """"sub" is not a string, or not the subject that was asked for."""


class InvalidJTIError(InvalidTokenError):
    """"jti" is not a string."""
