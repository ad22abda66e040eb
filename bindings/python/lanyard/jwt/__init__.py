"""PyJWT's surface, whole, on Lanyard's engine: change `import jwt` to `from lanyard import jwt`.

What differs is listed in docs/python.md. __version__ is the PyJWT that this follows.
"""

from .api_jwk import PyJWK, PyJWKSet
from .api_jws import PyJWS, get_algorithm_by_name, get_unverified_header, register_algorithm, \
    unregister_algorithm
from .api_jwt import PyJWT, decode, decode_complete, encode
from .exceptions import DecodeError, ExpiredSignatureError, ImmatureSignatureError, \
    InvalidAlgorithmError, InvalidAudienceError, InvalidIssuedAtError, InvalidIssuerError, \
    InvalidKeyError, InvalidSignatureError, InvalidTokenError, MissingRequiredClaimError, \
    PyJWKClientConnectionError, PyJWKClientError, PyJWKError, PyJWKSetError, PyJWTError
from .jwks_client import PyJWKClient
from .warnings import InsecureKeyLengthWarning
from ._keys import key_cache_size

__version__ = "2.15.1"

__title__ = "PyJWT"
__description__ = "JSON Web Token implementation in Python"
__url__ = "https://pyjwt.readthedocs.io"
__uri__ = __url__
__author__ = "The Lanyard authors"
__email__ = ""
__license__ = "Apache-2.0"
__copyright__ = "Copyright 2026 The Lanyard authors"

__all__ = [
    "PyJWS", "PyJWT", "PyJWKClient", "PyJWK", "PyJWKSet", "decode", "decode_complete", "encode",
    "get_unverified_header", "register_algorithm", "unregister_algorithm",
    "get_algorithm_by_name", "InsecureKeyLengthWarning", "DecodeError", "ExpiredSignatureError",
    "ImmatureSignatureError", "InvalidAlgorithmError", "InvalidAudienceError",
    "InvalidIssuedAtError", "InvalidIssuerError", "InvalidKeyError", "InvalidSignatureError",
    "InvalidTokenError", "MissingRequiredClaimError", "PyJWKClientConnectionError",
    "PyJWKClientError", "PyJWKError", "PyJWKSetError", "PyJWTError", "key_cache_size",
]
