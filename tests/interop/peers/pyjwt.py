"""PyJWT, as Debian packages it."""
import json

import jwt
from jwt.algorithms import get_default_algorithms

from adapter import serve


def key_of(job, member):
    return get_default_algorithms()[job["alg"]].from_jwk(json.dumps(job[member]))


def sign(job, payload):
    return jwt.api_jws.encode(payload, key_of(job, "jwk"), algorithm=job["alg"])


def verify(job):
    try:
        return jwt.api_jws.decode(job["token"], key_of(job, "public_jwk"), algorithms=[job["alg"]])
    except jwt.InvalidSignatureError:
        return None


serve(sign, verify)
